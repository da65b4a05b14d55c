"""A use case that checks several independent things names every fault at once, and changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
import staffing
from sqlalchemy import func, select
from staffing import SMALLEST, actors

from casebook.casework.disclosure import emergency
from casebook.casework.governance import circumstances, early_ending, governance, merging
from casebook.casework.intake import submission
from casebook.casework.safeguarding import contact, safe_contact
from casebook.casework.staff import staff
from casebook.domain.actors import OPERATOR
from casebook.domain.vocabulary import Role
from casebook.errors import Refused
from casebook.storage.tables import LedgerEntry

# who does it, what they do, and a word of each fault
WRONG = {
    "contact": (
        "o1",
        lambda act, of: contact.record(
            act, of, party="z", purpose="chat", channel="pigeon", result="maybe", at="noon", refer="dog"
        ),
        ("party must be", "purpose must be", "channel must be", "result must be", "refer must be", "give the time"),
    ),
    "emergency": (
        "d1",
        lambda act, of: emergency.disclose(act, of, recipient="b", channel="pigeon", reason=" ", told="", at="noon"),
        ("recipient must be", "channel must be", "reason must", "told must", "give the time"),
    ),
    "submission": (
        "s1",
        lambda act, of: submission.correct(act, of, submitted_at="yesterday", reason=" "),
        ("give the reason", "write the moment"),
    ),
    "circumstances": (
        "i1",
        lambda act, of: circumstances.update(
            act, of, what="pregnancy", value="perhaps so", learned_from="her mother", since="2099-01-01"
        ),
        ("the value must be", "since must be", "learned-from must be a code"),
    ),
    "plan": (
        "i1",
        lambda act, of: safe_contact.set_plan(
            act, of, party="z", asked_by="nobody", identified_by="guess", channel="pigeon", at="noon", start="9;10", until="11"
        ),
        ("party must be", "asked-by must be", "identified-by must be", "channel must be", "give the time", "as many starts"),
    ),
    "transfer": (
        "i1",
        lambda act, of: early_ending.transfer(act, of, force="next door", accepted_by="Sgt X", their_reference="soon"),
        ("force must be a code", "accepted-by must be a code", "their reference must be"),
    ),
    "withdrawal": (
        "s1",
        lambda act, of: early_ending.withdraw(act, of, reason=" ", said_by="a", channel="pigeon"),
        ("somebody may be in danger", "give identified", "channel must be", "give the reason"),
    ),
    "no engagement": (
        "s1",
        lambda act, of: early_ending.no_engagement(act, of, reason=""),
        ("somebody may be in danger", "attempts", "give said-by", "give the reason"),
    ),
    "transfer in danger": (
        "s1",
        lambda act, of: early_ending.transfer(act, of, force="next door", accepted_by="desk"),
        ("somebody may be in danger", "force must be a code", "give said-by"),
    ),
    "reopening": (
        "s1",
        lambda act, of: early_ending.reopen(act, of, reason=" "),
        ("only a closed application", "give the reason"),
    ),
    "lowering": (
        "s1",
        lambda act, of: governance.lower_priority(act, of, to="immediate", reason=" "),
        ("must be lower", "give the reason"),
    ),
    "disposal": (
        "h1",
        lambda act, of: governance.dispose(act, of, reason=""),
        ("only a closed application", "give the reason"),
    ),
    "lifting": (
        "h1",
        lambda act, of: governance.lift(act, of, reason=""),
        ("is not restricted", "give the reason"),
    ),
    "merging": (
        "s1",
        lambda act, of: merging.merge(act, of, into=of, reason=" "),
        ("into itself", "somebody may be in danger", "give the reason"),
    ),
    "staff": (
        OPERATOR.id,
        lambda act, _: staffing.add(act, "not an id", [Role.SYSTEM, Role.OPERATOR], line_manager="ghost"),
        ("a staff id must be", "cannot be given to staff: the system", "no member of staff ghost"),
    ),
    "training": (
        OPERATOR.id,
        lambda act, _: staff.set_competence(
            act, "o1", "juggling", granted_on=date(2026, 4, 1), expires_on=date(2026, 3, 1)
        ),
        ("no work needs training", "once it is granted", "must not be before"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_every_fault_is_named_at_once(smallest_unit, received, acting, store, name):
    who, wrong, faults = WRONG[name]
    reference = received(immediate_danger="yes")
    with store.session() as session:
        before = session.scalar(select(func.count()).select_from(LedgerEntry))
    actor = {**actors(SMALLEST), OPERATOR.id: OPERATOR}[who]
    with pytest.raises(Refused) as refused, acting(actor) as act:
        wrong(act, reference)
    assert [fault for fault in faults if fault not in refused.value.message] == []
    with store.session() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == before
