"""The commands that go and look: check, run, doctor."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.context import Context, context_of, on_terminal, out, print_json, talk
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
from agent.collect.ssh import HostKeys, Limits
from agent.domain.errors import EXIT_USAGE, CommandError
from agent.reported import coverage, reported_findings
from agent.run import Agent, look
from checks import State
from reports.doctor import doctor_json, doctor_view
from reports.document import round_json
from reports.model import Round
from reports.terminal import nagios_line, round_view

if TYPE_CHECKING:
    from rich.progress import Progress


Everything = Annotated[bool, typer.Option("--all", help="Show what is in order, too.")]
Details = Annotated[bool, typer.Option("--details", help="Show the details of each finding.")]


def make_agent(context: Context) -> Agent:
    """The agent for one command."""
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
    return Agent(context.inventory(registry), registry, limits, keys, resolver)


@contextmanager
def progress(total: int) -> Iterator["Progress"]:
    """A bar of hosts on a terminal, nothing in a pipe."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=talk, transient=True, disable=not on_terminal()) as bar:
        bar.add_task("going the rounds", total=total)
        yield bar


def _look(context: Context, agent: Agent, chosen: tuple[list[str] | None, ...]) -> Round:
    """Look at what was chosen, with what the store remembers, and record nothing."""
    meant = selection(agent.inventory, agent.registry, *chosen)
    memories = {}
    if context.has_store():
        with context.store() as store:
            memories = dict(store.memories())
    with progress(len(agent.inventory.hosts)) as bar:
        seen = look(agent, memories, meant, lambda _: bar.advance(bar.task_ids[0]))
    return Round(seen.info, coverage(seen.judged), reported_findings(seen.judged, agent.inventory), ())


def _worst(shown: Round) -> State:
    """The worst state there is; UNKNOWN counts as found wherever a check that was due did not look."""
    states = [one.state for one in shown.findings]
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
        out.print(nagios_line(worst, shown))
        out.print(round_view(shown, everything, details))
    raise typer.Exit(worst.exit_code)


def doctor(
    ctx: typer.Context,
    client: ClientOption = None,
    host: HostOption = None,
    site: SiteOption = None,
    tag: TagOption = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """For each host and site: what can be read, what cannot, and which line would mend that.

    Exits 0 where everything can be read, else 1.
    """
    context = context_of(ctx)
    agent = make_agent(context)
    shown = _look(context, agent, (client, host, site, tag, None))
    if output is Format.JSON:
        print_json(doctor_json(shown))
    else:
        out.print(doctor_view(shown))
    raise typer.Exit(1 if shown.coverage.not_run else 0)
