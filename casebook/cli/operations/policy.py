"""`casebook policy`: the documents a force works under, what a change of them does to cases, and what may be erased."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from casebook.casework.core.acting import Act
from casebook.casework.governance import back_tests, policy_documents, recomputing, retention
from casebook.casework.governance.back_tests import BackTest
from casebook.casework.governance.recomputing import Recomputed
from casebook.cli.answer import Call, Output
from casebook.cli.opening import Opened, opened
from casebook.cli.reading import day
from casebook.domain import documents as rules
from casebook.domain import words
from casebook.domain.account_changes import STANDS
from casebook.domain.documents import Difference
from casebook.policies import documents as files
from casebook.policies.documents import DocumentText
from casebook.writing import refuse_unwritable, write_whole

if TYPE_CHECKING:
    from argparse import _SubParsersAction

SHOWN = 20  # lines of a long list; --json has all


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _configure_documents(actions)
    again = actions.add_parser(
        "recompute",
        help="bring open applications under the newest version of their policy; lists the deadlines that moved",
    )
    again.add_argument("references", nargs="*", metavar="REF", help="the applications (default: all open ones)")
    again.add_argument("--to", metavar="TITLE", help="the policy to bring them under, such as our-force@2")
    again.add_argument("--dry-run", action="store_true", help="list what would move, and change nothing")
    again.set_defaults(handler=_recompute)
    kept = actions.add_parser(
        "retention", help="list closed applications whose retention period is over; two people may dispose of each"
    )
    kept.set_defaults(handler=_retention)


def _configure_documents(actions: _SubParsersAction[ArgumentParser]) -> None:
    adopt = actions.add_parser("adopt", help="propose a document of policy, or agree to one that a colleague proposed")
    adopt.add_argument("document", metavar="DOC", help="a TOML file; to agree, the digest of the proposed document")
    adopt.add_argument("--reason", required=True, metavar="TEXT", help="why; kept with the document")
    adopt.add_argument(
        "--from", dest="valid_from", type=day, metavar="DATE", help="in force from this day (default: at once)"
    )
    adopt.add_argument("--recompute", action="store_true", help="with agreeing: bring open applications under it too")
    adopt.set_defaults(handler=_adopt)
    check = actions.add_parser(
        "check", help="check a document without proposing it: is it readable, and what would change"
    )
    check.add_argument("file", type=Path, metavar="FILE", help="a TOML file")
    check.set_defaults(handler=_check)
    actions.add_parser("list", help="list the documents of policy, in force, proposed and past").set_defaults(
        handler=_list
    )
    diff = actions.add_parser("diff", help="list the values that differ between two documents")
    for name in ("earlier", "later"):
        diff.add_argument(name, metavar=name.upper(), help="a title, a digest, or a TOML file")
    diff.set_defaults(handler=_diff)
    test = actions.add_parser(
        "back-test", help="show what another document would have changed in cases; changes nothing"
    )
    test.add_argument("document", metavar="DOC", help="a title, a digest, or a TOML file")
    test.add_argument("--since", type=day, metavar="DATE", help="cases submitted since this day (default: all)")
    test.add_argument("--open", action="store_true", help="open cases only")
    test.add_argument("--plot", type=Path, metavar="FILE", help="write the plot as SVG")
    test.set_defaults(handler=_back_test)


def _adopt(options: Namespace, call: Call) -> Output:
    valid_from = _midnight(options.valid_from)
    with opened(call) as casebook:
        with casebook.acting() as act:
            if Path(options.document).is_file():
                done = policy_documents.propose(
                    act, Path(options.document), reason=options.reason, valid_from=valid_from
                )
            else:
                done = policy_documents.agree(act, options.document, reason=options.reason)
            effects = back_tests.effects(act, policy_documents.document(act, done.digest))
        moved = _recomputed(casebook, done) if options.recompute else None
    data = asdict(done) | {
        "open_cases": back_tests.as_json(effects) if effects else None,
        "recomputed": asdict(moved) if moved else None,
    }
    lines = [*_adoption_lines(done), *_difference_lines(done.differences), *(_test_lines(effects) if effects else ())]
    lines += _moved_lines(moved, "moved") if moved else _next_step(done)
    return Output(data=data, lines=lines)


def _recomputed(casebook: Opened, done: policy_documents.Adoption) -> Recomputed | None:
    """The recompute that agreeing offers in the same act."""
    if not done.adopted or done.kind is not rules.DocumentKind.SCHEME:
        return None
    return recomputing.recompute(casebook.acting, to=done.title)


def _adoption_lines(done: policy_documents.Adoption) -> Iterator[str]:
    name = f"{words.DOCUMENT.of(done.kind)} {done.title}"
    yield f"{name}: {f'in force from {done.valid_from:%d %b %Y %H:%M}' if done.valid_from else 'proposed'}"
    yield f"digest {done.digest}"


def _next_step(done: policy_documents.Adoption) -> Iterator[str]:
    if not done.adopted:
        yield f"within {STANDS.days} days a colleague says: casebook policy adopt {done.digest[:12]} --reason TEXT [--recompute]"
    elif done.kind is rules.DocumentKind.SCHEME:
        yield f"open applications stay as they are until: casebook policy recompute --to {done.title}"


def _check(options: Namespace, call: Call) -> Output:
    document = files.from_file(options.file)
    with opened(call) as casebook, casebook.acting() as act:
        differences = policy_documents.differences_from_present(act, document)
        effects = back_tests.effects(act, document)
    lines = [f"{words.DOCUMENT.of(document.kind)} {document.title}: readable", f"digest {document.digest}"]
    lines += [*_difference_lines(differences), *(_test_lines(effects) if effects else ())]
    data = {
        "kind": document.kind,
        "title": document.title,
        "digest": document.digest,
        "differences": [asdict(each) for each in differences],
        "open_cases": back_tests.as_json(effects) if effects else None,
    }
    return Output(data=data, lines=lines)


def _list(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = policy_documents.listed(act)
    lines = [
        f"{words.DOCUMENT.of(row.kind)}: {row.title}, {words.ORIGIN.of(row.origin)}, "
        + _counts(row)
        + ("; in force now" if row.in_force else "")
        + f"; {row.digest[:12]}"
        for row in rows
    ]
    return Output(data=[asdict(row) for row in rows], lines=lines)


def _counts(row: policy_documents.ListedDocument) -> str:
    if row.valid_from is None:
        return "proposal lapsed" if row.lapsed else "not adopted"
    return "counts from the beginning" if row.valid_from == rules.ALWAYS else f"counts from {row.valid_from:%d %b %Y}"


def _diff(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        earlier, later = (_document(act, name) for name in (options.earlier, options.later))
    found = rules.differences(earlier.table, later.table)
    return Output(data=[asdict(each) for each in found], lines=[*_difference_lines(found, most=len(found))])


def _back_test(options: Namespace, call: Call) -> Output:
    refuse_unwritable(options.plot)
    with opened(call) as casebook, casebook.acting() as act:
        document = _document(act, options.document)
        result = back_tests.run(act, document, since=_midnight(options.since), open_only=options.open)
    if options.plot is not None:
        write_whole(options.plot, [back_tests.svg(result)])
    return Output(
        data=back_tests.as_json(result), lines=[*_test_lines(result), "restricted applications are not tested"]
    )


def _document(act: Act, name: str) -> DocumentText:
    path = Path(name)
    return files.from_file(path) if path.is_file() else policy_documents.document(act, name)


def _midnight(given: date | None) -> datetime | None:
    return datetime.combine(given, time(), UTC) if given else None


def _difference_lines(found: Sequence[Difference], *, most: int = SHOWN) -> Iterator[str]:
    yield f"{len(found)} values differ from the document in force" if found else "no value differs"
    for each in found[:most]:
        yield f"  {each.key}: {_value(each.was)} -> {_value(each.now)}"
    if len(found) > most:
        yield f"  and {len(found) - most} more; --json has all"


def _value(value: object) -> str:
    return "not there" if value is None else str(value)


def _test_lines(result: BackTest) -> Iterator[str]:
    yield f"{result.changed} of {result.tested} cases would differ"
    for area, what, effect, cases in result.counts[:SHOWN]:
        yield f"  {cases:>6} {back_tests.named(area, what)}: {words.EFFECT.of(effect)}"


def _recompute(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook:
        done = recomputing.recompute(
            lambda: _undone(casebook) if options.dry_run else casebook.acting(),
            options.references or None,
            to=options.to,
        )
    lines = _moved_lines(done, "would move" if options.dry_run else "moved")
    return Output(data=asdict(done) | {"dry_run": options.dry_run}, lines=lines, exit_code=1 if done.could_not else 0)


def _moved_lines(done: Recomputed, verb: str) -> list[str]:
    return [
        *(f"{line['reference']} {_deadline(line['what'])}: {line['was']} -> {line['due_at']}" for line in done.moved),
        *(
            f"{line['reference']} {_deadline(line.get('what'))}: not moved, {words.spelled(line['why'])}"
            for line in done.could_not
        ),
        f"{done.checked} open applications, {len(done.moved)} deadlines {verb}, {len(done.could_not)} could not be moved",
    ]


def _retention(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        everything = retention.over(act)
    lines = [
        f"{'rejected row ' * kept.rejected_row}{kept.reference} retention period over since {kept.over_since:%d %b %Y}"
        f"{'; under legal hold, so it is kept' if kept.legal_hold else ''}"
        for kept in everything
    ]
    return Output(data=[asdict(kept) for kept in everything], lines=lines or ["no retention period is over"])


def _deadline(code: object) -> str:
    """The words of a time limit, or of the work item that is due."""
    return (words.LIMIT if code in words.LIMIT.words else words.WORK).of(code)


@contextmanager
def _undone(casebook: Opened) -> Iterator[Act]:
    """An act that is rolled back at the end."""
    with casebook.store.session() as session:
        yield casebook.act_on(session)
        session.rollback()
