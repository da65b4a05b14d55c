"""The actions on an application that concern people outside the unit: contact, emergency disclosure, harm, watch.

Each name has its help, its use case and its options; an option with a question mark can be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casebook.casework.disclosure import disclosure, emergency
from casebook.casework.follow_up import watch
from casebook.casework.governance import freezing
from casebook.casework.safeguarding import contact, referring, safe_contact

Action = tuple[str, Callable[..., dict[str, object]], tuple[str, ...]]
_WAY = ("at?", "override?", "not-in-person-because?")

ACTIONS: Mapping[str, Action] = {
    "safe-time": ("show when and how a person can next be contacted safely", safe_contact.safe_time, ("party",)),
    "safe-contact": (
        "change how a person can be contacted safely: what is not given stays; a wider plan needs a second person",
        safe_contact.set_plan,
        (
            "party", "asked-by", "identified-by", "said-word?", "at?", "channel?", "days?", "start?", "until?", "voicemail?",
            "code-word?", "interpreter?", "stop?",
        ),
    ),
    "contact": (
        "record a contact that was made or attempted; refused if it was not safe",
        contact.record,
        ("party", "purpose", "channel", "result", "asked-plan-again?", "left-message?", "crime-alleged?", "refer?", *_WAY),
    ),
    "crime": ("report that a crime was told; it is to be recorded within 24 hours", referring.report_crime, ("told-in",)),
    "override-contact": (
        "allow contact outside the safe-contact plan because of a threat to life (duty inspector)",
        safe_contact.allow_override,
        ("party", "code", "reason"),
    ),
    "emergency-disclose": (
        "record an emergency disclosure, which the panel must ratify (duty inspector)",
        emergency.disclose,
        ("recipient", "channel", "reason", "told", *_WAY),
    ),
    "words": ("show the approved words for each person who must be told now", disclosure.say, ()),
    "not-in-person": (
        "propose that the outcome is not told in person, or agree as the second person",
        disclosure.except_from_meeting,
        ("reason",),
    ),
    "harm": ("report a death or serious injury: legal hold, freeze, referral by tomorrow night", freezing.report_harm, ("what",)),
    "unfreeze": ("propose to unfreeze it, or agree as the second person", freezing.unfreeze, ("reason",)),
    "renew-watch": ("renew the watch over a closed application", watch.renew, ("reason",)),
}  # fmt: skip
