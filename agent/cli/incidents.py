"""The commands about incidents: ack, mute, unmute, report, incidents, why."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import reports
from agent.cli.console import context_of, print_json, stderr, stdout
from agent.cli.options import ClientOption, Format, FormatOption, SiteOption, selection
from agent.cli.reports import page_of, write_page
from agent.cli.run import Details, Everything
from agent.clock import now
from agent.domain.errors import EXIT_USAGE, CommandError
from agent.domain.incidents import Phase
from agent.presenter import incident_context, last_round, reported_incident
from agent.store.rows import evidence_row
from inventory.errors import suggest
from reports.model import ReportedFinding, ReportedIncident, Round, incidents_json, round_json
from reports.terminal.incident import LifeStep, Why, why_json, why_view
from reports.terminal.round import incidents_table, round_view

if TYPE_CHECKING:
    from agent.domain.tickets import SilenceKind

Number = Annotated[int, typer.Argument(help="The number that `siterounds incidents` shows.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept, and shown with the problem.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; without it, your account's name.")]

_SPAN = re.compile(r"([1-9][0-9]{0,3})(h|d|w)")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_WHEN = "a day such as 2026-12-31, a moment such as 2026-12-31T18:00+01:00, or a span such as 8h, 3d or 2w"


def ack(
    ctx: typer.Context,
    number: Number,
    reason: Reason,
    until: Annotated[str | None, typer.Option("--until", help=f"When it ends: {_WHEN}.")] = None,
    by: By = None,
) -> None:
    """Acknowledge a problem: its ticket hears only that it gets worse, or that it is over. Ends with the problem."""
    from agent.domain.tickets import SilenceKind

    _say(ctx, number, SilenceKind.ACK, reason, moment(until, now()) if until else None, by)


def mute(
    ctx: typer.Context,
    number: Number,
    reason: Reason,
    until: Annotated[str, typer.Option("--until", help=f"When it ends: {_WHEN}.")],
    by: By = None,
) -> None:
    """Have nothing told of a problem until a day, but that it is over. It goes on being looked at and reported."""
    from agent.domain.tickets import SilenceKind

    _say(ctx, number, SilenceKind.MUTE, reason, moment(until, now()), by)


def unmute(ctx: typer.Context, number: Number) -> None:
    """Have a problem told on again, from the next round on."""
    with context_of(ctx).recorded_store() as store:
        if not store.silences.end(number, now()):
            raise CommandError(f"incident #{number} is neither acknowledged nor muted", EXIT_USAGE)
    stderr.print(f"#{number} is told on again.")


def moment(text: str, at: datetime) -> datetime:
    """Return when a silence ends. A mere day ends with it, in UTC."""
    if match := _SPAN.fullmatch(text):
        return at + int(match[1]) * _UNITS[match[2]]
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--until {text}: write {_WHEN}", EXIT_USAGE) from None
    if len(text) <= len("2026-12-31"):
        until += timedelta(days=1)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    if until <= at:
        raise CommandError(f"--until {text}: that has passed; write {_WHEN}", EXIT_USAGE)
    return until


def _say(
    ctx: typer.Context, number: int, kind: "SilenceKind", reason: str, until: datetime | None, by: str | None
) -> None:
    from agent.store.tickets import Wish

    if not reason.strip():
        raise CommandError("--reason: say why, for those who read it later", EXIT_USAGE)
    with context_of(ctx).recorded_store() as store:
        known = dict(store.incidents().values())
        if number not in known or known[number].phase is Phase.RESOLVED:
            raise CommandError(
                f"there is no incident #{number} that is not over: see `siterounds incidents`", EXIT_USAGE
            )
        store.silences.say(number, Wish(kind, reason.strip(), by or _account(), until), now())
    end = f" until {until:%Y-%m-%d %H:%M %Z}" if until else " until it is over"
    stderr.print(f"#{number} is {'acknowledged' if kind == 'ack' else 'muted'}{end}.", soft_wrap=True)


def _account() -> str:
    """Return the name of the user, as far as the machine knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


