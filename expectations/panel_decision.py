"""The gate at the end of deciding: each limb reasoned, an outcome that fits the findings, two people, no researcher."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from casebook.domain.case.panel_decision import Limb
from casebook.domain.gates import Rule
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.stages import DISCLOSING_OUTCOMES, NEGATIVE_OUTCOMES
from casebook.domain.vocabulary import Outcome, Role, WorkKind
from expectations.suite import (
    Frame,
    Gate,
    MayBeEmpty,
    RowCount,
    between,
    filled,
    one_of,
    present,
    true,
)

TELLS = Column("outcome").is_in(sorted(outcome.value for outcome in DISCLOSING_OUTCOMES))
REFUSES = Column("outcome").is_in([Outcome.NOT_DISCLOSED.value, Outcome.OUT_OF_SCOPE.value])
NOTHING = Column("outcome") == Outcome.NOTHING_TO_DISCLOSE.value


def _rule(code: str, sentence: str, *, role: Role = Role.PANEL_CHAIR, unwaivable: bool = False) -> Rule:
    return Rule(code=code, sentence=sentence, mend_kind=WorkKind.MEND_QUALITY, mend_role=role, unwaivable=unwaivable)


DECISION = Frame(
    name="decision",
    columns=(
        "outcome",
        "rationale",
        "representations",
        "chair",
        "approver",
        "two_people",
        "qualifying",
        "limbs_met",
        "items",
        "recipients",
        "wording",
        "words_agreed",
        "words_approved",
        "refusal_reason",
        "explained",
        "facts_current",
        "questionnaire_settled",
        "unanswered",
    ),
    rows=RowCount(rule=_rule("decision_there", "One decision of this round stands.", unwaivable=True), most=1),
    expectations=(
        one_of(
            "outcome",
            sorted(outcome.value for outcome in DISCLOSING_OUTCOMES | NEGATIVE_OUTCOMES),
            _rule("outcome_known", "The outcome is one a panel may reach.", unwaivable=True),
        ),
        filled("rationale", _rule("rationale_given", "The decision says why.")),
        filled("representations", _rule("representations_weighed", "Whether B is heard is answered with reasons.")),
        filled("chair", _rule("chair_named", "The decision names its chair.", unwaivable=True)),
        filled("approver", _rule("approved", "Another person has approved it.", role=Role.APPROVER, unwaivable=True)),
        true(
            "two_people", _rule("two_people", "Chair and approver are two people.", role=Role.APPROVER, unwaivable=True)
        ),
        between(
            "qualifying",
            0,
            0,
            _rule("fits_findings", "If confirmed findings qualify, something can be disclosed.", unwaivable=True),
            when=NOTHING,
        ),
        between(
            "limbs_met",
            len(Limb),
            None,
            _rule("test_met", "What is told passes every limb.", unwaivable=True),
            when=TELLS,
        ),
        between("items", 1, None, _rule("items_chosen", "A disclosure says item by item what is told."), when=TELLS),
        between("recipients", 1, None, _rule("recipients_named", "A disclosure says who is told."), when=TELLS),
        filled("wording", _rule("wording_named", "A disclosure names its approved wording."), when=TELLS),
        true(
            "words_agreed",
            _rule(
                "words_agreed",
                "The words of a disclosure are what the approved phrases make of its items, and nothing else.",
                unwaivable=True,
            ),
        ),
        true(
            "words_approved",
            _rule(
                "words_approved",
                "The words of a disclosure are those that the approver read.",
                role=Role.APPROVER,
                unwaivable=True,
            ),
        ),
        filled("refusal_reason", _rule("refusal_reasoned", "A refusal has a reason from the list."), when=REFUSES),
        true(
            "explained",
            _rule(
                "grave_refusal_explained",
                "Not telling of a grave risk has a supervisor's own reason.",
                role=Role.SUPERVISOR,
                unwaivable=True,
            ),
        ),
        true("facts_current", _rule("facts_current", "It was decided on the facts as they stand.", unwaivable=True)),
        true(
            "questionnaire_settled",
            _rule(
                "questionnaire_settled",
                "The risk questionnaire is as complete as policy asks, was declined, or another accepted less.",
                unwaivable=True,
            ),
        ),
        between("unanswered", 0, 0, _rule("quorum_reached", "As many answered as the quorum asks for.")),
    ),
)

GATE = Gate(
    "panel_decision",
    (
        DECISION,
        Frame(
            name="limbs",
            columns=("limb", "met", "reasons"),
            rows=RowCount(rule=_rule("limbs_there", "The test has three limbs.", unwaivable=True), least=3, most=3),
            expectations=(
                present("met", _rule("limb_answered", "Each limb is answered met or not met.")),
                filled("reasons", _rule("limb_reasoned", "Each limb's answer has reasons.")),
            ),
        ),
        Frame(
            name="items",
            columns=("item", "standing", "released"),
            rows=MayBeEmpty(
                because="a negative outcome tells nothing; a disclosure's items are counted with the decision"
            ),
            expectations=(
                one_of(
                    "standing",
                    [Disclosability.QUALIFYING.value, Disclosability.SUPPORTING.value],
                    _rule("items_confirmed", "Each item is a confirmed finding that counts.", unwaivable=True),
                ),
                true(
                    "released",
                    _rule(
                        "items_released",
                        "Each item's owner agrees to its release.",
                        role=Role.RESEARCHER,
                        unwaivable=True,
                    ),
                ),
            ),
        ),
        Frame(
            name="people",
            columns=("researcher", "approved_it", "chaired_it"),
            rows=MayBeEmpty(because="whether anybody researched it is asked at the gate of record checks"),
            expectations=(
                one_of(
                    "approved_it",
                    [False],
                    _rule(
                        "approver_no_researcher",
                        "The approver did no research on it.",
                        role=Role.SUPERVISOR,
                        unwaivable=True,
                    ),
                ),
                one_of(
                    "chaired_it",
                    [False],
                    _rule("chair_no_researcher", "The chair did no research on it.", role=Role.SUPERVISOR),
                ),
            ),
        ),
    ),
)
