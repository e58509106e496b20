"""Answers that no service should give: none is believed, none raises anything but a ServiceError."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from agent.domain.errors import AuthenticationError, UnknownOutcomeError
from agent.integrations.harvest.client import harvest_service, hours_booked
from agent.integrations.http import HttpClient, read, sound_token
from agent.integrations.protocol import ClientContext
from agent.integrations.rate_limit import Limit
from agent.integrations.teamwork import TeamworkClient, Wanted, client, read_agreements, teamwork_service
from agent.store.store import Store
from inventory import services
from inventory.secrets import Reference

REFERENCE = Reference("env", "X")
DAY = date(2026, 11, 1)
PROJECT = {"projects": [{"id": 1, "name": "P"}]}


@contextmanager
def saying(*bodies: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these bodies, and the last one ever after; with the paths it was asked for."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = bodies[min(len(asked), len(bodies) - 1)]
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def harvest(url: str, folder: Path) -> Iterator[tuple[HttpClient, services.Harvest]]:
    config = services.Harvest(1, REFERENCE, "l2@agency.example", url)
    with Store(folder) as store, harvest_service(config, ClientContext(store.cache, lambda _: "token")) as service:
        yield service, config


@contextmanager
def teamwork(url: str, folder: Path) -> Iterator[TeamworkClient]:
    config = services.Teamwork(url, REFERENCE, requests_a_minute=10_000)
    with Store(folder) as store, teamwork_service(config, ClientContext(store.cache, lambda _: "key")) as service:
        yield TeamworkClient(service, config)


NONSENSE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff\xfe",
    b'{"results": NaN}',
    b'{"results": 1, "projects": 1}',
    b'{"results": [1], "projects": ["x"]}',
    b'{"results": {}, "projects": {}}',
    b"[" * 100_000,
    b'{"results": [{"project_id": 1, "total_hours": ' + b"9" * 5000 + b"}]}",
]


@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: repr(body[:30]))
def test_nonsense_is_not_believed(tmp_path: Path, body: bytes) -> None:
    with saying(body) as (url, asked):
        with harvest(url, tmp_path / "a") as (service, config), pytest.raises(UnknownOutcomeError):
            hours_booked(service, config, DAY, DAY)
        with teamwork(url, tmp_path / "b") as site:
            reading = read_agreements(site, [Wanted("harbour", 1, ())], None)
        assert isinstance(reading.trouble, UnknownOutcomeError)
        assert reading.found == {}
        assert len(asked) >= 2


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"project_id": "1", "total_hours": 1},
        {"project_id": True, "total_hours": 1},
        {"project_id": 1},
        {"project_id": 1, "total_hours": "1"},
        {"project_id": 1, "total_hours": None},
        {"project_id": 1, "total_hours": True},
        {"project_id": 1, "total_hours": 1e9},
        {"project_id": 1, "total_hours": 1e-300},
    ],
)
def test_a_row_that_is_wrong_spoils_a_report(tmp_path: Path, row: dict[str, Any]) -> None:
    body = json.dumps({"results": [{"project_id": 2, "total_hours": 1}, row]}).encode()
    with saying(body) as (url, _), harvest(url, tmp_path) as (service, config), pytest.raises(UnknownOutcomeError):
        hours_booked(service, config, DAY, DAY)


def test_hours_are_exact_and_rows_of_one_project_are_added_up(tmp_path: Path) -> None:
    first = b'{"results": [{"project_id": 1, "total_hours": 0.1}], "next_page": 2, "links": {"next": null}}'
    second = b'{"results": [{"project_id": 1, "total_hours": 0.2}, {"project_id": 2, "total_hours": 3}]}'
    with saying(first, second) as (url, asked), harvest(url, tmp_path) as (service, config):
        assert hours_booked(service, config, DAY, DAY) == {1: Decimal("0.3"), 2: Decimal(3)}
    assert asked == [f"/v2/reports/time/projects?from=20261101&to=20261101&page={page}" for page in (1, 2)]


@pytest.mark.parametrize(
    "link", ["http://127.0.0.2/v2", "https://127.0.0.1/v2", "http://u@127.0.0.1/v2", "ftp://x/", "x"]
)
def test_a_link_to_another_place_is_refused(tmp_path: Path, link: str) -> None:
    body = json.dumps({"results": [], "links": {"next": link}}).encode()
    with saying(body) as (url, asked), harvest(url, tmp_path) as (service, config):
        with pytest.raises(AuthenticationError, match="leads elsewhere"):
            hours_booked(service, config, DAY, DAY)
        assert len(asked) == 1


def test_a_report_without_an_end_is_given_up(tmp_path: Path) -> None:
    body = b'{"results": [], "next_page": 2}'
    with saying(body) as (url, asked), harvest(url, tmp_path) as (service, config):
        with pytest.raises(UnknownOutcomeError, match="without an end"):
            hours_booked(service, config, DAY, DAY)
        assert len(asked) == 20


def test_a_list_without_an_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_MOST_PAGES", 7)
    with saying(b'{"projects": [], "meta": {"page": {"hasMore": true}}}') as (url, asked):
        with teamwork(url, tmp_path) as site:
            reading = read_agreements(site, [Wanted("harbour", 1, ())], None)
        assert "without an end" in str(reading.trouble)
        assert len(asked) == 7


ODD_PROJECTS: list[Any] = [
    {**PROJECT, "included": 5, "meta": []},
    {**PROJECT, "included": {"customfieldProjects": 5}, "meta": {"page": {"hasMore": "yes"}}},
    {**PROJECT, "included": {"customfieldProjects": [1, {}, {"projectId": "1"}, {"project": {"id": 1}}]}},
    {**PROJECT, "included": {"customfieldProjects": {"9": {"projectId": 1, "customfieldId": 7, "value": {"a": 1}}}}},
    {"projects": [{"id": None}, {"id": True}, {"id": "1"}, {"id": 1, "name": ["x"]}]},
]


@pytest.mark.parametrize("projects", ODD_PROJECTS)
def test_oddities_cost_what_they_stand_for_and_no_more(tmp_path: Path, projects: Any) -> None:
    fields = {
        "customfields": [
            {"id": 7, "name": "SLA tier", "type": "dropdown", "entity": "project", "options": 5},
            {"id": 8, "name": "SLA tier", "type": "dropdown", "entity": "task"},
            {
                "id": 9,
                "name": "sla tier",
                "type": "dropdown",
                "entity": "all",
                "choices": [1, {}, {"value": "Standard"}],
            },
            {"id": None, "name": "SLA tier", "entity": "project"},
            {"id": 10, "name": 5, "entity": "project"},
        ]
    }
    bodies = [
        projects,
        fields,
        {"budgets": [{}, {"projectId": 1, "type": 5}]},
        {"tasklists": [{}, {"id": 5, "name": 5}]},
    ]
    with saying(*(json.dumps(body).encode() for body in bodies)) as (url, _), teamwork(url, tmp_path) as site:
        reading = read_agreements(site, [Wanted("harbour", 1, ())], None)
    assert reading.trouble is None
    agreement = reading.found["harbour"].agreement
    assert agreement
    assert (agreement.kind, agreement.hours, agreement.tasks) == (None, None, None)


def test_fields_of_one_name_in_one_project_are_not_guessed_at(tmp_path: Path) -> None:
    def bodies(values: dict[str, Any]) -> list[bytes]:
        sent = {key: {"projectId": 1, "customfieldId": int(key), "value": value} for key, value in values.items()}
        field = {"name": "SLA hours per month", "type": "number-decimal", "entity": "project"}
        projects = {**PROJECT, "included": {"customfieldProjects": sent}}
        answers = [
            projects,
            {"customfields": [{**field, "id": 7}, {**field, "id": 8}]},
            {"budgets": []},
            {"tasklists": []},
        ]
        return [json.dumps(body).encode() for body in answers]

    cases: list[tuple[dict[str, Any], Decimal | None]] = [
        ({"7": 4}, Decimal(4)),
        ({"8": 4, "7": None}, Decimal(4)),
        ({"7": 4, "8": 4}, Decimal(4)),
        ({"7": 4, "8": 5}, None),
    ]
    for number, (values, hours) in enumerate(cases):
        with saying(*bodies(values)) as (url, _), teamwork(url, tmp_path / str(number)) as site:
            agreement = read_agreements(site, [Wanted("harbour", 1, ())], None).found["harbour"].agreement
        assert agreement
        assert agreement.hours == hours
        assert any("more than once" in remark for remark in agreement.remarks) is (hours is None)


def test_an_answer_that_is_cut_once_is_asked_for_again(tmp_path: Path) -> None:
    with saying(b'{"a":', b'{"a": 1.10}') as (url, asked), harvest(url, tmp_path) as (service, _):
        assert read(service, "/x", (Limit("general", 100, 15),)) == {"a": Decimal("1.10")}
        assert asked == ["/x", "/x"]


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "sch\u00fcssel", "a\x00", "\ud800"])
def test_what_cannot_stand_in_a_header_is_no_token(token: str) -> None:
    with pytest.raises(AuthenticationError, match="is no token"):
        sound_token("Harvest", token)


def test_a_token_stays_as_it_is() -> None:
    assert sound_token("Harvest", "abc-._~+/=1") == "abc-._~+/=1"
