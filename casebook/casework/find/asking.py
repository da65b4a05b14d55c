"""What was asked, as it is compared, and the questions to the index that it makes. Nothing of it is kept or repeated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from casebook.domain.case import asked_words, finding
from casebook.domain.case.finding import AskedKind, AskedPart, HowAgrees, PartAgrees, WhyUnused
from casebook.errors import InvalidAnswer
from casebook.matching import agreement, find_keys, known_people
from casebook.matching.known_people import DetailsKnown, FullName
from casebook.storage.case.finding import Question
from casebook.values import contact, dates, identifiers
from casebook.values.text import squeezed

YEAR = len("YYYY")


class AskedSearch(BaseModel):
    """What somebody searches by. Words of any kind, or details whose kind is known."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, hide_input_in_errors=True)

    words: str = Field(default="", max_length=500)
    forename: str = Field(default="", max_length=200)
    surname: str = Field(default="", max_length=200)
    dob: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=100)
    postcode: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=300)
    identifier: str = Field(default="", max_length=40)
    code_word: str = Field(default="", max_length=200)
    external_id: str = Field(default="", max_length=200)


@dataclass(frozen=True, kw_only=True)
class ReadPart:
    """One part that can be searched by. `value`: of a postcode, whole and district; of a name, nothing."""

    kind: AskedKind
    value: str = ""
    district: str = ""
    name: FullName = field(default_factory=FullName)
    either: bool = False  # the one word that was asked may be a forename or a surname


@dataclass(frozen=True, kw_only=True)
class ReadSearch:
    """The parts that can be searched by, and those that cannot, each with why not."""

    parts: tuple[ReadPart, ...] = ()
    unused: tuple[tuple[AskedKind, WhyUnused], ...] = ()


def parsed(raw: object) -> AskedSearch:
    """A search from a file. The error names the fields, never what was given."""
    try:
        return AskedSearch.model_validate(raw)
    except ValidationError as error:
        known = set(AskedSearch.model_fields)
        faulty = {str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]} & known
        named = f": {', '.join(sorted(faulty))} cannot be read" if faulty else ""
        raise InvalidAnswer(
            f"a search is one JSON object of texts{named}; its keys are {', '.join(AskedSearch.model_fields)}"
        ) from None


def read(asked: AskedSearch, this_year: int) -> ReadSearch:
    """Read every part: what its kind is, and its form as it is compared."""
    parts, unused = list[ReadPart](), list[tuple[AskedKind, WhyUnused]]()
    for part in _parts(asked, this_year):
        found = _read(part, this_year)
        if isinstance(found, WhyUnused):
            unused.append((part.kind, found))
        elif found in parts or (found.kind is AskedKind.NAME and any(each.kind is found.kind for each in parts)):
            unused.append((part.kind, WhyUnused.REPEATED))
        else:
            parts.append(found)
    if [part.kind for part in parts] == [AskedKind.BORN] and len(parts[0].value) == YEAR:
        unused.append((AskedKind.BORN, WhyUnused.TOO_LITTLE))
        parts.clear()
    return ReadSearch(parts=tuple(parts), unused=tuple(unused))


def _parts(asked: AskedSearch, this_year: int) -> Iterator[AskedPart]:
    if asked.forename or asked.surname:
        yield AskedPart(kind=AskedKind.NAME, forename=asked.forename, surname=asked.surname)
    for kind, text in (
        (AskedKind.BORN, asked.dob), (AskedKind.PHONE, asked.phone), (AskedKind.POSTCODE, asked.postcode),
        (AskedKind.EMAIL, asked.email), (AskedKind.IDENTIFIER, asked.identifier),
        (AskedKind.CODE_WORD, asked.code_word), (AskedKind.EXTERNAL_ID, asked.external_id),
    ):  # fmt: skip
        if text:
            yield AskedPart(kind=kind, text=text)
    yield from asked_words.recognised(asked.words, this_year)


def _read(part: AskedPart, this_year: int) -> ReadPart | WhyUnused:
    match part.kind:
        case AskedKind.NAME:
            return _read_name(part)
        case AskedKind.POSTCODE:
            whole, outward = identifiers.postcode(part.text)
            value, district = (whole, outward) if outward else ("", squeezed(part.text))
            return ReadPart(kind=part.kind, value=value, district=district) if district else WhyUnused.NOT_READ
        case AskedKind.IDENTIFIER:
            return _read_number(part, this_year)
    value = _compared(part, this_year)
    return ReadPart(kind=part.kind, value=value) if value else WhyUnused.NOT_READ


def _compared(part: AskedPart, this_year: int) -> str:
    """One text in the form in which it is compared; empty if it cannot be read."""
    match part.kind:
        case AskedKind.BORN:
            return dates.of_birth(part.text, this_year).compared
        case AskedKind.PHONE:
            return contact.phone(part.text)
        case AskedKind.EMAIL:
            return contact.email(part.text)
        case AskedKind.CODE_WORD:
            return squeezed(part.text)
        case AskedKind.REFERENCE:
            return part.text.upper()
    return part.text.strip()


def _read_name(part: AskedPart) -> ReadPart | WhyUnused:
    name = known_people.one_word(part.text) if part.text else known_people.name_of(part.forename, "", part.surname)
    if name is None:
        return WhyUnused.NOT_READ
    return ReadPart(kind=part.kind, name=name, either=bool(part.text))


