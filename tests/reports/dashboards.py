"""Walls to look at: a usual morning, an agency of five hundred sites, all in order, nothing, and hostile names."""

from datetime import UTC, datetime, timedelta

from checks import State
from reports.dashboard import ClientGroup, Dashboard, Notice, Tile, TileProblem
from tests.reports.rounds import HOSTILE

AT = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
STALE = timedelta(hours=48)
FACTS = (
    "The last round ended 2 hours ago and took 74 s.",
    "The next one is due at 09:00.",
    "3 messages wait for zendesk.",
)


def tile(name: str, state: State = State.OK, hours: float = 2, *troubles: TileProblem, **more: object) -> Tile:
    """A place that was looked at so many hours ago."""
    return Tile(name, state, AT - hours * HOUR, troubles, **more)  # type: ignore[arg-type]


def wall(*owners: ClientGroup, **more: object) -> Dashboard:
    """These owners this morning."""
    return Dashboard(AT, "Europe/Berlin", owners, STALE, **({"agency": "Pier Nine", "facts": FACTS} | more))  # type: ignore[arg-type]


def usual() -> Dashboard:
    """Something of everything."""
    return wall(
        ClientGroup("Anchor Wines", (tile("anchor.example"),)),
        ClientGroup(
            "Harbour Books",
            (
                tile("blog.harbour.example"),
                tile(
                    "shop.harbour.example", State.CRITICAL, 2,
                    TileProblem("Core and plugin versions", State.CRITICAL, 3, (35436,)),
                    TileProblem("Inactive users", State.WARNING),
                ),
                tile("web1", State.WARNING, 2, TileProblem("Disk space", State.WARNING, 1, (35440,)), server=True),
            ),
        ),
        ClientGroup(
            "Quay & Söhne",
            (
                tile("quay.example", State.OK, 75),
                tile("shop.quay.example", State.CRITICAL, 99, TileProblem("Error logs", State.CRITICAL)),
            ),
        ),
        ClientGroup(
            "Regatta Club",
            (tile("regatta.example", State.UNKNOWN, 2, TileProblem("Inactive users", State.UNKNOWN)),),
        ),
        ClientGroup(
            "Lighthouse Museum",
            (
                tile("lighthouse.example", State.WARNING, 2, TileProblem("Inactive users", State.WARNING), known=2),
                tile("tickets.example"),
            ),
        ),
        ClientGroup("New Client", (Tile("new.example", State.UNKNOWN, None),)),
        ClientGroup("Shared servers", (tile("web2", server=True), tile("web3", server=True))),
        notes=(
            Notice("our clock and that of Zendesk are 44 s apart"),
            Notice("what is due was last looked at 12 minutes ago", grave=True),
        ),
        running=("the round of Harbour Books, since 08:12",),
    )  # fmt: skip


def many(clients: int = 140) -> Dashboard:
    """About five hundred sites, a few of them in trouble."""
    owners = []
    for number in range(clients):
        tiles = [tile(f"www{site}.client-{number}.example", hours=1 + number % 5) for site in range(1 + number * 5 % 7)]
        if number % 23 == 5:
            tiles[0] = tile(tiles[0].name, State.WARNING, 3, TileProblem("Core and plugin versions", State.WARNING, 2))
        if number % 61 == 7:
            tiles += [tile(f"old{site}.example", State.OK, 60 + site) for site in range(12)]
        if number == 100:
            tiles.append(tile("shop.last.example", State.CRITICAL, 1, TileProblem("Disk space", State.CRITICAL)))
        owners.append(ClientGroup(f"Client {number} Ltd", tuple(tiles)))
    return wall(*owners)


def well() -> Dashboard:
    """All in order."""
    return wall(*(ClientGroup(f"Client {number}", (tile(f"shop{number}.example"),)) for number in range(12)), notes=())


def nothing() -> Dashboard:
    """An inventory without anybody."""
    return wall(facts=())


def hostile() -> Dashboard:
    """Names by which somebody means harm, and long ones."""
    trouble = TileProblem(HOSTILE, State.CRITICAL, 2, (1, 2, 3))
    bad = (tile(HOSTILE, State.CRITICAL, 1, trouble), tile("x" * 300, State.WARNING, 100, trouble), tile("ok" * 200))
    return wall(
        ClientGroup(HOSTILE, bad),
        ClientGroup("y" * 300, (tile(HOSTILE),)),
        agency=HOSTILE, notes=(Notice(HOSTILE, grave=True),), facts=(HOSTILE,), running=(HOSTILE,),
    )  # fmt: skip


WALLS = {"usual": usual, "many": many, "well": well, "nothing": nothing, "hostile": hostile}
