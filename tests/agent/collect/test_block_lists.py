"""Block lists that behave and misbehave, over the wire: rbldnsd for those that work, a bad server for the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.collect.plan import DnsLookup
from agent.collect.resolver import Resolver
from checks import CheckResult, Finding, State, Target
from checks.dnsbl import Settings, check
from checks.dnsbl.lists import SURBL, BlockList, Code, Kind
from inventory.model import Host, Site
from tests.servers import behaviours as bad
from tests.servers.behaviours import Behaviour
from tests.servers.dns import DnsServer
from tests.servers.rbldnsd import rbldnsd

BAD, GOOD = "203.0.113.7", "203.0.113.9"
BAD6, GOOD6 = "2001:db8:bad::7", "2001:db8::9"
NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)

Records = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """One kind of list, and what is the truth about the address it lists and the one it does not."""

    bad: str  # "listed", "clean", "unknown"
    good: str
    answers: Records = field(default_factory=dict)  # name below the zone → addresses
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)  # name below the zone, or "" → what it does
    rbldnsd: tuple[str, str] | None = None
    row: Mapping[str, Any] = field(default_factory=dict)


POINT: Records = {"2.0.0.127": ("127.0.0.2",)}
REAL: Records = {**POINT, "7.113.0.203": ("127.0.0.2",)}
SURBL_ROW = {"codes": SURBL.codes, "errors": SURBL.errors, "bitmask": True}
UNKNOWN = ("unknown", "unknown")

ROWS: Mapping[str, Row] = {
    # lists that work
    "exact": Row("listed", "clean", REAL),
    "several": Row("listed", "clean", {**POINT, "7.113.0.203": ("127.0.0.2", "127.0.0.9")}),
    "half-known": Row("listed", "clean", {**POINT, "7.113.0.203": ("127.0.0.2", "127.0.0.77")}),
    "bitmask": Row("listed", "clean", {"2.0.0.127": ("127.0.0.254",), "7.113.0.203": ("127.0.0.80",)}, row=SURBL_ROW),
    "real": Row("listed", "clean", rbldnsd=("ip4set", ":127.0.0.2:Listed $\n127.0.0.2\n203.0.113.7\n")),
    "network": Row("listed", "clean", rbldnsd=("ip4trie", ":127.0.0.3:net\n127.0.0.2/32\n203.0.113.0/29\n")),
    "graded": Row(
        "clean",
        "clean",
        {**POINT, "7.113.0.203": ("127.0.0.20",)},
        row={"codes": (Code("127.0.0.2", "bad"), Code("127.0.0.20", "good", good=True))},
    ),
    "over-tcp": Row("listed", "clean", REAL, {"": bad.cut}),
    "no-such-record": Row("listed", "clean", REAL, {"9.113.0.203": bad.nodata}),
    # lists that ended, or serve somebody else
    "wildcard": Row(*UNKNOWN, rbldnsd=("ip4trie", ":127.0.0.2:all\n0/0\n")),
    "parked": Row(*UNKNOWN, behaviours={"": bad.saying("198.51.100.1")}),
    "empty": Row(*UNKNOWN, behaviours={"": bad.nxdomain}),
    "empty-real": Row(*UNKNOWN, rbldnsd=("ip4set", "10.0.0.1\n")),
    "without-records": Row(*UNKNOWN, behaviours={"": bad.nodata}),
    "refusing": Row(*UNKNOWN, behaviours={"": bad.refused}),
    "failing": Row(*UNKNOWN, behaviours={"": bad.servfail}),
    "silent": Row(*UNKNOWN, behaviours={"": bad.silent}),
    "typo-code": Row(*UNKNOWN, behaviours={"": bad.saying("127.255.255.252")}),
    "public-resolver-code": Row(*UNKNOWN, behaviours={"": bad.saying("127.255.255.254")}),
    "volume-code": Row(*UNKNOWN, behaviours={"": bad.saying("127.255.255.255")}),
    "refused-code": Row(*UNKNOWN, behaviours={"": bad.saying("127.0.0.1")}, row=SURBL_ROW),
    "rewritten-test": Row(*UNKNOWN, REAL, {"1.0.0.127": bad.saying("198.51.100.1")}),
    "garbage": Row(*UNKNOWN, behaviours={"": bad.garbage}),
    "wrong-id": Row(*UNKNOWN, behaviours={"": bad.wrong_id}),
    "wrong-question": Row(*UNKNOWN, behaviours={"": bad.wrong_question}),
    "cut-for-good": Row(*UNKNOWN, behaviours={"": bad.cut_for_good}),
    "pointing-elsewhere": Row(*UNKNOWN, behaviours={"": bad.referral}),
    "in-circles": Row(*UNKNOWN, behaviours={"": bad.looping}),
    "not-implemented": Row(*UNKNOWN, behaviours={"": bad.notimp}),
    # lists that work, and then do not
    "one-fails": Row("unknown", "clean", REAL, {"7.113.0.203": bad.servfail}),
    "one-is-refused": Row("listed", "unknown", REAL, {"9.113.0.203": bad.refused}),
    "one-in-silence": Row("listed", "unknown", REAL, {"9.113.0.203": bad.silent}),
    "one-rewritten": Row("listed", "unknown", REAL, {"9.113.0.203": bad.saying("198.51.100.1")}),
    "one-new-code": Row("unknown", "clean", {**POINT, "7.113.0.203": ("127.0.0.77",)}),
    "one-is-loopback": Row("unknown", "clean", {**POINT, "7.113.0.203": ("127.0.0.1",)}),
    "one-half-rewritten": Row("unknown", "clean", {**POINT, "7.113.0.203": ("127.0.0.2", "198.51.100.1")}),
    "one-error-code": Row("unknown", "clean", {**POINT, "7.113.0.203": ("127.0.0.2", "127.255.255.255")}),
    "turns-refusing": Row(*UNKNOWN, REAL, {"2.0.0.127": bad.turning(1, bad.refused)}),
    "turns-empty": Row(*UNKNOWN, POINT, {"2.0.0.127": bad.turning(1, bad.nxdomain)}),
    "turns-wildcard": Row(*UNKNOWN, REAL, {"1.0.0.127": bad.turning(1, bad.saying("127.0.0.2"))}),
}
KINDS_OF_LIST = {"v6": "v6.rbl.example", "names": "names.rbl.example"}


def zone(name: str) -> str:
    return f"{name}.rbl.example"


def settings(**changes: Any) -> Settings:
    return Settings(**{"lists": (), "private_addresses": True, **changes})


def extra() -> dict[str, BlockList]:
    codes = (Code("127.0.0.2", "spam"), Code("127.0.0.3", "more spam"), Code("127.0.0.9", "drop"))
    rows = {name: BlockList(zone(name), ("v4",), **{"codes": codes, **one.row}) for name, one in ROWS.items()}
    domain = BlockList(KINDS_OF_LIST["names"], ("domain",), codes=(Code("127.0.1.2", "bad name"),))
    return rows | {"v6": BlockList(KINDS_OF_LIST["v6"], ("v6",), codes=codes), "names": domain}


def inquire(url: str, chosen: Settings) -> DnsLookup:
    site = Site("shop", "acme", "web1", url, "/var/www/shop")
    return DnsLookup(check.probe, Target(Host("web1"), site), chosen)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    """All lists, and the site that is listed, behind one name server."""
    real = {zone(name): one.rbldnsd for name, one in ROWS.items() if one.rbldnsd}
    v6 = "::ffff:7f00:2/128\n2001:db8:bad::/64\n"
    real[KINDS_OF_LIST["v6"]] = ("ip6trie", f":127.0.0.2:Listed $\n{v6}")
    real[KINDS_OF_LIST["names"]] = ("dnset", ":127.0.1.2:bad name\ntest\n.xn--bcher-kva.example\n")
    records = {
        f"{name}.{zone(of)}": {"A": list(addresses)}
        for of, one in ROWS.items()
        for name, addresses in one.answers.items()
    }
    records["www.xn--bcher-kva.example"] = {"A": [BAD, GOOD], "AAAA": [BAD6, GOOD6]}
    misbehaviour = {
        f"{name}.{zone(of)}".removeprefix("."): behaviour
        for of, one in ROWS.items()
        for name, behaviour in one.behaviours.items()
    }
    with rbldnsd(real) as address, DnsServer(records, misbehaviour, dict.fromkeys(real, address)) as serving:
        yield serving


@pytest.fixture(scope="module")
def judgement(server: DnsServer) -> CheckResult:
    """One look at the listed site, over all lists."""
    chosen = settings(extra=extra())
    asked = inquire("https://www.bücher.example/", chosen)
    facts = Resolver((server.nameserver,), timeout=1.0).ask_all([asked])[asked]
    return check.evaluate(facts, chosen, {}, NOW)


def word(judgement: CheckResult, name: str, target: str) -> str:
    """What was said of a target and a list."""
    found: dict[str, Finding] = {finding.item: finding for finding in judgement.findings}
    if name in found or f"{target} {name}" in found:
        finding = found.get(name) or found[f"{target} {name}"]
        return "unknown" if finding.state is State.UNKNOWN else "listed"
    return "clean" if name in found[""].data["lists"] else "not asked"


@pytest.mark.parametrize("name", ROWS)
def test_every_verdict_is_right(judgement: CheckResult, name: str) -> None:
    assert (word(judgement, name, BAD), word(judgement, name, GOOD)) == (ROWS[name].bad, ROWS[name].good)


def test_ipv6_by_nibbles(judgement: CheckResult) -> None:
    assert (word(judgement, "v6", BAD6), word(judgement, "v6", GOOD6)) == ("listed", "clean")


def test_names_in_punycode(judgement: CheckResult) -> None:
    assert word(judgement, "names", "xn--bcher-kva.example") == "listed"


def test_the_reason_is_asked_of_the_list(judgement: CheckResult) -> None:
    found = {finding.item: finding for finding in judgement.findings}
    assert found[f"{BAD} real"].data["said"] == [f"Listed {BAD}"]


def test_a_list_that_failed_its_trial_was_asked_nothing_else(judgement: CheckResult, server: DnsServer) -> None:
    broken = [name for name, one in ROWS.items() if (one.bad, one.good) == UNKNOWN and not name.startswith("turns")]
    assert len(broken) > 15
    for name in broken:
        targets = [f"7.113.0.203.{zone(name)}", f"9.113.0.203.{zone(name)}"]
        assert [server.asked(target) for target in targets] == [0, 0], name


@pytest.fixture
def lists() -> Iterator[DnsServer]:
    """Two lists that work, and twenty sites on two addresses."""
    real: dict[str, tuple[str, str]] = {
        "a.rbl.example": ("ip4set", ":127.0.0.2:Listed $\n127.0.0.2\n203.0.113.7\n"),
        "b.rbl.example": ("ip4set", ":127.0.0.2:Listed $\n127.0.0.2\n"),
    }
    records = {f"shop{number}.example": {"A": [BAD if number % 2 else GOOD]} for number in range(20)}
    with rbldnsd(real) as address, DnsServer(records, forward=dict.fromkeys(real, address)) as serving:
        yield serving


def two_lists() -> dict[str, BlockList]:
    kinds: tuple[Kind, ...] = ("v4",)
    return {name: BlockList(f"{name}.rbl.example", kinds) for name in "ab"}


def test_twenty_sites_on_two_addresses_ask_each_list_twice(lists: DnsServer) -> None:
    chosen = settings(extra=two_lists())
    asked = [inquire(f"https://shop{number}.example/", chosen) for number in range(20)]
    facts = Resolver((lists.nameserver,)).ask_all(asked)
    for name in ("a.rbl.example", "b.rbl.example"):
        questions = {key: count for key, count in lists.questions.items() if key[0].endswith(name)}
        points = {(f"2.0.0.127.{name}", "A"): 2, (f"1.0.0.127.{name}", "A"): 2}  # before, and afresh
        targets = {(f"7.113.0.203.{name}", "A"): 1, (f"9.113.0.203.{name}", "A"): 1}
        reason = {(f"7.113.0.203.{name}", "TXT"): 1} if name.startswith("a") else {}
        assert questions == points | targets | reason
    listed = [one for one in asked if len(check.evaluate(facts[one], chosen, {}, NOW).findings) == 2]
    assert listed == asked[1::2]


@pytest.mark.parametrize(
    ("behaviours", "kind"),
    [
        ({"invalid": bad.saying("198.51.100.1")}, "resolver-rewrites"),
        ({"": bad.rewriting("198.51.100.1")}, "resolver-rewrites"),
        ({"": bad.saying("127.0.0.2")}, "resolver-rewrites"),
        ({"": bad.silent}, "no-dns-answer"),
        ({"": bad.refused}, "no-dns-answer"),
        ({"rbl.example": bad.silent}, "no-list-usable"),
        ({"rbl.example": bad.nodata}, "no-list-usable"),
    ],
)
def test_a_resolver_that_cannot_be_used_is_one_unknown(
    lists: DnsServer, behaviours: Mapping[str, Behaviour], kind: str
) -> None:
    lists.behaviours.update(behaviours)
    chosen = settings(extra=two_lists())
    asked = inquire("https://shop1.example/", chosen)
    facts = Resolver((lists.nameserver,), timeout=0.7).ask_all([asked])[asked]
    (finding,) = check.evaluate(facts, chosen, {}, NOW).findings
    assert (finding.state, finding.kind, finding.item) == (State.UNKNOWN, kind, "")
    assert finding.remedy


def test_no_name_server_at_all_is_one_unknown(lists: DnsServer) -> None:
    with DnsServer({}) as other:
        gone = other.nameserver
    asked = inquire("https://shop1.example/", settings(extra=two_lists()))
    facts = Resolver((gone,)).ask_all([asked])[asked]
    (finding,) = check.evaluate(facts, asked.settings, {}, NOW).findings
    assert finding.kind == "no-dns-answer"
    assert "connection refused" in finding.summary
