"""Services, contracts and windows as the inventory writes them: what they become, and what is said of mistakes."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from inventory.contracts import Contract, TimeRule
from inventory.errors import InventoryError
from inventory.maintenance import Weekly, Window
from inventory.secrets import Reference
from inventory.services import (
    TEAMWORK_FIELDS,
    ClientHarvest,
    ClientTeamwork,
    ClientZendesk,
    Harvest,
    Services,
    Teamwork,
    Zendesk,
)
from tests.inventory.samples import read, read_text

FULL = """\
services:
  environment: staging
  zone: Europe/Berlin
  zendesk:
    url: https://agency.zendesk.com/
    client_id: siterounds
    client_secret: credential:zendesk-secret
    scope: read tickets:write users:write
    requests_a_minute: 400
    requester: 123
    group: 789
    brand: 1
    form: 2
    account_manager: 55
    tags: [SiteRounds, l2/rounds]
    fields: {27642: "{site}", "27643": "{client} {{{state}}}"}
    public: true
    new_tickets_a_round: 0
    reopen_days: 365
    one_ticket_per_cause: true
  harvest:
    url: http://127.0.0.1:8080
    account: 12345
    token: env:HARVEST_TOKEN
    contact: help@agency.example
    task: 222
    requests_in_15_seconds: 50
  teamwork:
    url: https://agency.eu.teamwork.com
    token: file:/etc/siterounds/teamwork
    requests_a_minute: 300
    task_list: In scope
    fields: {site_url: Web site, resolution_low: Low}
    kinds: {standard: [Standard, L2]}
    scope: {disk: [disk, storage]}
clients:
  harbour:
    contract:
      kind: extended
      hours_a_month: 4.1
      start: 2026-01-15
      end: 2027-01-14
      scope: [disk]
      out_of_scope: [users]
      first_response: {urgent: 1, low: 24.5}
      resolution: {urgent: 4, high: 8, normal: 16, low: 40}
      calendar: business
      time: {rule: minimum, hours: 0.3, step: 0.1, cap: 0}
    zendesk: {organization: 456, requester: 123, group: 1, account_manager: 55, tags: [VIP]}
    harvest: {project: 111, task: 333}
    teamwork: {project: 444}
