"""One application that went through everything: a field changed in any ledgered table is named by `audit verify`."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from walking import BEGIN, ROW, through_everything

from casebook.casework import opening_home, playbook
from casebook.casework.allocation import absences, open_checks, owners, reminders
from casebook.casework.chronology import calls, notes
from casebook.casework.core import quality
from casebook.casework.core.acting import Act
from casebook.casework.disclosure import emergency
from casebook.casework.governance import circumstances, conflicts, governance, policy_documents
from casebook.casework.intake import drafts, taking_over
from casebook.casework.monitor import dip_sampling, signals
from casebook.casework.panel_decision import panel_meetings, statements
from casebook.casework.papers import attaching
from casebook.casework.record_checks import extracts
from casebook.casework.reporting import audit
from casebook.casework.safeguarding import safe_contact
from casebook.casework.staff import staff
from casebook.casework.sweep import sweep
from casebook.domain.actors import OPERATOR, system
from casebook.domain.case.running_cases import ToldLine, ToldStep
from casebook.domain.vocabulary import Source, Stage
from casebook.monitor.weekly import watch_all
from casebook.storage.tables import Absence, Base, Home

LEDGERED = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if mapper.class_.ledgered), key=lambda table: table.__tablename__
)
FIELDS = int(os.environ.get("CASEBOOK_FIELDS", "1"))  # of each table; 99 for all of them


def lived(unit, persons):
    """A closed application behind which stands all that people and machine may write down; its reference."""
    first = unit.receive({**ROW, "external_id": "E-1", "a_surname": "Sorrelby"})
    whole = unit.receive({**ROW, "external_id": "E-2", "immediate_danger": "yes", "children": "2019"})
    with unit.acting("supervise") as act:
        quality.propose_override(act, first, "something_missing", "it was looked at")
    with unit.acting("head") as act:
        governance.restrict(act, first, reason="known_to_staff")
        governance.hold(act, first, reason="complaint")
    with unit.acting("supervise") as act:
        governance.lower_priority(act, whole, to="standard", reason="safe now")
        conflicts.declare(act, whole, conflict="no", reason="nobody known")
        circumstances.update(act, whole, what="pregnancy", value="yes", learned_from="a")
        owners.assign(act, whole, to="research", reason="workload")
        reminders.remind(act, whole, on=unit.now.date() + timedelta(days=900), words="ring her")
        absences.plan(act, "supervise", first=date(2030, 1, 1), last=date(2030, 1, 2), cover="supervise2")
        drafts.write(act, {"concern": "a neighbour asks"})
        told = ToldLine(step=ToldStep.DECIDED, on="2026-02", written="Feb 26", by="PC Plum", words="to tell her")
        taking_over.record_told(act, act.application(whole), [told])
        notes.write(act, whole, category="safety", words="moves on Friday")
        points = "danger=fault;contact=good;people=good;searches=not_yet;reasons=good;limits=good"
        open_checks.check(act, whole, staff="research", points=points, words="ring her first")
        attaching.refer(act, whole, category="minutes", title="of the panel", where="folder 7")
        statements.record_statement(
            act, whole, agency="housing", said_by="the duty officer", said="the lease is hers", handling="P"
        )
        panel_meetings.call_meeting(act, meets_at=unit.now + timedelta(days=1), chair="chair", members=[])
        calls.take(act, whole, caller="a", identified_by="known", said="he is back", opens="details")
    with unit.acting("inspect") as act:
        emergency.disclose(
            act, whole, recipient="a", channel="phone", reason="he is on his way to her", told="that he is violent",
            override="threat_to_kill", not_in_person_because="no time",
        )  # fmt: skip
    with unit.acting("disclose") as act:
        asked = {"asked_by": "the_person", "identified_by": "document", "voicemail": "yes"}
        safe_contact.set_plan(act, whole, party="a", **asked)
    assert through_everything(unit, whole) == Stage.CLOSED
    with unit.acting() as act:
        dip_sampling.draw(act, seed=1)
        signals.record(act, watch_all(**signals.watch_inputs(act)))
        extracts.load(act, Source.VISOR, persons=persons, records=None)
        staff.suspend(act, "second")
    sweep.sweep(lambda: unit.acting(system("sweep")), now=unit.now + timedelta(days=30))
    with unit.acting("supervise") as act:
        governance.dispose(act, whole, reason="time is over")
    with unit.acting("supervise2") as act:
        governance.dispose(act, whole, reason="time is over")
    return whole


def planted(act, table):
    """A row of a table that this life left empty, with the shortest value of each type in it."""
    values = {}
    for column in table.__table__.columns:
        if column.foreign_keys:
            values[column.name] = act.session.scalar(select(next(iter(column.foreign_keys)).column).limit(1))
        elif column.nullable:  # what is only there together with another column would be one without the other
            values[column.name] = None
        elif column.type.python_type in SHORT:
            values[column.name] = SHORT[column.type.python_type]
        else:
            values[column.name] = []
    act.session.add(table(**{**values, **GIVEN.get(table, {})}))
    act.record(None, "planted")


# the one kind of home that has a clock; nobody covers for themselves
GIVEN = {Home: {"kind": "trial"}, Absence: {"staff_id": "intake", "cover": "head"}}
WHOLE = {"home": {"another row": "INSERT INTO home VALUES ('live')"}}  # the clock refers to the row that is there
SHORT = {str: "x", bool: False, int: 1, float: 1.0, datetime: BEGIN, date: BEGIN.date(), dict: {}}


def change_of(column):
    """SQL for another value of a column's type, whatever is in it."""
    name = column.name
    kind = column.type.python_type
    if kind is bool:
        return f"{name} = NOT {name}"
    if kind is datetime:
        return f"{name} = {name} + interval '1 second'"
    if kind is date:
        return f"{name} = {name} + 1"
    if kind in {int, float}:
        return f"{name} = {name} + 1"
    if kind is str:
        return f"{name} = {name} || '.'"
    return f"{name} = '[\"another\"]'"


