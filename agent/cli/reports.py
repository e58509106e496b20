"""The commands about client reports: report preview, list, approve, skip, send."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.app import AppContext
from agent.cli.console import context_of, print_json, stderr, stdout
from agent.cli.options import Format, FormatOption
from agent.cli.outbox import deliver_all, say
from agent.clock import now
from agent.domain.errors import EXIT_FAILED, EXIT_USAGE, CommandError
from agent.files import write_whole
from checks.registry import Registry
from inventory.errors import suggest
from inventory.model import Inventory
from reports.model import Round

if TYPE_CHECKING:
    from agent.client_reports.render import ReportRenderer
    from agent.store.store import Store

Number = Annotated[int, typer.Argument(help="The number that `siterounds report list` shows.")]
Numbers = Annotated[list[int], typer.Argument(help="Numbers that `siterounds report list` shows.")]
Client = Annotated[str | None, typer.Option("--client", help="The client; without it, the agency's overview.")]


def preview(
    ctx: typer.Context,
    number: Annotated[int | None, typer.Argument(help="A report that was made; without it, one as of now.")] = None,
    client: Client = None,
    folder: Annotated[Path, typer.Option("--folder", help="Where to write it.")] = Path("preview"),
) -> None:
    """Write a report as its reader will see it: HTML, text, and the whole mail. Nothing is sent or kept."""
    with _maker(context_of(ctx)) as maker:
        written = _previewed(maker, number, client, folder)
    for path in written:
        stdout.print(str(path), soft_wrap=True)


def _previewed(maker: "ReportRenderer", number: int | None, client: str | None, folder: Path) -> list[Path]:
    from agent.client_reports.send import as_of_now, files_of

    if number is not None:
        filed = maker.store.reports.get(number)
        if filed is None:
            raise CommandError(f"there is no report #{number}: `siterounds report list` shows them", EXIT_USAGE)
    else:
        _known(client, maker)
        filed = as_of_now(maker, client, now())
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in files_of(maker, filed).items():
        write_whole(folder / name, text)
        paths.append(folder / name)
    return paths


def list_reports(
    ctx: typer.Context,
    client: Client = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """List the reports that were made: those that wait for somebody's approval, and those that are sent."""
    from reports.terminal.lists import ListedReport, archive_json, archive_table

    with _maker(context_of(ctx)) as maker:
        if client is not None:
            _known(client, maker)
        heads = maker.store.reports.list(client)
    listed = [
        ListedReport(
            one.id, one.client, one.period.kind, one.period.key, one.stage.value, one.made_at, one.subject,
            tuple(each.email for each in one.recipients),
        )
        for one in heads
    ]  # fmt: skip
    if output is Format.JSON:
        print_json(archive_json(listed))
    else:
        stdout.print(archive_table(listed))


def approve(
    ctx: typer.Context,
    numbers: Numbers,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Send them now.")] = True,
) -> None:
    """Let reports go that wait for somebody to look at them, and send them."""
    from agent.client_reports.send import send_approved
    from agent.store.reports import ReportStage

    context = context_of(ctx)
    with _maker(context) as maker:
        for number in numbers:
            maker.store.reports.stage(number, ReportStage.APPROVED, now())
        stderr.print(f"Approved: {', '.join(f'#{number}' for number in numbers)}.")
        troubles = list(send_approved(maker, now())) if send else []
        if send:
            say(deliver_all(maker.store, maker.inventory))
    if troubles:
        raise CommandError("\n".join(troubles))


def skip(ctx: typer.Context, number: Number) -> None:
    """Have a report not sent; the next one tells of its time, too."""
    from agent.store.reports import ReportStage

    with _maker(context_of(ctx)) as maker:
        maker.store.reports.stage(number, ReportStage.SKIPPED, now())
    stderr.print(f"#{number} will not be sent.")


def send(
    ctx: typer.Context,
    number: Number,
    again: Annotated[bool, typer.Option("--again", help="Also to those who have it: as the same message.")] = False,
) -> None:
    """Send an approved report to everybody who has not got it yet. Nobody gets it twice unasked."""
    from agent.client_reports.send import send as send_report

    with _maker(context_of(ctx)) as maker:
        count = send_report(maker, number, now(), again=again)
        tally = deliver_all(maker.store, maker.inventory)
    if not count and not tally.delivered:
        stderr.print(f"Nothing new: every message of report #{number} was sent, or waits (`siterounds outbox`).")
    say(tally)
    raise typer.Exit(EXIT_FAILED if tally.troubles or tally.failed or tally.parked else 0)


def _known(client: str | None, maker: "ReportRenderer") -> None:
    if client is not None and client not in maker.inventory.clients:
        known = suggest(client, maker.inventory.clients)
        raise CommandError(f"--client {client}: there is none of that name; {known}", EXIT_USAGE)


@contextmanager
def _maker(context: AppContext) -> Iterator["ReportRenderer"]:
    """Yield the renderer of reports over the store; errors become a sentence."""
    from agent.client_reports.render import RenderError, ReportRenderer  # here, because it takes long to load

    registry = context.registry()
    inventory = context.inventory(registry)
    try:
        with context.recorded_store() as store:
            yield ReportRenderer(store, inventory, registry.titles(), registry.phrases())
    except RenderError as error:
        raise CommandError(str(error)) from error


def page_of(store: "Store", inventory: Inventory, registry: Registry, shown: Round, client: str | None = None) -> str:
    """The report of all since the last one where the round was for all of it; else of what was looked at alone."""
    from agent.client_reports import newest_whole  # here, as below, because it takes long to load
    from agent.client_reports.render import RenderError, ReportRenderer
    from agent.client_reports.send import period_as_of_now
    from reports.html import html_report
    from reports.language import language

    newest = newest_whole(store, inventory, client, now())
    if newest is None or newest.id != shown.round.id:
        return html_report(shown, inventory, registry.titles(), client, language(phrases=registry.phrases()))
    maker = ReportRenderer(store, inventory, registry.titles(), registry.phrases())
    try:
        return maker.page(client, period_as_of_now(maker, client, now()), now())
    except RenderError as error:
        raise CommandError(str(error)) from error


def write_page(path: Path, page: str) -> None:
    """Write a file atomically, and print its path."""
    write_whole(path, page)
    stderr.print(f"The report lies in {path}", soft_wrap=True)
