"""What a panel may decide on the confirmed findings: the test, the refusals, the items, the recipients.

Each rule gives a reason or None; the first reason stands. Who sits, decides when, and approves is in `panel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain import words
from casebook.domain.actors import Reason
from casebook.domain.risk.risk_model import Disclosability
from casebook.domain.stages import DISCLOSING_OUTCOMES, NEGATIVE_OUTCOMES
from casebook.domain.vocabulary import Band, Outcome, Party

INSUFFICIENT = "insufficient_information"  # a state of the panel: it goes back to record checks and needs no approval
OWNERS = "C"  # handling: released only under its owner's conditions


class Limb(StrEnum):
    """The three-limb test."""

    NECESSARY = "necessary"  # to protect the person at risk from a crime
    PRESSING_NEED = "pressing_need"
    PROPORTIONATE = "proportionate"  # to the interference with the subject's rights


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One reason for which a panel may refuse."""

    words: str
    outcomes: tuple[Outcome, ...]
    limb: str  # the limb that must then be answered "not met"; empty: the reason stands beside the test
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Refusals:
    allowed: Mapping[str, Refusal]
    never: Mapping[str, str]  # reasons that people give and that are none, each with why


@dataclass(frozen=True, kw_only=True)
class HeldFinding:
    """A confirmed record about the subject, and what its owner said."""

    id: str
    standing: Disclosability
    owner: str | None = None  # None: ours
    handling: str | None = None
    agreed: bool | None = None  # None: the owner has not answered
    proceedings_pending: bool = False

    @property
    def asks_owner(self) -> bool:
        """Whether it may be released only with its owner's recorded agreement."""
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
    """A decision as the chair puts it."""

    outcome: str
    limbs: Mapping[Limb, bool]
    items: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    representations_told: bool = False  # whether, and why, the subject is to be heard is written down
    refusal: str | None = None
    wording: str | None = None
    proceedings_considered: bool = False


@dataclass(frozen=True, kw_only=True)
class DecisionBasis:
    """What the decision is made on."""

    findings: tuple[HeldFinding, ...]
    minor: bool  # the person at risk is, or may be, under 18
    refusals: Refusals

    @property
    def qualifying(self) -> tuple[HeldFinding, ...]:
        return tuple(each for each in self.findings if each.standing is Disclosability.QUALIFYING)

    def finding(self, finding_id: str) -> HeldFinding | None:
        return next((each for each in self.findings if each.id == finding_id), None)


def why_not_decide(draft: Draft, held: DecisionBasis) -> Reason | None:
    """The first reason for which the decision cannot be made like this."""
    if draft.outcome == INSUFFICIENT:
        return None
    return next((reason for rule in RULES if (reason := rule(draft, held))), None)


def _limbs_answered(draft: Draft, _: DecisionBasis) -> Reason | None:
    if missing := [limb for limb in Limb if limb not in draft.limbs]:
        return Reason("limb_unanswered", f"each limb needs an answer and reasons: {', '.join(missing)}")
    return None


def _representations_weighed(draft: Draft, _: DecisionBasis) -> Reason | None:
    if draft.representations_told:
        return None
    return Reason(
        "representations_unanswered", "say whether the subject is asked for representations, and why or why not"
    )


def _test_met(draft: Draft, _: DecisionBasis) -> Reason | None:
    unmet = [limb for limb, met in draft.limbs.items() if not met]
    if draft.outcome in DISCLOSING_OUTCOMES and unmet:
        return Reason("limb_not_met", f"a disclosure needs every limb met: {', '.join(sorted(unmet))}")
    return None