def _read_number(part: AskedPart, this_year: int) -> ReadPart | WhyUnused:
    written = part.text.upper()
    found = known_people.numbers(written, written, this_year)
    if found:
        return ReadPart(kind=part.kind, value=found[0])
    known = identifiers.check_cro(written) or identifiers.check_pnc(written, this_year)
    return WhyUnused.WRONG_LETTER if known and known.reason == "wrong_check_letter" else WhyUnused.NOT_READ


def agreeing(
    asked: ReadSearch, details: DetailsKnown, *, reference: Iterable[str], external_id: Iterable[str]
) -> tuple[PartAgrees, ...]:
    """How one person agrees with every part that was asked."""
    return tuple(
        _agrees(part, details, {AskedKind.REFERENCE: tuple(reference), AskedKind.EXTERNAL_ID: tuple(external_id)})
        for part in asked.parts
    )


def _agrees(part: ReadPart, details: DetailsKnown, of_application: dict[AskedKind, tuple[str, ...]]) -> PartAgrees:
    match part.kind:
        case AskedKind.NAME:
            return agreement.of_name(part.name, details.names, either=part.either)
        case AskedKind.BORN:
            how = finding.how_born(part.value, details.born)
        case AskedKind.POSTCODE:
            how = finding.how_postcode((part.value, part.district), details.postcodes)
        case AskedKind.PHONE:
            how = finding.how_one_of(part.value, details.phones)
        case AskedKind.EMAIL:
            how = finding.how_one_of(part.value, details.emails)
        case AskedKind.IDENTIFIER:
            how = finding.how_one_of(part.value, details.identifiers)
        case AskedKind.CODE_WORD:
            how = finding.how_one_of(part.value, details.code_words)
        case AskedKind.REFERENCE | AskedKind.EXTERNAL_ID:
            same = part.value in of_application[part.kind]
            how = HowAgrees.SAME if same else HowAgrees.DIFFERS
    return PartAgrees(kind=part.kind, how=how)


def sure_questions(asked: ReadSearch, named_for: Collection[str]) -> list[Question]:
    """The questions that find everybody who agrees in one part: each part alone, and a name with what narrows it.

    `named_for`: the restricted applications that whoever asks may find, by keys of their own.
    """
    few = len(asked.parts) == 1
    alone = [[*_TEXTS[part.kind](part)] for part in asked.parts if part.kind in _TEXTS and (few or not _is_broad(part))]
    names = [_names(part) for part in asked.parts if part.kind is AskedKind.NAME]
    narrower = list(_narrower(asked))
    together = [(*names, *narrower)] if len(narrower) > 1 else []
    narrowed = [(name, narrow) for name in names for narrow in narrower]
    return _keyed([*together, *narrowed, *((texts,) for texts in (*names, *alone))], named_for)


def near_questions(asked: ReadSearch, named_for: Collection[str]) -> list[Question]:
    """The questions that find people whose name is one slip away, or sounds alike."""
    near = [_near(part) for part in asked.parts if part.kind is AskedKind.NAME]
    narrowed = [(name, narrow) for name in near for narrow in _narrower(asked)]
    return _keyed([*narrowed, *((name,) for name in near)], named_for)


def _keyed(questions: Sequence[Sequence[Iterable[str]]], named_for: Collection[str]) -> list[Question]:
    """The same questions with the keys of what they ask, also of each restricted application."""
    return [
        tuple(
            frozenset(key for apart in ("", *named_for) for key in find_keys.signed(texts, apart=apart))
            for texts in question
        )
        for question in questions
    ]


def _is_broad(part: ReadPart) -> bool:
    """Whether a part fits so many people that beside another it only narrows: a year, or the district of a postcode."""
    return (part.kind is AskedKind.BORN and len(part.value) == YEAR) or (
        part.kind is AskedKind.POSTCODE and not part.value
    )


def _narrower(asked: ReadSearch) -> Iterator[list[str]]:
    """What narrows a name: the year of birth, and the district."""
    for part in asked.parts:
        if part.kind is AskedKind.BORN:
            yield [f"born:{part.value[:YEAR]}"]
        elif part.kind is AskedKind.POSTCODE:
            yield [f"district:{part.district}"]


def _names(part: ReadPart) -> list[str]:
    given, family = part.name.given, part.name.family
    if given.forms and family.forms:
        return [*find_keys.both(part.name)]
    return [*find_keys.roots_of(given if given.forms else family)]


def _near(part: ReadPart) -> list[str]:
    given, family = part.name.given, part.name.family
    texts = {*find_keys.near(part.name), *find_keys.near(FullName(given=family, family=given))}
    if given.forms and family.forms:  # one of the two that sounds alike is far too many people
        texts = {text for text in texts if not text.startswith("sound:")}
    return [*texts]


def _of_birth(part: ReadPart) -> Iterator[str]:
    date = part.value
    if len(date) < find_keys.DAY:
        yield f"born:{date}"
        return
    yield find_keys.swapped(date)
    yield f"born only:{date[: find_keys.MONTH]}"


_TEXTS: Mapping[AskedKind, Callable[[ReadPart], Iterable[str]]] = {
    AskedKind.BORN: _of_birth,
    AskedKind.POSTCODE: lambda part: [f"postcode:{part.value}" if part.value else f"district:{part.district}"],
    AskedKind.PHONE: lambda part: [f"phone:{part.value}"],
    AskedKind.EMAIL: lambda part: [f"email:{part.value}"],
    AskedKind.IDENTIFIER: lambda part: [f"number:{part.value}"],
    AskedKind.CODE_WORD: lambda part: [f"word:{part.value}"],
}
