"""Opens the casebook of a home: its schema, its keys and its documents of policy, each brought up to this release."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.governance import policy_documents
from casebook.casework.reporting import seals as sealing
from casebook.domain import chain
from casebook.domain.actors import RELEASE
from casebook.errors import DatabaseUnavailable
from casebook.storage import keys, ledger, migrate, schema, seals
from casebook.storage import session as storage
from casebook.storage.keys import KeyUnusable, Known
from casebook.storage.session import Store
from casebook.storage.tables import ClockOffset, Home, LedgerEntry, Token, TrustAnchor

SEALS = "seals"  # the folder of a home that keeps its own copy of every seal


def open_casebook(
    home: Path, url: str, *, owner: str | None = None, pool_size: int = 5, patience: timedelta | None = None
) -> Store:
    """The casebook of a home, whose database is at `url`. A new home gets its keys; that of an earlier release, its seals.

    `owner`: the address of whoever owns the tables, if that is another. `patience`: see `storage.open_store`. Raises KeyUnusable if
    the ledger's keys are not those of this database, and OwnerNeeded if its schema must be migrated and no owner is known.
    """
    known = keys.known(url)
    if known is None or known.revision != migrate.head():
        migrate.upgrade(url, owner=owner)
        known = keys.known(url)
    if known is None:
        raise DatabaseUnavailable("The database cannot be reached.")
    is_new = known.entry_key is None and known.is_empty
    key = keys.first_entry_key(home) if is_new else keys.entry_key(home, known=known.entry_key)
    store = storage.open_store(url, key, pool_size=pool_size, patience=patience)
    if known.entry_key is None or known.schema != migrate.head():
        _begin_release(home, known, storage.open_store(owner or url, key, pool_size=1))
        return store  # the documents were taken over with the rest
    try:
        with store.session() as session:
            if policy_documents.take_over(_act(session)):
                session.commit()
    except BaseException:
        store.engine.dispose()
        raise
    return store


def _begin_release(home: Path, known: Known, store: Store) -> None:
    """What the first command of a release writes down, as the owner of the tables: keys, schema, documents, first seals."""
    with storage.in_use(store):
        with store.session() as session:
            act = _act(session)
            if known.entry_key is None:
                _adopt_keys(act, home)
            if known.schema != migrate.head():
                adopt_schema(act)
            policy_documents.take_over(act)
            session.commit()
        if known.entry_key is None:
            _seal_first(store, home)


def _act(session: Session) -> Act:
    return Act(session=session, actor=RELEASE, now=storage.now(session), playbook=playbook)


def _adopt_keys(act: Act, home: Path) -> None:
    """Write down which keys this casebook uses. What an earlier release wrote is sealed as what was there before."""
    seals.alone(act.session)
    if seals.anchor(act.session, "entry_key") is not None:
        return  # another command was first
    if seals.latest_kept(home / SEALS) is not None:
        raise KeyUnusable(
            "This home has sealed a ledger whose keys the database does not know: it was emptied, or is an old copy. "
            "Restore the database from its backup.", "keys_forgotten",
        )  # fmt: skip
    from casebook.storage import seal_keys  # noqa: PLC0415 - a tenth of a second that only the first command should pay

    seal_key = seal_keys.first(home)
    is_old = act.session.scalar(select(LedgerEntry.id).limit(1)) is not None
    if is_old:
        sealing.make(act, seal_key, before=True)
    entry = keys.fingerprint(act.session.info[ledger.KEY])
    sealer = keys.public_fingerprint(seal_key.public)
    act.session.add_all(
        [
            TrustAnchor(kind="entry_key", fingerprint=entry, detail=None, adopted_at=act.now),
            TrustAnchor(kind="seal_key", fingerprint=sealer, detail=seal_key.public, adopted_at=act.now),
        ]
    )
    standing = select(Token.id, Token.staff_id).where(Token.revoked_at.is_(None))
    tokens = dict(act.session.execute(standing).tuples().all())
    # a trial home of an earlier release has these rows, and no entry records them
    unspoken = [*act.session.scalars(select(Home)), *act.session.scalars(select(ClockOffset))]
    body = {"entry_key": entry, "seal_key": sealer, "tokens": tokens}
    act.record_many("ledger_keys_adopted", {chain.UNIT: body}, inserted=unspoken)


def adopt_schema(act: Act) -> None:
    """Write down the shape of the database, so that a dropped trigger or another grant is noticed later."""
    seals.alone(act.session)
    found, revision = schema.fingerprint(act.session), migrate.head()
    act.session.merge(TrustAnchor(kind="schema", fingerprint=found, detail=revision, adopted_at=act.now))
    act.record(None, "schema_adopted", revision=revision, fingerprint=found)


def _seal_first(store: Store, home: Path) -> None:
    """The first seals, and their copies in the home."""
    from casebook.storage import seal_keys  # noqa: PLC0415 - as above

    with store.session() as session:
        sealing.make(_act(session), seal_keys.of_home(home))
        session.commit()
        for made in seals.all_signed(session):
            seals.write(made, home / SEALS)
