"""Problems become tickets and follow their life there, from `siterounds run` to what people find in Zendesk."""

import re

import pytest

from tests.outside.agency import MANAGER, Agency
from tests.standins.zendesk_tickets import Ticket


def test_what_was_there_at_first_is_one_summary_and_what_comes_later_a_ticket_each(at: Agency) -> None:
    at.problems("books", "disk critical It is full", "mail warning It waits")
    at.problems("club", "cron warning It sleeps")
    at.siterounds("run")
    (debt,) = at.zendesk.ours()
    assert debt.subject.startswith("Known debt on ")
    assert [debt.priority, debt.organization_id] == ["normal", None]
    at.problems("books", "disk critical It is full", "mail warning It waits", "shop critical It is closed")
    at.siterounds("run")
    _, own = at.zendesk.ours()
    assert own.subject == "[CRITICAL] books.example: Rehearsal: It is closed"
    assert own.external_id == "siterounds:rehearsal:site:books:rehearsal:shop"
    assert [own.priority, own.organization_id, own.requester_id, own.status] == ["high", 456, 20, "new"]
    assert set(own.tags) == {"siterounds", "site-books", "check-rehearsal"}
    assert not own.comments[0].public
    assert "What to do:</b> mend shop" in own.comments[0].sent
    assert "Contract of Harbour Books: standard (L2)" in own.comments[0].sent
    assert re.search(r"Hours: 0 of 4 h used until \d+ [A-Z]", own.comments[0].sent)
    assert len(debt.comments) == 1
    assert [one["ticket"] for one in at.json("incidents")] == [debt.id, debt.id, debt.id, own.id]


def test_a_problem_from_its_beginning_to_its_end(at: Agency) -> None:
    ticket = opened(at, "shop", "disk warning It fills up")
    at.problems("shop", "disk critical It is full")
    at.siterounds("run")
    assert "<b>Worsened</b> from WARNING to CRITICAL" in ticket.comments[1].sent
    assert ticket.priority == "high"
    at.problems("shop", "disk ok Space again")
    at.siterounds("run")
    assert len(ticket.comments) == 2  # one a day: it had one for getting worse
    (waiting,) = at.json("outbox")
    assert (waiting["stage"], waiting["what"]) == ("waiting", f"solve ticket #{ticket.id}")
    assert "one comment a day" in waiting["trouble"]
    at.problems("shop", "disk critical It is full")
    at.siterounds("run")
    assert at.json("outbox") == []  # before anybody was told, it was as bad as the ticket says


def test_it_is_solved_with_the_proof(at: Agency) -> None:
    ticket = opened(at, "shop", "disk warning It fills up")
    at.problems("shop", "disk ok Space again")
    at.siterounds("run")
    assert ticket.status == "solved"
    said = ticket.comments[-1].sent
    assert "Before: WARNING, It fills up" in said
    assert "Now: Space again" in said
    at.problems("shop", "disk warning It fills up")
    at.siterounds("run")
    assert ticket.status == "solved"  # tomorrow: it had its comment of the day
    assert len(at.zendesk.ours()) == 1


def test_people_go_before(at: Agency) -> None:
    assigned, held = (opened(at, "shop", f"{item} warning It fills up") for item in ("disk", "mail"))
    at.zendesk.assign(assigned.id, 901)
    at.zendesk.set_status(held.id, "hold")
    at.problems("shop")
    at.siterounds("run")
    assert (assigned.status, held.status) == ("open", "hold")
    assert "It is assigned to somebody, who may close it." in assigned.comments[-1].sent
    assert "It is on hold, so it is left as it is." in held.comments[-1].sent


def test_a_closed_ticket_is_followed_up_once_there_is_news(at: Agency) -> None:
    ticket = opened(at, "shop", "disk warning It fills up")
    at.zendesk.set_status(ticket.id, "closed")
    at.siterounds("run")
    assert at.zendesk.ours() == [ticket]
    at.problems("shop", "disk critical It is full")
    at.siterounds("run")
    _, follower = at.zendesk.ours()
    assert (follower.follows, follower.external_id) == (ticket.id, ticket.external_id)
    assert [one["ticket"] for one in at.json("incidents")] == [follower.id]
    at.siterounds("run")
    assert len(at.zendesk.ours()) == 2


