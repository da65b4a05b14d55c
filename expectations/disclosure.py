"""The gate at the end of disclosure: the right people told the right things, safely, with support offered."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from casebook.domain.case.disclosure import SIGNED, WEIGHED
from casebook.domain.case.follow_up import Chosen
from casebook.domain.gates import Rule
from casebook.domain.vocabulary import Role, WorkKind
from expectations.suite import Frame, Gate, MayBeEmpty, RowCount, between, one_of, same, true, unique

TELLS = Column("kind") == "disclosure"


def _rule(code: str, sentence: str, *, role: Role = Role.DISCLOSURE_OFFICER, unwaivable: bool = False) -> Rule:
    return Rule(code=code, sentence=sentence, mend_kind=WorkKind.MEND_QUALITY, mend_role=role, unwaivable=unwaivable)


OUTCOME = Frame(
    name="outcome",
    columns=("outcome", "decided", "clock_met"),
    rows=RowCount(
        rule=_rule("approved_decision", "An approved decision stands.", role=Role.PANEL_CHAIR, unwaivable=True), most=1
    ),
    expectations=(
        same(
            "outcome",
            "decided",
            _rule("outcome_as_decided", "The outcome is the one that was approved.", unwaivable=True),
        ),
        true("clock_met", _rule("clock_met", "The whole-process clock is met by the delivery.", role=Role.SUPERVISOR)),
    ),
)

DELIVERIES = Frame(
    name="deliveries",
    columns=(
        "recipient", "permitted", "delivered", "kind_fits", "approved", "after_approval", "identity_checked", "manner",
        "logged", "kind", "undertaking", "items", "support_offered", "safety_plan", "wording_approved", "words_read",
    ),
    rows=RowCount(rule=_rule("somebody_told", "Somebody is to be told.", role=Role.SUPERVISOR, unwaivable=True)),
    expectations=(
        unique(["recipient"], _rule("told_once", "Nobody is told twice.", role=Role.SUPERVISOR)),
        true("permitted", _rule("recipient_permitted", "Nobody was told but whom the decision names.", unwaivable=True)),
        true("delivered", _rule("delivered", "Everybody who is to be told has been told.", unwaivable=True)),
        true("kind_fits", _rule("kind_fits", "Each was told what is for them: the findings, or the fixed words.", unwaivable=True)),
        true("approved", _rule("approved", "What was delivered is the approved decision.", unwaivable=True)),
        true("after_approval", _rule("after_approval", "Nothing was told before it was approved.", unwaivable=True)),
        true("identity_checked", _rule("identity_checked", "Who was told was checked first.")),
        one_of(
            "manner",
            ["in_person", "exception", "fixed_words"],
            _rule("in_person", "It was told in person and by word of mouth, or two people agreed otherwise."),
        ),
        true("logged", _rule("contact_logged", "The delivery stands in the log of contacts.", unwaivable=True)),
        one_of(
            "undertaking",
            [SIGNED, WEIGHED],
            _rule("undertaking", "The undertaking was signed, or its refusal weighed."),
            when=TELLS,
        ),
        between("items", 1, None, _rule("something_told", "A disclosure told at least one item."), when=TELLS),
        true("support_offered", _rule("support_offered", "Support was offered, whatever the outcome.")),
        true("safety_plan", _rule("safety_plan", "There is a safety plan, or a reason why there is none.")),
        true("wording_approved", _rule("wording_approved", "The approved wording was used.")),
        true(
            "words_read",
            _rule("words_read", "A disclosure was made in the words that were agreed and approved.", unwaivable=True),
        ),
    ),
)  # fmt: skip

GATE = Gate(
    "disclosure",
    (
        OUTCOME,
        DELIVERIES,
        Frame(
            name="items",
            columns=("item", "decided"),
            rows=MayBeEmpty(because="fixed words tell no item; a disclosure's items are counted with its delivery"),
            expectations=(
                true(
                    "decided", _rule("only_what_was_decided", "Only items of the decision were told.", unwaivable=True)
                ),
            ),
        ),
        Frame(
            name="contacts",
            columns=("contact", "safe"),
            rows=MayBeEmpty(because="that each delivery stands in the log is asked of the delivery"),
            expectations=(
                true(
                    "safe",
                    _rule(
                        "inside_safe_plan",
                        "Each contact was inside the plan of its time, or under an override.",
                        role=Role.SUPERVISOR,
                        unwaivable=True,
                    ),
                ),
            ),
        ),
        Frame(
            name="offers",
            columns=("limit", "chosen"),
            rows=MayBeEmpty(because="whoever applied for somebody else is offered no later contact"),
            expectations=(
                one_of(
                    "chosen",
                    list(Chosen),
                    _rule("follow_up_offered", "Each later contact was offered, and what they chose is known."),
                ),
            ),
        ),
    ),
)
