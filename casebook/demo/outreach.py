"""The answers of simulated staff that report a contact with somebody outside, or a change of how to contact them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Shown = Mapping[str, Any]  # what `applications show` printed
Item = Mapping[str, Any]  # a line of `work list`


def deliver(item: Item, shown: Shown) -> dict[str, Any]:
    """Deliver in person at a safe time by two people. Another applicant hears only the approved sentence."""
    subject = item["subject"]
    report: dict[str, Any] = {
        "recipient": subject["recipient"],
        "wording": subject["wording"],
        "verbal": True,
        "support_offered": True,
        "asked_plan_again": True,
    }
    if subject["recipient"] == "c":
        plan = next(row for row in shown["safe_contact"] if row["party"] == "c")
        return report | {"channel": plan["channel"], "verbal": plan["channel"] == "phone"}
    report |= {
        "channel": "in_person",
        "identity_checked": True,
        "arranged_at": shown["now"],
        "safety_plan": "agreed: who to call, where to go, what to take",
        "referrals": [{"agency": agency, "agency_reference": "SYN-REF-1"} for agency in subject["referrals"]],
        "follow_up": {limit: {"chosen": _choice(limit)} for limit in subject["follow_up"]},
    }
    if item["kind"] == "deliver_disclosure":
        report |= {"undertaking": "signed", "items": subject["items"], "word_for_word": True}
    return report


def _choice(limit: str) -> str:
    """Most people accept the first calls and decline the last one."""
    return "declined" if limit == "follow_up_28d" else "accepted"


def contact_follow_up(item: Item, shown: Shown) -> dict[str, Any]:
    if item["subject"].get("approve"):
        return {"result": "exhausted", "agency_route": "asked, no contact either"}
    channel = _channel(shown, item["subject"]["party"])
    return {"result": "reached", "channel": channel, "support_offered": True, "asked_plan_again": True}


def tell_of_transfer(item: Item, shown: Shown) -> dict[str, Any]:
    channel = _channel(shown, item["subject"]["recipient"])
    return {
        "result": "told", "their_reference": number_of_theirs(shown), "wording": item["subject"]["wording"],
        "identity_checked": True, "support_offered": True, "channel": channel, "asked_plan_again": True,
    }  # fmt: skip


def safeguard_during_delay(_item: Item, shown: Shown) -> dict[str, Any]:
    """The applicant is told over the channel of their plan."""
    return {
        "plan": "safety plan agreed, alarm marker on the address", "applicant_told": True, "risk_reviewed": True,
        "channel": _channel(shown, "a" if shown["applicant"] == "a" else "c"), "asked_plan_again": True,
    }  # fmt: skip


def _channel(shown: Shown, party: str) -> str:
    """The channel of a party's plan. An agency without a plan is told as an agency, and a protector is called."""
    plan = next((row for row in shown.get("safe_contact", []) if row["party"] == party), None)
    return (plan and plan["channel"]) or ("through_agency" if party == "c" else "phone")


def look_at_plan_change(item: Item, shown: Shown) -> dict[str, Any]:
    """Agree if the person or a professional asked for it and was identified."""
    change = next(row for row in shown["safe_contact_change"] if row["id"] == item["subject"]["change"])
    theirs = change["asked_by"] in {"the_person", "professional"} and change["identified_by"] != "not_identified"
    return {"agreed": theirs, "reason": "who asked, and how they were identified, was read with both plans"}


def act_on_call(item: Item, _shown: Shown) -> dict[str, Any]:
    """What was asked is read with the application; nothing is changed on the word of somebody who was not identified."""
    if item["subject"]["identified_by"] == "not_identified":
        return {"done": "caller_not_identified", "reason": "nobody could say who rang; the plan in force stays"}
    return {"done": "no_change_needed", "reason": "what they told is in the call, and is known to the case"}


def ask_about_danger(_item: Item, shown: Shown) -> dict[str, Any]:
    """The applicant is asked over the channel of their plan; where there is none, a professional."""
    plan = next(
        (row for row in shown.get("safe_contact", []) if row["party"] == ("a" if shown["applicant"] == "a" else "c")),
        None,
    )
    if plan is None or not plan["channel"]:
        return {"asked": "professional", "result": "no_danger", "said": "the support worker saw her this morning"}
    return {
        "asked": "applicant", "result": "no_danger", "said": "no, not now", "channel": plan["channel"],
        "asked_plan_again": True,
    }  # fmt: skip


def number_of_theirs(shown: Shown) -> str:
    """The other force's number: from the application, or asked from that force."""
    kept = (row["agency_reference"] for row in shown["referral"] if row["kind"].startswith("another_force:"))
    return next(kept) or "SYN-TR-1"


def safeguarded(_item: Item, _shown: Shown) -> dict[str, Any]:
    """Officers went there and saw the person at risk alone."""
    return {
        "actions": ["attended", "person_at_risk_safe"], "incident_number": "SYN-0001", "people_to_refer": ["children"],
        "channel": "in_person", "result": "seen_alone", "threat": "immediate_danger",
        "threat_reason": "what opened this item threatens the life of the person at risk",
    }  # fmt: skip


ANSWERS: dict[str, Callable[[Item, Shown], dict[str, Any]]] = {
    "deliver_disclosure": deliver,
    "deliver_no_disclosure": deliver,
    "contact_follow_up": contact_follow_up,
    "tell_of_transfer": tell_of_transfer,
    "look_at_plan_change": look_at_plan_change,
    "act_on_call": act_on_call,
    "ask_about_danger": ask_about_danger,
    "safeguard_during_delay": safeguard_during_delay,
    "immediate_safeguarding": safeguarded,
}
