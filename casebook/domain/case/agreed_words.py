"""The words of one disclosure: approved phrases, filled with coded facts of the records that the panel chose.

No text that anybody typed goes into them, so that nothing can be told by which another victim could be known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Formatter

from casebook.domain.actors import Reason
from casebook.domain.case.wording import Phrase, Text, ToldFact, Wording, words

_YEAR = re.compile(r"(?:19|20)[0-9]{2}", re.ASCII)

RecordFacts = Mapping[ToldFact, Sequence[str]]  # the codes of each fact that a record has

MISSING = Reason("words_missing", "the panel has agreed no words for this disclosure: it must decide again")
CHANGED = Reason("words_changed", "the words are not those that were approved: the panel must decide again")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What is told of one item: codes of approved phrases, in the order in which they are read."""

    item: str
    phrases: tuple[str, ...]


def facts_told(record: Mapping[str, object], group: str) -> RecordFacts:
    """The facts of a record that a phrase may tell. `group`: the group of its offence. Who the victim is is none of them."""
    flags = record.get("flags")
    year = str(record.get("date") or "")[:4]
    given = {
        ToldFact.YEAR: [year] if _YEAR.fullmatch(year) else [],
        ToldFact.OFFENCE: [group],
        ToldFact.VICTIM: [str(record.get("victim_relationship") or "")],
        ToldFact.INDICATORS: [str(flag) for flag in flags] if isinstance(flags, list) else [],
    }
    return {fact: codes for fact, codes in given.items() if any(codes)}


def sentences(wording: Wording, kind: str, facts: RecordFacts) -> dict[str, str]:
    """Every phrase that can be said of a record of this kind, with the sentence it makes."""
    said = {code: _sentence(wording, code, kind, facts) for code in wording.phrases}
    return {code: sentence for code, sentence in said.items() if isinstance(sentence, str)}


def why_not_say(
    wording: Wording,
    passages: Sequence[Passage],
    *,
    items: Collection[str],
    known: Mapping[str, tuple[str, RecordFacts]],
) -> Reason | None:
    """The first reason why these passages are not the words of a disclosure of these items. `known`: item -> kind, facts."""
    told = [passage.item for passage in passages]
    if missing := set(items) - {passage.item for passage in passages if passage.phrases}:
        return Reason(
            "item_without_words", f"say with approved phrases what is told of each item. Missing: {len(missing)}"
        )
    if set(told) - set(items) or len(told) != len(set(told)):
        return Reason(
            "words_of_no_item", "words are given once for each item that the panel chose, and for nothing else"
        )
    for passage in passages:
        if passage.item not in known:
            return Reason("words_of_no_item", "words can be given for confirmed findings only")
        kind, facts = known[passage.item]
        for code in passage.phrases:
            if isinstance(said := _sentence(wording, code, kind, facts), Reason):
                return said
    return None


def composed(wording: Wording, passages: Sequence[Passage], known: Mapping[str, tuple[str, RecordFacts]]) -> str | None:
    """The whole text as it is read out, with its approved beginning and end. None if the passages do not make one."""
    if not passages or why_not_say(wording, passages, items={passage.item for passage in passages}, known=known):
        return None
    told = "\n\n".join(
        " ".join(str(_sentence(wording, code, *known[passage.item])) for code in passage.phrases)
        for passage in passages
    )
    # a force's own text may lack the sentence after which it is told: then it is told at its end
    before, mark, after = wording.texts[Text.DISCLOSURE].strip().partition(wording.told_after)
    text = f"{before}{mark}\n\n{told}{after}"
    return words(replace(wording, texts={**wording.texts, Text.DISCLOSURE: text}), Text.DISCLOSURE)


def words_digest(text: str) -> str:
    """What names the words that were approved: SHA-256, hex. It is personal, as it can be guessed from the phrases."""
    return hashlib.sha256(text.encode()).hexdigest()


def why_not_read(agreed: str | None, *, makes: str | None, approved: str | None) -> Reason | None:
    """Why words may not be read to anybody. `makes`: what its phrases make. `approved`: the digest of what was approved."""
    if not agreed or approved is None:
        return MISSING
    if agreed != makes or words_digest(agreed) != approved:
        return CHANGED
    return None


def _sentence(wording: Wording, code: str, kind: str, facts: RecordFacts) -> str | Reason:
    phrase = wording.phrases.get(code)
    if phrase is None:
        return Reason("unknown_phrase", "use phrases of the approved wording: the pack has those of each item")
    if phrase.kinds and kind not in phrase.kinds:
        return Reason("phrase_of_another_kind", f"the phrase {code} is for another kind of record than the item")
    slots = {fact: _told(wording, fact, facts.get(fact, ())) for fact in slots_of(phrase)}
    if unknown := sorted(fact for fact, told in slots.items() if not told):
        return Reason(
            "fact_not_told",
            f"the phrase {code} needs what the record does not say, or has no approved words: {', '.join(unknown)}",
        )
    return phrase.words.format(**slots)


def slots_of(phrase: Phrase) -> list[ToldFact]:
    """The facts that a phrase tells."""
    return [ToldFact(name) for _, name, _, _ in Formatter().parse(phrase.words) if name is not None]


def _told(wording: Wording, fact: ToldFact, codes: Sequence[str]) -> str:
    """A fact in approved words; empty if it is not known, or a code has none."""
    if fact is ToldFact.YEAR:
        return next(iter(codes), "")
    told = [wording.facts.get(fact, {}).get(code, "") for code in codes]
    return _together(told) if all(told) else ""


def _together(told: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))
