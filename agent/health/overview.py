"""The agency's overview: a line for each client."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from agent.store.history import owners_of
from checks import State
from inventory.model import Client, Inventory
from reports.audience import is_ours
from reports.health import ClientLine
from reports.model import ReportedFinding, Round, place_of
from reports.standing import Standing


def client_lines(
    clients: Iterable[Client], shown: Round, inventory: Inventory, last_sent: Mapping[str, datetime]
) -> Iterator[ClientLine]:
    """How each client's sites and hosts are in a round; what nobody is called for does not count."""
    quiet = {place_of(one) for one in shown.incidents if one.silenced}
    found: dict[str, list[ReportedFinding]] = {}
    for one in shown.findings:
        if not is_ours(one) and place_of(one) not in quiet:
            for name in one.clients:
                found.setdefault(name, []).append(one)
    missed = _missed(shown, inventory)
    standings: dict[str, Standing] = {one.client: one for one in shown.contracts}
    for client in clients:
        bad = {place_of(one) for one in found.get(client.name, ()) if one.state in (State.WARNING, State.CRITICAL)}
        states = [one.state for one in found.get(client.name, ())]
        if missed[client.name] or not states:
            states.append(State.UNKNOWN)
        yield ClientLine(
            client.name,
            client.title,
            max(states, key=lambda state: state.severity),
            len(bad),
            missed[client.name],
            standings.get(client.name),
            last_sent.get(client.name),
        )


def _missed(shown: Round, inventory: Inventory) -> Counter[str]:
    """How many checks could not look, by client."""
    owners = owners_of(inventory)
    counts: Counter[str] = Counter()
    for host, site, _ in {(one.host, one.site, one.check) for one in shown.coverage.not_run if not one.partly}:
        if site is not None:
            counts.update([inventory.sites[site].client] if site in inventory.sites else ())
        else:
            counts.update(owners.get(host, ()))
    return counts
