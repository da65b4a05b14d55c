"""What a panel may decide on the confirmed findings: the test, the grounds for refusing, the items, the recipients.

Each rule returns a reason or None; the first reason is shown. Who sits, when they decide and who approves is in `panel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.case import agreed_words
from casebook.domain.case.agreed_words import Passage, RecordFacts
from casebook.domain.case.wording import Wording
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.stages import DISCLOSING_OUTCOMES, NEGATIVE_OUTCOMES
from casebook.domain.vocabulary import Band, Outcome, Party

INSUFFICIENT = "insufficient_information"  # a state of the panel: it goes back to record checks and needs no approval
OWNERS = "C"  # handling code: released only under its originator's conditions


class Limb(StrEnum):
    """The three-limb test."""

    NECESSARY = "necessary"  # to protect the person at risk from a crime
    PRESSING_NEED = "pressing_need"
    PROPORTIONATE = "proportionate"  # to the interference with the subject's rights


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One ground on which a panel may refuse to disclose."""

    words: str
    outcomes: tuple[Outcome, ...]
    limb: str  # the limb that must then be answered "not met"; empty: the ground is independent of the test
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Refusals:
    version: str = "1"
    allowed: Mapping[str, Refusal]
    never: Mapping[str, str]  # grounds that people give but that are not allowed, each with why


@dataclass(frozen=True, kw_only=True)
class HeldFinding:
    """A confirmed record about the subject, and its originator's answer."""

    id: str
    standing: Disclosability
    owner: str | None = None  # None: our own
    handling: str | None = None
    agreed: bool | None = None  # None: the originator has not answered
    proceedings_pending: bool = False

    @property
    def asks_owner(self) -> bool:
        """Whether it may be released only with its originator's recorded agreement."""
        conditions = (self.handling or "").upper() == OWNERS
        return self.standing is not Disclosability.NOT and (self.owner is not None or conditions)

    @property
    def releasable(self) -> bool:
        return self.standing is not Disclosability.NOT and (not self.asks_owner or self.agreed is True)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is to be told: the person at risk, or somebody who can protect them."""

    party: str | None = None
    protector: str | None = None
    why: str | None = None
    with_childrens_services: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A decision as the chair proposes it."""

    outcome: str
    limbs: Mapping[Limb, bool]
    items: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    representations_told: bool = False  # it is recorded whether the subject is to be heard, and why
    refusal: str | None = None
    wording: str | None = None
    passages: tuple[Passage, ...] = ()  # the words in which each item is told
    proceedings_considered: bool = False


@dataclass(frozen=True, kw_only=True)
class DecisionBasis:
    """The facts that the decision is made on."""

    findings: tuple[HeldFinding, ...]
    minor: bool  # the person at risk is, or may be, under 18
    refusals: Refusals
    wording: Wording | None = None  # the one that the draft names
    told: Mapping[str, tuple[str, RecordFacts]] = field(
        default_factory=dict
    )  # finding -> kind of record, what may be told

    @property
    def qualifying(self) -> tuple[HeldFinding, ...]:
        return tuple(finding for finding in self.findings if finding.standing is Disclosability.QUALIFYING)

    def finding(self, finding_id: str) -> HeldFinding | None:
        return next((finding for finding in self.findings if finding.id == finding_id), None)


def why_not_decide(draft: Draft, held: DecisionBasis) -> Reason | None:
    """The first reason why this decision cannot be made."""
    if draft.outcome == INSUFFICIENT:
        return None
    return next((reason for rule in RULES if (reason := rule(draft, held))), None)


def _limbs_answered(draft: Draft, _: DecisionBasis) -> Reason | None:
    if missing := [limb for limb in Limb if limb not in draft.limbs]:
        return Reason(
            "limb_unanswered", f"answer each limb of the test, with reasons. Missing: {words.LIMB.choices(missing)}"
        )
    return None


def _representations_weighed(draft: Draft, _: DecisionBasis) -> Reason | None:
    if draft.representations_told:
        return None
    return Reason("representations_unanswered", "say whether the subject is asked for representations, and why")


def _test_met(draft: Draft, _: DecisionBasis) -> Reason | None:
    unmet = [limb for limb, met in draft.limbs.items() if not met]
    if draft.outcome in DISCLOSING_OUTCOMES and unmet:
        return Reason(
            "limb_not_met",
            f"a disclosure needs every limb of the test met. Not met: {words.LIMB.choices(sorted(unmet))}",
        )
    return None


