"""Keys and values that an inventory does not have: what is said about each, and where."""

from pathlib import Path

import pytest

from tests.inventory.samples import Cases, mistakes

CLIENT_KEYS = (
    "known: brand, contacts, contract, harvest, language, report, schedule, settings, tags, teamwork, title, zendesk"
)
HOST_KEYS = "known: address, client, host_key, jump, key, legacy_ssh, passphrase, port, settings, tags, transport, user"
NAME = "is not a name: letters, digits, '-', '_' and '.', beginning with a letter or digit, at most 64 of them"
ADDRESS = "must be a host name or an IP address alone, such as web1.example or 203.0.113.10"
URL = "must be a web address such as https://shop.example"
HOST_KEY = "must be a host's public key as `ssh-keyscan` prints it after the host's name: ssh-ed25519 AAAA…"
KNOWN_KEYS = "(ssh-ed25519, ecdsa-sha2-nistp256, -384, -521 or ssh-rsa)"
NOTHING = "hosts: {a: {}}\n"

CASES: Cases = {
    "unknown section": (
        "hots: {}\n" + NOTHING,
        [
            "1: hots: is not a key here; did you mean 'hosts'? known: brand, clients, hosts, maintenance, report, "
            "schedule, service, services, settings, sites",
        ],
    ),
    "unknown key of a client": (
        NOTHING + "clients:\n  b:\n    titel: x\n",
        [f"4: clients.b.titel: is not a key here; did you mean 'title'? {CLIENT_KEYS}"],
    ),
    "unknown key of a host": (
        "hosts: {a: {adress: x}}\n",
        [f"1: hosts.a.adress: is not a key here; did you mean 'address'? {HOST_KEYS}"],
    ),
    "unknown key far from all": ("hosts: {a: {zzz: x}}\n", [f"1: hosts.a.zzz: is not a key here; {HOST_KEYS}"]),
    "bad name": ("hosts:\n  web 1: {}\n", [f"2: hosts.web 1: {NAME}"]),
    "name too long": (f"hosts:\n  {'a' * 65}: {{}}\n", [f"2: hosts.{'a' * 63}…: {NAME}"]),
    "name with a control character": ('hosts:\n  "a\\e[31m": {}\n', [f"2: hosts.a\\x1b[31m: {NAME}"]),
    "bad tag": ("hosts: {a: {tags: [ok, a b]}}\n", [f"1: hosts.a.tags[1]: {NAME}"]),
    "nothing of a site": (
        NOTHING + "sites:\n  shop:\n",
        [
            "3: sites.shop.client: is missing. The client whose site this is, a key of clients.",
            "3: sites.shop.host: is missing. The host that it stands on, a key of hosts.",
            "3: sites.shop.root: is missing. The absolute path of its folder on the host, such as /srv/shop.",
            "3: sites.shop.url: is missing. Its web address, such as https://shop.example.",
        ],
    ),
    "empty client of a site": (
        "hosts: {a: {}}\nsites:\n  s: {host: a, url: https://s.example, root: /}\n  t:\n    client:\n    host: a\n"
        "    url: https://t.example\n    root: /\n",
        [
            "3: sites.s.client: is missing. The client whose site this is, a key of clients.",
            "5: sites.t.client: is empty: write text, or remove the key. The client whose site this is, a key of "
            "clients.",
        ],
    ),
    "text wanted": (
        "hosts: {a: {user: 5}}\n",
        ["1: hosts.a.user: must be text, not the number 5: put it in quotes"],
    ),
    "number wanted": (
        'hosts: {a: {port: "22"}, b: {port: ssh}, c: {port: true}, d: {port: 2.5}}\n',
        [
            "1: hosts.a.port: must be a whole number, not text: remove the quotes",
            "1: hosts.b.port: must be a whole number, not text",
            "1: hosts.c.port: must be a whole number, not true",
            "1: hosts.d.port: must be a whole number, not the number 2.5",
        ],
    ),
    "list wanted": ("hosts: {a: {jump: b}}\n", ["1: hosts.a.jump: must be a list, such as [one, two], not text"]),
    "block wanted": (
        "hosts: {a: 5}\nclients: []\nsettings: x\n",
        [
            "1: hosts.a: must be a block of keys, not the number 5",
            "2: clients: must be a block of keys, not a list",
            "3: settings: must be a block of keys, not text",
        ],
    ),
    "port": (
        "hosts: {a: {port: 0}, b: {port: 65536}}\n",
        [
            "1: hosts.a.port: must be at least 1, not the number 0",
            "1: hosts.b.port: must be at most 65535, not the number 65536",
        ],
    ),
    "transport": (
        "hosts: {a: {transport: telnet}}\n",
        ["1: hosts.a.transport: must be 'ssh' or 'local', not 'telnet'"],
    ),
    "address": (
        "hosts: {a: {address: 'http://x'}, b: {address: 'x:22'}, c: {address: 10.0.0.300}, d: {address: '-oX'}}\n",
        [f"1: hosts.{host}.address: {ADDRESS}" for host in "abcd"],
    ),
    "account": (
        NOTHING
        + "sites: {s: {client: c, host: a, url: https://s.example, root: /, run_as: '-u x'}}\nclients: {c: {}}\n",
        ["2: sites.s.run_as: must be an account's name: letters, digits and _ . @ + -, not beginning with '-'"],
    ),
    "key": (
        "hosts: {a: {key: id_rsa}, b: {key: ~nobody-of-that-name/k}}\n",
        [
            "1: hosts.a.key: must be the path of a private key that begins with / or ~, such as ~/.ssh/id_ed25519",
            "1: hosts.b.key: names an account after ~ that does not exist on this machine",
        ],
    ),
    "host key": (
        "hosts:\n  a: {host_key: x}\n  b: {host_key: ssh-ed25519 AAAA}\n  c: {host_key: ssh-dss AAAAB3NzaC1kc3M=}\n"
        "  d: {host_key: ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAAQU=}\n",
        [
            f"2: hosts.a.host_key: {HOST_KEY} {KNOWN_KEYS}",
            f"3: hosts.b.host_key: {HOST_KEY}; this one is damaged or cut short",
            f"4: hosts.c.host_key: {HOST_KEY} {KNOWN_KEYS}",
            f"5: hosts.d.host_key: {HOST_KEY}; this one is not an ssh-ed25519 key inside",
        ],
    ),
    "client": (
        "hosts: {a: {}}\nclients:\n  c:\n    title: ''\n    language: english\n    contacts:\n"
        "      - {name: Ann}\n      - {name: Ann, email: ann@shop}\n    contract: {kind: gold, hours_a_month: -1}\n",
        [
            "4: clients.c.title: must be one line of 1 to 200 characters",
            "5: clients.c.language: must be a language code such as en, de or pt-BR",
            "7: clients.c.contacts[0].email: is missing. Where this person is written to.",
            "8: clients.c.contacts[1].email: must be an e-mail address such as ann@shop.example",
            "9: clients.c.contract.hours_a_month: must be at least 0, not the number -1",
            "9: clients.c.contract.kind: must be 'standard' or 'extended', not 'gold'",
        ],
    ),
    "site": (
        NOTHING + "clients: {c: {}}\nsites:\n  s:\n    client: c\n    host: a\n    url: shop.example\n"
        "    root: srv/shop\n    php: php8.1\n",
        [
            f"7: sites.s.url: {URL}",
            "8: sites.s.root: must be an absolute path: it begins with /",
            "9: sites.s.php: must be an absolute path: it begins with /",
        ],
    ),
    "urls": (
        NOTHING + "clients: {c: {}}\nsites:\n"
        "  s: {client: c, host: a, root: /, url: 'https://ann:pw@shop.example'}\n"
        "  t: {client: c, host: a, root: /, url: 'https://shop.example:99999'}\n"
        "  u: {client: c, host: a, root: /, url: 'ftp://shop.example'}\n"
        "  v: {client: c, host: a, root: /, url: 'https://shop example'}\n"
        "  w: {client: c, host: a, root: /, url: 'https:///shop'}\n"
        "  x: {client: c, host: a, root: /, url: 'https://[::1'}\n",
        [
            f"4: sites.s.url: {URL}, without a user name or a password",
            f"5: sites.t.url: {URL}, its port from 1 to 65535",
            *(f"{line}: sites.{site}.url: {URL}" for line, site in ((6, "u"), (7, "v"), (8, "w"), (9, "x"))),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected
