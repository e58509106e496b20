"""Due reports are stored at the end of a round, and approved ones are put into the outbox."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.client_reports.build import changed_since, newest_whole
from agent.client_reports.periods import due_period
from agent.client_reports.render import CIDS, BrandError, RenderError, ReportRenderer, brand_of
from agent.clock import now
from agent.collect.plan import Selection
from agent.domain.messages import Draft
from agent.domain.payloads import MailPayload
from agent.files import FileError, private_folder, write_whole
from agent.integrations.smtp.delivery import ReportIdentity, drafts, encoded
from agent.integrations.smtp.message import Inline, Parts
from agent.store.reports import ReportHead, ReportStage, StoredReport
from inventory.contracts import Contract
from inventory.mail import Address
from inventory.reports import MAILED
from reports.health_report import Logo, Period


def create_due(maker: ReportRenderer, selection: Selection, at: datetime) -> Iterator[str]:
    """Store the reports that the newest round makes due. Returns a sentence for each that could not be rendered."""
    names: list[str | None] = [name for name in maker.inventory.clients if selection.takes_whole(name)]
    for client in [*names, *([None] if selection.everything else [])]:
        try:
            _file(maker, client, at)
        except RenderError as error:
            yield str(error)


def _file(maker: ReportRenderer, client: str | None, at: datetime) -> None:
    reporting = maker.reporting(client)
    if reporting.when not in MAILED:
        return
    newest = newest_whole(maker.store, maker.inventory, client, at)
    if newest is None:
        return
    period = next_period(maker, client, newest.ended_at)
    if period is not None:
        stage = ReportStage.PREPARED if reporting.approve else ReportStage.APPROVED
        maker.store.reports.put(maker.mail(client, period, at), at, stage)


def next_period(maker: ReportRenderer, client: str | None, until: datetime) -> Period | None:
    """Return the period of the due report. None: none is due."""
    archive, reporting = maker.store.reports, maker.reporting(client)
    head = archive.last(client)
    last = head.period.until if head else None
    owners = maker.inventory.clients if client is None else (client,)
    changed = reporting.when == "change" and any(
        changed_since(maker.store, maker.inventory, name, last or _before(maker, client), until) for name in owners
    )
    made = archive.keys(client)
    return due_period(reporting, _contract(maker, client), last, until, reporting.zone, changed=changed, made=made)


def _before(maker: ReportRenderer, client: str | None) -> datetime | None:
    """Return the end of the last round but one over all of the client; what changed later is news, report or not."""
    last = newest_whole(maker.store, maker.inventory, client, now())
    earlier = newest_whole(maker.store, maker.inventory, client, last.started_at) if last else None
    return earlier.ended_at if earlier else None


def _contract(maker: ReportRenderer, client: str | None) -> Contract | None:
    """Return the contract that defines a client's months: from the newest round's Teamwork data, else the inventory."""
    if client is None:
        return None
    last = maker.store.last_round()
    known = maker.store.standings(last[0].id) if last and last[0].id is not None else ()
    month = next((one.month for one in known if one.client == client), None)
    written = maker.inventory.clients[client].contract
    if written is not None or month is None:
        return written
    return Contract("standard", start=month[0].replace(year=month[0].year - 50, month=1))


def send_approved(maker: ReportRenderer, at: datetime) -> Iterator[str]:
    """Put all approved reports into the outbox. Returns a sentence for each that cannot be mailed."""
    for head in maker.store.reports.list(stage=ReportStage.APPROVED):
        try:
            send(maker, head.id, at)
        except RenderError as error:
            yield str(error)


def send(maker: ReportRenderer, number: int, at: datetime, *, again: bool = False) -> int:
    """Put one report's messages into the outbox. Returns the number of new ones. Raises RenderError, StoreError."""
    filed = maker.store.reports.get(number)
    if filed is None:
        raise RenderError(f"there is no report #{number}")
    if maker.reporting(_known(maker, filed.head.client)).pdf == "file":
        _write_files(maker, filed)
    return maker.store.reports.send(number, messages(maker, filed), at, again=again)


def _write_files(maker: ReportRenderer, filed: StoredReport) -> None:
    """Write the PDF of a report into the state folder. Raises RenderError."""
    head, folder = filed.head, maker.store.folder / "reports"
    name = f"{head.client or 'overview'}-{head.period.key.replace(':', '')}.pdf"
    try:
        private_folder(folder, lambda name: name.endswith(".pdf"))
        write_whole(folder / name, _files(filed, _inline(maker, filed)), private=True)
    except (OSError, FileError) as error:
        raise RenderError(f"the PDF of report #{head.id} cannot be kept: {error}") from error


def messages(maker: ReportRenderer, filed: StoredReport) -> tuple[Draft, ...]:
    """Return one message for each recipient of a report. Raises RenderError."""
    head, services = filed.head, maker.inventory.services
    if services.mail is None:
        raise RenderError("the inventory does not say how mail goes out: write services.mail")
    recipients = [Address(one.name, one.email) for one in head.recipients]
    at = head.made_at.astimezone(ZoneInfo(maker.reporting(_known(maker, head.client)).zone))
    edition = ReportIdentity(services.environment, head.client, head.period.key, at)
    try:
        return drafts(parts_of(maker, filed), services.mail, recipients, edition)
    except ValueError as error:
        raise RenderError(f"report #{head.id} cannot be mailed: {error}") from error


def parts_of(maker: ReportRenderer, filed: StoredReport) -> Parts:
    """Return the parts of a stored report's mail, with images and PDF. Raises RenderError."""
    head, inline = filed.head, _inline(maker, filed)
    attached = maker.reporting(_known(maker, head.client)).pdf == "attach"
    pdf = _files(filed, inline) if attached else None
    return Parts(head.subject, filed.html, filed.text, head.language, inline, pdf)


def _inline(maker: ReportRenderer, filed: StoredReport) -> tuple[Inline, ...]:
    """Return the images of a report."""
    logos = _logos(maker, _known(maker, filed.head.client))
    return tuple(Inline(CIDS[name], logo.data) for name, logo in logos if f"cid:{CIDS[name]}" in filed.html)


def _files(filed: StoredReport, inline: Sequence[Inline]) -> bytes:
    from agent.client_reports.render import (
        render_pdf,
    )  # imported here because it loads slowly and not every caller needs it

    return render_pdf(filed.html, {one.cid: one.png for one in inline})


def _known(maker: ReportRenderer, client: str | None) -> str | None:
    if client is not None and client not in maker.inventory.clients:
        raise RenderError(f"the inventory has no client {client} any more: its report cannot be mailed")
    return client


def _logos(maker: ReportRenderer, client: str | None) -> Sequence[tuple[str, Logo]]:
    try:
        brand = brand_of(maker.inventory, client)
    except BrandError as error:
        raise RenderError(str(error)) from error
    pictures = (("logo", brand.logo), ("client_logo", brand.client_logo))
    return [(name, logo) for name, logo in pictures if logo is not None]


def period_as_of_now(maker: ReportRenderer, client: str | None, at: datetime) -> Period:
    """Return the period since the last report until the newest round. Raises RenderError, StoreError."""
    newest = newest_whole(maker.store, maker.inventory, client, at)
    if newest is None:
        raise RenderError("no round over all of it was recorded yet: make one by `siterounds run`")
    last = maker.store.reports.last(client)
    since = last.period.until if last and last.period.until < newest.ended_at else None
    return Period("round", "preview", since, newest.ended_at)


def as_of_now(maker: ReportRenderer, client: str | None, at: datetime) -> StoredReport:
    """Return a report as it would be rendered now. Raises RenderError, StoreError."""
    made = maker.mail(client, period_as_of_now(maker, client, at), at)
    head = ReportHead(
        0, client, made.period, made.round_id, at, ReportStage.PREPARED, at, made.subject, made.language,
        made.recipients, made.digest,
    )  # fmt: skip
    return StoredReport(head, made.html, made.text)


def files_of(maker: ReportRenderer, filed: StoredReport) -> Mapping[str, str]:
    """Return the files of a preview by name: HTML page, text, and each mail where a mail server is configured."""
    head = filed.head
    page = maker.page(head.client, head.period, head.made_at)
    files = {"report.html": page, "report.txt": f"{head.subject}\n\n{filed.text}"}
    mail = maker.inventory.services.mail
    if mail is not None:
        payloads = (one.payload for one in messages(maker, filed))
        for number, payload in enumerate((one for one in payloads if isinstance(one, MailPayload)), 1):
            files[f"report-{number}.eml"] = encoded(payload, mail).decode()
    return files
