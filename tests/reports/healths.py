"""Health reports to show: all well, mixed, all bad, one site, sixty sites, long names, data that is missing."""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from checks import Finding, State
from inventory.model import Client, Host, Inventory, Site
from reports.contract import ContractStatus
from reports.health_report import (
    ClientLine,
    DiskTrend,
    HealthReport,
    Logo,
    MonthOfHours,
    MonthOfIncidents,
    Period,
    Point,
    ReportBrand,
    ReportedChange,
)
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
from tests.reports.rounds import HARBOUR, START

MIXED_PARTS = [
    "What changed since 24 October 2026",
    "What was done",
    "What we need from you",
    "Needs action now",
    "Should be looked at soon",
    "Could not be checked",
    "All sites at a glance",
    "Site by site",
    "How it develops",
    "Open problems and their tickets",
    "Maintenance",
    "What was checked",
]
"""The headings of the mixed report, in the order in which they matter."""
TITLES = {
    "contract": "Hours of the contract",
    "disk": "Disk space",
    "dnsbl": "Block lists",
    "firewall": "Firewall",
    "logs": "Error logs",
    "users": "Inactive users",
    "versions": "Core and plugin versions",
}
OF_HOST = ("disk", "firewall")
OF_SITE = ("versions", "users", "logs", "dnsbl")
PERIOD = Period("month", "2026-11-15", START - timedelta(days=30), START)
WELL = {"disk": "disk-space", "firewall": "firewall-as-declared", "versions": "version-current"}
DATA: Mapping[str, Mapping[str, object]] = {
    "disk-space": {"mount": "/var", "used_percent": 96.0, "available": 12e9, "size": 300e9},
    "disk-forecast": {"mount": "/srv", "full_in_days": [12, 19]},
    "version-current": {"name": "WordPress", "version": "6.9", "what": "core"},
    "version-security": {"name": "WooCommerce", "version": "9.1.2", "latest": "9.1.4", "what": "plugin"},
    "version-outdated": {"name": "Akismet", "version": "5.6", "latest": "5.7", "what": "plugin"},
    "account-idle": {"login": "old.colleague", "last": "2026-01-05", "days": 322},
    "end-of-life-soon": {"product": "PHP", "line": "8.2", "ends": "2026-12-31"},
    "not-checked": {"reason": "the database refused the password", "cause": "database-refused"},
}


@dataclass(frozen=True, slots=True)
class Case:
    """A report and what it is about."""

    report: HealthReport
    inventory: Inventory


class Estate:
    """One client's hosts and sites, and what a round found there."""

    def __init__(
        self, sites: int, title: str = "Harbour Books", name: Callable[[int], str] = lambda number: ""
    ) -> None:
        names = [name(number) or ("shop" if number == 0 else f"site{number}") for number in range(sites)]
        self.inventory = Inventory(
            clients={"harbour": Client("harbour", title)},
            hosts={f"web{number // 10 + 1}": Host(f"web{number // 10 + 1}") for number in range(sites)},
            sites={
                one: Site(one, "harbour", f"web{number // 10 + 1}", f"https://{one}.harbour.example", f"/srv/{one}")
                for number, one in enumerate(names)
            },
        )
        self.due = [DueCheck(host, None, check) for host in self.inventory.hosts for check in OF_HOST]
        self.due += [DueCheck(one.host, one.name, check) for one in self.inventory.sites.values() for check in OF_SITE]
        self.found: list[ReportedFinding] = []
        self.missed: list[NotRun] = []

    def finds(self, due: DueCheck, state: State, kind: str, **values: object) -> ReportedFinding:
        """Something of one check."""
        base: dict[str, object] = {
            "item": f"{kind}:{len(self.found)}",
            "summary": SUMMARIES.get(kind, f"{due.check}: nothing to complain of"),
            "data": DATA.get(kind, {}),
        }
        said: dict[str, Any] = base | values
        in_scope = said.pop("in_scope", True)
        place = Location(due.host, due.site, "harbour", ("harbour",))
        one = ReportedFinding(Finding(state, kind, **said), place, due.check, in_scope)
        self.found.append(one)
        return one

    def well(self, *but: DueCheck) -> None:
        """All is in order, but for these."""
        for due in self.due:
            if due not in but:
                self.finds(due, State.OK, WELL.get(due.check, "settled-well"))

    def report(self, **values: object) -> HealthReport:
        """The report of what was found."""
        coverage = Coverage.of(self.due, self.missed)
        info = RoundInfo(412, START, START.replace(minute=3))
        given = dict(values)
        incidents = given.pop("incidents", ())
        maintenance = given.pop("maintenance", ())
        shown = Round(info, coverage, tuple(self.found), incidents, (), maintenance)  # type: ignore[arg-type]
        base: dict[str, object] = {
            "client": "harbour", "title": self.inventory.clients["harbour"].title, "period": PERIOD, "rounds": 30,
            "standing": HARBOUR, "hours_booked": Decimal("1.25"),
        }  # fmt: skip
        return HealthReport(shown=shown, **(base | given))  # type: ignore[arg-type]


