"""What lists are asked about for one site."""

import pytest

from checks import DnsAnswer, DnsOutcome, NotCheckedError
from checks.dnsbl.facts import ListedName, ListedNames
from checks.dnsbl.settings import Settings
from checks.dnsbl.targets import find
from tests.checks.dnsbl.talk import Known, hold

SHOP: Known = {
    ("shop.example", "A"): ["93.184.216.7"],
    ("shop.example", "AAAA"): ["2606:2800:220::7"],
    ("www.shop.example", "A"): ["93.184.216.7", "93.184.216.8"],
    ("shop.example", "MX"): ["20 backup.example.", "10 mail.shop.example.", "30 aspmx.l.google.com."],
    ("shop.example", "TXT"): ["unrelated", "v=spf1 a ip4:93.184.216.9 ip4:93.184.0.0/16 -all"],
    ("mail.shop.example", "A"): ["93.184.216.10"],
    ("backup.example", "A"): ["93.184.216.11"],
}


def found(url: str, known: Known, settings: Settings | None = None) -> ListedNames:
    return hold(find(url, settings or Settings()), known)[0]


def addresses(subjects: ListedNames) -> dict[str, bool]:
    return {one.name: one.sends for one in subjects.subjects if one.kind != "domain"}


def domains(subjects: ListedNames) -> list[str]:
    return [one.name for one in subjects.subjects if one.kind == "domain"]


@pytest.mark.parametrize("url", ["https://www.shop.example/", "https://shop.example/blog"])
def test_addresses_of_the_site_its_twin_and_its_mail(url: str) -> None:
    subjects = found(url, SHOP)
    assert addresses(subjects) == {
        "93.184.216.7": True,  # `a` in the SPF record
        "2606:2800:220::7": True,
        "93.184.216.8": False,
        "93.184.216.9": True,
        "93.184.216.10": True,
        "93.184.216.11": True,
    }
    assert subjects.gaps == ()
    assert subjects.left_out == (
        "aspmx.l.google.com: a mail provider's",
        "93.184.0.0/16: too wide a network in the SPF record of shop.example",
    )


def test_where_an_address_was_found_is_kept() -> None:
    by_name = {one.name: one for one in found("https://www.shop.example/", SHOP).subjects}
    assert by_name["93.184.216.7"] == ListedName("93.184.216.7", "v4", ("www.shop.example", "shop.example"), True)
    assert by_name["93.184.216.10"].sources == ("MX mail.shop.example",)
    assert by_name["2606:2800:220::7"].kind == "v6"


def test_names_are_the_host_and_the_same_without_www() -> None:
    assert domains(found("https://www.shop.example/", SHOP)) == ["shop.example", "www.shop.example"]
    assert domains(found("https://shop.example/", SHOP)) == ["shop.example"]
    assert domains(found("https://BÜCHER.example/", {})) == ["xn--bcher-kva.example"]


def test_the_mail_domain_is_asked_about_and_for_its_mail() -> None:
    known: Known = {
        ("shop.brand.example", "A"): ["93.184.216.7"],
        ("brand.example", "MX"): ["10 mx.brand.example"],
        ("mx.brand.example", "A"): ["93.184.216.20"],
        ("shop.brand.example", "MX"): ["10 wrong.example"],
    }
    subjects = found("https://shop.brand.example/", known, Settings(mail_domain="Brand.example"))
    assert addresses(subjects) == {"93.184.216.7": False, "93.184.216.20": True}
    assert domains(subjects) == ["brand.example", "shop.brand.example"]


def test_a_site_at_an_address_has_no_name_and_asks_nothing() -> None:
    subjects, batches = hold(find("http://93.184.216.7:8080/", Settings()), {})
    assert subjects.subjects == (ListedName("93.184.216.7", "v4", ("the site's URL",)),)
    assert batches == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.5", "127.0.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1", "203.0.113.7", "0.0.0.0", "224.0.0.9"],
)
def test_addresses_nobody_lists_are_left_out_and_said(address: str) -> None:
    known: Known = {("shop.example", "A"): [address]}
    subjects = found("https://shop.example/", known)
    assert addresses(subjects) == {}
    assert subjects.left_out == (f"{address} (shop.example): not a public address",)
    (gap,) = subjects.gaps
    assert gap.item == "addresses"
    assert gap.reason == f"no public address: {address} (shop.example): not a public address"
    assert "addresses" in gap.remedy
    allowed = found("https://shop.example/", known, Settings(private_addresses=True))
    assert addresses(allowed) == {address: False}
    assert allowed.gaps == ()


