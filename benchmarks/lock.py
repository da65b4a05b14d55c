"""Writes the locks: every package of casebook[dev] and casebook[browser], for every platform, with hashes of their files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.lock": ("--extra", "dev"),
    "browser.lock": ("--extra", "browser", "--constraint", "requirements.lock"),
}
TITLE = "# The lock: every package of casebook[{}], with the hashes of its files. `make lock` makes it; it names no index.\n"
COMPILE = (
    *("uv", "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes"),
    *("--no-strip-extras", "--no-config", "--no-header", "--no-annotate", "--quiet", "--output-file"),
)
WITH_EXTRAS = re.compile(r"^([\w.-]+)\[[\w, -]+\](==.*\n(?:    .*\n)*)", re.MULTILINE)


def main() -> int:
    """Write the locks. Pins that still fit stay, unless --upgrade is given."""
    uv = Path(sys.executable).with_name(COMPILE[0])
    for name, extra in LOCKS.items():
        subprocess.run([uv, *COMPILE[1:], name, *extra, *sys.argv[1:]], cwd=ROOT, check=True)
        lock = ROOT / name
        lock.write_text(TITLE.format(extra[1]) + with_plain_names(lock.read_text("utf-8")), "utf-8")
    return 0


def with_plain_names(lock: str) -> str:
    """A package with extras stands without them too: pip before 23.3 takes the two for different requirements."""
    return WITH_EXTRAS.sub(r"\1\2\g<0>", lock)


if __name__ == "__main__":
    raise SystemExit(main())
