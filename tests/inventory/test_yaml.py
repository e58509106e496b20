"""YAML that cannot be read, or that nobody should have to read: what is said about it, and where."""

from pathlib import Path

import pytest

from tests.inventory.samples import Cases, mistakes

EMPTY = (
    "nobody is looked after yet: write a client, a host and a site, such as "
    "clients: {harbour: {title: Harbour Books}}, hosts: {web1: {address: 203.0.113.10, user: l2}}, "
    "sites: {shop: {client: harbour, host: web1, url: https://shop.example, root: /srv/shop}}"
)
BLOCK = (
    "an inventory is a block of keys: settings, services, brand, report, schedule, service, clients, hosts, sites, "
    "maintenance; perhaps a space after : is missing"
)
INDENT = "this line does not line up with the ones above it: the keys of one block begin in the same column"
TAB = "a tab stands at the beginning of this line: indent with spaces"

CASES: Cases = {
    "indentation": ("hosts:\n  web1: {}\n web2: {}\n", [f"3: {INDENT}"]),
    "value and block": (
        "hosts:\n  web1: x\n    port: 22\n",
        [f"3: a colon too many: quote a value with ': ' in it, or {INDENT}"],
    ),
    "colon in a value": (
        "clients: {}\nsites:\n  a:\n    url: https://x: y\n",
        [f"4: a colon too many: quote a value with ': ' in it, or {INDENT}"],
    ),
    "tab": ("hosts:\n\tweb1: {}\n", [f"2: {TAB}"]),
    "tab after spaces": ("hosts:\n  web1:\n  \tport: 22\n", [f"3: {TAB}"]),
    "open list": (
        "hosts:\n  a: {jump: [b\nsites: {}\n",
        ["2: the list that opens here lacks a comma or its closing ]"],
    ),
    "open block": ("hosts:\n  a: {port: 22\nx: 1\n", ["2: the block that opens here lacks a comma or its closing }"]),
    "open quote": ('hosts:\n  a: {user: "x}\n\n', ["2: a quotation mark opens here and is not closed"]),
    "missing colon": ("hosts: {}\nsites\n", ["2: a colon and a value are missing after this key"]),
    "list beside its key": ("hosts: - a\n", ["1: a list begins on a line of its own, below its key"]),
    "text after a value": ("a: 'it' s\n", ["1: text follows a value that has ended: quote all of it"]),
    "reserved character": ("a: 1\nb: @x\n", ["2: a value cannot begin with this character: put it in quotes"]),
    "asterisk": ("a: * x\n", ["1: a value that begins with * or & is a reference: put it in quotes"]),
    "escape": ('a: "C:\\q"\n', ["1: a \\ in double quotes begins an escape: use single quotes"]),
    "block text": ("a: >x\n", ["1: a text that begins with | or > begins on the next line, indented by spaces"]),
    "lone bracket": ("a: ]\n", ["1: a value is missing here, or begins with a character that needs quotes"]),
    "directive": ("%YAML 3.0\n---\na: 1\n", ["1: a line that begins with % is not allowed: remove it"]),
    "two documents": (
        "hosts: {a: {}}\n---\nhosts: {b: {}}\n",
        ["2: one file is one document: remove the line that begins with ---"],
    ),
    "impossible character": ('hosts:\n  a: {user: "\\UFFFFFFFF"}\n', ["2: this cannot be read as YAML"]),
    "half a character": (
        'hosts: {a: {user: "\\ud800"}}\n',
        [
            "1: hosts.a.user: half a character is escaped here: write the character itself",
            "1: hosts.a.user: must be an account's name: letters, digits and _ . @ + -, not beginning with '-'",
        ],
    ),
    "control character": ("a: 1\nb: \x07\n", ["2: the invisible character U+0007 is not allowed: remove it"]),
    "not UTF-8": (b"a: 1\nb: \xff\n", ["2: this is not UTF-8 text: save the file in that encoding"]),
    "empty": ("", [f"1: {EMPTY}"]),
    "only comments": ("# later\n---\n", [f"1: {EMPTY}"]),
    "only a client": ("clients: {a: {}}\nhosts:\n", [f"1: {EMPTY}"]),
    "one word": ("\nhello\n", [f"2: {BLOCK}"]),
    "a list": ("- a\n", [f"1: {BLOCK}"]),
    "no space after the colon": ("hosts:{}\n", [f"1: {BLOCK}"]),
    "duplicate key": (
        "hosts:\n  a: {}\n  b: {}\n  a: {}\n",
        ["4: hosts.a: is written twice: first in line 2"],
    ),
    "key that is a list": (
        "hosts:\n  a: {}\n  ? [x]\n  : y\n",
        ["3: hosts: a key must be text: put it in quotes if it begins with [, {, * or &"],
    ),
    "tag": (
        "hosts:\n  a: {user: !!str 5}\n",
        ["2: hosts.a.user: tags such as !!str are not used here: remove it, and put text in quotes"],
    ),
    "unknown alias": (
        "hosts:\n  a: *b\n",
        ["2: hosts.a: *b refers to nothing: no &b above; quote text that begins with *"],
    ),
    "cyclic alias": (
        "x-a: &a\n  b: [*a]\nhosts: {a: {}}\n",
        ["2: x-a.b[0]: *a stands inside the block that it refers to"],
    ),
    "merge of a text": (
        "hosts: {a: {<<: b}}\n",
        ["1: hosts.a.<<: must be a block of keys, or a list of them: << copies keys from it"],
    ),
    "too deep": ("a: " + "[" * 40 + "]" * 40, ["1: blocks in blocks, more than 32 levels deep"]),
    "too deep by aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 40)),
        ["31: the aliases of this file repeat too much; *a29 is one too many"],
    ),
    "bomb": (
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
        ["6: the aliases of this file repeat too much; *a4 is one too many"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected
