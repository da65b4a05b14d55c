"""Makes a seal: signs how far every chain has come since the seal before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.casework.core.acting import Act
from casebook.domain import chain
from casebook.domain.authority import Command
from casebook.domain.seals import SignedSeal
from casebook.storage import keys, seals
from casebook.storage.ledger import KEY

if TYPE_CHECKING:  # a tenth of a second that only a seal should pay
    from casebook.storage.seal_keys import SealKey


def seal(act: Act, key: SealKey) -> SignedSeal | None:
    """Seal every chain that grew since the last seal. None if there is nothing new. The caller commits, then keeps it."""
    act.allowed(Command.SEAL_LEDGER)
    return make(act, key)


def make(act: Act, key: SealKey, *, before: bool = False) -> SignedSeal | None:
    """The same for whatever else calls for a seal: a first opening, or an export.

    `before`: over entries that an earlier release wrote.
    """
    seals.alone(act.session)
    last, sealed, live = seals.last(act.session), seals.heads_sealed(act.session), seals.live_heads(act.session)
    grown = {name: head for name, head in live.items() if sealed.get(name) != head}
    if not grown:
        return None
    unsigned = SignedSeal(
        number=last.number + 1 if last else 1,
        sealed_at=act.now,
        heads=grown,
        entries=sum(sequence for sequence, _ in live.values()),
        chains=len(live),
        previous=last.digest if last else chain.GENESIS,
        entry_key=keys.fingerprint(act.session.info[KEY]),
        public_key=key.public,
        before=before,
    )
    made = unsigned.signed(key.sign(unsigned.statement))
    seals.add(act.session, made)
    act.session.flush()
    return made
