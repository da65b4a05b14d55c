"""The answers of simulated staff, from the item in their queue and the output of `applications show` for their role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from casebook.demo import outreach
from casebook.demo.comparing import agrees
from casebook.demo.outreach import Item, Shown
from casebook.demo.specials import HELD_DETAILS
from casebook.demo.terminals import Terminal
from casebook.domain.words import CHECKLIST

Terminals = Mapping[str, Terminal]

# kinds that contact a person: done at a safe time, or later
CONTACTS = frozenset({
    "meet_applicant", "deliver_disclosure", "deliver_no_disclosure", "contact_follow_up", "safeguard_during_delay",
    "tell_of_transfer",
})  # fmt: skip
# kinds for which staff read the application before they answer; for the others, the queue says enough
READS = CONTACTS | {
    "complete_details", "look_at_plan_change", "return_search", "review_match", "second_look_at_rejection",
    "state_adequacy", "assess_risk", "reassess_risk", "close_grave_case", "meet_applicant", "decide", "approve_decision",
}  # fmt: skip
# reasons of a held gate that a call at a safe time can settle
AGREED_BY_PHONE = frozenset({"minimum_settled", "safe_contact_plan"})
ASKED = {"asked_by": "the_person", "identified_by": "questions"}
AGREED_PLAN = ASKED | {"channel": "phone", "days": ["mon", "tue", "wed", "thu", "fri"], "windows": [["09:00", "17:00"]]}
PLAN_WORDS = ("--asked-by", "the_person", "--identified-by", "questions", "--channel", "phone",
              "--days", "mon;tue;wed;thu;fri", "--start", "09:00", "--until", "17:00")  # fmt: skip

EVIDENCE = ["passport", "household_bill"]


def answer(item: Item, shown: Shown, terminals: Terminals) -> dict[str, Any]:
    """The answer to one item. KeyError if the simulated staff do not know the kind."""
    if item["kind"] == "return_search":
        return return_search(item, shown, terminals)
    return ANSWERS[item["kind"]](item, shown)


def complete_details(item: Item, shown: Shown) -> dict[str, Any]:
    """Explain each missing piece of information: it is asked for at the meeting."""
    if str(shown.get("external_id") or "").endswith("HELD"):
        return {"people": {"a": {"phone": HELD_DETAILS["a_phone"]},
                           "b": {"surname": HELD_DETAILS["b_surname"], "dob": HELD_DETAILS["b_dob"]}}}  # fmt: skip
    reasons = dict.fromkeys(
        item["subject"]["doubts"], "not known to the applicant; asked, and to be asked again when they are met"
    )
    return {"explained": reasons}


def return_search(item: Item, shown: Shown, terminals: Terminals) -> dict[str, Any]:
    """Make every search of the plan at the other system's terminal and record its results."""
    if item["subject"].get("accept"):
        return {"result": "unavailable", "accept_unavailable": True}
    search = next(row for row in shown["search"] if row["id"] == item["subject"]["search"])
    terminal = terminals.get(search["source"], Terminal(persons=[], records={}))
    searches, persons = [], {}
    for step in search["plan"]:
        hits = terminal.search(step)
        persons.update({row["person_id"]: row for row in hits})
        searches.append(
            {
                **{name: step[name] or "" for name in ("forename", "surname", "dob", "pivot")},
                "age_range": bool(step["age_range_years"]),
                "result": "hit" if hits else "nil",
            }
        )
    return {
        "result": "hit" if persons else "nil",
        "searches": searches,
        "persons": [terminal.seen(row) for row in persons.values()],
        "evidence_reference": f"LOG-{search['source']}-{item['item'][:8]}",
        "summary": f"{len(persons)} persons under {len(searches)} searches",
    }


def review_match(item: Item, shown: Shown) -> dict[str, Any]:
    """The same person if no identifier differs and the weight is strong, or name and birth date both nearly agree."""
    if "list" in item["subject"]:
        likely = [line["person_id"] for line in _lines(item, shown) if agrees(_party(shown, "b"), line["seen"])]
        reason = "every line read: another birth date, and nothing that the applicant said fits"
        return {"verdict": "different", "reason": reason, "look_at": likely}
    candidate = _candidate(item, shown)
    return {
        "verdict": "same" if _looks_the_same(candidate, shown) else "different",
        "reason": f"weight {candidate['weight'] or 0:.1f} bits; "
        + "; ".join(map(str, candidate["explanation"] or ()))[:400],
    }


