"""What somebody with the database, and without the keys, can do to a casebook: hashes patched up, triggers off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from casebook.domain import chain

Tamper = Callable[["Owner", Random], None]


class Owner:
    """Somebody with the address of the database's owner, and the published way of hashing."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        found = self.connection.execute(statement, values)
        return found.fetchall() if found.description else []

    @contextmanager
    def triggers_off(self) -> Iterator[None]:
        tables = [name for (name,) in self.run("select tablename from pg_tables where schemaname = 'public'")]
        for name in tables:
            self.run(f'alter table "{name}" disable trigger user')
        yield
        for name in tables:
            self.run(f'alter table "{name}" enable trigger user')

    def rehash(self, name: str) -> None:
        """Make a chain fit together again: sequences, hashes, previous hashes, and its end."""
        previous, sequence = chain.GENESIS, 0
        columns = "id, at, actor, event, body, origin, token"
        for id_, at, actor, event, body, origin, token in self.run(
            f"select {columns} from ledger where chain = %s order by sequence, id", name
        ):
            sequence += 1
            hash_ = chain.entry_hash(
                chain=name, sequence=sequence, at=at, actor=actor, event=event, body=body, previous=previous, origin=origin,
                token=token,
            )  # fmt: skip
            self.run("update ledger set sequence = -%s where id = %s", sequence, id_)
            self.run("update ledger set hash = %s, previous = %s where id = %s", hash_, previous, id_)
            previous = hash_
        self.run("update ledger set sequence = -sequence where chain = %s and sequence < 0", name)
        self.run("delete from chain_head where chain = %s", name)
        if sequence:
            self.run("insert into chain_head values (%s, %s, %s)", name, sequence, previous)

    def append(self, name: str, actor: str, event: str, body: dict[str, Any], at: datetime) -> None:
        """An entry of one's own, with everything that can be worked out, and the code of the entry before it."""
        (sequence, hash_, origin, token, mac) = self.run(
            "select sequence, hash, origin, token, mac from ledger where chain = %s order by sequence desc limit 1",
            name,
        )[0]
        what: dict[str, Any] = {
            "chain": name, "sequence": sequence + 1, "at": at, "actor": actor, "event": event, "body": body,
            "previous": hash_, "origin": origin, "token": token,
        }  # fmt: skip
        values = [*({**what, "body": Jsonb(body)}).values(), chain.entry_hash(**what), mac]
        self.run(
            "insert into ledger (chain, sequence, at, actor, event, body, previous, origin, token, hash, mac)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", *values,
        )  # fmt: skip
        self.run("update chain_head set sequence = %s, hash = %s where chain = %s", sequence + 1, values[-2], name)

    def remove(self, reference: str) -> None:
        """Every row of an application, but for the ledger."""
        self.run("set session_replication_role = replica") if self._may_replicate() else None
        for _ in range(3):  # rows that others refer to go later
            for (table,) in self.run(
                "select table_name from information_schema.columns where table_schema = 'public'"
                " and column_name = 'reference' and table_name not in ('ledger')"
            ):
                try:
                    self.run(f'delete from "{table}" where reference = %s', reference)
                except psycopg.errors.ForeignKeyViolation:
                    continue

    def _may_replicate(self) -> bool:
        return bool(self.run("select has_parameter_privilege('session_replication_role', 'set')")[0][0])


# ---- one random act of tampering with what stood at the last seal ----


def _entry(owner: Owner, random: Random) -> tuple[Any, ...]:
    return random.choice(owner.run("select id, chain, sequence, hash from ledger order by id"))


def edits_an_entry(owner: Owner, random: Random) -> None:
    id_, name, *_ = _entry(owner, random)
    change = random.choice(
        ["actor = 'somebody'", "at = at - interval '1 day'", "event = 'personal_detail_viewed'", "token = 'x'",
         "body = body || '{\"because\": \"other\"}'", "origin = 'desk'"]
    )  # fmt: skip
    owner.run(f"update ledger set {change} where id = %s", id_)
    if random.random() < 0.7:
        owner.rehash(name)


def deletes_an_entry(owner: Owner, random: Random) -> None:
    id_, name, *_ = _entry(owner, random)
    owner.run("delete from ledger where id = %s", id_)
    if random.random() < 0.7:
        owner.rehash(name)


