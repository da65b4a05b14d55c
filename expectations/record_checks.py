"""The gate at the end of record checks: a nil passes only when all was searched, or signed for by two people."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from casebook.domain.gates import Rule
from casebook.domain.vocabulary import Role, WorkKind
from expectations.suite import Frame, Gate, MayBeEmpty, RowCount, filled, one_of, true


def _rule(code: str, sentence: str, kind: WorkKind, role: Role, *, unwaivable: bool = False) -> Rule:
    return Rule(code=code, sentence=sentence, mend_kind=kind, mend_role=role, unwaivable=unwaivable)


def _searched(code: str, sentence: str, *, unwaivable: bool = False) -> Rule:
    return _rule(code, sentence, WorkKind.RETURN_SEARCH, Role.RESEARCHER, unwaivable=unwaivable)


SOURCES = Frame(
    name="sources",
    columns=("party", "source", "result", "fresh", "returned_by", "acceptable"),
    rows=RowCount(rule=_searched("sources_required", "At least one source must be searched.", unwaivable=True)),
    expectations=(
        one_of(
            "result",
            ["hit", "nil", "unavailable"],
            _searched("source_returned", "Every mandatory source has returned a result.", unwaivable=True),
        ),
        filled("returned_by", _searched("return_has_author", "Every return says whose it is.")),
        true("fresh", _searched("return_fresh", "No return is older than policy allows.")),
        true(
            "acceptable",
            _rule(
                "unavailable_accepted",
                "A source that cannot be had has a reason, and a supervisor accepted it.",
                WorkKind.RETURN_SEARCH,
                Role.SUPERVISOR,
            ),
        ),
    ),
)

COVERAGE = Frame(
    name="coverage",
    columns=("source", "variant", "covered_or_signed"),
    rows=RowCount(
        rule=_rule(
            "identity_to_search",
            "There is at least one identity of B that was to be searched.",
            WorkKind.MEND_QUALITY,
            Role.INTAKE_OFFICER,
        )
    ),
    expectations=(
        true(
            "covered_or_signed",
            _rule(
                "variants_covered",
                "Every identity of B is covered in every mandatory source, or a second person signed what is not.",
                WorkKind.STATE_ADEQUACY,
                Role.SECOND_READER,
                unwaivable=True,
            ),
        ),
    ),
)

REVIEW = (WorkKind.REVIEW_MATCH, Role.RESEARCHER)

CANDIDATES = Frame(
    name="candidates",
    columns=("candidate", "verdict", "reviewed_by", "reason", "seen_by_second"),
    rows=MayBeEmpty(because="a nil return has no candidates"),
    expectations=(
        one_of(
            "verdict",
            ["same", "different", "cannot_tell"],
            _rule("candidate_reviewed", "Every candidate was reviewed.", *REVIEW, unwaivable=True),
        ),
        filled("reviewed_by", _rule("review_has_author", "Every review says whose it is.", *REVIEW)),
        filled("reason", _rule("review_has_reason", "Every review says why.", *REVIEW)),
        true(
            "seen_by_second",
            _rule(
                "rejection_seen_by_second",
                "Every review of a candidate was looked at by a second person, who agrees.",
                WorkKind.SECOND_LOOK_AT_REJECTION,
                Role.SECOND_READER,
                unwaivable=True,
            ),
        ),
    ),
)

LINKS = Frame(
    name="links",
    columns=("pair", "verdict", "seen_by_second"),
    rows=MayBeEmpty(because="few applications may be about the subject of another"),
    expectations=(
        one_of(
            "verdict",
            ["same", "different", "cannot_tell"],
            _rule("link_reviewed", "Somebody looked at every application that may be about the same B.", *REVIEW),
        ),
        true(
            "seen_by_second",
            _rule(
                "link_rejection_seen_by_second",
                "Every one that is not said to be about the same B was looked at by a second person, who agrees.",
                WorkKind.SECOND_LOOK_AT_REJECTION,
                Role.SECOND_READER,
            ),
        ),
    ),
)

SIGNATURES = Frame(
    name="signatures",
    columns=("kind", "signed_by", "statement", "confidence", "by_another"),
    rows=RowCount(
        rule=_rule(
            "two_signatures", "Identity and adequacy are each signed for.", WorkKind.STATE_ADEQUACY, Role.SECOND_READER
        ),
        least=2,
    ),
    expectations=(
        filled(
            "signed_by",
            _rule(
                "signed_on_these_facts",
                "Identity and adequacy are signed on the facts as they are now.",
                WorkKind.SIGN_OFF_IDENTITY,
                Role.RESEARCHER,
                unwaivable=True,
            ),
        ),
        filled(
            "statement",
            _rule(
                "signature_says_why",
                "Each signature says what it rests on.",
                WorkKind.STATE_ADEQUACY,
                Role.SECOND_READER,
            ),
        ),
        one_of(
            "confidence",
            ["high", "medium", "low"],
            _rule(
                "identity_has_confidence",
                "The identity is signed with a stated confidence.",
                WorkKind.SIGN_OFF_IDENTITY,
                Role.RESEARCHER,
            ),
            when=Column("kind") == "identity",
        ),
        true(
            "by_another",
            _rule(
                "adequacy_by_another",
                "Adequacy is signed by somebody who did none of the research.",
                WorkKind.STATE_ADEQUACY,
                Role.SECOND_READER,
                unwaivable=True,
            ),
        ),
    ),
)

VERIFY = (WorkKind.VERIFY_APPLICANT, Role.SUPERVISOR)

SIGNS = Frame(
    name="signs",
    columns=("sign", "answered_by", "answered"),
    rows=MayBeEmpty(because="most applicants give no cause for doubt"),
    expectations=(
        true(
            "answered", _rule("sign_answered", "Every sign about the applicant is answered.", *VERIFY, unwaivable=True)
        ),
        filled(
            "answered_by", _rule("sign_has_answerer", "Every answer about the applicant says whose it is.", *VERIFY)
        ),
    ),
)

MEET = (WorkKind.MEET_APPLICANT, Role.INTAKE_OFFICER)

MEETING = Frame(
    name="meeting",
    columns=("kind", "held_or_excepted"),
    rows=RowCount(rule=_rule("meeting_once", "The application is there, once.", *MEET), most=1),
    expectations=(
        filled(
            "kind", _rule("meeting_recorded", "The applicant was met, or A located, or an exception recorded.", *MEET)
        ),
        true(
            "held_or_excepted",
            _rule(
                "meeting_held",
                "The meeting was held, or a supervisor accepted the reason why it cannot be.",
                *MEET,
            ),
        ),
    ),
)

GATE = Gate("record_checks", (SOURCES, COVERAGE, CANDIDATES, LINKS, SIGNATURES, SIGNS, MEETING))
