"""Whether a concern tells of a crime, so that somebody must read it as a report of one. A person judges it.

Home Office Counting Rules: a crime that is reported is recorded within 24 hours, whoever is told and in whatever words.
"""

from __future__ import annotations

import re

from casebook.domain.risk.risk_model import RiskModel, Tier

_HARM = frozenset({Tier.GRAVE, Tier.HARMFUL})
# what people say was done or threatened, in plain words; fear alone is no crime. A concern too many is read in a minute
_DONE = re.compile(
    r"\b(threat(s|en(s|ed|ing)?)?\b|(would|will|going to|gonna|'ll) (kill|hurt|burn|stab)|kill(s|ed)?\b|strangl|chok(e|ed|es|ing)\b"
    r"|throttl|smother|stab(s|bed|bing)?\b|hits?\b|hitting|beats?\b|beaten|beating|punch|kick(s|ed|ing)\b|slap|assault|attack(s|ed|ing)\b"
    r"|rap(e|es|ed|ing)\b|burn(s|ed|t)\b|stalk|follow(s|ed|ing) (me|her|him)|lock(s|ed) (me|her|him) in|broke (my|her|his)"
    r"|smash(es|ed)\b|hurts? (me|her|him|the)|grab(s|bed)\b|pushed|pinned|forc(es|ed) (me|her|him))",
    re.IGNORECASE,
)


def tells_of_crime(concern: str, model: RiskModel) -> bool:
    """Whether a text names an offence of the model's table that harms somebody, or tells of one in plain words."""
    return model.group(model.offences.by_text(concern)).tier in _HARM or bool(_DONE.search(concern))