SUMMARIES = {
    "disk-space": "/var: 96 % used, 12 GB free",
    "disk-forecast": "/srv: full in 12 to 19 days at 4.1 GB a day",
    "version-current": "WordPress 6.9 is the newest version",
    "version-security": "WooCommerce 9.1.2 lacks the security fixes of 9.1.4",
    "version-outdated": "Akismet 5.6 is behind 5.7",
    "account-idle": "old.colleague: administrator, last used 2026-01-05 (322 days)",
    "end-of-life-soon": "PHP 8.2 is supported until 2026-12-31",
    "not-checked": "the database refused the password",
}


def incident(number: int, one: ReportedFinding, **values: object) -> ReportedIncident:
    """The incident of a finding."""
    made = ReportedIncident(
        number, one.place.client, one.place.clients, one.place.site, one.place.host, one.check, one.finding.item,
        "open", one.finding.state, one.finding.summary,
        START - timedelta(days=9), ticket=35400 + number,
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def trend(mount: str = "/var", first: float = 58.0, step: float = 3.2, host: str = "web1") -> DiskTrend:
    """A disk that fills."""
    at = [START - timedelta(days=7 * back) for back in range(12, -1, -1)]
    points = tuple(Point(one, min(100.0, first + step * n), 300 + 9 * n) for n, one in enumerate(at))
    return DiskTrend(host, mount, points, (12, 19))


MONTHS = tuple(
    MonthOfIncidents(date(2026, month, 1), opened, solved)
    for month, opened, solved in ((6, 3, 2), (7, 5, 4), (8, 1, 3), (9, 0, 0), (10, 4, 4), (11, 2, 3))
)
HOURS = tuple(
    MonthOfHours(date(2026, month, 15), date(2026, month + 1, 14), Decimal(used), Decimal(4))
    for month, used in ((8, "2.5"), (9, "3.75"), (10, "4.5"), (11, "1.25"))
)
WINDOW = ReportedWindow("move", "Move to the new server", START, START + timedelta(hours=20), sites=("shop",))
TRENDS: dict[str, object] = {"disks": (trend(),), "incidents_a_month": MONTHS, "hours_a_month": HOURS}


def all_well() -> Case:
    """Three sites, nothing wrong, something done."""
    made = Estate(3)
    made.well()
    now = next(one for one in made.found if one.check == "versions")
    solved = incident(7, now, phase="resolved", summary="WooCommerce 9.1.2 lacks security fixes")
    return Case(
        made.report(happened=(_updated(solved),), **TRENDS | {"disks": (trend(first=41, step=0.2),)}), made.inventory
    )


def _updated(one: ReportedIncident) -> ReportedChange:
    at = START - timedelta(days=4)
    return ReportedChange(one, "resolved", at, 398, "version-current", updated=("WooCommerce", "9.1.2", "9.1.4"))


def mixed(sites: int = 3) -> Case:
    """Something of everything."""
    return _mixed(Estate(sites))


def _mixed(made: Estate) -> Case:
    hosts = [one for one in made.due if one.site is None and one.check == "disk"]
    site = next(iter(made.inventory.sites))
    of = {one.check: one for one in made.due if one.site == site}
    others = [one for one in made.due if one.site not in (site, None) and one.check == "logs"][:1]
    made.well(hosts[0], *of.values(), *others)
    full = made.finds(
        hosts[0], State.CRITICAL, "disk-space", value=96.2, unit="%",
        details=("/var/lib/mysql grew by 8 GB since yesterday", "/var/log/journal: 4.1 GB, 3.2 GB may be cleared"),
        remedy="journalctl --vacuum-size=1G",
    )  # fmt: skip
    hole = made.finds(of["versions"], State.CRITICAL, "version-security")
    made.finds(of["versions"], State.WARNING, "version-outdated")
    ends = made.finds(of["versions"], State.WARNING, "end-of-life-soon", in_scope=False)
    idle = [
        made.finds(of["users"], State.WARNING, "account-idle", data={**DATA["account-idle"], "login": login})
        for login in ("ann", "bob")
    ]
    made.finds(of["logs"], State.UNKNOWN, "not-checked", item="")
    made.missed.append(NotRun(of["logs"].host, site, "logs", "the database refused the password", "set it right"))
    made.missed += [NotRun(one.host, one.site, "logs", "no answer within 60 s") for one in others]
    made.finds(of["dnsbl"], State.OK, "settled-well")
    known = (
        incident(21, full, change="opened"),
        incident(22, hole),
        incident(23, ends, ticket=None),
        incident(24, idle[0], silence=SilenceView(SilenceViewKind.MAINTENANCE, " until tomorrow")),
    )
    tidied = replace(incident(8, full, phase="resolved"), item="/tmp", summary="/tmp: 91 % used")
    happened = (
        ReportedChange(known[0], "opened", START - timedelta(days=2), 405, "disk-space"),
        ReportedChange(known[1], "worsened", START - timedelta(days=5), 396, "version-security", before=State.WARNING),
        _updated(replace(incident(7, hole, phase="resolved"), item="plugin:gone")),
        ReportedChange(tidied, "resolved", START - timedelta(days=9), 380, "disk-space"),
    )
    return Case(
        made.report(incidents=known, happened=happened, maintenance=(replace(WINDOW, sites=(site,)),), **TRENDS),
        made.inventory,
    )


def all_bad(sites: int = 3) -> Case:
    """Nothing is in order."""
    made = Estate(sites)
    kinds = {"disk": "disk-space", "versions": "version-security", "users": "account-idle"}
    for due in made.due:
        if due.check == "dnsbl":
            made.missed.append(NotRun(due.host, due.site, due.check, "the resolver did not answer"))
            continue
        kind = kinds.get(due.check, "no-such-kind")
        state = State.CRITICAL if due.check in kinds else State.WARNING
        made.finds(due, state, kind, details=tuple(f"line {number} of the evidence" for number in range(12)))
    known = tuple(incident(number, one, change="opened") for number, one in enumerate(made.found, 1))
    happened = tuple(ReportedChange(one, "opened", START - timedelta(days=1), 409, "no-such-kind") for one in known)
    standing = replace(HARBOUR, used=Decimal("6.5"))
    return Case(made.report(incidents=known, happened=happened, standing=standing, **TRENDS), made.inventory)


def one_site() -> Case:
    """A client with one site."""
    return mixed(1)


def sixty_sites() -> Case:
    """A large client, with what is usual somewhere on every third site."""
    made = Estate(60)
    ill = [one for number, one in enumerate(made.due) if one.site and number % 3 == 0]
    made.well(*ill)
    kinds = {"versions": "version-outdated", "users": "account-idle", "logs": "no-such-kind", "dnsbl": "not-checked"}
    for due in ill:
        state = State.UNKNOWN if due.check == "dnsbl" else State.WARNING
        made.finds(due, state, kinds[due.check], details=("a line of evidence",) * 30)
    known = tuple(
        incident(number, one) for number, one in enumerate(made.found, 1) if one.finding.state is not State.OK
    )
    happened = tuple(ReportedChange(one, "opened", START - timedelta(days=3), 401, "no-such-kind") for one in known)
    disks = tuple(trend(host=host) for host in made.inventory.hosts)
    return Case(made.report(incidents=known, happened=happened, **TRENDS | {"disks": disks}), made.inventory)


def long_names() -> Case:
    """Names of two hundred letters without a place to break them."""
    case = _mixed(Estate(3, "Donaudampfschiff" * 13, lambda number: f"{'langer' * 30}{number}"))
    word = "x" * 200
    names = dict.fromkeys(("name", "login", "mount", "product"), word)
    found = tuple(
        replace(
            one,
            finding=replace(
                one.finding,
                summary=f"{word} {one.finding.summary}",
                details=(word, *one.finding.details),
                remedy=word,
                data={key: names.get(key, value) for key, value in one.finding.data.items()},
            ),
        )
        for one in case.report.shown.findings
    )
    known = tuple(replace(one, summary=word, ticket=10**15) for one in case.report.shown.incidents)
    happened = tuple(
        replace(one, incident=replace(one.incident, summary=word), updated=(word, word, word) if one.updated else None)
        for one in case.report.happened
    )
    windows = tuple(replace(one, title=word) for one in case.report.shown.maintenance)
    shown = replace(case.report.shown, findings=found, incidents=known, maintenance=windows)
    return Case(replace(case.report, shown=shown, happened=happened, disks=(trend(mount="/" + word),)), case.inventory)


def missing_data() -> Case:
    """The first report of a client of whom next to nothing is known."""
    made = Estate(2)
    made.missed += [NotRun(one.host, one.site, one.check, "host was not reached") for one in made.due]
    nothing = ContractStatus("harbour", "")
    period = Period("round", "2026-11-23", None, START)
    return Case(made.report(standing=nothing, hours_booked=None, title="", period=period, rounds=1), made.inventory)


def overview() -> Case:
    """The agency's report over all its clients."""
    case = mixed(4)
    lines = (
        ClientLine("harbour", "Harbour Books", State.CRITICAL, 4, 1, HARBOUR, START - timedelta(days=30)),
        ClientLine("quay", "Quay & Söhne", State.OK, 0, 0, None),
        ClientLine("mole", "Mole Wines", State.WARNING, 1, 0, replace(HARBOUR, used=None)),
    )
    report = replace(case.report, client=None, title="", clients=lines, standing=None, hours_booked=None)
    return Case(report, case.inventory)


CASES: Mapping[str, Callable[[], Case]] = {
    one.__name__: one for one in (all_well, mixed, all_bad, one_site, sixty_sites, long_names, missing_data, overview)
}
"""By name."""


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


BRAND = ReportBrand(
    agency="Lighthouse Help Desk",
    colour="#1f4e79",
    logo=Logo("logo.png", png(120, 40, (31, 78, 121)), 120, 40),
    client_logo=Logo("client.png", png(80, 40, (122, 75, 0)), 80, 40),
    footer=("Lighthouse Help Desk Ltd, 1 Harbour Street", "Tel. 01234 56789"),
    url="https://lighthouse.example",
    reply_to="help@lighthouse.example",
)
CIDS = {"logo": "logo@lighthouse.example", "client_logo": "client_logo@lighthouse.example"}
