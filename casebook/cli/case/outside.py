"""The actions on an application that reach people outside: contact, telling at once, harm, the watch.

Name -> what it does, the use case, its options; one with a question mark may be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casebook.casework.disclosure import disclosure, emergency
from casebook.casework.follow_up import watch
from casebook.casework.governance import freezing
from casebook.casework.safeguarding import contact, safe_contact

Action = tuple[str, Callable[..., dict[str, object]], tuple[str, ...]]
_WAY = ("at?", "override?", "not-in-person-because?")

ACTIONS: Mapping[str, Action] = {
    "safe-time": ("when, and over what, somebody may next be contacted", safe_contact.safe_time, ("party",)),
    "safe-contact": (
        "set or confirm how somebody may safely be contacted; lists are separated by ;",
        safe_contact.set_plan,
        ("party", "channel", "days", "start", "until", "voicemail?", "code-word?"),
    ),
    "contact": (
        "write down a contact that was made or tried; it is refused if it was not safe",
        contact.record,
        ("party", "purpose", "channel", "result", "asked-plan-again?", "left-message?", *_WAY),
    ),
    "override-contact": (
        "duty inspector: contact outside the plan, for a threat to life",
        safe_contact.allow_override,
        ("party", "code", "reason"),
    ),
    "emergency-disclose": (
        "duty inspector: somebody has been told at once; the panel ratifies it",
        emergency.disclose,
        ("recipient", "channel", "reason", "told", *_WAY),
    ),
    "words": ("the approved words for whoever is to be told now", disclosure.say, ()),
    "not-in-person": (
        "propose, or as a second person agree, that the outcome is told otherwise than in person",
        disclosure.except_from_meeting,
        ("reason",),
    ),
    "harm": ("a death or serious injury: hold, freeze, referral by tomorrow night", freezing.report_harm, ("what",)),
    "unfreeze": ("propose, or as a second person agree, that work on it goes on", freezing.unfreeze, ("reason",)),
    "renew-watch": ("let the watch over a closed application go on", watch.renew, ("reason",)),
}  # fmt: skip