def _consistent(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.outcome == Outcome.NOTHING_TO_DISCLOSE and held.qualifying:
        return Reason(
            "qualifying_findings", f"{len(held.qualifying)} confirmed findings qualify: there is something to disclose"
        )
    return None


def _reason_given(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.outcome in DISCLOSING_OUTCOMES and draft.refusal:
        return Reason("refusal_of_a_disclosure", "a disclosure has no reason for refusing")
    if draft.outcome in {Outcome.NOT_DISCLOSED, Outcome.OUT_OF_SCOPE} and not draft.refusal:
        return Reason("refusal_reason_missing", f"give one of: {', '.join(_allowed(draft.outcome, held))}")
    return None


def _reason_allowed(draft: Draft, held: DecisionBasis) -> Reason | None:
    if (code := draft.refusal) is None:
        return None
    if code in held.refusals.never:
        return Reason("not_a_reason", f"'{words.REFUSAL.of(code)}' is no reason to refuse: {held.refusals.never[code]}")
    refusal = held.refusals.allowed.get(code)
    if refusal is None or draft.outcome not in refusal.outcomes:
        return Reason("not_a_reason", f"for {draft.outcome} give one of: {', '.join(_allowed(draft.outcome, held))}")
    if refusal.limb and draft.limbs.get(Limb(refusal.limb)) is not False:
        return Reason("limb_contradicts", f"{code} says that {refusal.limb} is not met, and it is answered met")
    return None


def _allowed(outcome: str, held: DecisionBasis) -> list[str]:
    return sorted(code for code, refusal in held.refusals.allowed.items() if outcome in refusal.outcomes)


def _owner_refused(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.refusal != "owner_refuses":
        return None
    if any(each.releasable for each in held.qualifying) or not any(each.agreed is False for each in held.findings):
        return Reason("owner_agrees", "something that qualifies may be released, or no owner has refused")
    return None


def _owners_heard(draft: Draft, held: DecisionBasis) -> Reason | None:
    silent = [each for each in held.qualifying if each.asks_owner and each.agreed is None]
    if draft.outcome in NEGATIVE_OUTCOMES and silent:
        return Reason("owner_unheard", f"{len(silent)} qualifying findings wait for their owner's answer")
    return None


def _items_releasable(draft: Draft, held: DecisionBasis) -> Reason | None:
    if draft.outcome not in DISCLOSING_OUTCOMES:
        return Reason("items_without_disclosure", "only a disclosure selects items") if draft.items else None
    if not draft.items:
        return Reason("no_items", "a disclosure says item by item what is told")
    for item in draft.items:
        finding = held.finding(item)
        if finding is None:
            return Reason("unknown_item", "an item is the id of a confirmed finding about the subject")
        if finding.standing is Disclosability.NOT:
            return Reason("item_does_not_qualify", "an item neither qualifies nor supports what does")
        if not finding.releasable:
            return Reason("not_released", "an item's owner has not agreed to its release")
    return None


def _proceedings_weighed(draft: Draft, held: DecisionBasis) -> Reason | None:
    chosen = [each for item in draft.items if (each := held.finding(item))]
    if any(each.proceedings_pending for each in chosen) and not draft.proceedings_considered:
        return Reason("proceedings_unweighed", "an item is part of pending proceedings: say how they were considered")
    return None


def _recipients_named(draft: Draft, _: DecisionBasis) -> Reason | None:
    if draft.outcome not in DISCLOSING_OUTCOMES:
        return None
    if any(
        (each.party is None) == (each.protector is None) or each.party not in {None, Party.A}
        for each in draft.recipients
    ):
        return Reason("bad_recipient", 'a recipient is {"party": "a"} or {"protector": who, "why": ...}; nobody else')
    told_a = any(each.party for each in draft.recipients)
    if draft.outcome == Outcome.DISCLOSED_TO_A and not told_a:
        return Reason("recipient_missing", "the person at risk is not among the recipients")
    if draft.outcome == Outcome.DISCLOSED_TO_PROTECTOR and (told_a or not draft.recipients):
        return Reason("recipient_missing", "name the people who can protect, and nobody else")
    return None


def _recipients_safe(draft: Draft, held: DecisionBasis) -> Reason | None:
    if any(each.protector and not each.why for each in draft.recipients):
        return Reason("protector_unexplained", "say why each protector is the one to be told")
    if held.minor and any(each.party and not each.with_childrens_services for each in draft.recipients):
        return Reason("minor_alone", "the person at risk is or may be under 18: tell them with children's services")
    return None


def _worded(draft: Draft, _: DecisionBasis) -> Reason | None:
    if draft.outcome in DISCLOSING_OUTCOMES and not draft.wording:
        return Reason("wording_missing", "name the version of the approved wording")
    return None


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
    """A refusal where the risk is grave needs a supervisor's recorded reason, and is on the list of exceptions."""
    return outcome in {Outcome.NOT_DISCLOSED, Outcome.OUT_OF_SCOPE} and band in {Band.HIGH, Band.CRITICAL}
