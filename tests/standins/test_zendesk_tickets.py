"""Zendesk's tickets: creating one once, finding it again, changing it, and what people do meanwhile."""

import threading
from datetime import timedelta

import pytest

from tests.standins import Fault, HandClock, How, Zendesk
from tests.standins.calling import Caller, create, grant, ticket, until, zendesk_caller

HOUR = 60 * 60
CREATE, UPDATE = "POST /api/v2/tickets", "PUT /api/v2/tickets/{id}"


def put(agent: Caller, number: int, **changed: object) -> tuple[int, str]:
    """Update a ticket: (code, its error or its status)."""
    answer = agent("PUT", f"/api/v2/tickets/{number}.json", {"ticket": changed})
    value = answer.json()
    return answer.status_code, value.get("error") or value["ticket"]["status"]


def private(text: str, **more: object) -> dict[str, object]:
    """A comment that nobody outside reads."""
    return {"body": text, "public": False, **more}


def found(agent: Caller, external_id: str) -> list[int]:
    """The tickets that a list by external id shows."""
    answer = agent("GET", f"/api/v2/tickets?external_id={external_id}")
    return [each["id"] for each in answer.json()["tickets"]]


def test_a_ticket_is_created_as_it_was_wanted(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    zendesk.add_user(20, organizations=[77])
    zendesk.add_field(27642, "Site")
    fields = [{"id": 27642, "value": "shop"}]
    answer = create(agent, requester_id=20, priority="high", type="incident", tags=["Two Words"], custom_fields=fields)
    assert (answer.status_code, answer.headers["x-idempotency-lookup"]) == (201, "miss")
    shown = answer.json()["ticket"]
    assert answer.headers["Location"] == f"{zendesk.url}/api/v2/tickets/35436.json" == shown["url"]
    assert (shown["id"], shown["status"], shown["submitter_id"], shown["requester_id"]) == (35436, "new", 900, 20)
    assert (shown["organization_id"], shown["assignee_id"], shown["is_public"]) == (77, None, False)
    assert (shown["tags"], shown["custom_fields"]) == (["two_words"], fields)
    assert shown["created_at"] == shown["updated_at"] == "2026-11-23T09:00:00Z"
    assert shown["description"] == "It expires in 6 days."
    assert "comment" not in shown
    assert agent("GET", "/api/v2/tickets/35436").json()["ticket"] == shown
    assert zendesk.violations == []


def test_a_key_creates_one_ticket_for_two_hours(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    first = create(agent)
    clock.forward(2 * HOUR - 1)
    agent.session.headers["Authorization"] = _fresh(agent)
    again = create(agent)
    assert again.headers["x-idempotency-lookup"] == "hit"
    assert again.content == first.content
    assert len(zendesk.tickets) == 1
    clock.forward(1)
    later = create(agent)
    assert later.headers["x-idempotency-lookup"] == "miss"
    assert len(zendesk.tickets) == 2
    assert zendesk.created_twice() == ["siterounds:a"]
    assert zendesk.violations == []


def _fresh(agent: Caller) -> str:
    assert isinstance(agent.service, Zendesk)
    return str(zendesk_caller(agent.service).session.headers["Authorization"])


def test_a_key_belongs_to_its_bytes(zendesk: Zendesk, agent: Caller) -> None:
    create(agent)
    answer = create(agent, subject="Another")
    assert (answer.status_code, answer.json()["error"]) == (400, "IdempotentRequestError")
    assert create(agent, key="k" * 256).status_code == 400
    assert len(zendesk.violations) == 1
    assert len(zendesk.tickets) == 1


def test_a_key_in_progress_is_a_conflict_until_it_was_answered(zendesk: Zendesk, agent: Caller) -> None:
    zendesk.fault(CREATE, Fault(How.SLOW, seconds=0.5))
    slow = threading.Thread(target=create, args=(agent,))
    slow.start()
    until(lambda: len(zendesk.asked(CREATE)) == 1)
    other = Caller(zendesk, {name: str(value) for name, value in agent.session.headers.items()})
    answer = create(other)
    assert (answer.status_code, answer.json()["error"]) == (409, "IdempotentRequestInProgress")
    slow.join()
    assert create(other).headers["x-idempotency-lookup"] == "hit"
    assert len(zendesk.tickets) == 1
    assert zendesk.violations == []


def test_a_refused_creation_does_not_use_its_key_up(zendesk: Zendesk, agent: Caller) -> None:
    assert create(agent, requester_id=20).status_code == 422
    zendesk.add_user(20)
    assert create(agent, requester_id=20).headers["x-idempotency-lookup"] == "miss"
    assert zendesk.violations == []


def test_without_a_key_a_creation_is_a_violation(zendesk: Zendesk, agent: Caller) -> None:
    assert agent("POST", "/api/v2/tickets", ticket()).status_code == 201
    assert zendesk.violations == [f"{CREATE}: a ticket is created without an Idempotency-Key"]


def test_a_list_by_external_id_is_exact_and_omits_what_it_omits(zendesk: Zendesk, agent: Caller) -> None:
    for turn, name in enumerate(["siterounds:a", "siterounds:a", "siterounds:ab", "siterounds:a"]):
        create(agent, f"k{turn}", external_id=name)
    zendesk.archive(35436)
    assert found(agent, "siterounds:a") == [35437, 35439]
    zendesk.delete(35437)
    assert found(agent, "siterounds:a") == [35439]
    assert agent("GET", "/api/v2/tickets/35437").json()["error"] == "RecordNotFound"
    assert agent("GET", "/api/v2/tickets/35436").json()["ticket"]["status"] == "closed"
    assert found(agent, "nothing") == []


def test_a_new_ticket_may_stay_out_of_lists_for_a_while(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    zendesk.blind_seconds = 90
    create(agent)
    assert found(agent, "siterounds:a") == []
    clock.forward(90)
    assert found(agent, "siterounds:a") == [35436]


def test_lists_page_by_cursor_and_by_offset(zendesk: Zendesk, agent: Caller) -> None:
    for turn in range(5):
        create(agent, f"k{turn}")
    path, numbers = "/api/v2/tickets?external_id=siterounds:a&page[size]=2", []
    while path:
        page = agent("GET", path).json()
        numbers += [each["id"] for each in page["tickets"]]
        assert page["meta"]["has_more"] == (page["links"]["next"] is not None)
        path = (page["links"]["next"] or "").removeprefix(zendesk.url)
    assert numbers == [35436, 35437, 35438, 35439, 35440]
    page = agent("GET", "/api/v2/tickets?per_page=2&page=3").json()
    assert (len(page["tickets"]), page["count"], page["next_page"]) == (1, 5, None)
    assert page["previous_page"].startswith(zendesk.url)
    assert agent("GET", "/api/v2/tickets?page=101").json()["error"] == "InvalidPaginationDepth"
    assert agent("GET", "/api/v2/tickets?page[size]=x").status_code == 400
    assert agent("GET", "/api/v2/tickets?page[size]=2&page[after]=x").status_code == 400
    assert zendesk.violations == []
    agent("GET", "/api/v2/tickets?page[size]=101")
    assert len(zendesk.violations) == 1


def test_links_may_lead_elsewhere(zendesk: Zendesk, agent: Caller) -> None:
    zendesk.links_elsewhere = True
    create(agent, "k1")
    create(agent, "k2")
    assert agent("GET", "/api/v2/tickets?page[size]=1").json()["links"]["next"].startswith(zendesk.elsewhere.url)
    assert agent("GET", "/api/v2/tickets?per_page=1").json()["next_page"].startswith(zendesk.elsewhere.url)


def test_many_tickets_are_shown_at_once(zendesk: Zendesk, agent: Caller) -> None:
    create(agent, "k1")
    create(agent, "k2")
    shown = agent("GET", "/api/v2/tickets/show_many?ids=35437,35436,1").json()["tickets"]
    assert [each["id"] for each in shown] == [35437, 35436]
    assert agent("GET", "/api/v2/tickets/show_many").status_code == 400


def test_comments_come_in_either_order(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    create(agent)
    for text in ("one", "two", "three"):
        clock.forward(60)
        put(agent, 35436, comment=private(text))
    zendesk.comment(35436, "I will look", public=False)
    path = "/api/v2/tickets/35436/comments"
    shown = agent("GET", path).json()["comments"]
    assert [each["body"] for each in shown] == ["It expires in 6 days.", "one", "two", "three", "I will look"]
    assert [each["author_id"] for each in shown] == [900, 900, 900, 900, 901]
    page = agent("GET", f"{path}?sort=-created_at&page[size]=2").json()
    assert [each["body"] for each in page["comments"]] == ["I will look", "three"]
    page = agent("GET", page["links"]["next"].removeprefix(zendesk.url)).json()
    assert [each["body"] for each in page["comments"]] == ["two", "one"]
    assert agent("GET", f"{path}?sort_order=desc&per_page=1").json()["comments"][0]["body"] == "I will look"
    assert zendesk.violations == []
    assert agent("GET", f"{path}?sort=-created_at").json()["comments"][0]["body"] == "It expires in 6 days."
    assert len(zendesk.violations) == 1
    assert agent("GET", f"{path}?sort=-id&page[size]=2").status_code == 400
    assert zendesk.said_twice() == []
    put(agent, 35436, comment=private("two"))
    assert zendesk.said_twice() == ["ticket 35436: two"]


def test_zendesk_writes_html_anew(zendesk: Zendesk, agent: Caller) -> None:
    html = '<p onclick="x()">A &lt;b&gt; &amp; c</p><!-- mark --><script>x</script><ul><li>d</li></ul>'
    create(agent, comment={"html_body": html, "public": False})
    comment = zendesk.tickets[35436].comments[0]
    assert comment.sent == html
    assert comment.html_body == '<div class="zd-comment" dir="auto"><p>A &lt;b&gt; &amp; c</p><ul><li>d</li></ul></div>'
    assert comment.body == "A <b> & c\nd"
    assert len(zendesk.violations) == 1
    put(agent, 35436, comment=private("see <b>this</b> & that\n"))
    assert zendesk.tickets[35436].comments[1].body == "see this & that"


def test_closed_is_final_and_has_follow_ups(zendesk: Zendesk, agent: Caller) -> None:
    create(agent, tags=["siterounds"])
    zendesk.set_status(35436, "solved")
    assert create(agent, "k2", via_followup_source_id=35436).status_code == 422
    assert put(agent, 35436, comment=private("again"), status="open") == (200, "open")
    zendesk.set_status(35436, "closed")
    answer = agent("PUT", "/api/v2/tickets/35436", {"ticket": {"comment": private("x")}})
    assert answer.status_code == 422
    assert "closed prevents ticket update" in answer.text
    assert agent("PUT", "/api/v2/tickets/35436/tags", {"tags": ["x"]}).status_code == 422
    shown = create(agent, "k3", via_followup_source_id=35436).json()["ticket"]
    assert shown["via"]["source"] == {"from": {"ticket_id": 35436}, "to": {}, "rel": "follow_up"}
    assert shown["tags"] == ["siterounds"]
    assert zendesk.tickets[35436].followup_ids == [shown["id"]]
    assert create(agent, "k4", via_followup_source_id=1).status_code == 422
    zendesk.delete(35437)
    assert put(agent, 35437, comment=private("x")) == (404, "RecordNotFound")
    assert zendesk.created_twice() == []
    assert zendesk.violations == []


def test_solving_needs_an_assignee(zendesk: Zendesk, agent: Caller) -> None:
    create(agent)
    assert put(agent, 35436, status="solved") == (422, "RecordInvalid")
    assert put(agent, 35436, status="solved", assignee_id=900) == (200, "solved")
    create(agent, "k2")
    zendesk.assign(35437, 905)
    assert zendesk.tickets[35437].status == "open"
    assert put(agent, 35437, status="solved") == (200, "solved")
    zendesk.add_user(30)
    assert put(agent, 35437, assignee_id=30) == (422, "RecordInvalid")
    assert put(agent, 35437, status="solved", assignee_id=None) == (422, "RecordInvalid")
    assert create(agent, "k3", status="solved").status_code == 422
    assert zendesk.violations == []


def test_a_safe_update_sees_what_people_did(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    read = create(agent).json()["ticket"]["updated_at"]
    clock.forward(1)
    zendesk.add_tags(35436, "by-hand")
    safe = {"safe_update": True, "updated_stamp": read}
    assert put(agent, 35436, comment=private("x"), **safe) == (409, "UpdateConflict")
    assert agent("PUT", "/api/v2/tickets/35436/tags", {"tags": ["a"], **safe}).status_code == 409
    assert len(zendesk.tickets[35436].comments) == 1
    safe["updated_stamp"] = agent("GET", "/api/v2/tickets/35436").json()["ticket"]["updated_at"]
    assert put(agent, 35436, comment=private("x"), **safe) == (200, "new")
    assert zendesk.violations == []
    assert put(agent, 35436, safe_update=True) == (422, "RecordInvalid")
    assert put(agent, 35436, updated_stamp=read) == (200, "new")
    assert len(zendesk.violations) == 2


def test_tags_are_added_and_removed_one_by_one(zendesk: Zendesk, agent: Caller) -> None:
    create(agent, tags=["siterounds"])
    zendesk.add_tags(35436, "vip")
    path = "/api/v2/tickets/35436/tags.json"
    assert agent("PUT", path, {"tags": ["unwell"]}).json() == {"tags": ["siterounds", "unwell", "vip"]}
    assert agent("DELETE", path, {"tags": ["unwell", "other"]}).json() == {"tags": ["siterounds", "vip"]}
    assert agent("GET", path).json() == {"tags": ["siterounds", "vip"]}
    assert zendesk.violations == []
    assert agent("POST", path, {"tags": ["a"]}).json() == {"tags": ["a"]}
    put(agent, 35436, tags=["b"])
    assert zendesk.tickets[35436].tags == ["b"]
    assert len(zendesk.violations) == 2
    assert agent("PUT", path, {"tags": "a"}).status_code == 422


def test_an_organisation_is_the_requesters_own(zendesk: Zendesk, agent: Caller) -> None:
    zendesk.add_user(20, organizations=[77, 78])
    zendesk.add_organization(79, "Harbour Books")
    assert create(agent, "k1", requester_id=20, organization_id=78).json()["ticket"]["organization_id"] == 78
    assert create(agent, "k2", requester_id=20, organization_id=79).status_code == 422
    assert create(agent, "k3", requester_id=20, organization_id=80).status_code == 422
    assert put(agent, 35436, organization_id=79) == (422, "RecordInvalid")
    assert agent("GET", "/api/v2/organizations/79").json()["organization"]["name"] == "Harbour Books"
    assert agent("GET", "/api/v2/organizations/80").status_code == 404
    assert zendesk.violations == []


def test_a_requester_may_be_described(zendesk: Zendesk, agent: Caller) -> None:
    ann = {"name": "Ann", "email": "ann@client.example"}
    assert create(agent, requester=ann).status_code == 403
    assert len(zendesk.violations) == 1
    form = grant(zendesk, scope="read tickets:write users:write")
    token = agent("POST", "/oauth/tokens", form).json()["access_token"]
    agent.session.headers["Authorization"] = f"Bearer {token}"
    for key in ("k1", "k2"):
        create(agent, key, requester=ann)
    first, second = zendesk.ours()
    assert first.requester_id == second.requester_id
    assert zendesk.users[first.requester_id].name == "Ann"
    assert create(agent, "k3", requester={"name": "Ann"}).status_code == 422


def test_an_upload_is_used_once_within_an_hour(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    def upload() -> str:
        sent = agent("POST", "/api/v2/uploads?filename=a.log", body=b"\x00log", headers={"Content-Type": "text/plain"})
        assert sent.status_code == 201
        return str(sent.json()["upload"]["token"])

    first = upload()
    create(agent, comment=private("see", uploads=[first]))
    (file,) = zendesk.tickets[35436].comments[0].attachments
    assert (file.file_name, file.content_type, file.content) == ("a.log", "text/plain", b"\x00log")
    assert put(agent, 35436, comment=private("again", uploads=[first])) == (422, "RecordInvalid")
    late = upload()
    clock.forward(60 * 60 + 1)
    agent.session.headers["Authorization"] = _fresh(agent)
    assert put(agent, 35436, comment=private("late", uploads=[late])) == (422, "RecordInvalid")
    assert zendesk.violations == []
    assert agent("POST", "/api/v2/uploads?filename=a.log", body=b"x").status_code == 400
    assert agent("POST", "/api/v2/uploads", body=b"x", headers={"Content-Type": "text/plain"}).status_code == 400
    empty = agent("POST", "/api/v2/uploads?filename=a", body=b"", headers={"Content-Type": "text/plain"})
    assert empty.status_code == 422
    assert len(zendesk.violations) == 3


def test_a_ticket_has_at_most_5000_comments(zendesk: Zendesk, agent: Caller) -> None:
    create(agent)
    for turn in range(4999):
        zendesk.comment(35436, str(turn))
    assert put(agent, 35436, comment=private("one more")) == (422, "RecordInvalid")
    assert put(agent, 35436, priority="low") == (200, "new")


def test_a_ticket_may_be_updated_30_times_in_ten_minutes(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    create(agent)
    create(agent, "k2")
    for _ in range(30):
        assert put(agent, 35436, priority="low") == (200, "new")
    assert put(agent, 35437, priority="low") == (200, "new")
    answer = agent("PUT", "/api/v2/tickets/35436", {"ticket": {"priority": "high"}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert zendesk.tickets[35436].priority == "low"
    assert zendesk.violations == [f"{UPDATE}: too many requests, a ticket may be updated 30 times in ten minutes"]


def test_an_account_may_update_100_tickets_in_a_minute(zendesk: Zendesk, agent: Caller) -> None:
    for turn in range(4):
        create(agent, f"k{turn}")
    for turn in range(100):
        put(agent, 35436 + turn % 4, priority="low")
    answer = agent("PUT", "/api/v2/tickets/35436", {"ticket": {"priority": "high"}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert answer.headers["zendesk-ratelimit-tickets-update"] == "total=100; remaining=0; resets=60"
    assert zendesk.violations == [f"{UPDATE}: too many requests, the account may update 100 tickets in a minute"]


def test_people_do_what_people_do(zendesk: Zendesk, clock: HandClock) -> None:
    opened = zendesk.add_ticket("My shop is slow", external_id="by-hand", requester_id=20)
    clock.forward(60)
    zendesk.set_status(opened.id, "solved")
    zendesk.comment(opened.id, "Still slow", author=20)
    assert opened.status == "open"
    assert opened.updated_at - opened.created_at == timedelta(seconds=60)
    assert zendesk.ours() == []
    zendesk.set_status(opened.id, "closed")
    for act in (
        lambda: zendesk.assign(opened.id, 1),
        lambda: zendesk.comment(opened.id, "x"),
        lambda: zendesk.set_status(opened.id, "open"),
        lambda: zendesk.add_tags(opened.id, "x"),
    ):
        with pytest.raises(ValueError, match="closed"):
            act()
    with pytest.raises(ValueError, match="no status"):
        zendesk.set_status(opened.id, "done")
