"""Enquiries: a researcher asks a source beyond those of the policy, such as an agency or another force."""

from __future__ import annotations

from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act, refuse, refuse_because
from casebook.casework.record_checks import identity, searches
from casebook.casework.record_checks.searches import Round, Wanted
from casebook.domain import freezing, words
from casebook.domain.authority import Command
from casebook.domain.vocabulary import Party, Route, Source, Stage
from casebook.errors import AlreadyDone
from casebook.sources import catalogue
from casebook.storage.case import record_checks as stored
from casebook.storage.documents import policy_of
from casebook.storage.tables import Search


def enquire(act: Act, reference: str, source: Source, *, wait: bool = True) -> Search:
    """Open a search of B in this source, with its `return_search` item. With `wait`, record checks wait for the return.

    Refused outside record checks, for a source that is already searched in every application or automatically, and while an
    enquiry to the same source is open.
    """
    act.allowed(Command.ENQUIRE, works_on=reference)
    application = act.application(reference)
    refuse(freezing.why_not_edit(application.frozen_at))
    if application.stage != Stage.RECORD_CHECKS:
        refuse_because(
            "not_in_record_checks",
            f"enquiries can only be opened in record checks: {reference} is in {words.STAGE.of(application.stage)}",
        )
    if source in policy_of(application).mandatory_sources(Route(application.route)):
        refuse_because(
            "mandatory",
            f"no enquiry is needed: {words.SOURCE.of(source)} is searched in every application of this route",
        )
    extract = catalogue.local(act.session, act.now.year).get(source)
    if extract is not None or source in catalogue.remote() or source is catalogue.OWN_REGISTER:
        refuse_because("automatic", f"no enquiry is needed: {words.SOURCE.of(source)} is searched automatically")
    live = [search for search in stored.searches(act.session, reference) if search.source == source]
    if any(search.returned_at is None for search in live):
        raise AlreadyDone(f"an enquiry to {words.SOURCE.of(source)} is already open", "enquiry_open")
    variants = identity.variants_of(act, application, Party.B)
    due = Round(
        act=act, application=application, wanted=Wanted(party=Party.B, source=source, mandatory=wait), variants=variants,
        extract=None, live=live, decided=False,
    )  # fmt: skip
    search = searches.open_round(due, list(variants))
    for earlier in live:
        earlier.superseded = True
    act.record(application, "enquiry_opened", search=search.id, source=source, waited_for=wait)
    lifecycle.carry_on(act, application, because="enquiry_opened")
    return search
