"""Runs every read-only check and counts the failures at the end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

OF_TESTS = ("benchmarks", "tests", "tests/kit", "tests/kit/killing", "--exclude", "^$", "--ignore", "DEP002,DEP004")
CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("ruff", [str(BIN / "ruff"), "check", "--quiet", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("mypy", [str(BIN / "mypy")]),
    ("import contracts", [str(BIN / "lint-imports")]),
    # every import is declared and every declared package is imported; tests and benchmarks may use developer packages
    ("dependencies", [str(BIN / "deptry"), "casebook", "expectations", "tasks", "flows", "deployments"]),
    ("dependencies of tests", [str(BIN / "deptry"), *OF_TESTS]),
    ("retired words", [sys.executable, "benchmarks/retired_words.py"]),
)

# the checkout is installed editable in this environment, so its finder is taken out as well as its path
USE = """
import sys
sys.path = [{there!r}, *(path for path in sys.path if path != {root!r})]
sys.meta_path = [finder for finder in sys.meta_path if "__editable__" not in repr(finder)]
import casebook.cli.main as command
assert command.__file__.startswith({there!r}), command.__file__
from casebook.cli import printing
assert printing.html("panel_pack.html", title="", mark="", sections=[])  # the templates are in it
raise SystemExit(command.main(["deadlines", "--received", "2026-03-01T09:00:00+00:00", "--json"]))
"""


def main() -> int:
    failed = [name for name, command in CHECKS if not passes(name, command)]
    if not wheel_works():
        failed.append("wheel")
    print(f"{len(CHECKS) + 1 - len(failed)} checks passed, {len(failed)} failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} {time.perf_counter() - begun:.1f} s", flush=True)
    if done.returncode:
        print(done.stdout[-6000:], done.stderr[-2000:])
    return done.returncode == 0


def wheel_works() -> bool:
    """Build the wheel, install it where the source is out of reach, and use it once."""
    with tempfile.TemporaryDirectory() as folder:
        source, built, there = (Path(folder) / name for name in ("source", "built", "there"))
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, tracked.split("\0")):
            if (ROOT / name).is_file():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, source / name)
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(source)]
        if not passes("wheel is built", build):
            return False
        wheel = next(built.glob("*.whl"))
        install = [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
            *("--target", str(there), str(wheel)),
        ]
        use = [sys.executable, "-I", "-c", USE.format(there=str(there), root=str(ROOT))]
        return passes("wheel is installed", install) and passes("wheel is used", use)


if __name__ == "__main__":
    raise SystemExit(main())
