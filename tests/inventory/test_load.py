"""Inventories that are right: what they become."""

import os
import pwd
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from inventory.contracts import Contract
from inventory.errors import InventoryError
from inventory.load import LARGEST, example, load
from inventory.model import Client, Contact, Host, Site
from inventory.reports import Reporting
from inventory.secrets import Reference
from tests.inventory.samples import WHOLE, read, read_text
from tests.servers.folders import open_folder

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB5RY2fVEgr6SfKJdGgZ1qWvWHVsZs6JqyGyXsHjXQgS"

FULL = f"""\
settings:
  disk: {{used: {{warning: 85, critical: 95}}}}
clients:
  harbour:
    title: Harbour Books
    language: no
    contacts:
      - {{name: Ann Example, email: ann@shop.example}}
    contract: {{kind: extended, hours_a_month: 4}}
    settings: {{users: {{days: 60}}}}
    tags: [vip, "2024"]
hosts:
  bastion: {{}}
  web1:
    address: 2001:db8::1
    port: 2222
    user: l2
    key: ~/.ssh/id_ed25519
    passphrase: env:WEB1
    host_key: {HOST_KEY} root@web1
    jump: [bastion]
    transport: ssh
    client: harbour
    settings: {{disk: {{used: {{warning: 70}}}}}}
    tags: [old]
  agent: {{transport: local}}
sites:
  shop.example:
    client: harbour
    host: web1
    url: https://shop.example:8443/de/?a=b
    root: /srv/shop
    platform: magento
    run_as: shop
    php: /usr/bin/php8.1
    settings: {{users: {{mode: loose}}}}
    tags: [vip]
"""


def test_all_that_may_be_written_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    inventory = read_text(tmp_path, FULL)

    assert inventory.settings == {"disk": {"used": {"warning": 85, "critical": 95}}}
    assert inventory.clients["harbour"] == Client(
        name="harbour",
        title="Harbour Books",
        language="no",
        contacts=(Contact("Ann Example", "ann@shop.example"),),
        contract=Contract("extended", Decimal(4)),
        report=Reporting(to=("ann@shop.example",)),
        settings={"users": {"days": 60}},
        tags=frozenset({"vip", "2024"}),
    )
    assert inventory.hosts["web1"] == Host(
        name="web1",
        address="2001:db8::1",
        port=2222,
        user="l2",
        key=Path("/home/ann/.ssh/id_ed25519"),
        passphrase=Reference("env", "WEB1"),
        host_key=HOST_KEY,
        jump=("bastion",),
        client="harbour",
        settings={"disk": {"used": {"warning": 70}}},
        tags=frozenset({"old"}),
    )
    assert inventory.hosts["agent"] == Host(name="agent", transport="local")
    assert inventory.sites["shop.example"] == Site(
        name="shop.example",
        client="harbour",
        host="web1",
        url="https://shop.example:8443/de/?a=b",
        root="/srv/shop",
        platform="magento",
        php="/usr/bin/php8.1",
        run_as="shop",
        settings={"users": {"mode": "loose"}},
        tags=frozenset({"vip"}),
    )


def test_little_is_enough(tmp_path: Path) -> None:
    inventory = read_text(tmp_path, "clients:\n  harbour:\nhosts:\n  web1:\nsites:\nsettings:\n  disk:\n")

    assert inventory.clients == {"harbour": Client(name="harbour", title="harbour")}
    assert inventory.hosts == {"web1": Host(name="web1")}
    assert inventory.settings == {}


def test_keys_with_nothing_after_them_are_as_if_not_written(tmp_path: Path) -> None:
    inventory = read_text(tmp_path, "hosts:\n  web1:\n    port:\n    jump:\n    tags:\n    settings:\n    transport:\n")

    assert inventory.hosts == {"web1": Host(name="web1")}


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "22:22", "2024-01-01", "1_000", "0b1", "1.2.3.4", "nan", ".inf", "="]
)
def test_words_that_older_yaml_took_for_something_else_stay_text(tmp_path: Path, word: str) -> None:
    inventory = read_text(tmp_path, f"clients: {{c: {{title: {word}}}}}\nhosts: {{h: {{}}}}\n")

    assert inventory.clients["c"].title == word


def test_names_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    inventory = read_text(tmp_path, "hosts: {123: {}, no: {}, true: {}, null: {}, 1.5: {}}\n")

    assert list(inventory.hosts) == ["123", "no", "true", "null", "1.5"]


def test_blocks_can_be_shared(tmp_path: Path) -> None:
    text = """\
x-shared:
  login: &login {user: l2, port: 22}
  far: &far {jump: [bastion], port: 23}
hosts:
  bastion: *login
  web1: {<<: *login, user: root}
  web2:
    address: web2.example
    <<: [*far, *login]
"""
    inventory = read_text(tmp_path, text)

    assert inventory.hosts == {
        "bastion": Host(name="bastion", user="l2", port=22),
        "web1": Host(name="web1", user="root", port=22),
        "web2": Host(name="web2", address="web2.example", user="l2", port=23, jump=("bastion",)),
    }


def test_a_folder_is_one_inventory(tmp_path: Path) -> None:
    (tmp_path / "10-clients.yaml").write_text("clients: {harbour: {}}\nsettings: {disk: {growers: 3}}\n")
    (tmp_path / "20-hosts.yml").write_text("\ufeffhosts: {web1: {}}\r\nsettings: {users: {days: 60}}\r\n")
    (tmp_path / "30-sites.yaml").write_text(
        "sites: {s: {client: harbour, host: web1, url: 'http://[::1]/', root: /}}\n"
    )
    (tmp_path / "40-later.yaml").write_text("# nothing yet\n")
    inventory = read(tmp_path)

    assert list(inventory.clients) == ["harbour"]
    assert inventory.sites["s"].url == "http://[::1]/"
    assert inventory.settings == {"disk": {"growers": 3}, "users": {"days": 60}}


def test_sites_keep_their_order_and_hosts_know_their_clients(tmp_path: Path) -> None:
    text = WHOLE + "  book: {client: harbour, host: web1, url: https://book.example, root: /srv/book}\n"
    inventory = read_text(tmp_path, text)

    assert [site.name for site in inventory.sites_on("web1")] == ["shop", "book"]
    assert inventory.clients_on("web1") == ("harbour",)


def test_five_thousand_sites_load(tmp_path: Path) -> None:
    sites = [
        f"  s{number}: {{client: c, host: h, url: https://s{number}.example, root: /srv/s{number}, "
        f"settings: {{users: {{days: {number % 90 + 1}}}}}}}"
        for number in range(5_000)
    ]
    inventory = read_text(tmp_path, "\n".join(["clients: {c: {}}", "hosts: {h: {}}", "sites:", *sites]))

    assert len(inventory.sites) == 5_000


def test_the_example_loads(tmp_path: Path) -> None:
    from checks.registry import load as registry

    known = registry()
    file = tmp_path / "inventory.yaml"
    file.write_text(example())
    inventory = load(file, known.settings(), known.platforms, known.host_checks())

    assert [site.root for site in inventory.sites.values()] == ["/srv/shop"]


def test_the_example_loads_with_what_is_commented_out(tmp_path: Path) -> None:
    from checks.registry import load as registry

    known = registry()
    before, _, after = example().partition("\nhosts:\n")
    hosts_and_sites, _, maintenance = after.partition("\n# maintenance:\n")
    key = re.compile(r"^( *)# ( *[a-z0-9_]+:(?: .*)?)$", re.MULTILINE)
    whole = [key.sub(r"\1\2", before), "hosts:", hosts_and_sites, "maintenance:", key.sub(r"\1\2", maintenance)]
    file = tmp_path / "inventory.yaml"
    file.write_text("\n".join(whole))
    inventory = load(file, known.settings(), known.platforms, known.host_checks())

    services, client = inventory.services, inventory.clients["harbour"]
    assert None not in (services.zendesk, services.harvest, services.teamwork, services.mail)
    assert (inventory.brand.name, inventory.brand.logo) == ("Agency", tmp_path / "logo.png")
    assert (client.brand.colour, client.report.when, client.report.pdf) == ("#7a1f1f", "weekly", "no")
    assert None not in (client.zendesk, client.harvest, client.teamwork)
    assert client.contract is not None
    assert client.contract.covers("disk")
    assert not client.contract.covers("dnsbl")
    assert client.contract.time.booked(timedelta(minutes=1), 1) == Decimal("0.25")
    assert list(inventory.maintenance) == ["move", "updates"]


def told(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(InventoryError) as raised:
        read(path)
    return [(mistake.line, mistake.message) for mistake in raised.value.issues]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert told(tmp_path / "none.yaml") == [(1, "this file cannot be read: No such file or directory")]


def test_a_file_that_may_not_be_read() -> None:
    with open_folder() as folder:
        file = folder / "inventory.yaml"
        file.write_text("hosts: {web1: {}}\n")
        file.chmod(0o200)
        with as_an_ordinary_account():
            assert told(file) == [(1, "this file cannot be read: Permission denied")]
        file.chmod(0o644)
        with as_an_ordinary_account():
            assert list(read(file).hosts) == ["web1"]


@contextmanager
def as_an_ordinary_account() -> Iterator[None]:
    """Root may read every file; so it becomes nobody for a while."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "inventory.yaml")

    assert told(tmp_path) == [(1, "this is not a file: write the inventory into a plain one")]


def test_a_path_that_no_file_can_have() -> None:
    assert told(Path("a\0b")) == [(1, "this file cannot be read: embedded null byte")]


def test_a_huge_file_is_refused_before_it_is_read_as_yaml(tmp_path: Path) -> None:
    with (tmp_path / "inventory.yaml").open("wb") as file:
        file.truncate(LARGEST + 1)

    assert told(tmp_path) == [(1, "this file is larger than 20 MB: divide it into several files of one folder")]
