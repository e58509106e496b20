"""What a report says of contracts, recommendations, tickets and maintenance, and what of it is nobody else's."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import State
from reports.cards import cards_of
from reports.contract import ContractStatus
from reports.html import html_report
from reports.model import Location, NotRun, ReportedFinding, Round, SilenceView, SilenceViewKind
from reports.summary import hours_sentence, summary_sentence, under_way
from tests.reports.page import cards_in, plain, text_of
from tests.reports.rounds import (
    HARBOUR,
    INVENTORY,
    QUAY,
    SECRET,
    START,
    TITLES,
    WINDOW,
    about,
    agreed,
    behind,
    finding,
    idle,
    incident,
    round_of,
)


def text(shown: Round, client: str | None = None) -> str:
    return text_of(html_report(shown, INVENTORY, TITLES, client))


def harbours() -> Round:
    return agreed().narrowed({"web1"}, {"shop"}, {"harbour"})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Hours used in this contract month, which ends on 14 December: 1.25 of 4."),
        ({"used": Decimal(1)}, "Hours used in this contract month, which ends on 14 December: 1 of 4."),
        ({"used": Decimal(5)}, "More hours than agreed are used in this contract month, which ends on 14 December: "
         "5 of 4."),
        ({"agreed": Decimal("0.5"), "used": Decimal(1), "month": None}, "More hours than agreed are used in this "
         "contract month: 1 of 0.5."),
        ({"used": Decimal(1), "month": None}, "Hours used in this contract month: 1 of 4."),
        ({"used_at": START - timedelta(days=3)}, "Hours used in this contract month, which ends on 14 December: "
         "1.25 of 4. This was counted on 20 November 2026."),
        ({"used": None, "used_unknown": SECRET}, "Hours agreed for a month: 4. How many of them are used is not known "
         "at the moment."),
        ({"agreed": None, "trouble": SECRET}, "We could not find out how many hours are agreed and used."),
        ({"agreed": None}, ""),
        ({"agreed": None, "used": None, "used_unknown": "no Harvest is configured"}, ""),
        ({"agreed": Decimal(0), "used": None}, ""),
    ],
)  # fmt: skip
def test_the_hours_in_words(values: dict[str, Any], said: str) -> None:
    assert hours_sentence(replace(HARBOUR, **values), START) == said


@given(
    agreed=st.none() | st.decimals(0, 200, places=2),
    used=st.none() | st.decimals(0, 400, places=2),
    trouble=st.sampled_from(["", SECRET]),
)
def test_hours_never_say_why_they_are_not_known(agreed: Decimal | None, used: Decimal | None, trouble: str) -> None:
    one = replace(HARBOUR, agreed=agreed, used=used, trouble=trouble, used_unknown=SECRET, remedy=SECRET)
    said = hours_sentence(one, START)
    assert SECRET not in said
    assert said.endswith(".") if said else not agreed
    assert ("not known" in said) == bool(agreed and used is None)


def test_a_client_reads_its_own_hours_once_and_nobody_elses() -> None:
    said = text(harbours(), "harbour")
    assert said.count("1.25 of 4") == 1
    assert said.index("1.25 of 4") < said.index("What we need from you")
    assert "Hours agreed for a month: 2" not in said


def test_the_agency_reads_the_hours_under_each_client() -> None:
    said = text(agreed())
    assert "Harbour Books Hours used in this contract month, which ends on 14 December: 1.25 of 4. shop" in said
    assert (
        "Quay & Söhne Hours agreed for a month: 2. How many of them are used is not known at the moment. blog" in said
    )
    assert "hours" not in text(replace(agreed(), contracts=(ContractStatus("quay", "Quay & Söhne"),))).lower()


def test_clients_of_one_name_have_a_heading_and_hours_each() -> None:
    twins = {name: replace(one, title="Books") for name, one in INVENTORY.clients.items()}
    html = html_report(agreed(), replace(INVENTORY, clients=twins), TITLES)
    assert plain(html).count("<h2><span>Books</span></h2>") == 2
    assert "1.25 of 4." in html
    assert "Hours agreed for a month: 2." in html


def well(check: str = "users") -> ReportedFinding:
    return finding(State.OK, check, "shop")


UNSEEN = (NotRun("web1", "blog", "users", "the database refused the password"),)


@pytest.mark.parametrize(
    ("findings", "missed", "said"),
    [
        ((well(), behind("a", State.CRITICAL)), (), "Everything under contract is in order. "
         "Outside the contract, one thing is urgent."),
        ((well(), behind("a"), behind("b")), (), "Everything under contract is in order. "
         "Outside the contract, we recommend 2 things."),
        ((well(), behind("a")), UNSEEN, "What we could check under contract is in order, but not everything could be "
         "checked. Outside the contract, we recommend one thing."),
        ((well(), behind("a", State.UNKNOWN)), (), "What we could check is in order, but not everything could be "
         "checked."),
        ((behind("a", State.CRITICAL),), (), "Outside the contract, one thing is urgent."),
        ((behind("a"),), UNSEEN, "Not everything could be checked. Outside the contract, we recommend one thing."),
        ((idle("x", State.CRITICAL), behind("a", State.CRITICAL), behind("b", State.CRITICAL)), (),
         "One thing needs action now. Outside the contract, 2 things are urgent."),
        ((idle("x"), behind("a", State.CRITICAL)), (), "One thing to look at soon. "
         "Outside the contract, one thing is urgent."),
        ((well(), behind("a", State.OK)), (), "Everything is in order."),
    ],
)  # fmt: skip
def test_the_first_sentence_keeps_both_apart(
    findings: tuple[ReportedFinding, ...], missed: tuple[NotRun, ...], said: str
) -> None:
    shown = round_of(findings, missed)
    assert summary_sentence(shown, cards_of(shown, findings)) == said


def test_what_no_contract_covers_is_asked_after_what_waits_for_the_client() -> None:
    html = html_report(harbours(), INVENTORY, TITLES, "harbour")
    agreed_on, *outside = cards_in(html)
    assert "Administrators' accounts that nobody uses: 2" in agreed_on
    assert "Outside your contract" not in agreed_on
    for name in ("Akismet", "Jetpack"):
        assert name not in agreed_on
    assert [one[:31] for one in outside] == ["✕ Act now Outside your contract", "! Look at soon Outside your con"]
    said = text(harbours(), "harbour")
    assert "What is outside your contract is not part of what we agreed on." in said
    assert "Needs action now" not in said
    assert "New problems: 1" in said


def test_the_agency_reads_what_is_recommended_after_all_else() -> None:
    said = text(agreed())
    assert said.index("Should be looked at soon") < said.index("Recommended, outside the contract")
    assert "What we need from you" not in said


def test_nothing_is_recommended_where_all_is_covered() -> None:
    covered = tuple(replace(one, in_scope=True) for one in agreed().findings)
    said = text(replace(agreed(), findings=covered))
    assert "Needs action now" in said
    for word in ("Recommended", "recommended", "outside", "Outside"):
        assert word not in said


def test_a_check_that_is_covered_in_one_place_only_makes_two_cards() -> None:
    shown = round_of((idle("ann"), idle("bob", in_scope=False)))
    assert [(card.in_scope, card.entries) for card in cards_of(shown, shown.findings)] == [(True, ()), (False, ())]


@pytest.mark.parametrize(
    ("findings", "glance"),
    [
        ((well(), behind("a", State.CRITICAL)), " (more is recommended) ✓ In order"),
        ((well(), behind("a", State.UNKNOWN), behind("b", State.CRITICAL)), " (more is recommended) ? Not checked"),
        ((idle("ann"), behind("a", State.CRITICAL)), " (more is recommended) ! Look at soon"),
        ((well(), behind("a", State.OK)), " ✓ In order"),
    ],
)
def test_at_a_glance_a_recommendation_is_no_state_of_a_site_but_what_is_not_known_is(
    findings: tuple[ReportedFinding, ...], glance: str
) -> None:
    html = html_report(round_of(findings), INVENTORY, TITLES)
    assert f"Harbour Books: shop.harbour.example{glance}" in text_of(html)


def test_where_a_contract_covers_nothing_a_site_is_not_called_in_order() -> None:
    findings = (
        behind("a", State.CRITICAL),
        *(replace(one, in_scope=False) for one in (well(), finding(State.OK, "disk"))),
    )
    shown = round_of(findings).narrowed({"web1"}, {"shop"})
    html = html_report(shown, INVENTORY, TITLES, "harbour")
    assert "shop.harbour.example ✕ Act now Site shop on server web1 (outside the contract)" in text_of(html)


def test_tickets_stand_on_the_cards_of_both_reports() -> None:
    for shown, client in ((agreed(), None), (harbours(), "harbour")):
        said = " ".join(cards_in(html_report(shown, INVENTORY, TITLES, client)))
        assert said.count("ticket 35436") == 1
        assert said.count("ticket 35437") == 1
    several = tuple(about(number, idle(f"u{number}"), ticket=100 + number) for number in range(7))
    shown = replace(round_of(tuple(idle(f"u{number}") for number in range(7))), incidents=several)
    assert "tickets 100, 101, 102, 103, 104, …" in text(shown)
    assert "ticket 100" not in text(replace(shown, incidents=()))


def test_a_problem_that_is_over_lends_its_ticket_to_nothing_else() -> None:
    over = about(1, idle("ann"), ticket=35436, phase="resolved", change="resolved")
    html = html_report(replace(round_of((idle("ann"),)), incidents=(over,)), INVENTORY, TITLES)
    assert "35436" not in " ".join(cards_in(html))


def test_a_client_reads_that_we_know_but_neither_who_nor_why() -> None:
    said = text(harbours(), "harbour")
    assert "ann, last used on 5 January 2026 (Known to us)" in said
    assert "bob, last used on 5 January 2026 (" not in said
    assert "Outside your contract · Maintenance is under way · shop.harbour.example Jetpack" in said
    html = html_report(harbours(), INVENTORY, TITLES, "harbour")
    for secret in (SECRET, "Otto", "acknowledged"):
        assert secret not in html


def test_a_card_of_which_all_is_known_says_so_once() -> None:
    muted = SilenceView(SilenceViewKind.MUTED, " by Otto")
    known = tuple(about(number, idle(name), silence=muted) for number, name in enumerate(("ann", "bob")))
    html = html_report(replace(round_of((idle("ann"), idle("bob"))), incidents=known), INVENTORY, TITLES)
    said = " ".join(cards_in(html))
    assert said.count("Known to us") == 1
    assert "(Known to us)" not in said


def test_maintenance_is_named_with_its_end_and_what_it_is_for() -> None:
    said = text(harbours(), "harbour")
    assert (
        "Move to the new server Maintenance is under way until 24 November 2026, 02:00 UTC. "
        "It concerns server web1 and shop.harbour.example. "
        "What is found there meanwhile is shown, but it is not counted, and nobody is called for it." in said
    )
    assert "Maintenance" not in text(replace(harbours(), maintenance=(), incidents=()), "harbour")


@pytest.mark.parametrize(
    ("values", "client", "places"),
    [
        ({"sites": ("shop",), "hosts": ()}, None, "shop.harbour.example"),
        ({"clients": ("harbour",), "hosts": ()}, None, "all sites of Harbour Books"),
        ({"clients": ("harbour",), "hosts": ()}, "harbour", "all your sites"),
        ({"hosts": ("web2",)}, None, "server web2"),
        ({"hosts": ("web1",), "sites": ("shop",)}, None, "server web1, shop.harbour.example and blog.quay.example"),
        ({"hosts": tuple(f"h{number}" for number in range(9))}, None, "server h0, server h1, server h2, server h3, "
         "server h4, server h5 and 3 more"),
    ],
)  # fmt: skip
def test_what_maintenance_is_for(values: dict[str, Any], client: str | None, places: str) -> None:
    shown = replace(agreed(), maintenance=(replace(WINDOW, checks=("disk", "no-such"), **values),))
    (said,) = under_way(shown, INVENTORY, TITLES, client)
    assert (said.places, said.checks) == (places, "Disk space and no-such")


def test_a_client_reads_of_maintenance_only_what_is_its_own() -> None:
    both = replace(WINDOW, hosts=(), clients=("harbour", "quay"), sites=("blog",))
    theirs = replace(WINDOW, title="Upgrade for Quay", hosts=("web2",), sites=("blog",))
    shown = replace(agreed(), maintenance=(both, theirs)).narrowed({"web1"}, {"shop"}, {"harbour"})
    said = text(shown, "harbour")
    assert "It concerns all your sites." in said
    for other in ("Quay", "quay", "blog", "web2"):
        assert other not in said


def test_a_narrowed_round_has_the_contract_of_those_it_is_about() -> None:
    own = replace(finding(State.WARNING, "contract"), place=Location(None, None, "harbour", ("harbour",)))
    others = replace(own, place=Location(None, None, "quay", ("quay",)))
    shown = replace(agreed(), findings=(*agreed().findings, own, others))
    for narrowed in (shown.narrowed({"web1"}, {"shop"}), shown.narrowed({"web1"}, {"shop"}, {"harbour"})):
        assert narrowed.contracts == (HARBOUR,)
        assert own in narrowed.findings
        assert others not in narrowed.findings
    silent = replace(shown, findings=())
    assert silent.narrowed({"web1"}, {"blog"}).contracts == ()
    assert silent.narrowed({"web1"}, {"blog"}, {"quay"}).contracts == (QUAY,)


def test_what_is_wrong_with_a_contract_is_the_agencys_business() -> None:
    fault = replace(
        finding(State.UNKNOWN, "contract", kind="not-checked", summary=SECRET, data={"reason": SECRET}),
        place=Location(None, None, "harbour", ("harbour",)),
    )
    over = replace(
        incident(9, change="resolved", phase="resolved", summary=SECRET),
        check="contract", site=None, host=None, item="cap",
    )  # fmt: skip
    shown = replace(agreed(), findings=(*agreed().findings, fault), incidents=(over,))
    narrowed = shown.narrowed({"web1"}, {"shop"}, {"harbour"})
    assert SECRET in text(shown)
    assert SECRET not in text(narrowed, "harbour")
    assert "Solved" not in text(narrowed, "harbour")
