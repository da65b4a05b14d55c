"""What a verification found: what was recomputed, what is broken, and what no seal covers yet."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One broken link. `what` names a ledger entry, a row, the end of a chain, a seal or a part of the database."""

    code: str
    what: str


@dataclass(kw_only=True)
class Verification:
    """The result of a verification."""

    checked: int = 0  # entries
    rows: int = 0
    seals: int = 0
    unsealed: int = 0  # entries that no seal covers yet: what is done to them shows only while the entry key is safe
    unsealed_since: str | None = None  # when the oldest of them was written
    made_alone: list[str] = field(default_factory=list)  # accounts in use that one person made alone
    owner_works: bool = False  # whoever works could switch the guards of the tables off: they own them
    broken: list[Broken] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        first = self.broken[0] if self.broken else None
        return {
            "ok": not self.broken,
            "checked": self.checked,
            "rows": self.rows,
            "seals": self.seals,
            "unsealed": {"entries": self.unsealed, "since": self.unsealed_since},
            "made_alone": self.made_alone,
            "owner_works": self.owner_works,
            "broken": len(self.broken),
            "first_broken": {"code": first.code, "what": first.what} if first else None,
        }