def _consistent(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.outcome == Outcome.NOTHING_TO_DISCLOSE and held.qualifying:
        return Reason(
            "qualifying_findings", f"there is something to disclose: {len(held.qualifying)} confirmed findings qualify"
        )
    return None


def _reason_given(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.outcome in DISCLOSING_OUTCOMES and draft.refusal:
        return Reason("refusal_of_a_disclosure", "a decision to disclose cannot have a ground for refusing")
    if draft.outcome in {Outcome.NOT_DISCLOSED, Outcome.OUT_OF_SCOPE} and not draft.refusal:
        return Reason("refusal_reason_missing", f"give a ground for refusing, one of: {_allowed(draft.outcome, held)}")
    return None


def _reason_allowed(draft: Draft, held: DecisionBasis) -> Reason | None:
    if (code := draft.refusal) is None:
        return None
    if code in held.refusals.never:
        return Reason(
            "not_a_reason", f"'{words.REFUSAL.of(code)}' is not a ground for refusing: {held.refusals.never[code]}"
        )
    refusal = held.refusals.allowed.get(code)
    if refusal is None or draft.outcome not in refusal.outcomes:
        outcome = words.OUTCOME.of(draft.outcome)
        return Reason("not_a_reason", f"for the outcome '{outcome}' give one of: {_allowed(draft.outcome, held)}")
    if refusal.limb and draft.limbs.get(Limb(refusal.limb)) is not False:
        ground, limb = words.REFUSAL.of(code), words.LIMB.of(refusal.limb)
        return Reason(
            "limb_contradicts", f"'{ground}' means that the limb '{limb}' is not met, but it is answered as met"
        )
    return None


def _allowed(outcome: str, held: DecisionBasis) -> str:
    """The grounds for refusing that an outcome may have, as choices."""
    return words.REFUSAL.choices(
        sorted(code for code, refusal in held.refusals.allowed.items() if outcome in refusal.outcomes)
    )


def _owner_refused(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.refusal != "owner_refuses":
        return None
    a_refusal = any(finding.agreed is False for finding in held.findings)
    if any(finding.releasable for finding in held.qualifying) or not a_refusal:
        return Reason("owner_agrees", "a qualifying finding may be released, or no originator has refused a release")
    return None


def _owners_heard(draft: Draft, held: DecisionBasis) -> Reason | None:
    unanswered = [finding for finding in held.qualifying if finding.asks_owner and finding.agreed is None]
    if draft.outcome in NEGATIVE_OUTCOMES and unanswered:
        return Reason("owner_unheard", f"{len(unanswered)} qualifying findings wait for their originator's answer")
    return None


def _items_releasable(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.outcome not in DISCLOSING_OUTCOMES:
        return Reason("items_without_disclosure", "only a decision to disclose can have items") if draft.items else None
    if not draft.items:
        return Reason("no_items", "list the items to disclose")
    for item in draft.items:
        finding = held.finding(item)
        if finding is None:
            return Reason("unknown_item", "each item must be the id of a confirmed finding about the subject")
        if finding.standing is Disclosability.NOT:
            return Reason(
                "item_does_not_qualify", "an item could not be disclosed: it does not qualify, alone or with others"
            )
        if not finding.releasable:
            return Reason("not_released", "an item's originator has not agreed to its release")
    return None


def _proceedings_weighed(draft: Draft, held: DecisionBasis) -> Reason | None:
    chosen = [finding for item in draft.items if (finding := held.finding(item))]
    if any(finding.proceedings_pending for finding in chosen) and not draft.proceedings_considered:
        return Reason("proceedings_unweighed", "an item is part of pending proceedings: say how they were considered")
    return None


def _recipients_named(draft: Draft, _: DecisionBasis) -> Reason | None:
    if draft.outcome not in DISCLOSING_OUTCOMES:
        return None
    if any(
        (recipient.party is None) == (recipient.protector is None) or recipient.party not in {None, Party.A}
        for recipient in draft.recipients
    ):
        return Reason("bad_recipient", 'each recipient must be {"party": "a"} or {"protector": who, "why": ...}')
    told_a = any(recipient.party for recipient in draft.recipients)
    if draft.outcome == Outcome.DISCLOSED_TO_A and not told_a:
        return Reason("recipient_missing", "the person at risk is not among the recipients")
    if draft.outcome == Outcome.DISCLOSED_TO_PROTECTOR and (told_a or not draft.recipients):
        return Reason("recipient_missing", "name the people who can protect the person at risk, and nobody else")
    return None


def _recipients_safe(draft: Draft, held: DecisionBasis) -> Reason | None:
    if any(recipient.protector and not recipient.why for recipient in draft.recipients):
        return Reason("protector_unexplained", "say why each protector is to be told")
    alone = any(recipient.party and not recipient.with_childrens_services for recipient in draft.recipients)
    if held.minor and alone:
        return Reason("minor_alone", "the person at risk is or may be under 18: tell them with children's services")
    return None


def _worded(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.outcome not in DISCLOSING_OUTCOMES:
        if draft.passages:
            return Reason("words_without_disclosure", "this outcome has fixed words: give none of your own choice")
        return None
    if not draft.wording or held.wording is None:
        return Reason("wording_missing", "name the version of the approved wording")
    return agreed_words.why_not_say(held.wording, draft.passages, items=draft.items, known=held.told)


RULES: tuple[Callable[[Draft, DecisionBasis], Reason | None], ...] = (
    _limbs_answered,
    _consistent,
    _owners_heard,
    _test_met,
    _representations_weighed,
    _reason_given,
    _reason_allowed,
    _owner_refused,
    _items_releasable,
    _proceedings_weighed,
    _recipients_named,
    _recipients_safe,
    _worded,
)


def needs_supervisor(outcome: str, band: str | None) -> bool:
    """Whether a supervisor must record a reason: for a refusal when the risk is grave. It is listed as an exception."""
    return outcome in {Outcome.NOT_DISCLOSED, Outcome.OUT_OF_SCOPE} and band in {Band.HIGH, Band.CRITICAL}
