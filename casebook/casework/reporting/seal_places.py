"""Takes seals to where they are kept outside the home: a directory, or a service that accepts one HTTPS POST each."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from casebook.domain import chain
from casebook.domain.seals import SignedSeal
from casebook.errors import Fault
from casebook.storage import seals
from casebook.writing import write_whole

PATIENCE = 20.0  # seconds for one POST


class SealNotKept(Fault):
    """A seal could not be written to the place where seals are kept."""

    code = "seal_not_kept"


def bring(home_seals: Path, place: str) -> int:
    """Take every seal that the place has not got yet there, oldest first. Returns how many. Raises SealNotKept.

    `home_seals`: the folder with the home's own copies. What could not be brought is brought the next time.
    """
    last = _last_brought(home_seals, place)
    waiting, _ = seals.kept_at(home_seals, after=last)
    for seal in waiting:
        if place.startswith(("http://", "https://")):
            _post(seal, place)
        else:
            _copy(seal, Path(place))
        write_whole(_note(home_seals, place), [str(seal.number)])
    return len(waiting)


def why_not_place(place: str) -> str | None:
    """What is wrong with a place as it was configured; None if nothing is."""
    address = urlsplit(place)
    match address.scheme:
        case "https":
            return None
        case "http" if address.hostname in {"127.0.0.1", "localhost", "::1"}:
            return None
        case "http":
            return "a seal is sent with TLS only: give an https:// address"
    return None if Path(place).is_absolute() else "give an absolute path or an https:// address"


def _copy(seal: SignedSeal, directory: Path) -> None:
    try:
        seals.write(seal, directory)
    except OSError as error:
        raise SealNotKept(f"Seal {seal.number} cannot be written to the place for seals: {error.strerror}.") from None


def _post(seal: SignedSeal, address: str) -> None:
    import httpx  # noqa: PLC0415 - no other command pays for it

    try:
        answer = httpx.post(
            address,
            content=chain.canonical(seal.as_json()).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": seal.digest},
            timeout=PATIENCE,
            follow_redirects=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        # the text of the error may repeat the address and what is secret in it
        raise SealNotKept(f"Seal {seal.number} was not taken: the place for seals did not answer.") from None
    if not answer.is_success:
        raise SealNotKept(f"Seal {seal.number} was not taken: the place for seals answered {answer.status_code}.")


def _note(home_seals: Path, place: str) -> Path:
    return home_seals / f".brought-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def _last_brought(home_seals: Path, place: str) -> int:
    try:
        return int(_note(home_seals, place).read_text("ascii"))
    except (OSError, ValueError):
        return 0  # bringing one again is no harm
