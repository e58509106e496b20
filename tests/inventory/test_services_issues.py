"""What is wrong with services, contracts and maintenance is told with its line, its key and what is allowed."""

from pathlib import Path

import pytest

from tests.inventory.samples import Cases, mistakes
from tests.inventory.test_services import HARVEST, TEAMWORK, ZENDESK

SECRET = "a secret does not belong in the inventory; write a reference: env:NAME, file:/path or credential:NAME"
ADDRESS = "must be the address of the service alone, such as https://agency.example"
PART_NAMES = "known: check, client, contract, environment, host, item, site, state"
HOSTS = "hosts: {h: {}}\n"

CASES: Cases = {
    "services": (
        HOSTS + "services:\n  environment: a b\n  zone: Europe/Berln\n  zendsk: {}\n  harvest: 5\n  teamwork: []\n",
        [
            "3: services.environment: is not a name: letters, digits, '-', '_' and '.', beginning with a letter or "
            "digit, at most 64 of them",
            "4: services.zone: must be a time zone such as Europe/Berlin or UTC; did you mean Europe/Berlin?",
            "5: services.zendsk: is not a key here; did you mean 'zendesk'? "
            "known: environment, harvest, mail, teamwork, zendesk, zone",
            "6: services.harvest: must be a block of keys, not the number 5",
            "7: services.teamwork: must be a block of keys, not a list",
        ],
    ),
    "services that are no block": (
        HOSTS + "services: x\nmaintenance: [x]\n",
        [
            "2: services: must be a block of keys, not text",
            "3: maintenance: must be a block of keys, not a list",
        ],
    ),
    "nothing of a service": (
        HOSTS + "services:\n  zendesk: {}\n  harvest: {}\n  teamwork: {}\n",
        [
            "3: services.zendesk: lacks what it logs in with: write client_id and client_secret, or email and token",
            "3: services.zendesk.url: is missing. Its address, such as https://agency.zendesk.com.",
            "4: services.harvest.account: is missing. The id of the account.",
            "4: services.harvest.contact: is missing. An e-mail or web address by which Harvest can reach you.",
            "4: services.harvest.token: is missing. Where the personal access token is kept, such as "
            "env:HARVEST_TOKEN.",
            "5: services.teamwork.token: is missing. Where the API key is kept, such as credential:teamwork.",
            "5: services.teamwork.url: is missing. Its address, such as https://agency.teamwork.com.",
        ],
    ),
    "secrets of services": (
        HOSTS + "services:\n  zendesk: {url: https://a.zendesk.com, client_id: s, client_secret: hunter2}\n"
        "  harvest: {account: 5, token: 12345, contact: a@b.example}\n"
        "  teamwork: {url: https://a.teamwork.com, token: hunter2}\n",
        [
            f"3: services.zendesk.client_secret: {SECRET}",
            f"4: services.harvest.token: {SECRET}",
            "4: services.harvest.token: must be text, not the number 12345: put it in quotes",
            f"5: services.teamwork.token: {SECRET}",
        ],
    ),
    "values of zendesk": (
        HOSTS
        + """\
services:
  zendesk:
    url: https://agency.zendesk.com/api/v2
    client_id: a b
    client_secret: env:Z
    scope: read  write
    public: yes
    requests_a_minute: 0
    requester: -1
    group: "5"
    tags: [ok, a b]
    new_tickets_a_round: 1001
    reopen_days: 366
    one_ticket_per_cause: 1
    fields:
      abc: x
      1: "{sit}"
      2: "{site"
      3: "{site!r}"
      4: 5
      5: "{site:{host}}"
      6: "{}"
      7:
""",
        [
            f"4: services.zendesk.url: {ADDRESS}",
            "5: services.zendesk.client_id: must be the identifier of an OAuth client: letters, digits, '.', '_' and "
            "'-'",
            "7: services.zendesk.scope: must be scopes with one space between them, such as read tickets:write",
            "8: services.zendesk.public: must be true or false, not text",
            "9: services.zendesk.requests_a_minute: must be at least 1, not the number 0",
            "10: services.zendesk.requester: must be at least 1, not the number -1",
            "11: services.zendesk.group: must be a whole number, not text: remove the quotes",
            "12: services.zendesk.tags[1]: must be a Zendesk tag: letters, digits, '_', '-' and '/', at most 100 of "
            "them",
            "13: services.zendesk.new_tickets_a_round: must be at most 1000, not the number 1001",
            "14: services.zendesk.reopen_days: must be at most 365, not the number 366",
            "15: services.zendesk.one_ticket_per_cause: must be true or false, not the number 1",
            "17: services.zendesk.fields.abc: must be the id of a custom field: a whole number, such as 27642",
            f"18: services.zendesk.fields.1: nothing is called '{{sit}}' here; did you mean 'site'? {PART_NAMES}",
            "19: services.zendesk.fields.2: has a brace without its partner: write {{ and }} for braces themselves",
            "20: services.zendesk.fields.3: must hold names alone in braces, such as {site}",
            "21: services.zendesk.fields.4: must be text, not the number 5: put it in quotes",
            "22: services.zendesk.fields.5: must hold names alone in braces, such as {site}",
            f"23: services.zendesk.fields.6: nothing is called '{{}}' here; {PART_NAMES}",
            "24: services.zendesk.fields.7: is empty: write text, or remove the key",
        ],
    ),
    "values of harvest": (
        HOSTS + "services:\n  harvest:\n    url: https://ann:pw@harvest.example\n    account: 0\n    token: env:H\n"
        "    contact: call me (soon)\n    requests_in_15_seconds: 1.5\n",
        [
            f"4: services.harvest.url: {ADDRESS}, without a user name or a password",
            "5: services.harvest.account: must be at least 1, not the number 0",
            "7: services.harvest.contact: must be an e-mail address or a web address in plain ASCII, such as "
            "help@agency.example",
            "8: services.harvest.requests_in_15_seconds: must be a whole number, not the number 1.5",
        ],
    ),
    "values of teamwork": (
        HOSTS + "services:\n  teamwork:\n    url: http://agency.teamwork.com\n    token: env:T\n    task_list: ''\n"
        "    fields: {site: x, kind: 5}\n    kinds: {gold: [Gold], standard: []}\n    scope: {disk: [''], users: x}\n",
        [
            f"4: services.teamwork.url: {ADDRESS}: http is only for this very machine, such as http://127.0.0.1:8080",
            "6: services.teamwork.task_list: must be one line of 1 to 200 characters",
            "7: services.teamwork.fields.kind: must be text, not the number 5: put it in quotes",
            "7: services.teamwork.fields.site: is not a key here; did you mean 'site_url'? known: calendar, end, "
            "first_response_high, first_response_low, first_response_normal, first_response_urgent, harvest_project, "
            "hours_a_month, kind, resolution_high, resolution_low, resolution_normal, … (16 in all)",
            "8: services.teamwork.kinds.gold: is not a key here; known: extended, standard",
            "8: services.teamwork.kinds.standard: must name at least one, or be removed",
            "9: services.teamwork.scope.disk[0]: must be one line of 1 to 200 characters",
            "9: services.teamwork.scope.users: must be a list, such as [one, two], not text",
        ],
    ),
    "values of a client": (
        HOSTS + f"services:\n  {ZENDESK}\n  {HARVEST}\n  {TEAMWORK}\nclients:\n  c:\n"
        "    zendesk: {organisation: 5, tags: vip}\n    harvest: {project: x, task: 5}\n"
        "    teamwork:\n      project:\n",
        [
            "8: clients.c.zendesk.organisation: is not a key here; did you mean 'organization'? "
            "known: account_manager, group, organization, requester, tags",
            "8: clients.c.zendesk.tags: must be a list, such as [one, two], not text",
            "9: clients.c.harvest.project: must be a whole number, not text",
            "11: clients.c.teamwork.project: is empty: write a whole number, or remove the key. The id of the project "
            "that holds the client's contract.",
        ],
    ),
    "values of a contract": (
        HOSTS
        + """\
clients:
  c:
    contract:
      kind: standard
      hours_a_month: "4"
      start: 2026-02-30
      end: 20270101
      scope: []
      out_of_scope: disk
      first_response: {urgent: 0, hgih: 3}
      resolution: [1]
      calendar: 24/7
      time: {rule: rough, hours: 25, step: 0, cap: -1}
""",
        [
            "6: clients.c.contract.hours_a_month: must be a number, not text: remove the quotes",
            "7: clients.c.contract.start: must be a day such as 2026-12-31",
            "8: clients.c.contract.end: must be a day such as 2026-12-31",
            "9: clients.c.contract.scope: must name at least one, or be removed",
            "10: clients.c.contract.out_of_scope: must be a list, such as [one, two], not text",
            "11: clients.c.contract.first_response.hgih: is not a key here; did you mean 'high'? "
            "known: high, low, normal, urgent",
            "11: clients.c.contract.first_response.urgent: must be more than 0, not the number 0",
            "12: clients.c.contract.resolution: must be a block of keys, not a list",
            "13: clients.c.contract.calendar: must be '24x7' or 'business', not '24/7'",
            "14: clients.c.contract.time.cap: must be at least 0, not the number -1",
            "14: clients.c.contract.time.hours: must be at most 24, not the number 25",
            "14: clients.c.contract.time.rule: must be 'measured', 'per_site' or 'minimum', not 'rough'",
            "14: clients.c.contract.time.step: must be at least 0.01, not the number 0",
        ],
    ),
    "values of a window": (
        HOSTS
        + """\
maintenance:
  a b: {days: daily, from: 02:00, until: 03:00, hosts: [h]}
  w:
    title: ''
    days: [sonday]
    from: 2026-12-01T22:00:00
    until: 24:00
    zone: posix/UTC
    hosts: h
    checks: []
    client: c
  x: {days: 5, from: 5, until: 3.5, hosts: [h]}
""",
        [
            "3: maintenance.a b: is not a name: letters, digits, '-', '_' and '.', beginning with a letter or digit, "
            "at most 64 of them",
            "5: maintenance.w.title: must be one line of 1 to 200 characters",
            "6: maintenance.w.days: no day is called 'sonday'; did you mean 'sunday'? "
            "known: daily, friday, monday, saturday, sunday, thursday, tuesday, wednesday",
            *(
                f"{line}: maintenance.w.{key}: must be a moment with its offset from UTC, such as "
                '2026-12-01T22:00:00+01:00, or, beside days, a time of day such as "02:00"'
                for line, key in ((7, "from"), (8, "until"))
            ),
            "9: maintenance.w.zone: must be a time zone such as Europe/Berlin or UTC",
            "10: maintenance.w.hosts: must be a list, such as [one, two], not text",
            "11: maintenance.w.checks: must name at least one, or be removed",
            "12: maintenance.w.client: is not a key here; did you mean 'clients'? "
            "known: checks, clients, days, from, hosts, sites, title, until, zone",
            "13: maintenance.x.days: must be daily, or a list of days such as [saturday, sunday]",
            *(
                f"13: maintenance.x.{key}: must be a moment with its offset from UTC, such as "
                '2026-12-01T22:00:00+01:00, or, beside days, a time of day such as "02:00"'
                for key in ("from", "until")
            ),
        ],
    ),
    "nothing of a window": (
        HOSTS + "maintenance:\n  w:\n",
        [
            "3: maintenance.w: is about nobody: name some clients, hosts or sites",
            "3: maintenance.w.from: is missing. When it begins: 2026-12-01T22:00:00+01:00 or, beside days, a time such "
            "as 22:00.",
            "3: maintenance.w.until: is missing. When it ends, in the form of from; a time of day that is earlier than "
            "from is on the next day.",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected
