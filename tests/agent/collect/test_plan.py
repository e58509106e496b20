"""What is due on a host: what every visit brings is, what is brought for a client is not."""

from agent.collect.plan import Selection, make_plans
from checks import Check
from checks.registry import CHECKS
from inventory.model import Client, Host, Inventory, Site

INVENTORY = Inventory(
    {"harbour": Client("harbour", "Harbour Books", settings={"contract": {"enabled": True}})},
    {"web1": Host("web1"), "here": Host("here", transport="local")},
    {
        name: Site(name, "harbour", host, "https://a.example", "/srv")
        for name, host in (("shop", "web1"), ("blog", "here"))
    },
)


def due(selection: Selection, checks: tuple[Check, ...] = CHECKS) -> dict[str, list[str]]:  # type: ignore[type-arg]
    plans = make_plans(INVENTORY, checks, {}, selection)
    return {plan.host.name: [one.check.name for one in plan.due] for plan in plans}


def test_a_visit_brings_the_connection_and_nothing_of_a_client() -> None:
    everything = due(Selection())
    assert everything["web1"][0] == "ssh"
    assert "ssh" not in everything["here"]
    assert {"contract"} & {name for names in everything.values() for name in names} == set()


def test_what_is_brought_for_a_client_needs_no_visit() -> None:
    assert due(Selection(checks=frozenset({"contract"}))) == {}
    contract = tuple(check for check in CHECKS if check.name == "contract")
    assert due(Selection(), contract) == {}


def test_the_connection_comes_with_any_question() -> None:
    assert due(Selection(checks=frozenset({"disk"}))) == {"web1": ["ssh", "disk"], "here": ["disk"]}
    assert due(Selection(checks=frozenset({"dnsbl"}))) == {"web1": ["dnsbl"], "here": ["dnsbl"]}