report_commands = typer.Typer(invoke_without_command=True, help="The last round, and the reports that clients read.")
report_commands.command("preview")(reports.preview)
report_commands.command("list")(reports.list_reports)
report_commands.command("approve")(reports.approve)
report_commands.command("skip")(reports.skip)
report_commands.command("send")(reports.send)


@report_commands.callback()
def report(
    ctx: typer.Context,
    client: Annotated[str | None, typer.Option("--client", help="The report for this client.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report a client reads to this file.")] = None,
    output: FormatOption = Format.TABLE,
    everything: Everything = False,
    details: Details = False,
) -> None:
    """Show the last recorded round, or write the HTML report that a client reads."""
    if ctx.invoked_subcommand is not None:
        return
    context = context_of(ctx)
    registry = context.registry()
    inventory = context.inventory(registry)
    if client is not None and client not in inventory.clients:
        raise CommandError(
            f"--client {client}: there is none of that name; {suggest(client, inventory.clients)}", EXIT_USAGE
        )
    with context.recorded_store() as store:
        shown = last_round(store, inventory)
        page = page_of(store, inventory, registry, shown, client) if html else ""
    if client is not None:
        sites = {site.name for site in inventory.sites.values() if site.client == client}
        hosts = {name for name in inventory.hosts if client in inventory.clients_on(name)}
        shown = shown.narrowed(hosts, sites, (client,))
    if html:
        write_page(html, page)
    elif output is Format.JSON:
        print_json(round_json(shown))
    else:
        stdout.print(round_view(shown, everything, details))


incident_commands = typer.Typer(invoke_without_command=True, help="Problems, and what people say about them.")
for command in (ack, mute, unmute):
    incident_commands.command()(command)


@incident_commands.callback()
def incidents(
    ctx: typer.Context,
    client: ClientOption = None,
    site: SiteOption = None,
    resolved: Annotated[bool, typer.Option("--all", help="Also the resolved ones.")] = False,
    output: FormatOption = Format.TABLE,
) -> None:
    """List problems: open ones, those waiting to be confirmed, and with --all those that are over."""
    if ctx.invoked_subcommand is not None:
        return
    context = context_of(ctx)
    registry = context.registry()
    inventory = context.inventory(registry)
    selection(inventory, registry, client, None, site)
    with context.recorded_store() as store:
        about = incident_context(store, inventory, now())
        known = [reported_incident(number, incident, about) for number, incident in store.incidents().values()]
    listed = tuple(
        one
        for one in known
        if (resolved or one.phase != Phase.RESOLVED.value)
        and (not client or set(client) & set(one.clients))
        and (not site or one.site in site)
    )
    if output is Format.JSON:
        print_json(incidents_json(listed))
    elif listed:
        stdout.print(incidents_table(listed, now()))
    else:
        stdout.print("No incident.")


def why(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="The number that `siterounds incidents` shows.")],
    output: FormatOption = Format.TABLE,
) -> None:
    """Show the evidence behind an incident: its life so far, and what the last round saw."""
    context = context_of(ctx)
    inventory = context.inventory(context.registry())
    with context.recorded_store() as store:
        known = dict(store.incidents().values())
        if number not in known:
            raise CommandError(f"there is no incident #{number}: `siterounds incidents --all` lists them", EXIT_USAGE)
        shown = last_round(store, inventory)
        life = tuple(
            LifeStep(past.at, past.round_id, past.change.value, past.state, past.summary, evidence_row(past.evidence))
            for past in store.history(number)
        )
        one = reported_incident(number, known[number], incident_context(store, inventory, now()))
    evidence = Why(one, life, _of_the_same_item(one, shown))
    if output is Format.JSON:
        print_json(why_json(evidence))
    else:
        stdout.print(why_view(evidence))


def _of_the_same_item(one: ReportedIncident, shown: Round) -> tuple[ReportedFinding, ...]:
    return tuple(
        finding
        for finding in shown.findings
        if (finding.place.site, finding.check, finding.finding.item) == (one.site, one.check, one.item)
        and (finding.place.site or finding.place.host == one.host)
    )