def test_what_the_contract_does_not_cover_is_one_summary_for_the_account_manager(at: Agency) -> None:
    at.contracts["harbour"] = "{kind: standard, out_of_scope: [rehearsal]}"
    at.write()
    at.siterounds("run")
    at.problems("shop", "disk critical It is full")
    at.problems("books", "mail warning It waits")
    at.problems("club", "cron warning It sleeps")
    at.siterounds("run")
    summary, ticket = sorted(at.zendesk.ours(), key=lambda one: "recommend" not in one.subject)
    assert summary.subject == "Harbour Books: 2 recommendations outside the contract"
    assert (summary.assignee_id, summary.organization_id) == (MANAGER, 456)
    assert "not covered by the contract of Harbour Books" in " ".join(summary.comments[0].sent.split())
    assert ticket.subject == "[WARNING] club.example: Rehearsal: It sleeps"
    at.problems("shop", "disk critical It is full", "cron warning It sleeps")
    at.siterounds("run")
    assert "<b>Joined</b>" in summary.comments[-1].sent
    assert len(at.zendesk.ours()) == 2


def test_a_round_opens_no_more_tickets_than_it_may(at: Agency) -> None:
    at.desk = "new_tickets_a_round: 2"
    at.write()
    at.siterounds("run")
    at.problems("shop", *(f"item{number} warning Number {number}" for number in range(60)), "worst critical It burns")
    at.siterounds("run")
    first, second, digest = at.zendesk.ours()
    assert [first.subject, second.subject] == [
        "[CRITICAL] shop.example: Rehearsal: It burns", "[WARNING] shop.example: Rehearsal: Number 0",
    ]  # fmt: skip
    assert digest.subject.startswith("59 more problems found on ")
    assert "9 more are in the attachment." in digest.comments[0].sent
    assert b"Number 59" in digest.comments[0].attachments[0].content


def test_one_cause_on_many_sites_is_one_ticket(at: Agency) -> None:
    at.desk = "one_ticket_per_cause: true"
    at.write()
    at.siterounds("run")
    for site in ("shop", "books", "club"):
        at.problems(site, "disk critical It is full")
    at.siterounds("run")
    assert [one.subject for one in at.zendesk.ours()] == [
        "[CRITICAL] Harbour Books, 2 sites: Rehearsal: It is full",
        "[CRITICAL] Regatta Club, 1 site: Rehearsal: It is full",
    ]
    assert {"site-shop", "site-books"} <= set(at.zendesk.ours()[0].tags)


def test_what_is_acknowledged_or_muted_is_not_told(at: Agency) -> None:
    ticket = opened(at, "shop", "disk critical It is full")
    number = str(at.json("incidents")[0]["id"])
    assert at.siterounds("incidents", "ack", number, "--reason", "a new disk is ordered", "--by", "ann").code == 0
    at.problems("shop", "disk warning It is nearly full")
    at.siterounds("run")
    assert len(ticket.comments) == 1
    assert "acknowledged by ann on " in at.json("incidents")[0]["silenced"]
    assert "a new disk is ordered" in " ".join(at.siterounds("incidents").out.split())
    at.siterounds("incidents", "unmute", number)
    at.siterounds("run")
    assert "<b>Eased</b>" in ticket.comments[-1].sent
    at.siterounds("incidents", "mute", number, "--reason", "the client knows", "--until", "2d")
    at.problems("shop", "disk critical It is full", "mail critical It waits")
    at.siterounds("run")
    assert len(ticket.comments) == 2
    assert len(at.zendesk.ours()) == 2  # another problem is another thing


def test_an_acknowledgement_ends_with_its_problem(at: Agency) -> None:
    ticket = opened(at, "shop", "disk critical It is full")
    number = str(at.json("incidents")[0]["id"])
    at.siterounds("incidents", "ack", number, "--reason", "a new disk is ordered")
    at.problems("shop")
    at.siterounds("run")
    assert ticket.status == "solved"
    ended = at.siterounds("incidents", "unmute", number)
    assert (ended.code, "is neither acknowledged nor muted" in ended.err) == (2, True)


def test_maintenance_holds_everything_until_its_end(at: Agency) -> None:
    at.siterounds("run")
    at.maintenance = (
        "  move: {title: The move, from: 2020-01-01T00:00:00Z, until: 2100-01-01T00:00:00Z, sites: [shop]}\n"
    )
    at.write()
    at.problems("shop", "disk critical It is full")
    at.problems("books", "disk critical It is full")
    at.siterounds("run")
    assert [one.subject for one in at.zendesk.ours()] == ["[CRITICAL] books.example: Rehearsal: It is full"]
    silenced = {one["site"]: one["silenced"] for one in at.json("incidents")}
    assert silenced == {"shop": "maintenance until 2100-01-01 00:00 UTC: The move", "books": ""}
    at.maintenance = ""
    at.write()
    at.siterounds("run")
    assert len(at.zendesk.ours()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ack", "1", "--reason", " "], "--reason: say why"),
        (["ack", "99", "--reason", "x"], "there is no incident #99"),
        (["mute", "1", "--reason", "x", "--until", "soon"], "--until soon: write a day such as 2026-12-31"),
        (["mute", "1", "--reason", "x", "--until", "2020-01-01"], "that has passed"),
        (["mute", "1", "--reason", "x"], "Missing option '--until'"),
        (["unmute", "1"], "is neither acknowledged nor muted"),
    ],
)
def test_mistakes_are_sentences(at: Agency, arguments: list[str], said: str) -> None:
    at.problems("shop", "disk critical It is full")
    at.siterounds("run")
    done = at.siterounds("incidents", *arguments)
    assert done.code == 2
    assert said in " ".join(done.err.split())


