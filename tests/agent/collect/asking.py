"""Questions for the tests of the transport."""

from collections.abc import Callable, Sequence

from agent.collect.plan import Question
from checks import Probe, Scope, Target
from checks.platforms import Platform
from inventory.model import Host, Inventory, Site


def probe(
    script: str,
    name: str = "probe",
    timeout: float = 20,
    limit: int = 4 * 1024 * 1024,
    payload: Callable[[Sequence[Platform]], str] | None = None,
) -> Probe[str]:
    """A probe whose facts are its output; it knows one remedy, by the code `ask`."""
    return Probe(
        name,
        script,
        lambda output: output,
        Scope.HOST,
        timeout,
        payload=payload,
        output_limit=limit,
        remedies={"ask": "ask its owner"},
    )


def question(
    id: str,
    script: str = "",
    *arguments: str,
    timeout: float = 20,
    limit: int = 4 * 1024 * 1024,
    payload: str | None = None,
    site: Site | None = None,
    name: str = "",
) -> Question:
    """A question that asks one script of a host, or of a site on it."""
    feed = None if payload is None else (lambda _: payload)
    made = probe(script, name or f"probe-{id}", timeout, limit, feed)
    return Question(id, made, Target(Host("web"), site), arguments)


def site(run_as: str | None = None, php: str | None = None) -> Site:
    """A site on the host that questions are about."""
    return Site("shop", "acme", "web", "https://shop.example", "/srv/shop", php=php, run_as=run_as)


def inventory(*hosts: Host) -> Inventory:
    """An inventory of these hosts and nothing else."""
    return Inventory({}, {host.name: host for host in hosts}, {})
