"""Every code that a person can meet has words: one that is added without them fails here."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from enum import StrEnum

import pytest
from source_tree import MIGRATIONS, MODULES, ROOT, tree

import casebook
from casebook import policies
from casebook.domain import (
    account_changes,
    actors,
    authority,
    back_test,
    documents,
    escalation,
    gates,
    policy,
    triage,
    vocabulary,
    words,
)
from casebook.domain.case import (
    chronology,
    circumstances,
    conflict,
    coverage,
    early_end,
    finding,
    follow_up,
    intake,
    namesakes,
    open_check,
    own_register,
    panel_day,
    panel_decision,
    papers,
    plan_change,
    record_checks,
    running_cases,
    safe_contact,
    uncovered,
    wording,
)
from casebook.domain.monitor import decision_monitor
from casebook.domain.review import (
    cases,
    evidence,
    failure_modes,
    register_cells,
    register_headings,
    signs,
    suspicions,
    urgency,
)
from casebook.domain.risk import completeness, instruments, offences, risk_assessment, risk_model
from casebook.domain.words import case_file, checks, deciding, events, operations, reasons, scheme
from casebook.domain.words import finding as finding_words
from casebook.domain.words import review as review_words
from casebook.policies import panel_refusals
from casebook.policies import risk_model as risk_models
from casebook.storage.reporting import board
from casebook.values import dates, identifiers

CODE = re.compile(r"[a-z][a-z0-9_]*")

ENUMS: dict[type[StrEnum], words.Vocabulary] = {
    account_changes.AccountChange: operations.ACCOUNT_CHANGE,
    chronology.NoteCategory: case_file.NOTE_CATEGORY,
    chronology.Caller: case_file.CALLER,
    chronology.CallOpens: case_file.CALL_OPENS,
    chronology.TimelineKind: case_file.TIMELINE,
    papers.PaperCategory: case_file.PAPER_CATEGORY,
    papers.PaperKind: case_file.PAPER_KIND,
    running_cases.ToldStep: case_file.TOLD_STEP,
    open_check.CheckPoint: case_file.CHECK_POINT,
    open_check.PointResult: case_file.POINT_RESULT,
    vocabulary.Stage: scheme.STAGE,
    vocabulary.Route: scheme.ROUTE,
    vocabulary.Applicant: scheme.APPLICANT,
    vocabulary.Party: scheme.PARTY,
    vocabulary.Answer3: scheme.ANSWER,
    vocabulary.Sex: scheme.SEX,
    vocabulary.Certainty: scheme.CERTAINTY,
    vocabulary.Relationship: scheme.RELATIONSHIP,
    vocabulary.Channel: scheme.CHANNEL,
    early_end.SaidBy: scheme.SAID_BY,
    vocabulary.Identified: scheme.IDENTIFIED,
    vocabulary.RecordKind: scheme.RECORD_KIND,
    vocabulary.VictimRelationship: scheme.VICTIM,
    vocabulary.Flag: scheme.FLAG,
    vocabulary.Source: scheme.SOURCE,
    vocabulary.Outcome: scheme.OUTCOME,
    vocabulary.Role: scheme.ROLE,
    vocabulary.Priority: scheme.PRIORITY,
    vocabulary.Band: deciding.BAND,
    vocabulary.MatchBand: checks.MATCH_BAND,
    vocabulary.WorkKind: scheme.WORK,
    vocabulary.Limit: scheme.LIMIT,
    authority.Command: operations.COMMAND,
    coverage.VariantFamily: checks.FAMILY,
    decision_monitor.ChartKind: review_words.CHART,
    decision_monitor.Side: review_words.SIDE,
    decision_monitor.FunnelPlace: review_words.FUNNEL,
    escalation.WhyStalled: operations.ESCALATION,
    follow_up.Chosen: deciding.CHOSEN,
    follow_up.ContactResult: deciding.FOLLOWED,
    gates.Severity: checks.SEVERITY,
    gates.GateOutcome: checks.GATE,
    gates.GateFault: checks.GATE_FAULT,
    identifiers.IdentifierKind: checks.IDENTIFIER,
    dates.DateFault: checks.IDENTIFIER_FAULT,
    instruments.Reply: scheme.ANSWER,
    offences.Basis: deciding.BASIS,
    panel_decision.Limb: deciding.LIMB,
    plan_change.AskedBy: deciding.ASKED_BY,
    plan_change.PlanEffect: deciding.PLAN_EFFECT,
    policy.Unit: scheme.UNIT,
    policy.Anchor: scheme.ANCHOR,
    record_checks.SearchResult: checks.RESULT,
    record_checks.RowResult: checks.RESULT,
    record_checks.MatchVerdict: checks.VERDICT,
    record_checks.SignCode: checks.APPLICANT_SIGN,
    register_cells.RegisterDoubt: review_words.CELL,
    register_headings.HeadingFrom: review_words.HEADING,
    urgency.ContactPriority: review_words.CONTACT_PRIORITY,
    suspicions.Suspicion: review_words.SUSPICION,
    signs.Sign: review_words.SIGN,
    evidence.FailureFamily: review_words.FAILURE_FAMILY,
    evidence.FailureMode: review_words.FAILURE_MODE,
    cases.CampaignKind: review_words.CAMPAIGN,
    cases.OwnDecision: review_words.OWN_DECISION,
    cases.ReviewOutcome: review_words.REVIEW_OUTCOME,
    cases.ContactProgress: review_words.PROGRESS,
    circumstances.CircumstanceKind: deciding.CIRCUMSTANCE,
    completeness.WhyIncomplete: deciding.INCOMPLETE,
    risk_assessment.Judgement: deciding.JUDGEMENT,
    risk_model.Tier: deciding.TIER,
    risk_model.Disclosability: deciding.QUALIFIES,
    safe_contact.Purpose: deciding.PURPOSE,
    safe_contact.Override: deciding.OVERRIDE,
    triage.TriageSign: reasons.CAUSE,
    documents.DocumentKind: operations.DOCUMENT,
    documents.DocumentOrigin: operations.ORIGIN,
    actors.ActOrigin: operations.ACT_ORIGIN,
    back_test.Area: operations.AREA,
    back_test.Effect: operations.EFFECT,
    conflict.SharedDetail: checks.TIE,
    uncovered.WhyUncovered: checks.UNCOVERED,
    namesakes.ListPlace: checks.PLACE,
    own_register.LinkKind: checks.LINK,
    wording.Text: deciding.TEXT,
    panel_day.Presence: case_file.PRESENCE,
    panel_day.SharingCode: checks.HANDLING,
    panel_day.AnswerTime: case_file.ANSWER_TIME,
    wording.ToldFact: deciding.TOLD_FACT,
    finding.AskedKind: finding_words.ASKED,
    finding.HowAgrees: finding_words.AGREES,
    finding.WhyUnused: finding_words.UNUSED,
    finding.ContactCaution: finding_words.CAUTION,
}

# the name of a field of an answer, or of an alias -> the vocabulary of its codes
LITERALS: dict[str, words.Vocabulary] = {
    "CallActedOn.done": deciding.CALL_DONE,
    "DraftFinished.done": deciding.DRAFT_DONE,
    "asked": deciding.WHO_ASKED,
    "DangerAsked.result": deciding.DANGER_ASKED,
    "lower_to": scheme.PRIORITY,
    "action": deciding.ACKNOWLEDGED,
    "overrun_reason": deciding.OVERRUN,
    "Checked": scheme.ANSWER,
    "source_evaluation": checks.EVALUATION,
    "intelligence_assessment": checks.ASSESSMENT,
    "handling": checks.HANDLING,
    "sex": scheme.SEX,
    "result": deciding.FOLLOWED,
    "SearchReturned.result": checks.RESULT,
    "Safeguarded.result": deciding.FOUND,
    "CheckedBeforeTelling.result": review_words.BEFORE_TELLING,
    "outcome": scheme.OUTCOME,
    "rung": review_words.PROGRESS,
    "agency": deciding.AGENCY,
    "decision": deciding.WATCHED,
    "conclusion": review_words.CONCLUSION,
    "undertaking": deciding.UNDERTAKING,
    "party": scheme.PARTY,
    "EVIDENCE": checks.PROOF,
    "name": deciding.INSTRUMENT,
    "done": checks.MENDED,
    "RejectedRowRead.done": deciding.READ_ROW,
    "confidence": checks.CONFIDENCE,
    "actions": deciding.SAFEGUARDED,
    "people_to_refer": deciding.REFERRED,
    "answered": deciding.REFERRAL_ANSWER,
    "method": review_words.METHOD,
    "ExpectedFrom": review_words.EXPECTED,
    "ReasonCode": reasons.CAUSE,
}


def modules(*rooms):
    for name in MODULES:
        if name.startswith(tuple(f"{room}/" for room in rooms)) and not name.startswith(("casebook/demo/", MIGRATIONS)):
            yield name, tree(name)


def constants():
    """Every module-level name that is bound to one string, wherever it stands."""
    found = {}
    for _, module in modules("casebook", "flows"):
        for node in module.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                found.setdefault(node.targets[0].id, set()).add(node.value.value)
    return found


CONSTANTS = constants()


def codes_of(node):
    """The codes that an expression can be; of an f-string what stands before its first value, with a star."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from codes_of(one)
            yield from codes_of(other)
        case ast.BoolOp(values=values):
            for value in values:
                yield from codes_of(value)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            yield from CONSTANTS.get(name, ())
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            yield f"{text}*"
        case ast.JoinedStr(values=[_, ast.Constant(value=str(text))]):
            yield f"*{text}"


