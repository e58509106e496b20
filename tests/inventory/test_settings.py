"""Settings as they hold for one subject."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import pytest

from checks import Threshold
from inventory.model import Client, Host, Inventory, Site
from inventory.settings import SettingsError, as_json, overridden, resolve, resolve_for_client, validated
from inventory.types import Settings
from tests.inventory.samples import Disk, Users, Waiver


def inventory(
    everywhere: Settings | None = None,
    client: Settings | None = None,
    other: Settings | None = None,
    host: Settings | None = None,
    site: Settings | None = None,
) -> Inventory:
    """A site of `harbour` on a host of `other`."""
    clients = {
        "harbour": Client("harbour", "Harbour", settings=client or {}),
        "other": Client("other", "Other", settings=other or {}),
    }
    hosts = {"web1": Host("web1", client="other", settings=host or {})}
    sites = {"shop": Site("shop", "harbour", "web1", "https://shop.example", "/srv/shop", settings=site or {})}
    return Inventory(clients, hosts, sites, everywhere or {})


def for_site(found: Inventory) -> Users:
    settings = resolve(Users(), found, found.hosts["web1"], found.sites["shop"], "users")
    assert settings is not None
    return settings


def for_host(found: Inventory) -> Disk:
    settings = resolve(Disk(), found, found.hosts["web1"], None, "disk")
    assert settings is not None
    return settings


OFF: Settings = {"users": {"enabled": False}}
ON: Settings = {"users": {"enabled": True}}


@pytest.mark.parametrize(
    ("found", "made"),
    [
        (inventory(everywhere=OFF), False),
        (inventory(client=OFF), False),
        (inventory(host=OFF), False),
        (inventory(site=OFF), False),
        (inventory(OFF, client=ON), True),
        (inventory(ON, client=OFF, site=ON), True),
        (inventory(OFF, site={"users": {"days": 7}}), False),
        (inventory(site=ON), True),
    ],
)
def test_a_check_is_switched_off_and_on_level_by_level(found: Inventory, made: bool) -> None:
    assert (resolve(Users(), found, found.hosts["web1"], found.sites["shop"], "users") is not None) == made


@pytest.mark.parametrize(
    ("found", "days"),
    [
        (inventory(), 90),
        (inventory({"users": {"days": 10}}), 10),
        (inventory({"users": {"days": 10}}, client={"users": {"days": 20}}), 20),
        (inventory(host={"users": {"days": 30}}, site={"users": {"days": 40}}), 90),
        (inventory(other={"users": {"days": 20}}), 90),
        (inventory(OFF), None),
        (inventory(OFF, client=ON), 90),
        (inventory(client=OFF), None),
    ],
)
def test_a_client_has_its_own_settings_over_those_for_all(found: Inventory, days: float | None) -> None:
    settings = resolve_for_client(Users(), found, found.clients["harbour"], "users")

    assert (settings and settings.days) == days


def test_the_switch_is_no_setting_of_the_check() -> None:
    assert for_site(inventory(site={"users": {"enabled": True, "days": 7}})).days == 7


def test_nothing_written_leaves_the_default_itself() -> None:
    default = Disk()
    found = inventory(everywhere={"users": {"days": 5}})

    assert resolve(default, found, found.hosts["web1"], None, "disk") is default


def test_each_level_of_a_site_goes_before_those_above_it() -> None:
    levels = [{"users": {"days": days}} for days in (10, 20, 30, 40)]
    found = [
        inventory(everywhere=levels[0]),
        inventory(levels[0], client=levels[1]),
        inventory(levels[0], levels[1], host=levels[2]),
        inventory(levels[0], levels[1], host=levels[2], site=levels[3]),
    ]

    assert [for_site(one).days for one in found] == [10, 20, 30, 40]


def test_a_host_has_the_settings_of_its_own_client() -> None:
    found = inventory(client={"disk": {"growers": 1}}, other={"disk": {"growers": 2}})

    assert for_host(found).growers == 2
    assert for_host(inventory(client={"disk": {"growers": 1}})).growers == 5


def test_a_host_of_nobody_has_the_settings_for_all() -> None:
    found = inventory({"disk": {"growers": 7}}, other={"disk": {"growers": 2}})
    host = dataclasses.replace(found.hosts["web1"], client=None)

    assert resolve(Disk(), found, host, None, "disk") == Disk(growers=7)


def test_blocks_are_merged_and_lists_replaced() -> None:
    found = inventory(
        {"disk": {"used": {"critical": 95}, "mounts": {"/var": {"warning": 70, "critical": 75}}, "ignore": ["a", "b"]}},
        host={"disk": {"used": {"warning": 85}, "mounts": {"/var": {"warning": 72}}, "ignore": ["c"]}},
    )

    assert for_host(found) == Disk(
        used=Threshold(85, 95),
        mounts={"/boot": Threshold(90, 95), "/var": Threshold(72, 75)},
        ignore=("c",),
    )


def test_a_threshold_stays_falling() -> None:
    settings = for_host(inventory(host={"disk": {"inodes": {"warning": 20}}}))

    assert settings.inodes == Threshold.below(20, 5)


def test_a_default_of_nothing_can_be_set_and_unset() -> None:
    assert for_site(inventory(client={"users": {"least": 3}})).least == 3
    assert for_site(inventory(client={"users": {"least": 3}}, site={"users": {"least": None}})).least is None


def test_values_become_what_the_dataclass_says() -> None:
    waivers = {"ann": {"reason": "on leave", "expires": "2026-12-31"}}
    settings = for_site(inventory(site={"users": {"days": 5, "waivers": waivers}}))

    assert settings == Users(days=5.0, waivers={"ann": Waiver("on leave", date(2026, 12, 31))})
    assert isinstance(settings.days, float)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"growers": True}, ("growers",)),
        ({"growers": "5"}, ("growers",)),
        ({"used": {"warning": "5"}}, ("used", "warning")),
        ({"more": 1}, ("more",)),
        ({"mounts": {"/": {"warning": 1, "critical": 2, "more": 3}}}, ("mounts", "/", "more")),
        ({"used": {"warning": 2, "critical": 1}}, ("used",)),
    ],
)
def test_what_does_not_hold_is_refused_with_its_place(values: Mapping[str, object], path: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as raised:
        validated(Disk(), overridden(Disk(), [values]))

    assert [error["loc"] for error in raised.value.errors] == [path]


@dataclass(frozen=True, slots=True)
class Surprised:
    """Settings whose author did not think of everything."""

    pattern: str = "a"
    frozen: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({"a": 1}))

    def __post_init__(self) -> None:
        """Fail as code fails, not as validation does."""
        raise TypeError("unsupported operand")


def test_a_check_that_fails_on_its_own_settings_is_told_as_a_mistake() -> None:
    with pytest.raises(SettingsError, match="cannot be judged by its check: TypeError: unsupported operand"):
        validated(object.__new__(Surprised), {"pattern": "b"})


def test_defaults_that_cannot_be_changed_are_still_json() -> None:
    assert as_json(MappingProxyType({"a": (1, frozenset({2}))})) == {"a": [1, [2]]}
    with pytest.raises((TypeError, ValueError)):
        as_json({"a": object()})
