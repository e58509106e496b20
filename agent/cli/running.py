"""The command that makes a round, and what follows from it: tickets, time, reports."""

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.context import context_of, out, print_json, talk
from agent.cli.delivering import deliver_all, say
from agent.cli.looking import Details, Everything, make_agent, progress
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
from agent.cli.pages import page_of, write_page
from agent.collect.plan import Selection
from agent.domain.errors import EXIT_INTERRUPTED, EXIT_USAGE, BusyError, CommandError
from agent.run import Agent
from agent.run import run as run_round
from agent.shown import last_round
from inventory.model import Inventory
from reports.document import round_json
from reports.terminal import round_view

if TYPE_CHECKING:
    from agent.store.store import Store

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
        out.print(round_view(shown, everything, details))
    for trouble in troubles:
        talk.print(trouble, style="red", soft_wrap=True)


def _slot(text: str | None) -> str | None:
    """The name of a routine round, which begins with its day."""
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
        talk.print(f"Not delivered by this round: {error}; that one goes on with it.", soft_wrap=True)
    except KeyboardInterrupt as error:
        said = "Stopped. The round is recorded; what is not delivered yet goes with the next `siterounds deliver`."
        raise CommandError(said, EXIT_INTERRUPTED) from error


def file_reports(store: "Store", agent: Agent, meant: Selection) -> list[str]:
    """File the reports that are due, and let go what needs nobody's approval; gives what stands in the way."""
    if agent.inventory.services.mail is None:
        return []
    from agent.clock import now
    from agent.health.making import Maker  # here, because it takes long to load, and only this round needs it
    from agent.health.sending import file_due, send_approved

    maker = Maker(store, agent.inventory, agent.registry.titles())
    return [*file_due(maker, meant, now()), *send_approved(maker, now())]