def _party(shown: Shown, party: str) -> Shown:
    return next(row for row in shown["person"] if row["party"] == party)


def _candidate(item: Item, shown: Shown) -> Shown:
    """The candidate, or the link with another application, that an item is about."""
    if pair := item["subject"].get("pair"):
        return next(row for row in shown["application_link"] if row["pair"] == pair)
    return next(row for row in shown["candidate"] if row["id"] == item["subject"]["candidate"])


def _looks_the_same(candidate: Shown, shown: Shown) -> bool:
    if "pair" in candidate:
        return (candidate["weight"] or 0.0) >= 0.0  # at least as likely as not
    likely = candidate["band"] == "strong" or agrees(_party(shown, candidate["party"]), candidate["seen"])
    return likely and not candidate["twin"]


def _lines(item: Item, shown: Shown) -> list[Shown]:
    """The lines of the list that an item is about."""
    source = item["subject"]["source"]
    return [
        row
        for row in shown["candidate"]
        if (row["place"], row["party"], row["source"]) == ("listed", "b", source) and not row["superseded"]
    ]


def second_look_at_rejection(item: Item, shown: Shown) -> dict[str, Any]:
    """Agree if the details say to the second person what they said to the first."""
    if "list" in item["subject"]:
        return {"agrees": True, "reason": "the same lines read: nobody of them fits what the applicant said"}
    candidate = _candidate(item, shown)
    return {
        "agrees": (candidate["verdict"] == "same") == _looks_the_same(candidate, shown),
        "reason": "looked at name, birth date and address anew",
    }


def meet_applicant(_item: Item, shown: Shown) -> dict[str, Any]:
    questions = {f"q{number}": "no" for number in range(1, 25)}
    questions |= {"q2": "yes", "q4": "unknown", "q6": "yes" if shown.get("relationship") == "ex_partner" else "no"}
    return {
        "held": True,
        "channel": "in_person",
        "arranged_at": shown["now"],
        "asked_plan_again": True,
        "identity_evidence": EVIDENCE,
        "identity_confirmed": True,
        "instrument": {"name": "DASH", "instrument_version": "2009", "answers": questions},
    }


def assess_risk(item: Item, _shown: Shown) -> dict[str, Any]:
    if "assessment" in item["subject"]:
        return {"judgement": "agree", "reason": "the reasons given bear it"}
    return {"judgement": "confirm", "reason": "the contributions listed are the ones I would weigh"}


def close_grave_case(_item: Item, shown: Shown) -> dict[str, Any]:
    """Sum up what the page of the application shows."""
    told = [
        f"{row['kind']} to {row['recipient']} by {row['delivered_by']}".replace("_", " ")
        for row in shown.get("disclosure", [])
    ]
    plans = [row["safety_plan"] for row in shown.get("disclosure", []) if row["safety_plan"]]
    referred = [
        f"{row['kind'].replace('_', ' ')} {row['agency_reference'] or ''}".strip() for row in shown.get("referral", [])
    ]
    contacts = [f"{row['limit_name']} {row['result']}".replace("_", " ") for row in shown.get("follow_up", [])]
    return {
        "told": "; ".join(told),
        "safety_plan": plans[-1] if plans else "none: nobody was told in person",
        "open_referrals": "; ".join(referred) or "none",
        "said": f"{'; '.join(contacts) or 'not asked'}: nothing new",
    }


def convene_panel(item: Item, _shown: Shown) -> dict[str, Any]:
    member = item["subject"]["eligible"][:1]
    return {
        "members": [{"staff": staff, "agency": "probation"} for staff in member],
        "agencies_asked": ["childrens_services"],
        "agencies_silent": ["childrens_services"],
    }


def validate_with_owner(_item: Item, _shown: Shown) -> dict[str, Any]:
    return {"agreed": True, "said_by": "duty supervisor of the owner's disclosure unit"}