def test_ipv6_addresses_nobody_lists_are_left_out() -> None:
    known: Known = {("shop.example", "AAAA"): ["fe80::1", "fd00::1", "::1", "::ffff:10.0.0.1", "2606:2800:220::7"]}
    assert addresses(found("https://shop.example/", known)) == {"2606:2800:220::7": False}


def test_shared_addresses_are_left_out_unless_they_are_named() -> None:
    known: Known = {("shop.example", "A"): ["104.16.1.1"], ("shop.example", "AAAA"): ["2606:4700::1"]}
    subjects = found("https://shop.example/", known)
    assert addresses(subjects) == {}
    assert subjects.left_out[0] == "104.16.1.1 (shop.example): shared with strangers"
    assert subjects.gaps[0].item == "addresses"
    named = found("https://shop.example/", known, Settings(addresses=("104.16.1.1",)))
    assert addresses(named) == {"104.16.1.1": True}
    assert named.gaps == ()


def test_no_address_is_missed_where_no_list_wants_one() -> None:
    known: Known = {("shop.example", "A"): ["104.16.1.1"]}
    assert found("https://shop.example/", known, Settings(lists=("dbl.spamhaus.org",))).gaps == ()


def test_a_host_that_does_not_exist_is_a_gap() -> None:
    (gap,) = found("https://shop.example/", {}).gaps
    assert (gap.item, gap.reason) == ("shop.example", "shop.example has no address in the DNS")
    assert "url" in gap.remedy


@pytest.mark.parametrize("outcome", [DnsOutcome.SERVFAIL, DnsOutcome.REFUSED, DnsOutcome.TIMEOUT, DnsOutcome.FAILED])
@pytest.mark.parametrize(
    ("question", "item"),
    [
        (("shop.example", "A"), "shop.example"),
        (("www.shop.example", "AAAA"), "www.shop.example"),
        (("shop.example", "MX"), "MX shop.example"),
        (("shop.example", "TXT"), "TXT shop.example"),
        (("mail.shop.example", "A"), "mail.shop.example"),
    ],
)
def test_what_could_not_be_read_is_a_gap(outcome: DnsOutcome, question: tuple[str, str], item: str) -> None:
    subjects = found("https://shop.example/", {**SHOP, question: DnsAnswer(outcome, reason="the reason")})
    (gap,) = subjects.gaps
    assert gap.item == item
    assert "the reason" in gap.reason
    assert addresses(subjects)  # the rest is looked up all the same


@pytest.mark.parametrize("record", ["0 .", "", "10", "x mail.example", "10 a..b", "10 " + "x" * 300, "10 \x00\x1b[31m"])
def test_mail_servers_that_are_none_are_passed_over(record: str) -> None:
    known: Known = {("shop.example", "A"): ["93.184.216.7"], ("shop.example", "MX"): [record]}
    subjects = found("https://shop.example/", known)
    assert addresses(subjects) == {"93.184.216.7": False}
    assert subjects.gaps == ()


def test_no_more_addresses_than_wanted_and_a_gap_for_the_rest() -> None:
    known: Known = {("shop.example", "A"): [f"93.184.{high}.{low}" for high in range(4) for low in range(1, 251)]}
    subjects = found("https://shop.example/", known, Settings(most_addresses=5))
    assert len(addresses(subjects)) == 5
    (gap,) = subjects.gaps
    assert gap.reason == "the site has 1000 addresses, of which the first 5 were looked up"


def test_answers_that_are_no_addresses_are_passed_over() -> None:
    known: Known = {("shop.example", "A"): ["<script>", "", "93.184.216.7", "1.2.3"]}
    assert addresses(found("https://shop.example/", known)) == {"93.184.216.7": False}


def test_a_url_without_a_host_is_not_checked() -> None:
    with pytest.raises(NotCheckedError, match="names no host"):
        found("https://", {})
