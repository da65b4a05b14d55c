"""Writes requirements.lock: every package of casebook[dev], for every platform, with the hashes of its files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
TITLE = "# The lock: every package of casebook[dev], with the hashes of its files. `make lock` makes it; it names no index.\n"
COMPILE = (
    *("uv", "pip", "compile", "pyproject.toml", "--extra", "dev", "--universal", "--generate-hashes"),
    *("--no-strip-extras", "--no-config", "--no-header", "--no-annotate", "--quiet", "--output-file", LOCK.name),
)
WITH_EXTRAS = re.compile(r"^([\w.-]+)\[[\w, -]+\](==.*\n(?:    .*\n)*)", re.MULTILINE)


def main() -> int:
    """Write the lock. Pins that still fit stay, unless --upgrade is given."""
    subprocess.run(
        [Path(sys.executable).with_name(COMPILE[0]), *COMPILE[1:], *sys.argv[1:]], cwd=LOCK.parent, check=True
    )
    LOCK.write_text(TITLE + with_plain_names(LOCK.read_text("utf-8")), "utf-8")
    return 0


def with_plain_names(lock: str) -> str:
    """A package with extras stands without them too: pip before 23.3 takes the two for different requirements."""
    return WITH_EXTRAS.sub(r"\1\2\g<0>", lock)


if __name__ == "__main__":
    raise SystemExit(main())