def decide(_item: Item, shown: Shown) -> dict[str, Any]:
    """Disclose if a confirmed finding qualifies and may be released. Otherwise say that there is nothing, or why not."""
    refused = {row["finding_id"] for row in shown.get("owner_agreement", []) if not row["agreed"]}
    findings = [row for row in shown.get("finding", []) if row["party"] == "b" and not row["withdrawn"]]
    qualifying = [row["id"] for row in findings if row["qualifies"] == "qualifying" and row["id"] not in refused]
    tell = bool(qualifying)
    decided: dict[str, Any] = {
        "outcome": "disclosed_to_a" if tell else "nothing_to_disclose",
        "limbs": {
            limb: {"met": tell, "reasons": f"on {len(qualifying)} confirmed findings that qualify"}
            for limb in ("necessary", "pressing_need", "proportionate")
        },
        "rationale": "the pack, the findings and the score were read; what does not qualify was left out",
        "representations": {"invited": False, "reasons": "asking B would tell B of the application"},
    }
    if tell:
        decided |= {
            "items": qualifying,
            "recipients": [{"party": "a"}],
            "wording": WORDING,
            "words": [
                {"item": row["id"], "phrases": phrases(row["record"])} for row in findings if row["id"] in qualifying
            ],
            "proceedings_considered": "none known",
        }
    return decided


def phrases(record: Shown) -> list[str]:
    """The approved phrases that fit any record of its kind, and who was harmed, where it says so."""
    if record.get("victim_relationship") not in {"intimate_partner", "ex_partner", "family", "other"}:
        return ["worries"]
    match record.get("kind"):
        case "conviction" | "caution":
            return ["worries", "against"]
        case "order" | None:
            return ["worries"]
        case _:
            return ["worries", "said_against"]


def approve_decision(_item: Item, _shown: Shown) -> dict[str, Any]:
    return {"approved": True, "reason": "the decision follows from the findings and every step has its person"}


def refer_safeguarding(item: Item, _shown: Shown) -> dict[str, Any]:
    """Refer to the agency that the question is about; later, record that it took the referral."""
    subject = item["subject"]
    agency = subject.get("agency") or (
        "adult_services" if subject.get("who") == "adult_at_risk" else "childrens_services"
    )
    return {
        "agency": agency,
        **({"answered": "accepted"} if "referral" in subject else {"agency_reference": "SYN-REF-1"}),
    }


WORDING = "1"

ANSWERS: dict[str, Callable[[Item, Shown], dict[str, Any]]] = {
    **outreach.ANSWERS,
    "complete_details": complete_details,
    "review_match": review_match,
    "second_look_at_rejection": second_look_at_rejection,
    "meet_applicant": meet_applicant,
    "locate_person_at_risk": lambda _i, _s: {"located": True, "notes": "through the agency that told us"},
    "verify_applicant": lambda _i, _s: {"cleared": True, "explanation": "met in person with two documents; the match is by chance"},
    "sign_off_identity": lambda _i, _s: {"confidence": "high", "statement": "names, birth date and address were compared"},
    "state_adequacy": lambda item, _s: {
        "adequate": True,
        "uncovered": item["subject"].get("uncovered", []),
        "statement": "every mandatory source has answered; what stays uncovered is listed and small",
    },
    "assess_risk": assess_risk,
    "reassess_risk": assess_risk,
    "close_grave_case": close_grave_case,
    "complete_instrument": lambda _i, _s: {"no_more_because": "asked of everybody who may be asked; nobody knows more"},
    "accept_less": lambda _i, _s: {"accepted": True, "reason": "what is on the page is all that can be had"},
    "validate_with_owner": validate_with_owner,
    "convene_panel": convene_panel,
    "decide": decide,
    "approve_decision": approve_decision,
    "attest_delivery": lambda _i, _s: {"present": True, "told_as_recorded": True},
    "ratify_emergency": lambda _i, _s: {"ratified": True, "reasons": "necessary, pressing and proportionate as it stood then"},
    "mend_quality": lambda _i, _s: {"done": "mended", "explanation": "looked into, and put right where it was wrong"},
    "refer_safeguarding": refer_safeguarding,
    "record_crime": lambda _i, _s: {"crime_number": "SYN-CR-1"},
    "confirm_urgent": lambda _i, _s: {"confirmed": True, "reason": "what was reported bears it"},
    "check_before_telling": lambda _i, _s: {"result": "stands", "reason": "the panel had these records, and its reason stands"},
    "review_restricted": lambda _i, _s: {
        "outcome": "no_failure", "checklist": dict.fromkeys(CHECKLIST.words, "yes"), "explanation": "all of it was read",
    },
    "acknowledge_escalation": lambda _i, _s: {"action": "spoke_to_owner", "overrun_reason": "staff_shortage"},
}  # fmt: skip
