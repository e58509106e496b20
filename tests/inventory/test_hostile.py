"""Whatever a file holds, it loads or its mistakes are told; names come back as they were written."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inventory import types
from inventory.errors import InventoryError
from tests.inventory.samples import WHOLE, read_text
from tests.inventory.test_services import FULL

PIECES = [
    *"[]{}:,-?&*!|>'\"%@`#\n\t\r \\~<=0189.",
    *(
        "  ",
        "\n  ",
        "\n    ",
        ": ",
        "- ",
        "? ",
        "<<: ",
        "&a ",
        "*a ",
        "!!str ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "|2-\n",
    ),
    *("clients:", "hosts:", "sites:", "settings:", "disk", "users", "harbour", "web1", "shop", "used", "warning"),
    *(
        "services:",
        "maintenance:",
        "zendesk:",
        "harvest:",
        "contract:",
        "time:",
        "fields:",
        "scope: ",
        "daily",
        "{site}",
    ),
    *("from: ", "until: ", "days: ", "zone: ", "token: ", "02:00", "2026-12-01T22:00:00+01:00", "UTC", "env:X"),
    *("client: ", "host: ", "url: ", "root: ", "jump: ", "port: ", "key: ", "host_key: ", "contacts: ", "passphrase: "),
    *(
        "https://",
        "/srv",
        "null",
        "true",
        "1e999",
        "-0",
        "0x1F",
        "9" * 30,
        "\u2028",
        "\x85",
        "\ufeff",
        "é",
        "\U0001f600",
    ),
]
FEW = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(folder: Path, text: str | bytes) -> InventoryError | None:
    try:
        read_text(folder, text)
    except InventoryError as error:
        return error
    return None


def loads_or_tells(folder: Path, text: str | bytes) -> None:
    error = told(folder, text)
    if error is not None:
        assert error.issues
        assert all(mistake.line >= 1 and mistake.message for mistake in error.issues)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", str(error))


@FEW
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40))
@example(pieces=['"\\UFFFFFFFF"'])
@example(pieces=["? ", "\n", "? "])
def test_pieces_of_yaml(tmp_path: Path, pieces: list[str]) -> None:
    loads_or_tells(tmp_path, "".join(pieces))


@FEW
@given(raw=st.binary(max_size=200))
def test_bytes(tmp_path: Path, raw: bytes) -> None:
    loads_or_tells(tmp_path, raw)


@FEW
@given(text=st.text(max_size=200))
def test_text(tmp_path: Path, text: str) -> None:
    loads_or_tells(tmp_path, text.encode("utf-8", "surrogatepass"))


@FEW
@given(data=st.data())
def test_an_inventory_with_something_changed(tmp_path: Path, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([WHOLE, FULL]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 20)))
    loads_or_tells(
        tmp_path, whole[:start] + "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=3))) + whole[end:]
    )


@pytest.mark.parametrize("end", range(0, len(FULL), 7))
def test_an_inventory_that_is_cut_short(tmp_path: Path, end: int) -> None:
    loads_or_tells(tmp_path, FULL[:end])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def blocks(keys: str) -> st.SearchStrategy[object]:
    """A block with some of these keys, or anything."""
    return st.dictionaries(st.sampled_from(keys.split()), VALUES, max_size=6) | JSON


VALUES = (
    JSON
    | st.sampled_from(
        [
            "02:00",
            "2026-12-01T22:00:00Z",
            "2026-12-01",
            "daily",
            "UTC",
            "a",
            "env:X",
            "https://a.example",
            "{site}",
            1,
            0.5,
        ]
    )
    | st.just(["a"])
    | st.just(["disk"])
)
CONTRACT = st.fixed_dictionaries(
    {},
    optional={
        "kind": VALUES | st.just("standard"),
        "start": VALUES,
        "end": VALUES,
        "scope": VALUES,
        "out_of_scope": VALUES,
        "first_response": blocks("urgent high"),
        "time": blocks("rule hours step cap")
        | st.fixed_dictionaries({"rule": st.sampled_from(["measured", "per_site", "minimum"]), "hours": VALUES}),
    },
)
SHAPES = st.fixed_dictionaries(
    {},
    optional={
        "settings": st.dictionaries(st.sampled_from(["disk", "users", "x"]), JSON, max_size=2),
        "clients": st.dictionaries(
            st.sampled_from("ab"),
            st.dictionaries(st.sampled_from(["title", "contacts", "contract", "tags", "settings", "zendesk"]), JSON)
            | st.fixed_dictionaries({"contract": CONTRACT, "harvest": blocks("project task")}),
        ),
        "services": st.fixed_dictionaries(
            {},
            optional={
                "zone": VALUES,
                "environment": VALUES,
                "zendesk": blocks("url client_id client_secret email token fields tags scope public requester"),
                "harvest": blocks("url account token contact task"),
                "teamwork": blocks("url token fields kinds scope task_list"),
            },
        )
        | JSON,
        "maintenance": st.dictionaries(st.sampled_from("ab"), blocks("from until days zone hosts sites checks title"))
        | JSON,
        "hosts": st.dictionaries(
            st.sampled_from("ab"),
            st.dictionaries(st.sampled_from(["address", "jump", "key", "host_key", "passphrase", "transport"]), JSON),
        ),
        "sites": st.dictionaries(
            st.sampled_from("ab"),
            st.dictionaries(st.sampled_from(["client", "host", "url", "root", "platform", "settings"]), JSON),
        ),
    },
)


@FEW
@given(value=SHAPES)
def test_values_of_every_type_in_every_place(tmp_path: Path, value: object) -> None:
    loads_or_tells(tmp_path, json.dumps(value))


NAMES = st.from_regex(types.NAME.removesuffix("$") + r"\Z") | st.sampled_from(["no", "null", "1e3", "0x1F", "22", "Y"])


@FEW
@given(client=NAMES, host=NAMES, site=NAMES)
def test_names_come_back_as_they_were_written(tmp_path: Path, client: str, host: str, site: str) -> None:
    text = (
        f"clients:\n  {client}: {{}}\nhosts:\n  '{host}':\n    tags: ['{client}']\nsites:\n  {site}:\n"
        f"    {{client: '{client}', host: \"{host}\", url: https://s.example, root: /}}\n"
    )
    inventory = read_text(tmp_path, text)

    assert list(inventory.clients) == [client]
    assert inventory.hosts[host].tags == {client}
    assert inventory.sites_on(host) == (inventory.sites[site],)


@pytest.mark.parametrize(
    "repeated", ["[", "{", "- ", "? ", "a: ", "!", "&a ", "'", '"', "|", "\n- ", "a: 1\n", "*a,", "<<: "]
)
def test_much_of_one_thing_ends(tmp_path: Path, repeated: str) -> None:
    loads_or_tells(tmp_path, repeated * 20_000)
