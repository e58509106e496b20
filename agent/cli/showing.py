"""The commands that show what is known: report, incidents, why."""

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import reporting, silencing
from agent.cli.context import context_of, out, print_json
from agent.cli.looking import Details, Everything
from agent.cli.options import ClientOption, Format, FormatOption, SiteOption, selection
from agent.cli.pages import page_of, write_page
from agent.clock import now
from agent.domain.errors import EXIT_USAGE, CommandError
from agent.domain.incidents import Phase
from agent.reported import reported_incident
from agent.shown import around, last_round
from inventory.mistakes import choices
from reports.document import incidents_json, round_json
from reports.model import ReportedFinding, ReportedIncident, Round
from reports.terminal import incidents_table, round_view
from reports.why import LifeStep, Why, why_json, why_view

report_commands = typer.Typer(invoke_without_command=True, help="The last round, and the reports that clients read.")
report_commands.command("preview")(reporting.preview)
report_commands.command("list")(reporting.list_reports)
report_commands.command("approve")(reporting.approve)
report_commands.command("skip")(reporting.skip)
report_commands.command("send")(reporting.send)


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
            f"--client {client}: there is none of that name; {choices(client, inventory.clients)}", EXIT_USAGE
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
        out.print(round_view(shown, everything, details))


incident_commands = typer.Typer(invoke_without_command=True, help="Problems, and what people say about them.")
for command in (silencing.ack, silencing.mute, silencing.unmute):
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
        about = around(store, inventory, now())
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
        out.print(incidents_table(listed, now()))
    else:
        out.print("No incident.")


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
            LifeStep(past.at, past.round_id, past.change.value, past.state, past.summary, dict(past.evidence))
            for past in store.history(number)
        )
        one = reported_incident(number, known[number], around(store, inventory, now()))
    evidence = Why(one, life, _of_the_same_item(one, shown))
    if output is Format.JSON:
        print_json(why_json(evidence))
    else:
        out.print(why_view(evidence))


def _of_the_same_item(one: ReportedIncident, shown: Round) -> tuple[ReportedFinding, ...]:
    return tuple(
        finding
        for finding in shown.findings
        if (finding.site, finding.check, finding.item) == (one.site, one.check, one.item)
        and (finding.site or finding.host == one.host)
    )
