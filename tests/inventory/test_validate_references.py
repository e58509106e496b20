"""Names that refer to nothing and ways that lead nowhere: what is said about each, and where."""

from pathlib import Path

import pytest

from tests.inventory.samples import Cases, mistakes

CASES: Cases = {
    "unknown names": (
        "clients: {harbour: {}}\nhosts:\n  web1: {client: nobody}\n  web2: {}\nsites:\n"
        "  shop: {client: habour, host: web9, url: https://s.example, root: /, platform: wordpres}\n",
        [
            "3: hosts.web1.client: no client is called 'nobody'; known: harbour",
            "6: sites.shop.client: no client is called 'habour'; did you mean 'harbour'? known: harbour",
            "6: sites.shop.host: no host is called 'web9'; did you mean 'web2'? known: web1, web2",
            "6: sites.shop.platform: no platform is called 'wordpres'; did you mean 'wordpress'? "
            "known: auto, magento, wordpress",
        ],
    ),
    "no host at all": (
        "clients: {c: {}}\nsites: {s: {client: c, host: web1, url: https://s.example, root: /}}\n",
        ["2: sites.s.host: no host is called 'web1'; none is known"],
    ),
    "jumps": (
        "hosts:\n  a: {jump: [b]}\n  b: {jump: [c]}\n  c: {jump: [a]}\n  d: {jump: [d]}\n"
        "  e: {jump: [f, agent, nix]}\n  f: {}\n  agent: {transport: local}\n",
        [
            "4: hosts.c.jump: goes in a circle: a → b → c → a",
            "5: hosts.d.jump: goes in a circle: d → d",
            "6: hosts.e.jump[1]: 'agent' is this very machine: name hosts reached over SSH",
            "6: hosts.e.jump[2]: no host is called 'nix'; known: a, agent, b, c, d, e, f",
        ],
    ),
    "a long circle": (
        "hosts:\n" + "".join(f"  h{n}: {{jump: [h{(n + 1) % 2000}]}}\n" for n in range(2000)),
        ["2001: hosts.h1999.jump: goes in a circle: h0 → h1 → h2 → h3 → h4 → … → h1999 → h0"],
    ),
    "SSH for this very machine": (
        "hosts:\n  agent:\n    transport: local\n    address: 127.0.0.1\n    port: 22\n    key: /k\n",
        [
            "5: hosts.agent.port: is not used with transport: local: remove one of the two",
            "6: hosts.agent.key: is not used with transport: local: remove one of the two",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected
