"""The application: which page answers which address, and what becomes of an error."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from casebook import clock
from casebook.casework.staff import sessions
from casebook.desk import bodies, look, security
from casebook.desk.bodies import TypedForm
from casebook.desk.built import STATIC
from casebook.desk.commands import Commands as StaffCommands
from casebook.desk.pages import applications, commands, finding, items, leading, papers, service, signing, taking, work
from casebook.desk.visit import DeskTools, Visit
from casebook.domain.actors import Actor
from casebook.errors import AlreadyDone, CasebookError, Collision, NotFound, NotPermitted
from casebook.storage import session as storage
from casebook.storage.session import Store

NOBODY = Actor(id="", roles=frozenset())
PageHandler = Callable[[Visit], Response]


def build(
    store: Store, served: StaffCommands, appearance: look.Appearance, *, secure: bool = False, threads: int = 10
) -> Starlette:
    """The desk of one casebook. `threads`: pages that are made at once; the pool has a connection for each, and more wait."""
    desk = DeskTools(
        store=store,
        commands=served,
        looks=look.environment(appearance),
        secure=secure,
        threads=CapacityLimiter(threads),
    )
    rooms = (work, items, applications, leading, finding, papers, taking, commands)
    routes: list[BaseRoute] = [
        Route(path, _page(desk, page), methods=[method]) for room in rooms for method, path, page in room.PAGES
    ]
    routes += [Route(path, _open(desk, page), methods=[method]) for method, path, page in signing.PAGES]
    routes += [
        Route("/service", _service(desk), methods=["POST"]),
        Route("/theme.css", look.theme(appearance)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(security.Guarded, secure=secure)],
        exception_handlers={404: _page_not_found(desk)},
    )
    app.state.desk = desk
    return app


def _page(desk: DeskTools, page: PageHandler) -> Callable[[Request], object]:
    """A page for somebody who is signed in. Everything that reads the database runs in a thread."""

    @functools.wraps(page)
    async def answer(request: Request) -> Response:
        form = TypedForm()
        try:
            security.refuse_prefetch(request)
            if request.method != "GET":
                security.refuse_foreign(request)
                form = await bodies.read(request)
            return await to_thread.run_sync(_answered, desk, page, request, form, limiter=desk.threads)
        except CasebookError as error:
            return _refused(_nobody(desk, request).with_form(form), error)

    return answer


def _answered(desk: DeskTools, page: PageHandler, request: Request, form: TypedForm) -> Response:
    secret = request.cookies.get(security.COOKIE, "")
    try:
        with desk.store.session() as session:
            now = storage.now(session)
            actor = sessions.resume(session, secret, now)
            session.commit()
    except NotPermitted as over:
        if request.method == "GET":
            return RedirectResponse("/login", status_code=303)
        return _refused(_nobody(desk, request).with_form(form), over)
    visit = Visit(desk=desk, request=request, actor=actor, secret=secret, now=now, form=form)
    try:
        if request.method != "GET":
            security.refuse_forged(secret, form.get("_csrf"))
        return page(visit)
    except CasebookError as error:
        return _refused(visit, error)
    except Exception as error:  # noqa: BLE001 - the last place to catch it: only its kind is told, because a message may hold a value
        return _refused(visit, _unexpected(error))


def _unexpected(error: Exception) -> CasebookError:
    """What is told of an error that nobody foresaw. With CASEBOOK_DEBUG it is raised, for whoever develops."""
    if os.environ.get("CASEBOOK_DEBUG"):
        raise error
    return CasebookError(f"something went wrong that nobody foresaw ({type(error).__name__}); nothing was done")


def _open(desk: DeskTools, page: PageHandler) -> Callable[[Request], object]:
    """A page for anybody: it signs in or out, or says something of the desk."""

    @functools.wraps(page)
    async def answer(request: Request) -> Response:
        visit = _nobody(desk, request)
        try:
            if request.method != "GET":
                security.refuse_foreign(request)
                visit = visit.with_form(await bodies.read(request))
            return await to_thread.run_sync(page, visit, limiter=desk.threads)
        except CasebookError as error:
            return _refused(visit, error)

    return answer


def _service(desk: DeskTools) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        try:
            form = await bodies.read(request)
            return await to_thread.run_sync(service.answer, desk, request, form, limiter=desk.threads)
        except CasebookError as error:
            return service.refused(error)

    return answer


def _nobody(desk: DeskTools, request: Request) -> Visit:
    secret = request.cookies.get(security.COOKIE, "")
    return Visit(desk=desk, request=request, actor=NOBODY, secret=secret, now=clock.now(), form=TypedForm())


def _refused(visit: Visit, error: CasebookError) -> Response:
    """What a refusal looks like: its words, its code, and what was typed, so that it can be copied."""
    match error:
        case NotFound():
            status, template = 404, "refused.html"
        case AlreadyDone() | Collision():
            status, template = 409, "conflict.html"
        case NotPermitted():
            status, template = 403, "refused.html"
        case CasebookError(exit_code=3):
            status, template = 503, "refused.html"
        case _:
            status, template = 422, "refused.html"
    typed = [(name, value) for name, values in visit.form.typed.items() for value in values if len(value) > len("yes")]
    return visit.page(template, status, error=error, typed=typed, back=_where_it_stands(visit.request))


def _where_it_stands(request: Request) -> str:
    """The page that shows what a request was about. An address that only takes a form has no page of its own."""
    match request.path_params:
        case {"item": item}:
            return f"/work/{item}"
        case {"reference": reference}:
            return f"/applications/{reference}"
    return request.url.path if request.method == "GET" else "/"


def _page_not_found(desk: DeskTools) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, _error: Exception) -> Response:
        return _refused(_nobody(desk, request), NotFound("there is no such page", "no_such_page"))

    return answer
