"""The papers of a case, and its pack. Each reading is an act of its own."""

from __future__ import annotations

from starlette.responses import Response

from casebook.casework.papers import reading
from casebook.desk import typed
from casebook.desk.visit import Visit
from casebook.domain.case.papers import ENDINGS, PaperKind
from casebook.errors import NotFound


def listed(visit: Visit) -> Response:
    """The list of the papers. The ledger has that it was read."""
    reference = visit.path("reference")
    with visit.acting() as act:
        rows = reading.listed(act, reference)
        name = visit.desk.grants.keep(visit.holder, act.now, rows)
    return visit.go(f"/applications/{reference}/papers/{name}")


def shown(visit: Visit) -> Response:
    rows = visit.kept(visit.path("name"))
    if rows is None:
        return visit.go(f"/applications/{visit.path('reference')}")
    return visit.page("papers.html", nav="/applications", reference=visit.path("reference"), rows=rows)


def one(visit: Visit) -> Response:
    """One paper, to keep. A browser never shows it as a page: it came from outside."""
    kind = visit.form.get("kind")
    if kind not in set(PaperKind):
        raise NotFound("there is no such page", "no_such_page")
    done = visit.must("applications", "paper", visit.path("paper"), "--out", f"paper{ENDINGS[PaperKind(kind)][0]}")
    ((file, content),) = done.files.items()
    return _attached(visit, f"{visit.path('reference')}-{file}", content)


def pack(visit: Visit) -> Response:
    """The pack as PDF, marked with who printed it and when."""
    reference = visit.path("reference")
    done = visit.must("pack", reference, "--pdf", "pack.pdf")
    ((_, content),) = done.files.items()
    return _attached(visit, f"{reference}-pack.pdf", content)


def _attached(visit: Visit, name: str, content: bytes) -> Response:
    answer = visit.sent(content, "application/octet-stream")
    answer.headers["content-disposition"] = f'attachment; filename="{typed.plain_name(name)}"'
    return answer


PAGES = (
    ("POST", "/applications/{reference}/papers", listed),
    ("GET", "/applications/{reference}/papers/{name}", shown),
    ("POST", "/applications/{reference}/paper/{paper}", one),
    ("POST", "/applications/{reference}/pack", pack),
)
