"""The acts that staff do outside work items: which command each is, in which group it stands, and who may do it.

Whether somebody may, the use case decides; the table only keeps a button away from whoever would be refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from casebook.domain import authority
from casebook.domain.actors import Actor
from casebook.domain.authority import Command


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


def named(name: str, *, on_case: bool) -> DeskAct | None:
    """The act with this name, if there is one."""
    return next((act for act in ACTS if act.on_case == on_case and act.name == name), None)
