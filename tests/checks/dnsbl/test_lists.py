"""The rows of lists, those that come with siterounds and those of the settings."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from checks import DnsAnswer, DnsOutcome
from checks.dnsbl import Settings
from checks.dnsbl.lists import DEFAULT, LISTS, BlockList, Code, why_retired
from checks.dnsbl.verdict import Word, trial_verdict

PUBLISHED = {  # what the operators' own test entries answer
    "zen.spamhaus.org": ["127.0.0.2", "127.0.0.4", "127.0.0.10"],
    "dbl.spamhaus.org": ["127.0.1.2"],
    "multi.surbl.org": ["127.0.0.254"],
    "multi.uribl.com": ["127.0.0.14"],
}


@pytest.mark.parametrize("name", LISTS)
def test_each_list_passes_its_own_test(name: str) -> None:
    row = LISTS[name]
    records = tuple(PUBLISHED.get(name, ["127.0.0.2"]))
    answers = (DnsAnswer(DnsOutcome.ANSWERED, records), DnsAnswer(DnsOutcome.NXDOMAIN))
    assert all(trial_verdict(row, kind, answers).word is Word.CLEAN for kind in row.kinds)


@pytest.mark.parametrize("name", LISTS)
def test_each_row_says_where_to_ask_for_removal_and_on_what_terms(name: str) -> None:
    row = LISTS[name]
    assert row.zone == name
    assert row.delist.startswith("https://")
    assert row.terms
    assert row.title


def test_lists_that_want_registration_are_known_and_not_asked() -> None:
    assert "b.barracudacentral.org" in LISTS
    assert "b.barracudacentral.org" not in DEFAULT
    assert set(Settings().chosen()) == set(DEFAULT)


@pytest.mark.parametrize(
    "zone", ["dnsbl.sorbs.net", "spam.dnsbl.sorbs.net", "cbl.abuseat.org", "list.dsbl.org", "DNSBL-3.uceprotect.net."]
)
def test_lists_that_ended_must_not_be_asked(zone: str) -> None:
    assert why_retired(zone)
    with pytest.raises(ValueError, match="must not be asked"):
        BlockList(zone.rstrip("."), ("v4",))


@pytest.mark.parametrize("zone", ["dnsbl-1.uceprotect.net", "notsorbs.net", *LISTS])
def test_lists_that_live_may_be_asked(zone: str) -> None:
    assert not why_retired(zone)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"zone": "", "kinds": ("v4",)}, "not the name of a DNS zone"),
        ({"zone": "a b.example", "kinds": ("v4",)}, "not the name of a DNS zone"),
        ({"zone": "bl.example", "kinds": ()}, "at least one"),
        ({"zone": "bl.example", "kinds": ("v4",), "codes": ()}, "at least one"),
        ({"zone": "bl.example", "kinds": ("v4",), "codes": (Code("192.0.2.1", "x"),)}, "not an address or network"),
        ({"zone": "bl.example", "kinds": ("v4",), "codes": (Code("2", "x"),)}, "not an address or network"),
        ({"zone": "bl.example", "kinds": ("v4",), "codes": (Code("::1", "x"),)}, "not an address or network"),
        ({"zone": "bl.example", "kinds": ("v4",), "codes": (Code("3", "x"),), "bitmask": True}, "value of a bit"),
        ({"zone": "bl.example", "kinds": ("v4",), "errors": (Code("10.0.0.1", "x"),)}, "not an address or network"),
    ],
)
def test_rows_that_mean_nothing_are_refused(row: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        BlockList(**row)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"lists": ("zen.spamhouse.org",)}, "no block list is called 'zen.spamhouse.org'; known are zen.spamhaus.org"),
        ({"zones": {"nobody": "bl.example"}}, "no block list is called 'nobody'"),
        ({"zones": {"zen.spamhaus.org": "x y"}}, "not the name of a DNS zone"),
        ({"zones": {"zen.spamhaus.org": "dnsbl.sorbs.net"}}, "must not be asked"),
        ({"addresses": ("mail.example",)}, "not an IP address"),
        ({"addresses": ("10.0.0.1",)}, "not a public address; `private_addresses: true` allows it"),
        ({"shared": ("104.16.0.0/99",)}, "104.16.0.0/99"),
        ({"mail_domain": "a b"}, "not a domain name"),
        ({"mail_providers": ("",)}, "not a domain name"),
        ({"most_addresses": 0}, "at least 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Settings(**settings)


def test_settings_come_out_of_text_as_the_inventory_reads_them() -> None:
    adapter = TypeAdapter(Settings)
    written = asdict(Settings()) | {
        "lists": ["zen.spamhaus.org"],
        "zones": {"zen.spamhaus.org": "zen.dns.example"},
        "extra": {
            "house": {
                "zone": "bl.house.example",
                "kinds": ["v4", "domain"],
                "tier": 3,
                "codes": [{"code": "127.0.0.2", "meaning": "spam"}, {"code": "127.0.0.8/29", "meaning": "worse"}],
                "listed": {"domain": "listed.house.example"},
            }
        },
    }
    settings = adapter.validate_python(written)
    chosen = settings.chosen()
    assert {name: row.zone for name, row in chosen.items()} == {
        "zen.spamhaus.org": "zen.dns.example",
        "house": "bl.house.example",
    }
    assert chosen["zen.spamhaus.org"].codes == LISTS["zen.spamhaus.org"].codes
    assert chosen["house"].points("domain") == ("listed.house.example", "invalid")
    assert adapter.validate_python(asdict(Settings())) == Settings()
    with pytest.raises(ValidationError, match="no block list is called"):
        adapter.validate_python(written | {"lists": ["house of cards"]})
