"""The commands that collect and evaluate: check, run, doctor."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.app import AppContext
from agent.cli.console import context_of, on_terminal, print_json, stderr, stdout
from agent.cli.options import (
    CheckOption,
    ClientOption,
    Format,
    FormatOption,
    HostOption,
    SiteOption,
    TagOption,
    selection,
)
from agent.cli.outbox import deliver_all, say
from agent.cli.reports import page_of, write_page
from agent.collect.plan import Selection
from agent.collect.ssh import HostKeys, Limits
from agent.domain.errors import EXIT_INTERRUPTED, EXIT_USAGE, BusyError, CommandError
from agent.presenter import coverage, last_round, reported_findings
from agent.run import RoundContext, collect_and_evaluate
from agent.run import run as run_round
from checks import State
from inventory.model import Inventory
from reports.model import Round, round_json
from reports.terminal.round import doctor_json, doctor_view, nagios_line, round_view

if TYPE_CHECKING:
    from rich.progress import Progress

    from agent.store.store import Store

Everything = Annotated[bool, typer.Option("--all", help="Show what is in order, too.")]
Details = Annotated[bool, typer.Option("--details", help="Show the details of each finding.")]


def make_agent(context: AppContext) -> RoundContext:
    """Return the context of rounds for one command."""
    from agent.collect.resolver import (
        Resolver,  # here, as below, because not every command waits for what takes long to load
    )

    registry = context.registry()
    limits = Limits(parallel=context.config.parallel)
    keys = HostKeys(context.config.known_hosts)
    try:
        resolver = Resolver(context.config.nameservers)
    except ValueError as error:
        raise CommandError(f"--nameserver: {error}", EXIT_USAGE) from error
    return RoundContext(context.inventory(registry), registry, limits, keys, resolver)


@contextmanager
def progress(total: int) -> Iterator["Progress"]:
    """Show a progress bar of hosts on a terminal, nothing in a pipe."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not on_terminal()) as bar:
        bar.add_task("going the rounds", total=total)
        yield bar


def _look(context: AppContext, agent: RoundContext, chosen: tuple[list[str] | None, ...]) -> Round:
    """Collect and evaluate the selection with the stored memory, recording nothing."""
    meant = selection(agent.inventory, agent.registry, *chosen)
    memories = {}
    if context.has_store():
        with context.store() as store:
            memories = dict(store.memories())
    with progress(len(agent.inventory.hosts)) as bar:
        seen = collect_and_evaluate(agent, memories, meant, lambda _: bar.advance(bar.task_ids[0]))
    return Round(seen.info, coverage(seen.judged), reported_findings(seen.judged, agent.inventory), ())


def _worst(shown: Round) -> State:
    """Return the worst state; a due check that did not run counts as UNKNOWN."""
    states = [one.finding.state for one in shown.findings]
    if shown.coverage.not_run or not shown.coverage.due:
        states.append(State.UNKNOWN)
    return max(states, key=lambda state: state.severity, default=State.OK)


def check(
    ctx: typer.Context,
    client: ClientOption = None,
    host: HostOption = None,
    site: SiteOption = None,
    tag: TagOption = None,
    only: CheckOption = None,
    output: FormatOption = Format.TABLE,
    everything: Everything = False,
    details: Details = False,
) -> None:
    """Look now and record nothing.

    Exits as a Nagios plugin does: 0 all is in order, 1 warning, 2 critical, 3 something could not be looked at.
    """
    context = context_of(ctx)
    shown = _look(context, make_agent(context), (client, host, site, tag, only))
    worst = _worst(shown)
    if output is Format.JSON:
        print_json(round_json(shown))
    else:
        stdout.print(nagios_line(worst, shown))
        stdout.print(round_view(shown, everything, details))
    raise typer.Exit(worst.exit_code)


def doctor(
    ctx: typer.Context,
    client: ClientOption = None,
    host: HostOption = None,
    site: SiteOption = None,
    tag: TagOption = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """For each host and site: what can be read, what cannot, and which line would fix that.

    Exits 0 where everything can be read, else 1.
    """
    context = context_of(ctx)
    agent = make_agent(context)
    shown = _look(context, agent, (client, host, site, tag, None))
    if output is Format.JSON:
        print_json(doctor_json(shown))
    else:
        stdout.print(doctor_view(shown))
    raise typer.Exit(1 if shown.coverage.not_run else 0)


_SLOT = "Which routine round this is: another one for the same slot corrects its time. Without it, the day."


def run(
    ctx: typer.Context,
    client: ClientOption = None,
    host: HostOption = None,
    site: SiteOption = None,
    tag: TagOption = None,
    only: CheckOption = None,
    output: FormatOption = Format.TABLE,
    html: Annotated[Path | None, typer.Option("--html", help="Write the HTML report to this file, too.")] = None,
    everything: Everything = False,
    details: Details = False,
    slot: Annotated[str | None, typer.Option("--slot", help=_SLOT, metavar="DAY[…]")] = None,
    time: Annotated[bool, typer.Option("--time/--no-time", help="Book the time of this round in Harvest.")] = True,
    send: Annotated[bool, typer.Option("--deliver/--no-deliver", help="Send what follows at its end.")] = True,
) -> None:
    """Make a round: look at everything that is due, record it, and follow each problem's life.

    What it means for tickets, time and reports is written down, and sent at its end. Exits 0 once the round is
    recorded, whatever it found and whether or not the services could be reached.
    """
    context = context_of(ctx)
    agent = make_agent(context)
    meant = selection(agent.inventory, agent.registry, client, host, site, tag, only)
    named = _slot(slot) if time else ""
    with context.store() as store:
        try:
            with progress(len(agent.inventory.hosts)) as bar:
                run_round(agent, store, meant, lambda _: bar.advance(bar.task_ids[0]), named)
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. Nothing of this round was recorded.", EXIT_INTERRUPTED) from error
        troubles = file_reports(store, agent, meant)
        if send:
            _deliver(store, agent.inventory)
        shown = last_round(store, agent.inventory)
        if html:
            write_page(html, page_of(store, agent.inventory, agent.registry, shown))
    if output is Format.JSON:
        print_json(round_json(shown))
    else:
        stdout.print(round_view(shown, everything, details))
    for trouble in troubles:
        stderr.print(trouble, style="red", soft_wrap=True)


def _slot(text: str | None) -> str | None:
    """Return the slot of a routine round, which begins with its day."""
    if text is None:
        return None
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        raise CommandError(
            f"--slot {text}: begin with the day, as in 2026-12-31 or 2026-12-31T18", EXIT_USAGE
        ) from None
    if not re.fullmatch(r"[0-9-]{10}[A-Za-z0-9:._-]{0,30}", text):
        raise CommandError(f"--slot {text}: letters, digits, ':', '.', '_' and '-' after the day", EXIT_USAGE)
    return text


def _deliver(store: "Store", inventory: Inventory) -> None:
    """Tell what the round means. The round is recorded: what cannot be told now is told by the next delivery."""
    try:
        say(deliver_all(store, inventory))
    except BusyError as error:
        stderr.print(f"Not delivered by this round: {error}; that one goes on with it.", soft_wrap=True)
    except KeyboardInterrupt as error:
        said = "Stopped. The round is recorded; what is not delivered yet goes with the next `siterounds deliver`."
        raise CommandError(said, EXIT_INTERRUPTED) from error


def file_reports(store: "Store", agent: RoundContext, meant: Selection) -> list[str]:
    """Store the due reports, and send those that need no approval. Returns a sentence for each failure."""
    if agent.inventory.services.mail is None:
        return []
    from agent.client_reports.render import (
        ReportRenderer,  # here, because it takes long to load, and only this round needs it
    )
    from agent.client_reports.send import create_due, send_approved
    from agent.clock import now

    maker = ReportRenderer(store, agent.inventory, agent.registry.titles(), agent.registry.phrases())
    return [*create_due(maker, meant, now()), *send_approved(maker, now())]
