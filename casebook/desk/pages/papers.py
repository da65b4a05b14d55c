"""The papers of a case, and its pack. Each reading is an act of its own."""

from __future__ import annotations

from starlette.responses import Response

from casebook.casework.papers import reading
from casebook.desk.pages.applications import kept_page
from casebook.desk.visit import Visit
from casebook.domain.case.papers import ENDINGS, PaperKind
from casebook.errors import NotFound


def listed(visit: Visit) -> Response:
    """The list of the papers. The ledger has that it was read."""
    reference = visit.path("reference")
    with visit.acting() as act:
        rows = reading.listed(act, reference)
    return visit.go(f"/applications/{reference}/papers/{visit.keep(rows)}")


def one(visit: Visit) -> Response:
    """One paper, to keep."""
    kind = visit.form.get("kind")
    if kind not in set(PaperKind):
        raise NotFound("there is no such page", "no_such_page")
    done = visit.must("applications", "paper", visit.path("paper"), "--out", f"paper{ENDINGS[PaperKind(kind)][0]}")
    ((file, content),) = done.files.items()
    return visit.attached(f"{visit.path('reference')}-{file}", content)


def pack(visit: Visit) -> Response:
    """The pack as PDF, marked with who printed it and when."""
    reference = visit.path("reference")
    done = visit.must("pack", reference, "--pdf", "pack.pdf")
    ((_, content),) = done.files.items()
    return visit.attached(f"{reference}-pack.pdf", content)


PAGES = (
    ("POST", "/applications/{reference}/papers", listed),
    ("GET", "/applications/{reference}/papers/{name}", kept_page("papers.html", "rows")),
    ("POST", "/applications/{reference}/paper/{paper}", one),
    ("POST", "/applications/{reference}/pack", pack),
)
