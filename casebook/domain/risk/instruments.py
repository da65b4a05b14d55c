"""Reads the answers to a risk questionnaire: what was answered, what is not known, and what the form does not ask."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from casebook.domain.risk.risk_model import InstrumentForm, InstrumentQuestion
from casebook.domain.risk.subject_records import PRINTABLE, InputError, word


class Reply(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


# if one question is answered under two spellings, the answer that weighs more counts
WEIGHT = {Reply.YES: 3, Reply.UNKNOWN: 2, Reply.NOT_ASKED: 1, Reply.NO: 0}


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """The questions and answers as stored: codes and replies as they were sent."""

    name: str
    answers: tuple[tuple[str, str], ...] = ()  # sorted by code
    version: str = ""  # of the questionnaire, if the sender gives it

    @classmethod
    def from_dict(cls, value: object) -> "Instrument | None":
        if value is None:
            return None
        answers = value.get("answers") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(answers, Mapping | None):
            raise InputError('instrument must be {"name": text, "answers": {code: reply}}', "bad_instrument")
        name, version = value.get("name") or "", value.get("version") or ""
        replies = [(code, "unknown" if reply is None else reply) for code, reply in (answers or {}).items()]
        if not all(isinstance(text, str) for text in (name, version, *(part for pair in replies for part in pair))):
            raise InputError("the name, version, codes and replies of an instrument must be texts", "bad_instrument")
        return cls(name=name.strip().upper(), answers=tuple(sorted(replies)), version=version)

    def to_dict(self) -> dict[str, object]:
        return {"name": self.name, "answers": dict(self.answers), "version": self.version}


@dataclass(frozen=True, kw_only=True)
class Reading:
    form: InstrumentForm | None  # None: the form is not known
    yes: tuple[InstrumentQuestion, ...]
    unknown: tuple[InstrumentQuestion, ...]  # includes questions not asked or not answered
    foreign_yes: tuple[str, ...]  # codes that the form does not have
    foreign_no: tuple[str, ...]
    foreign_unknown: tuple[str, ...]

    @property
    def yes_count(self) -> int:
        return len(self.yes) + len(self.foreign_yes)

    @property
    def unknown_count(self) -> int:
        return len(self.unknown) + len(self.foreign_unknown)

    @property
    def share_unknown(self) -> float:
        """The share of the questions that is not known. An answer to a foreign code counts for one of the form's questions."""
        foreign = len(self.foreign_yes) + len(self.foreign_no) + len(self.foreign_unknown)
        asked = len(self.form.questions) if self.form else foreign
        return (max(0, len(self.unknown) - foreign) + len(self.foreign_unknown)) / asked if asked else 1.0


def read(instrument: Instrument, forms: Mapping[str, InstrumentForm]) -> Reading:
    form = forms.get(instrument.name)
    questions = {question.code: question for question in form.questions} if form else {}
    replies: dict[str, Reply] = {}
    for raw, value in instrument.answers:
        code, reply = question_code(raw, questions.values()), _reply(value)
        replies[code] = max(replies.get(code, reply), reply, key=WEIGHT.__getitem__)
    foreign = {code: reply for code, reply in replies.items() if code not in questions}
    not_known = {Reply.UNKNOWN, Reply.NOT_ASKED}
    return Reading(
        form=form,
        yes=tuple(question for code, question in questions.items() if replies.get(code) is Reply.YES),
        unknown=tuple(
            question for code, question in questions.items() if replies.get(code, Reply.NOT_ASKED) in not_known
        ),
        foreign_yes=tuple(sorted(code for code, reply in foreign.items() if reply is Reply.YES)),
        foreign_no=tuple(sorted(code for code, reply in foreign.items() if reply is Reply.NO)),
        foreign_unknown=tuple(sorted(code for code, reply in foreign.items() if reply in not_known)),
    )


def question_code(raw: str, questions: Collection[InstrumentQuestion]) -> str:
    """The code of a question. `18`, `Q18`, `dash_q18`, `strangulation`, `18_strangulation`: `q18`. Other codes stay."""
    plain = word(raw)
    if match := re.fullmatch(r"(?:dash|safelives|dara)?_?(?:question|q)?_?0*(\d{1,3})", plain, re.ASCII):
        plain = f"q{match[1]}"
    by_sign = {question.sign: question.code for question in questions if question.sign}
    named = (by_sign | {question.topic: question.code for question in questions}).get(plain)
    return named or next((by_sign[sign] for sign in sorted(by_sign) if sign in plain), plain)


def printable(code: str) -> str:
    return code if PRINTABLE.fullmatch(code) else "a question"


def _reply(value: str) -> Reply:
    """The reply; unknown if it is none of the four."""
    plain = word(value)
    return Reply(plain) if plain in set(Reply) else Reply.UNKNOWN
