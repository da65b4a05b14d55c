"""The gate at the end of risk scoring: the score recomputes, what is unknown counts, and a person has judged it."""

from __future__ import annotations

from casebook.domain.gates import Rule
from casebook.domain.vocabulary import Band, Role, WorkKind
from expectations.suite import Frame, Gate, RowCount, between, filled, one_of, true


def _rule(code: str, sentence: str, *, role: Role = Role.RISK_ASSESSOR, unwaivable: bool = False) -> Rule:
    return Rule(code=code, sentence=sentence, mend_kind=WorkKind.MEND_QUALITY, mend_role=role, unwaivable=unwaivable)


GATE = Gate(
    "risk_scoring",
    (
        Frame(
            name="score",
            columns=("recomputed_equal", "assessed_by", "lowered_alone", "band", "questionnaire_settled"),
            rows=RowCount(rule=_rule("score_there", "There is one score that stands.", unwaivable=True), most=1),
            expectations=(
                true(
                    "recomputed_equal",
                    _rule("score_recomputes", "The score recomputes exactly from its stored inputs.", unwaivable=True),
                ),
                one_of("band", list(Band), _rule("band_known", "The score names a band.")),
                true(
                    "questionnaire_settled",
                    _rule(
                        "questionnaire_settled",
                        "The risk questionnaire is as complete as policy asks, was declined, or another accepted less.",
                        unwaivable=True,
                    ),
                ),
                filled("assessed_by", _rule("score_assessed", "A person has confirmed, raised or lowered the score.")),
                between(
                    "lowered_alone",
                    0,
                    0,
                    _rule(
                        "lowered_by_two", "A band is lowered by two people only.", role=Role.SUPERVISOR, unwaivable=True
                    ),
                ),
            ),
        ),
        Frame(
            name="answers",
            columns=("question", "as_scored", "counted"),
            rows=RowCount(rule=_rule("answers_there", "The instrument, or its absence, is part of the score.")),
            expectations=(
                true("as_scored", _rule("answers_scored", "Each answer was scored as it now stands.")),
                true("counted", _rule("unknown_counted", "Each answer is yes or no, or counts as uncertainty.")),
            ),
        ),
    ),
)
