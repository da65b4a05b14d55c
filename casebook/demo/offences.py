"""Offences on record: real CJS codes with their words, and matters without a code."""

from __future__ import annotations

from typing import NamedTuple


class Offence(NamedTuple):
    code: str
    text: str
    flags: tuple[str, ...] = ()
    since: int = 1900  # the first full year of the offence; before it the same deed was charged as an assault


GRAVE = (
    Offence("SC15005", "Intentional strangulation", ("strangulation",), 2023),
    Offence("SC15006", "Intentional suffocation", ("strangulation",), 2023),
    Offence("OF61016", "Section 18 - wounding with intent", ("weapon",)),
    Offence("OF61017", "Section 18 - grievous bodily harm with intent"),
    Offence("OF61014", "Threats to kill", ("threats_to_kill",)),
    Offence("SX03002", "Rape a woman 16 years of age or over - SOA 2003", ("sexual",), 2005),
    Offence("COML017", "False imprisonment", ("coercive_control",)),
    Offence("PH97008", "Stalking involving serious alarm / distress", ("stalking",), 2013),
    Offence("COML025A", "Attempt murder - victim aged 1 year or over", ("weapon",)),
    Offence("CD71003", "Arson with intent / reckless as to whether life was endangered"),
)
SERIOUS = (
    Offence("OF61102", "Assault a person thereby occasioning them actual bodily harm"),
    Offence("OF61131", "Wound / inflict grievous bodily harm without intent"),
    Offence(
        "SC15004",
        "Engage in controlling / coercive behaviour in an intimate / family relationship",
        ("coercive_control",),
        2016,
    ),
    Offence("PH97002", "Harassment - put in fear of violence"),
    Offence("PH97007", "Stalking involving fear of violence", ("stalking",), 2013),
    Offence("PH97003", "Harassment - breach of a restraining order on conviction", ("breach_of_order",)),
    Offence("FL96001", "Breach a non-molestation order - Family Law Act 1996", ("breach_of_order",), 2008),
    Offence("CJ94005", "Intimidate a witness / juror"),
    Offence(
        "CJ15013", "Disclose / threaten to disclose private sexual photographs and films with intent to cause distress",
        ("coercive_control",), 2022,
    ),
    Offence("ST19001", "Breach of stalking protection order / interim stalking protection order",
            ("stalking", "breach_of_order"), 2021),
    Offence("SX03007", "Sexual assault on a female", ("sexual",), 2005),
)  # fmt: skip
SLIGHT = (
    Offence("CJ88116", "Assault by beating"),
    Offence("CJ88001", "Common assault"),
    Offence("CD71039", "Criminal damage to property - value under £5000"),
    Offence("PH97004", "Harassment without violence"),
    Offence("PH97006", "Stalking without fear / alarm / distress", ("stalking",), 2013),
    Offence(
        "CA03005", "Send by public communication network an offensive / indecent / obscene / menacing message / matter"
    ),
    Offence("AW06001", "Cause unnecessary suffering to a protected animal", ("animal_harm",), 2008),
)
APART = (
    Offence("TH68010", "Theft from a shop"),
    Offence("RT88007", "Drive motor vehicle when alcohol level above limit"),
    Offence("MD71530", "Possess a controlled drug of Class B - Cannabis / Cannabis Resin", (), 2009),
    Offence("CJ67002", "Drunk and disorderly in a public place"),
    Offence("RT88191", "Use a motor vehicle on a road / public place without third party insurance"),
    Offence("FA06001", "Fraud by false representation - Fraud Act 2006", (), 2007),
    Offence("TH68037", "Burglary other than dwelling - theft"),
    Offence("BA76001", "Fail to surrender to police / court bail at the appointed time"),
)
# against strangers in the street or a pub: violence, but not domestic
PUBLIC_VIOLENCE = (
    Offence("PU86003", "Affray"),
    Offence("OF61102", "Assault a person thereby occasioning them actual bodily harm"),
    Offence("CJ88001", "Common assault"),
    Offence("PL96003", "Obstruct / resist a constable in execution of duty"),
    Offence(
        "CJ88144",
        "Possess knife blade / sharp pointed article in a public place - Criminal Justice Act 1988",
        ("weapon",),
    ),
)
ORDERS = (
    Offence("", "Non-molestation order granted, twelve months"),
    Offence("", "Restraining order on conviction, until further order", ("stalking",)),
    Offence("", "Domestic violence protection order, 28 days"),
    Offence("", "Stalking protection order, two years", ("stalking",), 2020),
)
INCIDENTS = (
    Offence("", "Verbal argument between partners, both calm on arrival, no offences disclosed"),
    Offence("", "Neighbour heard shouting and crying; child awake at the address", ("child_present",)),
    Offence("", "Caller said he had her by the throat, then declined to speak further", ("strangulation",)),
    Offence("", "Repeated unwanted messages after separation, words of advice given", ("stalking",)),
    Offence("", "Controls her money and telephone, discloses she is pregnant", ("coercive_control", "pregnancy")),
    Offence("", "Smashed property during argument; dog found injured", ("animal_harm",)),
    Offence(
        "", "Threatened to hurt her if she leaves, disclosed to health visitor", ("threats_to_kill", "child_present")
    ),
    Offence("", "Concern for welfare, all in order"),
)
INTELLIGENCE = (
    Offence("", "Said to be violent towards partners; previous partner moved away in fear"),
    Offence("", "Believed to have access to a machete at the home address", ("weapon",)),
    Offence("", "Follows former partner to her workplace", ("stalking",)),
    Offence("", "Named as having strangled a former partner in another area, never reported", ("strangulation",)),
    Offence("", "Associates with persons who supply drugs from the address"),
    Offence("", "Does not allow partner to leave the house alone", ("coercive_control",)),
    Offence("", "Other matter, see file"),
)
AS_CHARGED_THEN = "OF61102", "Assault a person thereby occasioning them actual bodily harm"


def of_its_time(offence: Offence, year: int) -> Offence:
    """The offence, or the offence charged before this one existed; its flags stay."""
    if year >= offence.since:
        return offence
    code, text = AS_CHARGED_THEN
    return Offence(code, text, offence.flags) if offence.code else offence
