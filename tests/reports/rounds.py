"""Rounds to show, made by hand: all well, mixed, hostile, nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from checks import Finding, State
from inventory.model import Client, Host, Inventory, Site
from reports.contract import ContractStatus
from reports.model import (
    Coverage,
    DueCheck,
    Location,
    NotRun,
    ReportedFinding,
    ReportedIncident,
    ReportedWindow,
    Round,
    RoundInfo,
    SilenceView,
    SilenceViewKind,
)

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
INFO = RoundInfo(7, START, START.replace(minute=1))
HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)> {{ 7*7 }} {item}"
TITLES = {"disk": "Disk space", "users": "Inactive users", "versions": "Core and plugin versions"}

INVENTORY = Inventory(
    clients={"harbour": Client("harbour", "Harbour Books"), "quay": Client("quay", "Quay & Söhne")},
    hosts={"web1": Host("web1"), "web2": Host("web2")},
    sites={
        "shop": Site("shop", "harbour", "web1", "https://shop.harbour.example", "/srv/shop"),
        "blog": Site("blog", "quay", "web1", "https://blog.quay.example", "/srv/blog"),
    },
)


def finding(state: State, check: str, site: str | None = None, **values: object) -> ReportedFinding:
    """A finding about a site, or about web1 itself."""
    client = INVENTORY.sites[site].client if site else None
    clients = (client,) if client else ("harbour", "quay")
    base: dict[str, object] = {"item": "thing", "kind": "no-such-kind", "summary": "summary"}
    said: dict[str, Any] = base | values
    in_scope = said.pop("in_scope", True)
    return ReportedFinding(Finding(state, **said), Location("web1", site, client, clients), check, in_scope)


def round_of(findings: tuple[ReportedFinding, ...], not_run: tuple[NotRun, ...] = ()) -> Round:
    """A round in which disk was due on the host, and versions and users on both sites."""
    due = [DueCheck("web1", None, "disk")]
    due += [DueCheck("web1", site, check) for site in INVENTORY.sites for check in ("versions", "users")]
    return Round(INFO, Coverage.of(due, not_run), findings, ())


def well() -> Round:
    """Everything looked at, everything in order."""
    sites = (finding(State.OK, check, site) for site in INVENTORY.sites for check in ("versions", "users"))
    return round_of((finding(State.OK, "disk"), *sites))


def mixed() -> Round:
    """Something of everything."""
    findings = (
        finding(
            State.CRITICAL,
            "disk",
            item="/var",
            kind="disk-space",
            summary="/var: 96 % used, 12 GB free",
            details=("/var/lib/mysql grew by 8 GB since yesterday",),
            remedy="journalctl --vacuum-size=1G",
        ),
        finding(
            State.WARNING, "versions", "shop", item="plugin:akismet/akismet.php", summary="Akismet 5.6 is behind 5.7"
        ),
        finding(State.OK, "users", "shop", summary="7 people can administer; all used in the last 60 days"),
        finding(State.OK, "versions", "blog"),
        finding(
            State.UNKNOWN,
            "users",
            "blog",
            item="",
            kind="not-checked",
            summary="the database refused the password",
            data={"reason": "the database refused the password"},
        ),
    )
    missed = NotRun(
        "web1", "blog", "users", "the database refused the password", "correct DB_PASSWORD in wp-config.php"
    )
    return round_of(findings, (missed,))


def hostile() -> Round:
    """Every text from an attacker, and long."""
    texts = {"item": HOSTILE, "summary": HOSTILE + "x" * 400, "details": (HOSTILE,), "remedy": HOSTILE}
    findings = tuple(
        finding(state, "versions", "shop", kind=kind, data={"reason": HOSTILE, "name": HOSTILE}, **texts)
        for state in State
        for kind in ("no-such-kind", "not-checked")
    )
    return round_of(findings, (NotRun("web1", "shop", "users", HOSTILE, HOSTILE),))


def incident(number: int, state: State = State.WARNING, **values: object) -> ReportedIncident:
    """An open incident of the shop."""
    base: dict[str, object] = {
        "phase": "open",
        "summary": "Akismet 5.6 is behind 5.7",
        "since": START,
        "item": "plugin",
    }
    return ReportedIncident(
        number,
        "harbour",
        ("harbour",),
        "shop",
        "web1",
        "versions",
        state=state,
        **(base | values),  # type: ignore[arg-type]
    )


NOVEMBER = (date(2026, 11, 15), date(2026, 12, 14))
HARBOUR = ContractStatus(
    "harbour", "Harbour Books", month=NOVEMBER, agreed=Decimal(4), used=Decimal("1.25"), used_at=START,
    in_scope=frozenset({"disk", "users"}), forecast=Decimal("3.12"),
)  # fmt: skip
QUAY = ContractStatus("quay", "Quay & Söhne", month=NOVEMBER, agreed=Decimal(2), used_unknown="Harvest answered 503")
WINDOW = ReportedWindow("move", "Move to the new server", START, START + timedelta(hours=20), hosts=("web1",))


def agreed() -> Round:
    """What a contract covers and what not, tickets, known problems, maintenance, hours."""
    inside = tuple(idle(login) for login in ("ann", "bob"))
    outside = tuple(behind(name, state) for name, state in (("Akismet", State.CRITICAL), ("Jetpack", State.WARNING)))
    well = tuple(finding(State.OK, check, "blog") for check in ("versions", "users"))
    known = (
        about(
            1,
            inside[0],
            ticket=35436,
            silence=SilenceView(SilenceViewKind.ACKNOWLEDGED, f" by Otto on 2026-11-20: {SECRET}"),
        ),
        about(2, inside[1], ticket=35436),
        about(3, outside[0], ticket=35437, change="opened"),
        about(
            4,
            outside[1],
            silence=SilenceView(SilenceViewKind.MAINTENANCE, f" until 2026-11-24 02:00 UTC: {WINDOW.title}"),
        ),
    )
    shown = round_of((finding(State.OK, "disk"), *inside, *outside, *well))
    return replace(shown, incidents=known, contracts=(HARBOUR, QUAY), maintenance=(WINDOW,))


def overheard() -> Round:
    """The same with an attacker's text in every name that a person writes."""
    window = replace(WINDOW, title=HOSTILE * 3, sites=("shop",), clients=("harbour",), checks=(HOSTILE,))
    shown = agreed()
    known = tuple(
        replace(one, silence=SilenceView(SilenceViewKind.MUTED, f" by {HOSTILE}: {HOSTILE}")) for one in shown.incidents
    )
    contracts = tuple(
        replace(one, title=HOSTILE, kind=None, used=None, used_unknown=HOSTILE, remarks=(HOSTILE,), trouble=HOSTILE)
        for one in shown.contracts
    )
    return replace(shown, incidents=known, contracts=contracts, maintenance=(window,))


SECRET = "Otto talks to them on Friday"


def idle(login: str, state: State = State.WARNING, **values: object) -> ReportedFinding:
    """An administrator of the shop who never comes."""
    data = {"login": login, "last": "2026-01-05", "days": 322}
    base: dict[str, object] = {"item": f"account:{login}", "kind": "account-idle", "summary": f"{login}: idle"}
    return finding(state, "users", "shop", data=data, **(base | values))


def behind(name: str, state: State = State.WARNING, **values: object) -> ReportedFinding:
    """A plugin of the shop that is not up to date, which is outside the contract."""
    base: dict[str, object] = {"item": f"plugin:{name}", "summary": f"{name} 5.6 is behind 5.7", "in_scope": False}
    return finding(state, "versions", "shop", **(base | values))


def about(number: int, one: ReportedFinding, **values: object) -> ReportedIncident:
    """The incident of a finding."""
    made = incident(number, one.finding.state, item=one.finding.item, summary=one.finding.summary, **values)
    return replace(
        made,
        check=one.check,
        site=one.place.site,
        host=one.place.host,
        client=one.place.client,
        clients=one.place.clients,
    )