hosts: {web1: {}}
sites: {shop: {client: harbour, host: web1, url: https://shop.example, root: /}}
maintenance:
  move:
    title: Server move
    from: 2026-12-01T22:00:00+01:00
    until: 2026-12-02T02:00Z
    clients: [harbour]
    hosts: [web1]
    sites: [shop]
    checks: [disk]
  backups: {days: [saturday, sunday], from: 22:00, until: "02:00", hosts: [web1]}
  nightly: {days: daily, from: "02:00", until: "04:00", zone: America/New_York, sites: [shop]}
"""

ZENDESK = "zendesk: {url: https://a.zendesk.com, client_id: s, client_secret: env:Z}"
HARVEST = "harvest: {account: 5, token: env:H, contact: https://agency.example/help}"
TEAMWORK = "teamwork: {url: https://a.teamwork.com, token: env:T}"


def test_all_that_may_be_written_of_services_arrives(tmp_path: Path) -> None:
    assert read_text(tmp_path, FULL).services == Services(
        environment="staging",
        zone="Europe/Berlin",
        zendesk=Zendesk(
            url="https://agency.zendesk.com",
            client_id="siterounds",
            client_secret=Reference("credential", "zendesk-secret"),
            scope="read tickets:write users:write",
            requests_a_minute=400,
            requester=123,
            group=789,
            brand=1,
            form=2,
            account_manager=55,
            tags=("siterounds", "l2/rounds"),
            fields={27642: "{site}", 27643: "{client} {{{state}}}"},
            public=True,
            new_tickets_a_round=0,
            reopen_days=365,
            one_ticket_per_cause=True,
        ),
        harvest=Harvest(
            url="http://127.0.0.1:8080",
            account=12345,
            token=Reference("env", "HARVEST_TOKEN"),
            contact="help@agency.example",
            task=222,
            requests_in_15_seconds=50,
        ),
        teamwork=Teamwork(
            url="https://agency.eu.teamwork.com",
            token=Reference("file", "/etc/siterounds/teamwork"),
            requests_a_minute=300,
            task_list="In scope",
            fields={**TEAMWORK_FIELDS, "site_url": "Web site", "resolution_low": "Low"},
            kinds={"standard": ("Standard", "L2"), "extended": ("Extended",)},
            scope={"disk": ("disk", "storage")},
        ),
    )


def test_all_that_may_be_written_of_a_client_arrives(tmp_path: Path) -> None:
    client = read_text(tmp_path, FULL).clients["harbour"]

    assert client.contract == Contract(
        "extended",
        hours_a_month=Decimal("4.1"),
        start=date(2026, 1, 15),
        end=date(2027, 1, 14),
        scope=frozenset({"disk"}),
        out_of_scope=frozenset({"users"}),
        first_response={"urgent": 1.0, "low": 24.5},
        resolution={"urgent": 4.0, "high": 8.0, "normal": 16.0, "low": 40.0},
        calendar="business",
        time=TimeRule("minimum", hours=Decimal("0.3"), step=Decimal("0.1"), cap=Decimal(0)),
    )
    assert client.zendesk == ClientZendesk(456, requester=123, group=1, account_manager=55, tags=("vip",))
    assert client.harvest == ClientHarvest(111, task=333)
    assert client.teamwork == ClientTeamwork(444)


def test_all_that_may_be_written_of_maintenance_arrives(tmp_path: Path) -> None:
    shop, web1 = frozenset({"shop"}), frozenset({"web1"})

    assert read_text(tmp_path, FULL).maintenance == {
        "move": Window(
            "move",
            "Server move",
            clients=frozenset({"harbour"}),
            hosts=web1,
            sites=shop,
            checks=frozenset({"disk"}),
            once=(datetime(2026, 12, 1, 21, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)),
        ),
        "backups": Window(
            "backups",
            "backups",
            hosts=web1,
            weekly=Weekly(frozenset({5, 6}), time(22), time(2), "Europe/Berlin"),
        ),
        "nightly": Window(
            "nightly",
            "nightly",
            sites=shop,
            weekly=Weekly(frozenset(range(7)), time(2), time(4), "America/New_York"),
        ),
    }


def test_little_is_enough(tmp_path: Path) -> None:
    text = f"hosts: {{h: {{}}}}\nservices:\n  {ZENDESK}\n  {HARVEST}\n  {TEAMWORK}\n"
    text += "clients: {c: {zendesk: {}, contract: {kind: standard, hours_a_month: 4, time: {rule: measured}}}}\n"
    found = read_text(tmp_path, text)

    assert found.services == Services(
        zendesk=Zendesk("https://a.zendesk.com", "s", Reference("env", "Z")),
        harvest=Harvest(5, Reference("env", "H"), "https://agency.example/help"),
        teamwork=Teamwork("https://a.teamwork.com", Reference("env", "T")),
    )
    assert found.clients["c"].zendesk == ClientZendesk()
    assert found.clients["c"].contract == Contract("standard", Decimal(4))
    assert str(found.clients["c"].contract.hours_a_month) == "4"


def test_an_account_that_still_has_a_token(tmp_path: Path) -> None:
    text = "services: {zendesk: {url: https://a.zendesk.com, email: l2@agency.example, token: env:Z, client_id: }}\n"
    found = read_text(tmp_path, text + "hosts: {h: {}}\n").services.zendesk

    assert found == Zendesk("https://a.zendesk.com", email="l2@agency.example", token=Reference("env", "Z"))


def test_keys_with_nothing_after_them_are_as_if_not_written(tmp_path: Path) -> None:
    nothing = "services:\nmaintenance:\nclients: {c: {zendesk: , harvest: , teamwork: , contract: }}\nhosts: {h: {}}\n"
    found = read_text(tmp_path, nothing)

    assert (found.services, found.maintenance) == (Services(), {})
    assert found.clients["c"].harvest is None
    keys = "services: {zone: , environment: , zendesk: , harvest: , teamwork: }\nhosts: {h: {}}\n"
    assert read_text(tmp_path, keys).services == Services()
    assert read_text(tmp_path, nothing.replace("contract: ", "contract: {kind: standard, time: , start: }")).clients[
        "c"
    ].contract == Contract("standard")


def test_services_may_stand_in_several_files(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(f"services: {{zone: Europe/Berlin, {ZENDESK}}}\nhosts: {{h: {{}}}}\n")
    (tmp_path / "2.yaml").write_text(f"services: {{environment: test, {HARVEST}}}\n")
    (tmp_path / "3.yaml").write_text("maintenance: {w: {days: daily, from: 02:00, until: 03:00, hosts: [h]}}\n")
    found = read(tmp_path)

    assert (found.services.environment, found.services.zone) == ("test", "Europe/Berlin")
    assert found.services.zendesk is not None
    assert found.services.harvest is not None
    assert found.maintenance["w"].weekly == Weekly(frozenset(range(7)), time(2), time(3), "Europe/Berlin")


def test_a_name_written_in_two_files_is_a_mistake(tmp_path: Path) -> None:
    window = "maintenance: {w: {days: daily, from: 02:00, until: 03:00, hosts: [h]}}\n"
    (tmp_path / "1.yaml").write_text(f"services: {{zone: UTC, {HARVEST}}}\nhosts: {{h: {{}}}}\n" + window)
    (tmp_path / "2.yaml").write_text(f"services: {{zone: UTC, {HARVEST}}}\n" + window)

    with pytest.raises(InventoryError) as raised:
        read(tmp_path)
    assert str(raised.value).replace(f"{tmp_path}/", "").splitlines() == [
        "2.yaml:1: services.harvest: is written twice: first in 1.yaml:1",
        "2.yaml:1: services.zone: is written twice: first in 1.yaml:1",
        "2.yaml:2: maintenance.w: is written twice: first in 1.yaml:3",
    ]


def test_it_can_be_written_as_json_too(tmp_path: Path) -> None:
    service = {"url": "https://a.zendesk.com", "client_id": "s", "client_secret": "env:Z", "fields": {"5": "{item}"}}
    found = read_text(tmp_path, json.dumps({"services": {"zendesk": service}, "hosts": {"h": {}}}, indent=1))

    assert found.services.zendesk is not None
    assert found.services.zendesk.fields == {5: "{item}"}
