"""What is wrong with siterounds itself becomes a ticket of the agency, and no client ever reads of it."""

from tests.outside.agency import MANAGER, Agency

NO_ROOM = "  siterounds: {room: {warning: 1000000000, critical: 0}}\n"


def test_it_becomes_a_ticket_of_the_agencys_own_and_is_solved(at: Agency) -> None:
    at.siterounds("run")
    assert at.zendesk.ours() == []
    at.settings = NO_ROOM
    at.write()
    done = at.siterounds("run")
    assert "siterounds itself" in done.out
    (ticket,) = at.zendesk.ours()
    assert ticket.external_id == "siterounds:rehearsal:agency:siterounds:siterounds:room"
    assert "MB are free where the store lies" in ticket.subject
    assert (ticket.organization_id, ticket.assignee_id) == (None, MANAGER)
    assert {"agency-siterounds", "check-siterounds"} <= set(ticket.tags)
    at.settings = ""
    at.write()
    at.siterounds("run")
    assert at.json("incidents") == []
    assert [one["what"] for one in at.json("outbox")] in ([], [f"solve ticket #{ticket.id}"])


def test_no_client_reads_of_it_and_the_agency_does(at: Agency) -> None:
    at.settings = NO_ROOM
    at.write()
    at.siterounds("run")
    whole, theirs = (at.folder / name for name in ("whole.html", "theirs.html"))
    at.siterounds("report", "--html", str(whole))
    at.siterounds("report", "--client", "harbour", "--html", str(theirs))
    assert "where the store lies" in whole.read_text()
    assert "where the store lies" not in theirs.read_text()
    assert "where the store lies" not in at.siterounds("report", "--client", "harbour").out


def test_the_status_shows_all_places_and_writes_a_page_for_the_wall(at: Agency) -> None:
    at.problems("books", "disk critical It is full")
    at.siterounds("run")
    said = at.siterounds("status").out
    assert "books.example" in said
    assert "It is full" not in said
    shown = at.json("status")
    places = {one["name"]: one["state"] for owner in shown["owners"] for one in owner["places"]}
    assert places["books.example"] == "critical"
    assert places["club.example"] == "ok"
    done = at.siterounds("status", "--html", str(at.folder / "wall"))
    assert done.code == 0
    assert {one.name for one in (at.folder / "wall").iterdir()} == {"index.html", "still.html"}
    page = (at.folder / "wall" / "index.html").read_text()
    assert "books.example" in page
    assert "It is full" not in page


def test_what_services_tell_of_our_clock_is_kept(at: Agency) -> None:
    at.problems("books", "disk critical It is full")
    at.siterounds("run")
    at.siterounds("run", "--client", "harbour")
    found = {one["item"]: one["state"] for one in at.json("report")["findings"] if one["check"] == "siterounds"}
    assert found["access:Zendesk"] == "ok"
    assert "clock" in found