def damages(session, table):
    """Do damage that the database itself lets pass, one kind after another, each undone before the next; says what."""
    name, keys = table.__tablename__, {column.name for column in inspect(table).primary_key}
    changes = {
        column.name: f"UPDATE {name} SET {change_of(column)} WHERE {column.name} IS NOT NULL"
        for column in table.__table__.columns
        if column.name not in keys and not column.foreign_keys
    }
    for what, statement in (changes or WHOLE.get(name, {"a whole row": f"DELETE FROM {name}"})).items():
        savepoint = session.begin_nested()
        try:
            changed = session.execute(text(statement)).rowcount
        except DBAPIError:  # a constraint spoke first: that damage cannot be done
            changed = 0
        if changed:
            yield what
        savepoint.rollback()


def test_one_changed_field_of_any_table_is_named(unit, tmp_path, owners):
    persons = tmp_path / "persons.csv"
    persons.write_text("source,person_id,forename,surname,dob\nvisor,1,Quilla,Fenmarsh,1971-02-03\n")
    lived(unit, persons)
    missed = set()
    with owners.session() as session:
        act = Act(session=session, actor=OPERATOR, now=unit.now, playbook=playbook)
        policy_documents.take_over(act)
        opening_home.adopt_schema(act)
        session.commit()
        empty = [table for table in LEDGERED if act.session.scalar(select(table).limit(1)) is None]
        order = [table.name for table in Base.metadata.sorted_tables]  # what others refer to comes first
        for table in sorted(empty, key=lambda table: order.index(table.__tablename__)):
            planted(act, table)
        session.commit()
    assert len(empty) < len(LEDGERED) / 4, empty  # or it was no whole life
    with owners.session() as session:
        act = Act(session=session, actor=OPERATOR, now=unit.now, playbook=playbook)
        assert audit.verify(act).broken == []
        for table in LEDGERED:
            name = table.__tablename__
            harmed = 0
            for what in damages(session, table):
                harmed += 1
                if not any(each.what.startswith(f"{name}:") for each in audit.verify(act).broken):
                    missed.add(f"{name}.{what}")
                if harmed == FIELDS:
                    break
            assert harmed, f"nothing in {name} can be damaged"
            session.rollback()
    assert missed == set()
