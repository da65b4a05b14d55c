"""Signing in and out. Whoever opens these pages is nobody yet."""

from __future__ import annotations

from starlette.responses import Response

from casebook.casework import playbook
from casebook.casework.core.acting import Act
from casebook.casework.staff import sessions, staff
from casebook.desk import security
from casebook.desk.visit import Visit
from casebook.domain.actors import ActOrigin
from casebook.errors import NotPermitted
from casebook.storage import session as storage


def ask(visit: Visit) -> Response:
    return visit.page("login.html", csrf="", staff_id="", error="")


def sign_in(visit: Visit) -> Response:
    staff_id, token = visit.form.get("staff_id"), visit.form.get("token")
    try:
        secret = _begun(visit, staff_id, token)
    except NotPermitted:
        error = "The id or the token is wrong, or this account is suspended"
        return visit.page("login.html", 403, csrf="", staff_id=staff_id, error=error)
    answer = visit.go("/")
    answer.set_cookie(
        security.COOKIE, secret, httponly=True, secure=visit.desk.secure, samesite="strict", path="/",
    )  # fmt: skip
    return answer


def _begun(visit: Visit, staff_id: str, token: str) -> str:
    if not staff_id or not token:
        raise NotPermitted("sign in with your id and your token", "token_needed")
    with visit.desk.store.session() as session:
        now = storage.now(session)
        actor = staff.identify(session, staff_id, token, now, origin=ActOrigin.DESK)
        secret = sessions.begin(Act(session=session, actor=actor, now=now, playbook=playbook))
        session.commit()
    return secret


def sign_out(visit: Visit) -> Response:
    if visit.secret:
        security.refuse_forged(visit.secret, visit.form.get("_csrf"))
        visit.desk.grants.end(visit.holder)
        with visit.desk.store.session() as session:
            now = storage.now(session)
            actor = sessions.resume(session, visit.secret, now)
            sessions.end(Act(session=session, actor=actor, now=now, playbook=playbook), visit.secret)
            session.commit()
    answer = visit.go("/login")
    answer.delete_cookie(security.COOKIE, path="/")
    return answer


def accessibility(visit: Visit) -> Response:
    return visit.page("accessibility.html", csrf="")


PAGES = (
    ("GET", "/login", ask),
    ("POST", "/login", sign_in),
    ("POST", "/logout", sign_out),
    ("GET", "/accessibility", accessibility),
)
