"""The gate at the end of follow-up: contacts made, declined or ended by two people; support offered; all ratified."""

from __future__ import annotations

from casebook.domain.case.follow_up import ContactResult
from casebook.domain.gates import Rule
from casebook.domain.vocabulary import Role, WorkKind
from expectations.suite import Frame, Gate, MayBeEmpty, RowCount, between, filled, one_of, same, true


def _rule(code: str, sentence: str, *, role: Role = Role.SUPERVISOR, unwaivable: bool = False) -> Rule:
    return Rule(code=code, sentence=sentence, mend_kind=WorkKind.MEND_QUALITY, mend_role=role, unwaivable=unwaivable)


GATE = Gate(
    "follow_up",
    (
        Frame(
            name="application",
            columns=(
                "outcome",
                "decided",
                "deliveries",
                "everybody_told",
                "support_offered",
                "all_offered",
                "danger_answered",
                "risk_assessed_again",
                "closing_summary",
            ),
            rows=RowCount(rule=_rule("application_there", "The application itself is there, once."), most=1),
            expectations=(
                same(
                    "outcome",
                    "decided",
                    _rule("outcome_as_decided", "Its outcome is the one that was approved.", unwaivable=True),
                ),
                between("deliveries", 1, None, _rule("told", "Its outcome was delivered.", unwaivable=True)),
                true(
                    "everybody_told",
                    _rule("everybody_told", "Everybody who is to be told has been told.", unwaivable=True),
                ),
                true("support_offered", _rule("support_offered", "Support was offered, whatever the outcome.")),
                true("all_offered", _rule("all_offered", "Every later contact of the policy was offered.")),
                true(
                    "danger_answered",
                    _rule("danger_answered", "Nothing about danger is open when it closes.", unwaivable=True),
                ),
                true(
                    "risk_assessed_again",
                    _rule("risk_assessed_again", "After a disclosure the risk was assessed again."),
                ),
                true(
                    "closing_summary",
                    _rule(
                        "closing_summary",
                        "A supervisor closes an application of high or critical risk with a summary.",
                        unwaivable=True,
                    ),
                ),
            ),
        ),
        Frame(
            name="deliveries",
            columns=("delivery", "two_officers", "trained"),
            rows=MayBeEmpty(because="that its outcome was delivered is asked of the application"),
            expectations=(
                true("two_officers", _rule("two_officers", "Two people delivered it, and the second attests it.")),
                true("trained", _rule("trained", "As many of them were trained in domestic abuse as policy asks.")),
            ),
        ),
        Frame(
            name="contacts",
            columns=("limit", "result", "reached_in_log", "inside_window", "attempts_enough", "closure_approved"),
            rows=MayBeEmpty(because="that all were offered is asked of the application"),
            expectations=(
                one_of(
                    "result",
                    list(ContactResult),
                    _rule(
                        "contacts_ended", "Each contact was made, declined, or given up.", role=Role.DISCLOSURE_OFFICER
                    ),
                ),
                true("reached_in_log", _rule("reached_in_log", "Whoever was reached was so in the log of contacts.")),
                true(
                    "inside_window",
                    _rule("inside_window", "Each contact that counts was made inside its time."),
                ),
                true(
                    "attempts_enough",
                    _rule("attempts_enough", "Nobody is given up before the attempts policy asks for."),
                ),
                true(
                    "closure_approved",
                    _rule("closure_approved", "A supervisor, and another person, gave them up.", unwaivable=True),
                ),
            ),
        ),
        Frame(
            name="attempts",
            columns=("contact", "safe"),
            rows=MayBeEmpty(because="every contact may have been declined"),
            expectations=(
                true(
                    "safe",
                    _rule(
                        "inside_safe_plan",
                        "Each attempt was inside the plan of its time, or under an override.",
                        unwaivable=True,
                    ),
                ),
            ),
        ),
        Frame(
            name="emergencies",
            columns=("emergency", "ratified_by", "as_answered"),
            rows=MayBeEmpty(because="few are told in an emergency, or decided out of cycle"),
            expectations=(
                filled(
                    "ratified_by",
                    _rule(
                        "emergency_judged", "The panel has said what it makes of each emergency.", role=Role.PANEL_CHAIR
                    ),
                ),
                true(
                    "as_answered",
                    _rule(
                        "ratified_as_answered", "What counts as ratified is what enough members of the panel answered."
                    ),
                ),
            ),
        ),
    ),
)