def calls(*rooms):
    for name, module in modules(*rooms):
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                yield name, node


def called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def keyword(node, *names):
    return [each.value for each in node.keywords if each.arg in names]


def events_written():
    for _, node in calls("casebook", "flows", "deployments"):
        places = keyword(node, "event_name")
        if called(node) == "record" and len(node.args) > 1:
            places += node.args[1:2]
        if called(node) == "record_many" and ast.unparse(node.func).startswith("act."):
            places += node.args[:1]
        for place in places:
            yield from codes_of(place)


def reasons_given():
    for name, node in calls("casebook/casework", "casebook/storage", "flows"):
        if called(node) == "Broken":
            continue  # its `what` names a place in the ledger
        places = keyword(node, "because", "cause", "reason", "what")
        if called(node) in {"wake", "reopen", "agreed", "notify", "_close_early"}:
            places += node.args[1:]
        for place in places:
            yield from ((name, code) for code in codes_of(place) if CODE.fullmatch(code.strip("*:").replace(":", "_")))
    for name, module in modules("casebook/casework"):
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and "cancelled_why" in ast.unparse(node.targets[0]):
                last = node.value.elts[-1] if isinstance(node.value, ast.Tuple) else node.value
                yield from ((name, code) for code in codes_of(last))
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant | ast.IfExp):
                yield from ((name, code) for code in codes_of(node.value) if "_too_old" in code)


