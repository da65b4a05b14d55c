"""Reasons as a force writes them: for a nil return, a disclosure, and a refusal that is reasoned or is not."""

from __future__ import annotations

from random import Random

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _filled(rng: Random, text: str) -> str:
    return text.format(
        number=rng.randint(3, 6), log=rng.randint(1000, 99999), month=rng.choice(MONTHS), year=rng.randint(2008, 2022),
        years=rng.randint(3, 9), force=rng.choice(("Northshire", "Westmarch", "the Met", "Avonvale")),
        who=rng.choice(("her IDVA", "children's services", "her solicitor", "probation", "the MARAC")),
    )  # fmt: skip


def nil(rng: Random) -> str:
    return _filled(rng, rng.choice((
        "Systems researched for subject under all names, no relevant trace. Log {log}.",
        "Nothing recorded that touches on violence or abuse. Reviewed with DS, log {log}.",
        "No convictions or intelligence of concern held. Safety advice sent to applicant {month} {year}.",
        "Subject not known on force systems or PND; entry {log}.",
    )))  # fmt: skip


def short(rng: Random) -> str:
    return rng.choice(("NTD", "No trace", "Nil", "n/a", "", "Nothing held", "As per checks"))


def told(rng: Random) -> str:
    return _filled(rng, rng.choice((
        "Pressing need. Panel of {number} agreed, A seen at home by two officers and {who}. Log {log}.",
        "Disclosure delivered in person to A, safety plan done, {who} present.",
        "Necessary and proportionate given pattern of violence. Told A at station {month}.",
    )))  # fmt: skip


REASONED = (
    "Panel of {number} considered the history. A was told of it by {who} in {month} {year} and has a safety plan; not necessary to repeat.",
    "Subject is serving a sentence of {years} years, not due for release; panel of {number} agreed no pressing need at present.",
    "Information belongs to {force}, who do not consent to its release. Owner's refusal recorded, to be asked again, log {log}.",
    "Separated {years} years ago, no contact since, A has moved away and supports the decision. MARAC of {number} agencies agreed not necessary.",
    "Matter from {year} considered by panel of {number}: isolated, no pattern since, unanimous that disclosure is not proportionate. Advice and {who} offered.",
    "A already holds a non-molestation order obtained with full knowledge of the offending; disclosed to her in the family court {month} {year}.",
    "Three limb test applied by panel of {number}: necessary, not proportionate while other protection by {who} is in place. Log {log}.",
)


def reasoned(rng: Random) -> str:
    return _filled(rng, rng.choice(REASONED))


WITHOUT = (
    "", "NFA", "Not proportionate", "Does not meet the threshold.", "Does not meet the threshold.", "Does not meet the threshold.",
    "She keeps going back to him and would not act on it.", "Subject objects, he would lose his job if it came out.",
    "No time to hold a panel this month, refused.", "Too old.", "She is a persistent caller and it is her choice to stay.",
)  # fmt: skip


def unreasoned(rng: Random) -> str:
    return rng.choice(WITHOUT)


def ended(rng: Random) -> str:
    return _filled(rng, rng.choice((
        "Applicant phoned {month} to withdraw, spoken to alone, safe, signposted to support.",
        "Three attempts by phone and letter in {month}, no reply; welfare check by NPT in order.",
        "Withdrew: relationship over, has moved to another area. Advice given, log {log}.",
    )))  # fmt: skip
