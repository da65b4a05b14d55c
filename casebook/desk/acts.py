"""The acts that staff do outside work items: which command each is, in which group it stands, and who may do it.

Whether somebody may, the use case decides; the table only keeps a button away from whoever would be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from casebook.case_page.blocks import as_sentence
from casebook.desk import questions, typed
from casebook.desk.bodies import TypedForm
from casebook.desk.commands import CommandOption
from casebook.desk.fields import Choices, Field, FieldKind
from casebook.domain import authority, words
from casebook.domain.actors import Actor
from casebook.domain.authority import Command
from casebook.domain.case import early_end
from casebook.domain.case.circumstances import CircumstanceKind
from casebook.domain.case.early_end import SaidBy
from casebook.domain.case.plan_change import AskedBy
from casebook.domain.case.safe_contact import Override, Purpose
from casebook.domain.vocabulary import Channel, Identified, Priority


@dataclass(frozen=True, kw_only=True)
class DeskAct:
    """One act: the words of its command, its title, its group, and what a role must be allowed for its button.

    `page`: it has a page of its own, instead of the form of its command.
    """

    words: tuple[str, ...]
    title: str
    group: str
    needs: Command
    on_case: bool = True
    page: str = ""

    @property
    def name(self) -> str:
        """Its name in an address."""
        return "-".join(self.words) if not self.on_case else self.words[-1]


def _case(group: str, needs: Command, **titles: str) -> Iterable[DeskAct]:
    for name, title in titles.items():
        words_of = ("applications", name.replace("_", "-"))
        yield DeskAct(words=words_of, title=title, group=group, needs=needs)


def _unit(group: str, needs: Command, **titles: str) -> Iterable[DeskAct]:
    for name, title in titles.items():
        words_of = tuple(part.replace("_", "-") for part in name.split("__"))
        yield DeskAct(words=words_of, title=title, group=group, needs=needs, on_case=False)


_SAY, _CONTACT, _FACTS, _PEOPLE, _ENDS, _GUARDS = (
    "What happened", "Contact", "What is known", "Who does it", "How it ends", "Protection and rules",
)  # fmt: skip

ACTS: tuple[DeskAct, ...] = (
    *_case(_SAY, Command.ADD_NOTE, note="Write a note", remind="Bring it forward on a day"),
    *_case(_SAY, Command.TAKE_CALL, call="Record that somebody rang, wrote or came"),
    *_case(_SAY, Command.ATTACH, attach="Attach a paper", refer_paper="Write down a paper that is kept elsewhere"),
    *_case(
        _SAY,
        Command.OPEN_SAFEGUARDING,
        danger="Somebody is in danger now",
        crime="A crime was told",
        harm="Report a death or serious injury",
    ),
    *_case(
        _CONTACT,
        Command.CONTACT,
        contact="Record a contact that was made or tried",
        words="The approved words for each person to be told",
    ),
    *_case(_CONTACT, Command.NARROW_CONTACT, safe_contact="Change how a person is safely contacted"),
    *_case(_CONTACT, Command.OVERRIDE_CONTACT, override_contact="Allow contact outside the plan: threat to life"),
    *_case(_CONTACT, Command.DISCLOSE_IN_EMERGENCY, emergency_disclose="Record an emergency disclosure"),
    *_case(_CONTACT, Command.CONTACT, not_in_person="Agree that the outcome is not told in person"),
    *_case(_FACTS, Command.UPDATE_CIRCUMSTANCES, circumstance="Update a circumstance that changed"),
    DeskAct(
        words=("applications", "correct"),
        title="Correct what is known about its people",
        group=_FACTS,
        needs=Command.ADD_INFORMATION,
        page="correct",
    ),
    *_case(_FACTS, Command.CORRECT_SUBMISSION, correct_moment="Correct when it was submitted"),
    *_case(
        _PEOPLE,
        Command.ALLOCATE,
        assign="Make somebody its case officer",
        take_back="End somebody's time as its case officer",
    ),
    *_case(_PEOPLE, Command.CHECK_OPEN_CASE, check="Dip-check somebody's work on it"),
    *_case(_PEOPLE, Command.LIST_WORK, declare="Say whether you have a conflict of interest"),
    *_case(_PEOPLE, Command.FIND_CONFLICT, bar="Record somebody's conflict of interest"),
    *_case(
        _ENDS,
        Command.CLOSE_EARLY,
        withdraw="Close it as withdrawn",
        no_engagement="Close it because nobody could be reached",
        transfer="Transfer it to another force",
    ),
    *_case(_ENDS, Command.MERGE, merge="Merge it into the application that came first", unmerge="Undo a merging"),
    *_case(_ENDS, Command.REOPEN, reopen="Reopen it where it was"),
    *_case(_ENDS, Command.RENEW_WATCH, renew_watch="Renew its watch"),
    *_case(_GUARDS, Command.RESTRICT, restrict="Restrict it to named people", name="Let one more person see it"),
    *_case(_GUARDS, Command.LIFT_RESTRICTION, unrestrict="Lift its restriction"),
    *_case(_GUARDS, Command.HOLD, hold="Put it under legal hold", release="End its legal hold", unfreeze="Unfreeze it"),
    *_case(_GUARDS, Command.DISPOSE, dispose="Erase its personal detail"),
    *_case(_GUARDS, Command.LOWER_PRIORITY, lower="Lower its priority"),
    *_case(_GUARDS, Command.OVERRIDE_GATE, override_gate="Let one expectation of its gate fail"),
    DeskAct(
        words=("applications", "draft"),
        title="Take an application down",
        group="Taking in",
        needs=Command.TAKE_APPLICATION,
        on_case=False,
        page="/take",
    ),
    *_unit(
        "Taking in",
        Command.TAKE_APPLICATION,
        applications__drafts="Applications taken down and not finished",
        applications__submit="Take the application of a draft in",
        applications__drop="End a draft",
    ),
    *_unit("Taking in", Command.IMPORT_APPLICATIONS, applications__import="Import applications from a file"),
    *_unit("Taking in", Command.IMPORT_APPLICATIONS, applications__take_over="Take over running cases from a file"),
    *_unit(
        "Taking in", Command.IMPORT_APPLICATIONS, applications__take_over_template="Columns of a file of running cases"
    ),
    *_unit("Urgent", Command.RAISE_PRIORITY, urgent="Make an application urgent"),
    *_unit(
        "How the unit stands",
        Command.LIST_APPLICATIONS,
        board="The board",
        applications__exceptions="Exceptions to the rules",
    ),
    *_unit(
        "How the unit stands",
        Command.LIST_WORK,
        staff__workload="Workload",
        staff__absences="Who is away, and who covers",
        work__digest="My day",
    ),
    *_unit(
        "How the unit stands",
        Command.SEE_OTHER_CASES,
        returns="Figures that the force reports",
        forecast="Forecast of late applications",
        policy__retention="Retention periods that are over",
    ),
    *_unit("How the unit stands", Command.LIST_WORK, sources__list="Record sources"),
    *_unit(
        "Staff",
        Command.ALLOCATE,
        staff__absence="Plan an absence",
        staff__back="End an absence",
        work__supersede="Set an answer aside that does not hold",
    ),
    *_unit(
        "Staff",
        Command.ADMINISTER_STAFF,
        staff__add="Propose an account",
        staff__role="Propose a role, or take one away",
        staff__competence="Record training",
        staff__duty="Set whether somebody is on duty",
        staff__token="Propose a new token",
        staff__reinstate="Propose that a suspension ends",
    ),
    *_unit(
        "Staff",
        Command.CONFIRM_STAFF,
        staff__proposals="Changes of accounts that wait",
        staff__confirm="Confirm a change of an account",
        staff__decline="Decline a change of an account",
    ),
    *_unit("Staff", Command.SUSPEND_STAFF, staff__suspend="Suspend somebody", staff__list="Everybody"),
    *_unit("Ledger", Command.VERIFY_LEDGER, audit__verify="Verify the ledger"),
    *_unit("Ledger", Command.EXPORT_APPLICATION, audit__export="Export an application with its proof"),
    *_unit(
        "Look-back and monitor",
        Command.SEE_REVIEW,
        review__progress="How the look-back stands",
        review__queue="The queue of the look-back",
    ),
    *_unit("Look-back and monitor", Command.SEE_SIGNALS, monitor__signals="Signals of the monitor"),
    *_unit("Policy", Command.SEE_POLICIES, policy__list="Documents of policy"),
)


def acts_for(actor: Actor, *, on_case: bool = True) -> dict[str, list[DeskAct]]:
    """The acts that a role has buttons for, by group."""
    groups: dict[str, list[DeskAct]] = {}
    for act in ACTS:
        if act.on_case == on_case and authority.why_not_allowed(actor, act.needs) is None:
            groups.setdefault(act.group, []).append(act)
    return groups


def named(name: str, *, on_case: bool) -> DeskAct:
    """The act with this name. KeyError if there is none."""
    return next(act for act in ACTS if act.on_case == on_case and act.name == name)


_YES_NO: Choices = (("yes", "Yes"), ("no", "No"))


def _codes(name: str, codes: Iterable[str]) -> Choices:
    return tuple((str(code), as_sentence(words.of_field(name, code) or words.spelled(code))) for code in codes)


def _of(vocabulary: type[StrEnum], name: str) -> Choices:
    return _codes(name, vocabulary)


_CHOICES: Mapping[str, Choices] = {
    "channel": _of(Channel, "channel"), "said-by": _of(SaidBy, "said_by"), "asked-by": _of(AskedBy, "asked_by"),
    "identified-by": _of(Identified, "identified_by"), "identified": _codes("identified", early_end.CHOICES["identified"]),
    "purpose": _of(Purpose, "purpose"), "what": (), "alone": (("yes", "Yes"), ("no", "No"), ("unknown", "Not known")),
    **dict.fromkeys(("conflict", "voicemail", "stop", "asked-plan-again", "left-message", "crime-alleged"), _YES_NO),
    "party": (("a", "The person at risk"), ("c", "The third party")), "code": _of(Override, "override"),
    "result": (("reached", "Reached"), ("not_reached", "Not reached")),
    "recipient": (("a", "The person at risk"), ("protector", "A person who can protect them")),
}  # fmt: skip
_OF_ACT: Mapping[tuple[str, str], Choices] = {
    ("lower", "to"): _of(Priority, "priority"),
    ("circumstance", "what"): _of(CircumstanceKind, "circumstance"),
    ("harm", "what"): (("death", "A death"), ("serious_injury", "A serious injury")),
}
_LONG = {"words", "said", "reason", "handover", "told", "help-offered", "agency-route"}
_MOMENTS = frozenset({"at", "submitted-at"})  # the use case reads them, so the command has them as text
_KINDS: Mapping[str, FieldKind] = {"day": "day", "moment": "moment", "flag": "yes_no", "words": "area", "json": "area"}


def fields_of(act: DeskAct, options: Sequence[CommandOption]) -> list[Field]:
    """The form of an act. Where a file is written, the desk hands it over: nobody is asked for its name."""
    return [
        _field(act, option)
        for option in options
        if option.kind != "out" and not (act.on_case and option.name == "reference")
    ]


def _field(act: DeskAct, option: CommandOption) -> Field:
    name = option.flag.removeprefix("--") or option.name
    choices = _OF_ACT.get((act.words[-1], name), _CHOICES.get(name, ()))
    if option.choices:
        choices = _codes(option.name, option.choices)
    kind: FieldKind = _KINDS.get(option.kind, "text")
    if choices:
        kind = "many" if option.many else "choice"
    elif name in _LONG:
        kind = "area"
    elif option.kind == "file":
        kind = "file"
    elif name in _MOMENTS:
        kind = "moment"
    question = questions.of(f"act-{act.words[-1]}", name)
    return Field(
        name=name,
        kind=kind,
        label=question.label or as_sentence(words.spelled(name.replace("-", "_"))),
        hint=as_sentence(option.help) if question.hint is None else question.hint,
        required=option.required,
        choices=choices,
    )


def command_line(
    act: DeskAct, options: Sequence[CommandOption], form: TypedForm, *, reference: str = ""
) -> tuple[list[str], dict[str, bytes]]:
    """The words of the command that a form asks for, and the files that it names."""
    line, files = list(act.words), dict[str, bytes]()
    for option in options:
        name = option.flag.removeprefix("--") or option.name
        given = (
            [reference]
            if act.on_case and option.name == "reference"
            else [text for text in form.all(name) if text.strip()]
        )
        if option.kind == "out":
            if option.required:
                line += [option.flag, f"{option.name}.out"]
            continue
        if option.kind == "file" and name in form.files:
            file_name, content = form.files[name]
            files[file_name], given = content, [file_name]
        if not given:
            continue
        line += _words(option, given, files)
    return line, files


def _words(option: CommandOption, given: list[str], files: dict[str, bytes]) -> list[str]:
    if option.kind == "flag":
        return [option.flag] if given[0] == "yes" else []
    if option.kind == "moment" or option.name.replace("_", "-") in _MOMENTS:
        given = [typed.moment(given[0])]
    if option.kind == "json":
        files[f"{option.name}.json"] = given[0].encode()
        given = [f"{option.name}.json"]
    elif option.kind == "words":
        files["-"], given = given[0].encode(), ["-"]
    if not option.flag:
        return given
    return [option.flag, *given] if option.many else [f"{option.flag}={given[0]}"]


def with_start(fields: Iterable[Field], start: Mapping[str, str]) -> list[Field]:
    """The fields with what stands in them at first."""
    return [replace(field, start=start.get(field.name, field.start)) for field in fields]
