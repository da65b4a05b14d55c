"""The part of an application's page on the decision, its approval, the disclosure and the follow-up."""

from __future__ import annotations

from collections.abc import Iterator

from casebook.case_page.blocks import ApplicationView, PageBlock, ShownRow, as_sentence, clean, moment, paragraph, rows
from casebook.domain import words


def decisions(application: ApplicationView) -> Iterator[PageBlock]:
    approvals = {row["decision_id"]: row for row in rows(application, "approval")}
    panels = {row["version"]: row for row in rows(application, "panel")}
    decided = {row["version"]: row for row in rows(application, "decision")}
    answers = rows(application, "member_answer")
    for row in sorted(rows(application, "agency_statement"), key=lambda row: str(row["said_at"])):
        head = f"{words.AGENCY.of(row['agency'])} said {moment(row['said_at'])} ({words.HANDLING.of(row['handling'])})"
        yield from paragraph(head, row.get("said"))
        if row.get("conditions"):
            yield from paragraph("conditions", row["conditions"], indent=5)
    for version in sorted(panels.keys() | decided.keys()):
        if panel := panels.get(version):
            yield from _panel(panel)
        for row in answers:
            if row["version"] == version:
                answer = f"{row['member']} answered {moment(row['answered_at'])}: {words.OUTCOME.of(row['outcome'])}"
                yield from paragraph(answer, row.get("reasons"))
        if decision := decided.get(version):
            yield from _decision(decision)
            yield from _approval(approvals.get(decision["id"]))
            yield from _members_answers(application, "decision_id", decision["id"])


def _panel(row: ShownRow) -> Iterator[PageBlock]:
    members = ", ".join(
        f"{member['staff']}{' for ' + words.AGENCY.of(member['agency']) if member.get('agency') else ''}"
        for member in row["members"] or ()
    )
    silent = f"; no answer from: {words.AGENCY.of_all(row['agencies_silent'])}" if row["agencies_silent"] else ""
    cycle = " out of cycle" if row["out_of_cycle"] else ""
    yield from paragraph(
        f"Round {row['version']}: panel{cycle} {moment(row['meets_at'])}, chair {row['chair']}, members {members or 'none'}{silent}"
    )


def _decision(row: ShownRow) -> Iterator[PageBlock]:
    replaced = " (replaced)" if row["superseded"] else ""
    yield from paragraph(
        f"Decided: {words.OUTCOME.of(row['outcome']).upper()}{replaced}, chair {row['chair']}, {moment(row['occurred_at'])}"
    )
    for name, limb in (row.get("limbs") or {}).items():
        met = {True: "met", False: "NOT met"}.get(limb.get("met"), "not answered")
        yield from paragraph(f"{words.LIMB.of(name)}: {met}", limb.get("reasons"), indent=5)
    for recipient in row.get("recipients") or []:
        yield from paragraph("to be told", _recipient(recipient), indent=5)
    if row["items"]:
        yield from paragraph("records", ", ".join(item.partition(":")[2] or item for item in row["items"]), indent=5)
    if row["refusal_reason"]:
        yield from paragraph("ground", words.REFUSAL.of(row["refusal_reason"]), indent=5)
    if representations := row.get("representations"):
        yield from paragraph(
            f"B {'was' if representations.get('invited') else 'was not'} asked for representations",
            representations.get("reasons"),
            indent=5,
        )
    yield from _words_read_out(row)
    if row.get("rationale"):
        yield from paragraph("rationale", row["rationale"], indent=5)
    for dissent in row.get("dissent") or []:
        text = " ".join(map(clean, dissent.values())) if isinstance(dissent, dict) else dissent
        yield from paragraph("dissent", text, indent=5)
    if row["supervisor"]:
        yield from paragraph(
            f"supervisor {row['supervisor']} on not disclosing in this band", row.get("supervisor_reason"), indent=5
        )


def _words_read_out(row: ShownRow) -> Iterator[PageBlock]:
    """The words of a disclosure, line by line: whoever approves it approves exactly them."""
    for number, line in enumerate(str(row.get("words") or "").splitlines()):
        if number == 0:
            yield from paragraph("the words that are read out:", indent=5)
        yield from paragraph(line, indent=7)


def _recipient(recipient: ShownRow) -> str:
    person = words.PARTY.of(recipient["party"]) if recipient.get("party") else clean(recipient.get("protector"))
    return f"{person}{': ' + clean(recipient['why']) if recipient.get('why') else ''}"


def _approval(row: ShownRow | None) -> Iterator[PageBlock]:
    if row is None:
        yield from paragraph("Not approved yet")
        return
    result = "Approved" if row["approved"] else "SENT BACK"
    yield from paragraph(
        f"{result} by {row['approver']} {moment(row['approved_at'])} (researched by {', '.join(row['researchers'] or ())})",
        row.get("reason"),
    )