def has_words(code):
    head, star, _ = code.partition("*")
    if star and not head:
        return code == "*_done"
    if ":" in code:
        return code.partition(":")[0] in reasons.COMPOSED
    if star:
        return any(each.startswith(head) for each in reasons.CAUSE.words)
    return any(code in each.words for each in reasons.SIMPLE)


def literals():
    for name, module in modules("casebook/casework", "casebook/monitor", "flows"):
        for holder in ast.walk(module):
            for node in getattr(holder, "body", []) if isinstance(holder, ast.ClassDef | ast.Module) else []:
                target = node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0]
                value = getattr(node, "annotation", None) or getattr(node, "value", None)
                for part in ast.walk(value) if isinstance(target, ast.Name) and value is not None else ():
                    if isinstance(part, ast.Subscript) and getattr(part.value, "id", "") == "Literal":
                        listed = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
                        yield name, getattr(holder, "name", ""), target.id, [each.value for each in listed]


def strings(path, function):
    """The first argument of every call of a function in one module, where it is a string."""
    for _, node in calls(path):
        if called(node) == function and node.args and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_member_has_words(kind):
    assert [member for member in kind if member not in ENUMS[kind].words] == []


def test_no_enumeration_of_codes_is_left_out():
    for each in pkgutil.walk_packages(casebook.__path__, "casebook."):
        if "migrations" not in each.name:
            importlib.import_module(each.name)
    found = {each for each in StrEnum.__subclasses__() if each.__module__.startswith("casebook.")}
    assert found == set(ENUMS)


EARLIER = {"ledger_sealed"}  # events that only earlier releases wrote, and that their homes still show


def test_every_event_of_the_ledger_has_words_and_no_other_has():
    written = {code for code in events_written() if CODE.fullmatch(code)}
    assert len(written) > 80  # the walk finds them
    assert written - set(events.EVENT.words) == set()
    assert set(events.EVENT.words) - written == EARLIER