def test_hostile_text_stays_text(at: Agency) -> None:
    ticket = opened(at, "shop", "disk critical <script>alert(1)</script> \x1b[31m <b>bold</b> & more")
    assert "<script" not in ticket.comments[0].sent
    assert "&lt;script&gt;" in ticket.comments[0].sent
    assert "\x1b" not in ticket.subject + ticket.comments[0].sent


def test_long_evidence_is_attached(at: Agency) -> None:
    lines = "\t".join(f"line {number} <of many>" for number in range(40))
    ticket = opened(at, "shop", f"disk critical It is full\t{lines}")
    assert "line 11 &lt;of many&gt;" in ticket.comments[0].sent
    assert "line 12 " not in ticket.comments[0].sent
    assert "All of the evidence is attached." in ticket.comments[0].sent
    (attached,) = ticket.comments[0].attachments
    assert b"line 39 <of many>" in attached.content


def test_a_site_that_is_taken_out_ends_its_tickets(at: Agency) -> None:
    ticket = opened(at, "shop", "disk critical It is full")
    at.sites = {name: client for name, client in at.sites.items() if name != "shop"}
    at.write()
    at.siterounds("run")
    at.siterounds("run")  # as its check is gone, two clean rounds confirm it
    assert ticket.status == "solved"
    assert "looked after no more" in ticket.comments[-1].sent


def opened(at: Agency, site: str, *lines: str) -> Ticket:
    """The ticket of a problem that came after the first round."""
    known = {one.id for one in at.zendesk.ours()}
    before = (at.folder / site / "problems").read_text()
    if not known and not at.state.exists():
        at.siterounds("run")
    at.problems(site, *lines)
    path = at.folder / site / "problems"
    path.write_text(before + path.read_text())
    at.siterounds("run")
    (ticket,) = [one for one in at.zendesk.ours() if one.id not in known]
    return ticket


def test_what_the_inventory_says_about_tickets_holds(at: Agency) -> None:
    at.zendesk.add_field(27642, "Place")
    fields = "{'27642': '{environment}/{client}/{site}/{check}/{state}'}"
    at.desk = f"group: 789, brand: 3, form: 4, tags: [care], fields: {fields}"
    at.write()
    ticket = opened(at, "shop", "disk critical It is full")
    assert (ticket.group_id, ticket.brand_id, ticket.ticket_form_id) == (789, 3, 4)
    assert ticket.custom_fields == {27642: "rehearsal/harbour/shop/rehearsal/critical"}
    assert "care" in ticket.tags


@pytest.mark.parametrize(
    ("tag", "told"), [("siterounds-wont-fix", False), ("siterounds-wont-fix-until-2020-01-01", True)]
)
def test_what_will_not_be_mended_is_left_in_peace(at: Agency, tag: str, told: bool) -> None:
    ticket = opened(at, "shop", "disk warning It fills up")
    at.zendesk.add_tags(ticket.id, tag)
    at.problems("shop", "disk critical It is full")
    at.siterounds("run")
    assert (len(ticket.comments) == 2) is told
    assert at.json("outbox") == []


def test_what_will_not_be_mended_until_a_day_waits_for_it(at: Agency) -> None:
    ticket = opened(at, "shop", "disk warning It fills up")
    at.zendesk.add_tags(ticket.id, "siterounds-wont-fix-until-2099-01-01")
    at.problems("shop", "disk critical It is full")
    at.siterounds("run")
    (waiting,) = at.json("outbox")
    assert waiting["due_at"].startswith("2099-01-01T00:00:00")
    at.problems("shop")
    at.siterounds("run")
    assert ticket.status == "solved"  # that it is over is told all the same


def test_a_problem_of_a_shared_host_is_nobodys_alone(at: Agency) -> None:
    at.settings = "  disk: {enabled: true, used: {warning: 0.0001, critical: 100}, floor_gib: 0, growth: 1}\n"
    at.write()
    text = (at.folder / "inventory.yaml").read_text()
    (at.folder / "inventory.yaml").write_text(text.replace("  disk: {enabled: false}\n", ""))
    at.siterounds("run")
    (debt,) = at.zendesk.ours()
    assert debt.organization_id is None
    assert "server here" in debt.comments[0].sent