def deliveries(application: ApplicationView) -> Iterator[PageBlock]:
    for row in sorted(rows(application, "disclosure"), key=lambda row: str(row["occurred_at"])):
        to = f" to {words.PARTY.of(row['recipient'])}" if row.get("recipient") else ""
        by = " and ".join(filter(None, (row["delivered_by"], row["second_officer"])))
        told, how = as_sentence(words.TEXT.of(row["kind"])), words.CHANNEL.of(row["channel"])
        yield from paragraph(f"{told}{to} {moment(row['occurred_at'])}, {how}, by {by}")
        details = [
            "verbal" if row["verbal"] else "IN WRITING", f"identity {'checked' if row['identity_checked'] else 'not checked'}",
            f"undertaking {words.UNDERTAKING.of(row['undertaking'])}",
            f"support {'offered' if row['support_offered'] else 'NOT offered'}",
        ]  # fmt: skip
        details += [f"not in person: {clean(row['exception_reason'])}"] if row["exception_reason"] else []
        yield from paragraph("; ".join(details), indent=5)
        if row.get("departures"):
            yield from paragraph("told otherwise than the agreed words", row["departures"], indent=5)
        if row.get("safety_plan"):
            yield from paragraph("safety plan", row["safety_plan"], indent=5)
    for row in rows(application, "emergency_disclosure"):
        ratified = {
            None: "not ratified yet",
            True: f"ratified by {row['ratified_by']}",
            False: f"NOT ratified by {row['ratified_by']}",
        }
        how = words.CHANNEL.of(row["channel"])
        head = f"Emergency disclosure {moment(row['occurred_at'])}, {how}, authorised by {row['authorised_by']}"
        yield from paragraph(f"{head}, {ratified[row['ratified']]}", row.get("reason"))
        yield from _members_answers(application, "emergency_id", row["id"])


def _members_answers(application: ApplicationView, of: str, act_id: object) -> Iterator[PageBlock]:
    """What each member of the panel said of what could not wait for it."""
    answers = [row for row in rows(application, "ratification") if row[of] == act_id]
    for row in sorted(answers, key=lambda row: str(row["answered_at"])):
        said = "ratifies it" if row["ratified"] else "DOES NOT ratify it"
        yield from paragraph(f"{row['member']} {said}, {moment(row['answered_at'])}", row.get("reasons"), indent=5)


def afterwards(application: ApplicationView) -> Iterator[PageBlock]:
    for row in sorted(rows(application, "follow_up"), key=lambda row: str(row["due_at"])):
        result = (
            f"{words.FOLLOWED.of(row['result'])} {moment(row['closed_at'])} by {row['closed_by']}"
            if row["result"]
            else "open"
        )
        second = f", closure approved by {row['closure_approved_by']}" if row["closure_approved_by"] else ""
        chosen = words.CHOSEN.of(row["chosen"]) if row["offered"] else "not offered"
        yield from paragraph(
            f"{words.LIMIT.of(row['limit_name'])}: {chosen}, due {moment(row['due_at'])}, {result}{second}",
            row.get("notes"),
        )
    for row in sorted(rows(application, "closing_summary"), key=lambda row: str(row["written_at"])):
        yield from paragraph(f"Closing summary by {row['written_by']} {moment(row['written_at'])}")
        for name in ("told", "safety_plan", "open_referrals", "said"):
            if row.get(name):
                yield from paragraph(words.spelled(name), row[name], indent=5)
    for row in sorted(rows(application, "referral"), key=lambda row: str(row["occurred_at"])):
        number = f", their reference {row['agency_reference']}" if row["agency_reference"] else ""
        yield from paragraph(
            f"referred: {_referred(row['kind'])} {moment(row['occurred_at'])} by {row['recorded_by']}{number}{_answered(row)}",
            row.get("notes"),
        )


def contacts(application: ApplicationView) -> Iterator[PageBlock]:
    for row in sorted(rows(application, "contact_attempt"), key=lambda row: str(row["occurred_at"])):
        how = f"{words.CHANNEL.of(row['channel'])} by {row['made_by']} ({words.PURPOSE.of(row['purpose'])})"
        result = "reached" if row["reached"] else "not reached"
        message = ", message left" if row["left_message"] else ""
        override = ", under an override" if row["override_id"] else ""
        head = f"{str(row['party']).upper()} {moment(row['occurred_at'])} {how}: {result}{message}{override}"
        yield from paragraph(head, row.get("exception_reason"))
    for row in rows(application, "contact_override"):
        head = f"override for {str(row['party']).upper()} by {row['authorised_by']} {moment(row['authorised_at'])}"
        yield from paragraph(f"{head} ({words.OVERRIDE.of(row['reason_code'])})", row.get("reason"))


def _answered(referral: ShownRow) -> str:
    """What an agency answered. Crimes and transfers have no such answer."""
    if referral["answer"]:
        return f"; {words.REFERRAL_ANSWER.of(referral['answer'])} {moment(referral['answered_at'])}"
    return "" if referral["kind"] == "crime" or ":" in str(referral["kind"]) else "; no answer yet"


def _referred(kind: str) -> str:
    """The agency it was referred to, or the force it was transferred to."""
    return words.reason(kind) if ":" in kind else words.AGENCY.of(kind)