def test_every_reason_that_is_written_has_words():
    given = set(reasons_given())
    assert len(given) > 60
    assert {(name, code) for name, code in given if not has_words(code)} == set()


def test_every_code_of_an_answer_has_words():
    found = list(literals())
    assert len(found) > 20
    lacking = [
        (name, field, code)
        for name, holder, field, codes in found
        for code in codes
        if code and code not in LITERALS.get(f"{holder}.{field}", LITERALS[field]).words
    ]
    assert lacking == []


def test_the_codes_of_tables_and_policies_have_words():
    refusals, model = panel_refusals.load(), risk_models.load()
    rules = [policies.load(name) for name in policies.names()]
    assert set(failure_modes.NAMES) == set(review_words.FAILURE_MODE.words)
    assert {*refusals.allowed, *refusals.never} == set(deciding.REFUSAL.words)
    assert {pause.reason for each in rules for pause in each.pauses} <= set(deciding.PAUSE.words)
    assert {each.name for each in model.numbers.lethality} <= set(scheme.FLAG.words)
    assert set(model.numbers.signs.points.value) <= set(scheme.FLAG.words)
    assert set(intake.MINIMUM) <= set(checks.DOUBT.words)
    assert set(board.STATES) == set(operations.STATE.words)


def test_the_faults_of_the_ledger_and_of_sources_have_words():
    broken = {
        code for _, node in calls("casebook") if called(node) == "Broken" for code in codes_of(keyword(node, "code")[0])
    }
    assert broken == set(events.FAULT.words)
    faults = {
        code
        for _, node in calls("casebook")
        if called(node) == "SourceFault"
        for place in (*node.args[1:2], *keyword(node, "code"))
        for code in codes_of(place)
    }
    assert faults <= set(checks.SOURCE_FAULT.words)
    assert faults


def test_every_line_of_a_score_has_words():
    found = set(strings("casebook/domain", "line"))
    assert len(found) > 5
    assert found <= set(deciding.FACTOR.words)


def test_every_reason_against_a_contact_has_words():
    named = next(
        node
        for node in tree("casebook/domain/case/safe_contact.py").body
        if getattr(node, "name", "") == "why_not_safe"
    )
    found = {
        code
        for node in ast.walk(named)
        if isinstance(node, ast.Call) and called(node) == "Reason"
        for code in codes_of(node.args[0])
    }
    assert found
    assert found <= set(deciding.CONTACT_FAULT.words)


def test_a_form_s_own_doubts_have_words():
    source = (ROOT / "casebook/domain/case/intake.py").read_text("utf-8")
    found = set(re.findall(r'all_doubts\.append\("(\w+)"\)', source))
    assert found
    assert found <= set(checks.DOUBT.words)


def test_no_words_are_a_code():
    """Words that are the code again are no words; one usual word may be."""
    shown = [text for each in words.VOCABULARIES for text in each.words.values() if "_" in text and "{" not in text]
    assert shown == []


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("immediate_safeguarding:immediate_danger", "immediate safeguarding: immediate danger"),
        ("immediate_safeguarding:lethality_sign:weapon", "immediate safeguarding: high-risk indicator: weapon"),
        ("overrun:whole_process+record_checks", "a limit has passed: whole process, record checks"),
        ("gate_broken:panel_decision", "the gate of panel decision is broken"),
        ("meet_applicant_done", "work done: meet the applicant"),
        ("lower_priority:high", "lower the priority to high"),
        ("not_done:assess_risk", "nobody did this after every escalation level: assess the risk"),
        ("neighbour_reported_shouts", "neighbour reported shouts"),  # staff may write a code of their own
        ("He said: stop, at 12:30", "He said: stop, at 12:30"),  # or a sentence
        (None, "-"),
    ],
)
def test_a_reason_of_several_parts_is_a_sentence(code, says):
    assert words.reason(code) == says


def test_codes_of_a_field_are_said_by_its_vocabulary():
    assert words.of_field("kinds", ["decide", "return_search"]) == "decide, return a search"
    assert words.of_field("to", "follow_up") == "follow-up"
    assert words.of_field("to", "high") == "high"
    assert words.of_field("surname", "decide") is None


def test_an_unknown_code_is_spelled_out_and_none_is_a_dash():
    assert words.ROLE.of("borough_lead") == "borough lead"
    assert words.ROLE.of(None) == "-"
