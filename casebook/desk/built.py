"""What the pages load: made from the npm packages by casebook/desk/front/build.py, and part of our wheel."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).parent / "static"
NOT_BUILT = "the desk is not served, because its styles are not built: run `make .venv` in the checkout"


def is_built() -> bool:
    """Whether they are there."""
    return (STATIC / "desk.css").is_file()
