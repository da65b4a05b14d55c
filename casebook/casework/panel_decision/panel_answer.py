"""What a panel member answers, and what the chair decides, as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from casebook.casework.core.answers import Answer
from casebook.domain.case.panel_decision import Limb
from casebook.domain.vocabulary import Source
from casebook.policies import panel_refusals


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)


class LimbAnswer(_Part):
    met: bool
    reasons: str = Field(min_length=1)


class Representations(_Part):
    invited: bool = Field(description="Whether B is asked for representations. Never if that would endanger A.")
    reasons: str = Field(min_length=1)


class RecipientGiven(_Part):
    party: Literal["a"] | None = Field(default=None, description="a: the person at risk is told.")
    protector: str | None = Field(default=None, description="Or a person who can protect them.")
    why: str | None = Field(default=None, description="Why this protector.")
    with_childrens_services: bool = Field(default=False, description="Required if A is or may be under 18.")


class PassageGiven(_Part):
    item: str = Field(min_length=1, description="Id of the finding.")
    phrases: list[str] = Field(
        min_length=1, max_length=20, description="Codes of approved phrases, as the pack lists them for this finding."
    )


class Dissent(_Part):
    member: str = Field(min_length=1)
    reasons: str = Field(min_length=1)


class Decided(Answer):
    """A member's own answer or, from the chair, the panel's decision."""

    outcome: Literal[
        "disclosed_to_a", "disclosed_to_protector", "nothing_to_disclose", "not_disclosed", "out_of_scope",
        "insufficient_information",
    ]  # fmt: skip
    limbs: dict[Limb, LimbAnswer] = Field(default_factory=dict, description="The three-limb test, each with reasons.")
    rationale: str = Field(min_length=1, description="What was considered, what was left out, and why this follows.")
    representations: Representations | None = Field(default=None, description="Whether B is asked, and why or why not.")
    recipients: list[RecipientGiven] = Field(default_factory=list, description="Who is told.")
    items: list[str] = Field(default_factory=list, description="Ids of the findings to disclose.")
    wording: str | None = Field(
        default=None,
        description="Version of the approved wording to use; `casebook policy list` has them.",
    )
    words: list[PassageGiven] = Field(
        default_factory=list,
        description="From the chair, for a disclosure: the phrases in which each item is told. They make what is read out.",
    )
    refusal_reason: str | None = Field(
        default=None,
        description="The ground for not disclosing, of those that the policy allows.",
        json_schema_extra=lambda schema: schema.update(examples=[*panel_refusals.load().allowed]),
    )
    proceedings_considered: str | None = Field(default=None, description="If a finding is part of pending proceedings.")
    dissent: list[Dissent] = Field(default_factory=list, description="Members' other answers are added automatically.")
    search_again: list[Source] = Field(
        default_factory=list, description="If the information is insufficient: which sources to search again."
    )
    agencies_silent: list[str] = Field(default_factory=list, description="Asked, and did not reply by the meeting.")
    declares_conflict: str | None = Field(
        default=None, description="A conflict of interest. The member leaves the panel."
    )

    @property
    def signs(self) -> bool:
        """Whoever declares a conflict decides nothing, and should not read on."""
        return not self.declares_conflict
