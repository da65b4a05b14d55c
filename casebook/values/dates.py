"""Reads dates as people and spreadsheets write them, day before month. A partial date stays partial; nothing is guessed.

One ordered table of patterns decides. What fits none is not read: general date parsers make a day of `Nov 1985`.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from casebook.values import fillers, text
from casebook.values.text import word_set

FIRST_YEAR = 1850  # nobody on any record that we read was born, and nothing on it happened, before this year
SPREADSHEET_START = date(1899, 12, 30)  # day 0 of Excel's count (of 1900), and of LibreOffice's
LONGEST = 60  # characters


class DateFault(StrEnum):
    """Why a date is not known."""

    FILLER = "filler"
    UNREADABLE = "unreadable_date"
    IMPOSSIBLE = "impossible_date"
    OUT_OF_RANGE = "year_out_of_range"


@dataclass(frozen=True, kw_only=True)
class ReadDate:
    """A date after reading."""

    iso: str = ""  # YYYY-MM-DD, YYYY-MM or YYYY; empty: not known
    fault: DateFault | None = None  # why it is not known; None if it is, or if nothing was written
    as_iso: bool = True  # it was written in the form in which we write dates
    approximate: bool = False  # whoever wrote it was not sure: "c. 1985", "1985?"
    impossible: str = ""  # of a day that does not exist, its form YYYY-MM-DD: a slip in a real date

    @property
    def compared(self) -> str:
        """What is compared with other dates. A day that does not exist is a slip in a real one: still compared."""
        return self.iso or self.impossible

    @property
    def day(self) -> date | None:
        """The day, if the date is complete."""
        return date.fromisoformat(self.iso) if len(self.iso) == len("YYYY-MM-DD") else None


# what systems write where a date is not known: the first or last day that they can store
FILLER_DATES = word_set(
    "0001-01-01 1111-11-11 1582-10-15 1753-01-01 1800-01-01 1850-01-01 1899-12-30 1899-12-31 1900-01-00 1900-01-01 "
    "1900-01-02 1901-01-01 1970-01-01 9999-12-31 9999-09-09 2999-12-31 0000-00-00"
)
FILLER_YEARS = word_set("0000 1900-01 1900 9999 1111 0001")

Parts = tuple[str, str, str]  # year, month, day; empty: not written, or written as not known

MONTHS_OF_A_YEAR = 12
MOST_DAYS = 31
_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "i ii iii iv v vi vii viii ix - xi xii",  # X is also written for a month that is not known
        # no name here is another month in any of these languages. Listopad is November in Polish and October in Croatian
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "januar februar marz april mai juni juli august september oktober november dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik - grudzien",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika - grudnia",
        "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
        "- - - - may\u0131s - - - - - kas\u0131m aral\u0131k",  # the letter without a dot is no accented one
        "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        # short forms of these languages
        "janv fevr mrz avr - - juil - - okt - dez",
        "ene fev mrt abr mei - - ago - out - dic",
        "gen - - - mag giu lug - set ott - -",
        # the usual slips in the English names
        "janurary feburary - apirl - - - agust septmeber ocotber novemeber decemeber",
        "januray febuary - aprill - - - augest setpember octuber novmber decmber",
        "jaunary febrary - - - - - augst septemeber otcober novembr decembr",
    )
    for number, name in enumerate(names.split(), start=1)
    if name != "-"
} | {"sept": 9, "janu": 1, "febr": 2, "marc": 3, "octo": 10, "nove": 11, "dece": 12, "augu": 8}

_NOT_WRITTEN = r"(?:0{1,2}|\?{1,2}|x{1,2}|_{1,2}|-{2}|\*{1,2}|unknown|not known|unk|n\.k\.|nk|dd|mm)"
_DAY = rf"(?P<day>\d{{1,2}}|{_NOT_WRITTEN})"
_MONTH = rf"(?P<month>\d{{1,2}}|{_NOT_WRITTEN})"
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_FULL_YEAR = r"(?P<year>\d{4})"
_NAMED = rf"(?P<named>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_NTH = r"(?P<day>\d{1,2})\s*(?:st|nd|rd|th|af|ail|ydd|fed|ed|eg|er)?"  # also the Welsh, and the French first
_BETWEEN = r"\s*[/.\-\s\\_|]\s*"
_LOOSE = r"[\s,./\-\\_]*"

# In order; the first that fits decides. Each has named groups of year, month (or its name) and day, as far as it has them.
_PATTERNS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_FULL_YEAR}{_BETWEEN}{_MONTH}{_BETWEEN}{_DAY}",  # 1985-11-07, 1985/11/7, 1985-00-00
        r"(?P<year>(?:18|19|20)\d{2})(?P<month>0[0-9]|1[0-2])(?P<day>[0-3]\d)(?:t?\d{4}|t?\d{6})?z?",  # 19851107, 19851107T093000
        r"(?P<day>[0-3]\d)(?P<month>0[0-9]|1[0-2])(?P<year>(?:18|19|20)\d{2})",  # 07111985
        r"(?P<day>[0-3]\d)(?P<month>0[1-9]|1[0-2])(?P<year>\d{2})",  # 071185
        rf"{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}{_YEAR}",  # 07/11/1985, 7.11.85, ??/11/1985
        r"(?P<day>\d{1,2})\s*(?P<sign>[,;:])\s*(?P<month>\d{1,2})\s*(?P=sign)\s*(?P<year>\d{4})",  # 7,11,1985
        rf"(?P<year>\d{{2}}){_BETWEEN}{_MONTH}{_BETWEEN}{_DAY}",  # 85/11/07: no day is the 85th
        rf"{_NTH}{_LOOSE}(?:(?:of|de)\s+)?{_NAMED}{_LOOSE}(?:(?:of|de)\s+)?{_YEAR}",  # 7th of November 1985, 07-Nov-85, 7Nov85
        rf"{_NAMED}\s*{_NTH}(?:\s*,\s*|\s+){_YEAR}",  # November 7th, 1985
        rf"{_FULL_YEAR}{_LOOSE}{_NAMED}{_LOOSE}{_NTH}",  # 1985 Nov 7
        rf"(?:{_NOT_WRITTEN}{_LOOSE})?{_NAMED}{_LOOSE}{_YEAR}",  # Nov 1985, Nov-85, ?? Nov 1985
        rf"{_FULL_YEAR}{_LOOSE}{_NAMED}",  # 1985 November
        rf"{_MONTH}{_BETWEEN}{_FULL_YEAR}",  # 11/1985, ??/1985
        rf"{_FULL_YEAR}{_BETWEEN}{_MONTH}",  # 1985-11, 1985/11
        r"(?P<month>0?[1-9]|1[0-2])\s*[/.\-]\s*(?P<year>3[2-9]|[4-9]\d)",  # 11/85: no month has that many days
        r"(?P<year>\d{4}|'\d{2})",  # 1985, '85
    )
)
_TWO_YEARS = re.compile(r"(?P<year>\d{4})\s*(?:-|/|or|to|and)\s*(?P<next>\d{4}|\d{1,2})", re.ASCII)  # 1985/86
_JAPANESE = re.compile(r"[年月日]")  # 1985年11月7日, as Chinese and Japanese papers have it
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"(\d{4}|\d{8})\.0+", re.ASCII)  # a number that went through a column of decimals

_SCIENTIFIC = re.compile(r"(\d)\.(\d+)e\+?0*([347])", re.ASCII)  # 1.9851107E7: whole only if it has every digit
_TWICE = re.compile(r"([/.\\|])\1+")  # 07//11//1985

_UNSURE = (
    r"approx(?:imately|imate)?\.?|about|abt\.?|around|circa|est(?:imated)?\.?|roughly|possibly|poss\.?|probably|prob\.?"
    r"|unconfirmed|not confirmed|unverified|not verified|early|mid|late|spring|summer|autumn|winter|perhaps|maybe"
    r"|tbc|to be confirmed|thought to be|or so|believed(?: to be)?|uncertain|unsure|not sure|guess"
)
_LABEL = r"d\.?o\.?b\.?|date of birth|year of birth|y\.?o\.?b\.?|born|b\.|on|in|year|the"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:am|pm)?\s*(?:z|utc|gmt|bst|[+-]\d{2}:?\d{2})?"

_UNSURE_BEFORE = re.compile(rf"(?:~|\?|(?:c|ca)\.?(?=[\s\d])|(?:{_UNSURE})(?![a-z]))\s*:?\s*")
_UNSURE_AFTER = re.compile(rf"\s*(?:\?+|\(\s*(?:\?+|c\.?|{_UNSURE})\s*\)|[\s,-](?:{_UNSURE})|-?ish|\s?ca\.?)$")
_SAID_BEFORE = re.compile(rf"(?:(?:{_LABEL})\s*[:=]?\s+|(?:{_LABEL})\s*[:=]\s*|{_WEEKDAY}\.?,?\s+)")
_CERTAIN = r"verified|confirmed|conf\.?|checked|certain|exact|correct|per pnc|as given"
_SAID_AFTER = re.compile(
    rf"\s*(?:\(?\s*(?:year |date )?only\s*\)?|\(\s*(?:year|date)(?: of birth)?\s*\)|\(\s*(?:{_CERTAIN})\s*\)|[\s,-](?:{_CERTAIN})"
    rf"|\(?\s*aged?:?\s*\d{{1,3}}\s*\)?|(?<=[/.\-]\d{{4}})\s*\(\d{{1,3}}\)|\s*г(?:ода)?\.?|[t\s,]\s*{_TIME})$"
)
_QUOTES = re.compile(r"^=?[\"'](?!\d\d$)|[\"']$")  # a spreadsheet's mark of a text; '85 is a year
_ONE_DIGIT = re.compile(r"[\s/.\-]*(?:0[\s/.\-]*)+|[\s/.\-]*(?:9[\s/.\-]*){4,}")  # 00/00/00, 99/99/9999
_FORM = re.compile(r"[dmyx_*#]{1,4}(?:[\s/.\-]+[dmyx_*#]{1,4}){1,2}|d{2}m{2}y{2,4}")  # dd/mm/yyyy: nobody filled it in
_DAY_NOT_KNOWN = re.compile(r"[\d?]*[-/.][\d?]*[-/.]\?+")  # 1985-11-??: the mark stands for the day


@lru_cache(text.KEPT)
def read(written: str, *, latest: date, earliest: int = FIRST_YEAR) -> ReadDate:
    """Read a date that cannot be after `latest` or before the year `earliest`: neither a birth nor a past event is.

    Of two centuries a year of two digits means the later that is possible.
    """
    if not written.strip():
        return ReadDate()
    if len(written) > LONGEST:
        return ReadDate(fault=DateFault.UNREADABLE, as_iso=False)
    said = _JAPANESE.sub("-", _without_accents(text.plain_signs(written)).casefold()).strip(" .,;").rstrip("- ")
    said = _TWICE.sub(r"\1", _QUOTES.sub("", said))
    if _ONE_DIGIT.fullmatch(said) or _FORM.fullmatch(said):
        return ReadDate(fault=DateFault.FILLER, as_iso=False)
    said, unsure = _without_doubt(said)
    parts, two_years = _parts(said, latest)
    if parts is None:
        filler = fillers.is_filler(written) or fillers.may_be_filler(said) or not any(map(str.isalnum, said))
        return ReadDate(fault=DateFault.FILLER if filler else DateFault.UNREADABLE, as_iso=False)
    found = _dated(parts, latest=latest, earliest=earliest)
    return replace(
        found,
        as_iso=_is_as_iso(written.strip(), found.compared) and not (unsure or two_years),
        approximate=bool(found.iso) and (unsure or two_years),
    )


def _is_as_iso(written: str, compared: str) -> bool:
    """Whether a date was written as it is compared, perhaps with a time after it."""
    rest = written.removeprefix(compared)
    return bool(compared) and written.startswith(compared) and (not rest or (rest[0] in "T " and "\n" not in rest))


def of_birth(written: str, this_year: int) -> ReadDate:
    """Read a date of birth in a record; the year may be any up to this one."""
    return read(written, latest=date(this_year, 12, 31))


def _without_accents(written: str) -> str:
    if written.isascii():
        return written
    return "".join(sign for sign in unicodedata.normalize("NFKD", written) if not unicodedata.combining(sign))


def _without_doubt(said: str) -> tuple[str, bool]:
    """The date alone, and whether it was said with doubt. Labels, week days and times are left out."""
    unsure, before = False, ""
    while said != before:
        before = said
        for pattern, doubts in ((_UNSURE_BEFORE, True), (_SAID_BEFORE, False)):
            found = pattern.match(said)
            # "??/11/1985" begins with a day that is not known, not with a doubt
            if found and (found[0].strip() != "?" or said[found.end() :][:1].isalnum()):
                said, unsure = said[found.end() :], unsure or doubts
        for pattern, doubts in ((_UNSURE_AFTER, True), (_SAID_AFTER, False)):
            found = pattern.search(said)
            if found and found.start() > 0 and not (doubts and _DAY_NOT_KNOWN.fullmatch(said)):
                said, unsure = said[: found.start()], unsure or doubts
        said = said.strip(" .,;").rstrip("- ")
        if said[:1] + said[-1:] in {"()", "[]"}:
            said = said[1:-1].strip()
    return said, unsure


def _parts(said: str, latest: date) -> tuple[Parts | None, bool]:
    """Year, month and day as written, and whether two years were given; None if no pattern fits."""
    if whole := _WHOLE.fullmatch(said):
        said = whole[1]
    if (number := _SCIENTIFIC.fullmatch(said)) and len(number[2]) == int(number[3]):
        said = number[1] + number[2]
    if (serial := _SERIAL.fullmatch(said)) and 1 <= int(serial[1]) <= (latest - SPREADSHEET_START).days:
        day = SPREADSHEET_START + timedelta(days=int(serial[1]))
        return (f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"), False
    if (years := _TWO_YEARS.fullmatch(said)) and _follows(years["year"], years["next"]):
        return (years["year"], "", ""), True
    for pattern in _PATTERNS:
        if (found := pattern.fullmatch(said)) and (parts := _of(found.groupdict())):
            return parts, False
    return None, False


def _follows(year: str, following: str) -> bool:
    """Whether the second number is the year after the first, and cannot be a month of it."""
    after = str(int(year) + 1)
    return following == after or (after.endswith(following) and int(following) > MONTHS_OF_A_YEAR)


def _of(groups: Mapping[str, str | None]) -> Parts | None:
    year, named = (groups.get("year") or "").lstrip("'"), groups.get("named")
    month = str(_MONTHS[named]) if named else groups.get("month") or ""
    month, day = (part if part.isdigit() and int(part) else "" for part in (month, groups.get("day") or ""))
    if len(year) == len("YY") and groups.get("month") and day and int(day) > MOST_DAYS:
        return None  # the next pattern has the year in front
    return year, month, day


def _dated(parts: Parts, *, latest: date, earliest: int) -> ReadDate:
    month, day = int(parts[1] or 0), int(parts[2] or 0)
    if month > MONTHS_OF_A_YEAR >= day > 0:  # 11/25/1985 can only be the 25th of November
        month, day = day, month
    if not month:
        day = 0
    year = _century(parts[0], month, day, latest) if len(parts[0]) == len("YY") else int(parts[0])
    iso = f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
    if iso in FILLER_DATES or iso in FILLER_YEARS:
        return ReadDate(fault=DateFault.FILLER)
    if not earliest <= year or iso > latest.isoformat()[: len(iso)]:
        return ReadDate(fault=DateFault.OUT_OF_RANGE)
    if not _exists(year, month or 1, day or 1):
        return ReadDate(fault=DateFault.IMPOSSIBLE, impossible=iso if day else "")
    return ReadDate(iso=iso)


def _century(two_digits: str, month: int, day: int, latest: date) -> int:
    year = latest.year // 100 * 100 + int(two_digits)
    return year if (year, month, day) <= (latest.year, latest.month, latest.day) else year - 100


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= MONTHS_OF_A_YEAR and 1 <= day <= calendar.monthrange(year, month)[1]
