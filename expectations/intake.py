"""The gate at the end of intake: minimum information there or explained, a safe-contact plan, a clock, repeats linked."""

from __future__ import annotations

from casebook.domain.gates import Rule
from casebook.domain.vocabulary import Priority, Role, WorkKind
from expectations.suite import Frame, Gate, MayBeEmpty, RowCount, filled, one_of, same, true


def _rule(code: str, sentence: str, *, role: Role = Role.INTAKE_OFFICER, unwaivable: bool = False) -> Rule:
    return Rule(code=code, sentence=sentence, mend_kind=WorkKind.MEND_QUALITY, mend_role=role, unwaivable=unwaivable)


GATE = Gate(
    "intake",
    (
        Frame(
            name="application",
            columns=("policy", "priority", "clock_anchor", "submitted_at"),
            rows=RowCount(
                rule=_rule("application_there", "The application itself is there, once.", role=Role.SUPERVISOR), most=1
            ),
            expectations=(
                filled(
                    "policy", _rule("policy_kept", "It names the policy it was received under.", role=Role.SUPERVISOR)
                ),
                one_of("priority", list(Priority), _rule("triaged", "It has a priority.", role=Role.SUPERVISOR)),
                same(
                    "clock_anchor",
                    "submitted_at",
                    _rule(
                        "clock_from_submission",
                        "Its clock runs from the moment of submission.",
                        role=Role.SUPERVISOR,
                        unwaivable=True,
                    ),
                ),
            ),
        ),
        Frame(
            name="minimum",
            columns=("what", "settled", "safe_contact"),
            rows=RowCount(
                rule=_rule("minimum_asked", "Every piece of minimum information was asked for.", role=Role.SUPERVISOR),
                least=9,
            ),
            expectations=(
                true("settled", _rule("minimum_settled", "Minimum information is there, or its absence is explained.")),
                true(
                    "safe_contact", _rule("safe_contact_plan", "It is known how the applicant may safely be contacted.")
                ),
            ),
        ),
        Frame(
            name="repeats",
            columns=("party", "linked"),
            rows=MayBeEmpty(because="most applications are the first about their people"),
            expectations=(
                true("linked", _rule("repeats_linked", "Earlier applications about the same people are linked.")),
            ),
        ),
        Frame(
            name="links",
            columns=("why", "both_sides"),
            rows=MayBeEmpty(because="most applications are the first about their people"),
            expectations=(
                true(
                    "both_sides",
                    _rule("both_sides_know", "Both applications of a link show it.", role=Role.SUPERVISOR),
                ),
            ),
        ),
    ),
)