def inserts_an_entry(owner: Owner, random: Random) -> None:
    _, name, *_ = _entry(owner, random)
    (at,) = owner.run("select max(at) from ledger")[0]
    owner.append(name, "operator", "details_corrected", {"because": "typing"}, at)


def swaps_two_entries(owner: Owner, random: Random) -> None:
    name = random.choice(owner.run("select chain from ledger group by chain having count(*) > 1"))[0]
    ids = [id_ for (id_,) in owner.run("select id from ledger where chain = %s order by sequence", name)]
    first = random.randrange(len(ids) - 1)
    one, other = ids[first], ids[first + 1]
    owner.run("update ledger set sequence = sequence + 100000 where id = %s", one)
    owner.run("update ledger set sequence = sequence - 1 where id = %s", other)
    owner.run("update ledger set sequence = sequence - 99999 where id = %s", one)
    owner.rehash(name)


def replays_a_digest(owner: Owner, random: Random) -> None:
    """Put an old row back by an entry that repeats its old digest."""
    rows = owner.run("select chain, body->'rows' from ledger where body ? 'rows' order by id")
    name, digests = random.choice(rows)
    row = random.choice(sorted(digests))
    (at,) = owner.run("select max(at) from ledger")[0]
    owner.append(name, "operator", "details_corrected", {"rows": {row: digests[row]}}, at)


def truncates_a_chain(owner: Owner, random: Random) -> None:
    _, name, sequence, _ = _entry(owner, random)
    owner.run("delete from ledger where chain = %s and sequence >= %s", name, sequence)
    owner.rehash(name)


def edits_a_row(owner: Owner, random: Random) -> None:
    change = random.choice(
        ["update application set submitted_at = submitted_at - interval '1 day'", "update staff set on_duty = not on_duty",
         "update staff_role set given_by = 'somebody'", "update person set surname = 'Other' where surname is not null",
         "update clock set due_at = due_at + interval '1 day'", "update work_item set priority = 'low'",
         "update trust_anchor set fingerprint = 'x'", "update source_person set dob = '1901-01-01'",
         "update source_record set date = '1901-01-01'", "update source_person set keys = '{}'",
         "update person_keys set found_by = '{}' where found_by <> '{}'"]
    )  # fmt: skip
    owner.run(change)


def deletes_a_row(owner: Owner, random: Random) -> None:
    owner.run(
        f"delete from {random.choice(['safe_contact', 'competence', 'token', 'trust_anchor', 'source_record', 'person_keys'])}"
    )


def removes_an_application(owner: Owner, random: Random) -> None:
    (name,) = random.choice(owner.run("select reference from application"))
    owner.remove(name)
    if random.random() < 0.5:
        owner.run("delete from ledger where chain = %s", name)
        owner.run("delete from chain_head where chain = %s", name)
    else:
        names = owner.run(
            "select distinct jsonb_object_keys(body->'rows') from ledger where chain = %s and body ? 'rows'", name
        )
        (at,) = owner.run("select max(at) from ledger")[0]
        owner.append(name, "operator", "disposed", {"rows": {row: "deleted" for (row,) in names}}, at)


def touches_the_seals(owner: Owner, random: Random) -> None:
    owner.run(
        random.choice(
            ["delete from seal", "delete from seal where number = (select max(number) from seal)",
             "update seal set entries = entries - 1", "update seal set sealed_at = sealed_at - interval '1 day'",
             "update seal set sequences = '{}'", "update seal set before = true, number = number + 1"]
        )
    )  # fmt: skip


def empties_everything(owner: Owner, _random: Random) -> None:
    tables = [name for (name,) in owner.run("select tablename from pg_tables where schemaname = 'public'")]
    owner.run("truncate " + ", ".join(f'"{name}"' for name in tables if name != "alembic_version") + " cascade")


TAMPERINGS: tuple[Tamper, ...] = (
    edits_an_entry, deletes_an_entry, inserts_an_entry, swaps_two_entries, replays_a_digest, truncates_a_chain, edits_a_row,
    deletes_a_row, removes_an_application, touches_the_seals, empties_everything,
)  # fmt: skip


def state_of(owner: Owner) -> str:
    """Everything that is stored, to see whether a tampering changed anything."""
    tables = [name for (name,) in owner.run("select tablename from pg_tables where schemaname = 'public' order by 1")]
    return json.dumps(
        [owner.run(f'select md5(string_agg(t::text, chr(10) order by t::text)) from "{name}" t') for name in tables]
    )
