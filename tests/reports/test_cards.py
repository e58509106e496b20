"""Problems as they are told: many of one kind are one, the worst comes first, what is new is marked."""

from dataclasses import replace

from checks import Cause, State
from reports.cards import ENTRIES, cards_of
from reports.html import html_report
from reports.model import NotRun, ReportedFinding, Round
from tests.reports.page import Page, cards_in, plain, rows_in
from tests.reports.rounds import INFO, INVENTORY, TITLES, finding, incident, round_of


def idle(login: str, state: State = State.WARNING, site: str = "shop") -> ReportedFinding:
    data = {"login": login, "last": "2026-01-05", "days": 322}
    return finding(state, "users", site, item=f"account:{login}", kind="account-idle", summary=login, data=data)


def never(login: str) -> ReportedFinding:
    data = {"login": login, "days": 90}
    return finding(State.WARNING, "users", "shop", item=login, kind="account-never-used", summary=login, data=data)


def text(shown: Round) -> str:
    return Page(html_report(shown, INVENTORY, TITLES)).text


def test_many_of_one_kind_on_one_site_are_one_card_with_the_worst_state() -> None:
    shown = round_of((idle("ann"), idle("bob", State.CRITICAL), never("cid"), idle("dan", site="blog")))
    cards = cards_of(shown, shown.findings)
    assert [(card.site, card.state, len(card.entries)) for card in cards] == [
        ("shop", State.CRITICAL, 3),
        ("blog", State.WARNING, 0),
    ]
    assert cards[0].headline == "Administrators' accounts that nobody uses: 3"
    assert [entry.text for entry in cards[0].entries] == [
        "bob, last used on 5 January 2026",
        "ann, last used on 5 January 2026",
        "cid, never used, created 90 days ago",
    ]
    assert cards[0].mixed
    assert "One thing needs action now." in text(shown)


def test_kinds_that_are_not_known_stay_apart() -> None:
    shown = round_of(tuple(finding(State.WARNING, "disk", item=str(number)) for number in range(3)))
    assert len(cards_of(shown, shown.findings)) == 3


def test_a_card_names_a_bounded_number_and_counts_the_rest() -> None:
    shown = round_of(tuple(idle(f"user{number}") for number in range(ENTRIES + 7)))
    (card,) = cards_of(shown, shown.findings)
    assert (len(card.entries), card.more) == (ENTRIES, 7)
    assert "Not shown here: 7" in text(shown)


def test_a_servers_problem_is_one_card_and_stands_in_the_row_of_each_site_on_it() -> None:
    data = {"mount": "/", "size": 2**34, "available": 2**28, "used_percent": 96.0}
    full = finding(State.CRITICAL, "disk", item="/", kind="disk-space", summary="/ is 96 % full", data=data)
    html = html_report(round_of((full,)), INVENTORY, TITLES)
    headline = "The server's disk / is 96% full: 256 MiB are left"
    assert plain(html).count(f"<h3>{headline}</h3>") == 1
    assert plain(html).count(f'<td class="says">{headline}</td>') == len(INVENTORY.sites)


def test_what_changed_is_counted_and_marked() -> None:
    changed = (
        replace(incident(1, change="opened"), check="users", item="account:ann"),
        replace(incident(2, change="resolved"), item="plugin:akismet", summary="Akismet 5.6 is behind 5.7"),
        incident(3),
    )
    shown = replace(round_of((idle("ann"), idle("bob"))), incidents=changed)
    said = " ".join(text(shown).split())
    assert "New problems: 1" in said
    assert "Solved: 1" in said
    assert "Worse than before" not in said
    assert "ann, last used on 5 January 2026 (New)" in said
    assert "bob, last used on 5 January 2026 (New)" not in said
    assert "What was done ✓ Solved No longer so: Akismet 5.6 is behind 5.7" in said


def test_a_server_that_was_not_reached_is_one_card_that_names_its_sites() -> None:
    lost = finding(State.UNKNOWN, "ssh", item="", kind="ssh-timed-out", summary="timed out", data={"hop": ""})
    stale = tuple(
        NotRun(one.host, one.site, one.check, "the host was not reached: timed out", cause=Cause.NOT_REACHED)
        for one in round_of(()).coverage.checks
    )
    html = html_report(round_of((lost,), stale), INVENTORY, TITLES)
    (card,) = cards_in(html)
    assert "Server web1, with blog.quay.example, shop.harbour.example" in card
    assert plain(html).count('<td class="says">The server was not reached.</td>') == 2 * 3  # each check of each site


def test_what_did_not_look_without_a_finding_is_told_once_for_each_reason() -> None:
    why = "the host was not visited"
    stale = tuple(NotRun("web1", "shop", check, why, cause=Cause.NOT_REACHED) for check in ("versions", "users"))
    said = " ".join(text(round_of((finding(State.OK, "disk"),), stale)).split())
    assert "Core and plugin versions and Inactive users The server was not reached." in said


def test_in_the_first_round_nothing_is_called_new() -> None:
    first = replace(round_of((idle("ann"),)), round=replace(INFO, id=1), incidents=(incident(1, change="opened"),))
    assert "New problems" not in text(first)


def test_what_was_solved_is_told_in_a_clients_words_where_the_round_saw_it() -> None:
    data = {"name": "Akismet", "version": "5.7", "what": "plugin"}
    well = finding(State.OK, "versions", "shop", item="plugin", kind="version-current", data=data)
    shown = replace(round_of((well,)), incidents=(incident(2, change="resolved"),))
    assert "✓ Solved Akismet 5.7 is up to date." in " ".join(text(shown).split())


def test_a_check_that_has_nothing_to_look_at_is_not_called_unchecked() -> None:
    html = html_report(round_of((finding(State.OK, "versions", "shop"),)), INVENTORY, TITLES)
    assert "unknown" not in dict(rows_in(html)).values()
    assert "There is nothing here that this check looks at." in html
    cut = html_report(round_of((), (NotRun("web1", None, "disk", "cut"),)), INVENTORY, TITLES)
    assert "unknown" in dict(rows_in(cut)).values()
