"""The same requests over requests, as people write them: requests_delivery.py HOW WORK ZENDESK HARVEST SECONDS.

HOW is retry, which sends as fast as it can and lets urllib3 wait where it is told to, or sleep, which sleeps a fixed
while after each request. Prints what it took as JSON, and stands alone. Secrets are in ZENDESK_SECRET and
HARVEST_TOKEN. It ends by SIGALRM where it takes more than SECONDS.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

ACCOUNT, UPDATES, GENERAL = 60 / 400, 60 / 100, 15 / 100
"""Seconds between requests, by what the services document."""
TIMEOUTS = (5, 30)

Ask = Callable[..., Any]
"""(method, path, seconds to sleep afterwards, what requests takes) → JSON."""


def asking(url: str, headers: Mapping[str, str], *, sleeps: bool) -> tuple[requests.Session, Ask]:
    """A session and how it is asked."""
    session = requests.Session()
    session.headers.update({"Accept": "application/json", "User-Agent": "benchmark (l2@agency.example)", **headers})
    told = [429, 500, 502, 503, 504]
    again = Retry(total=50, status_forcelist=told, respect_retry_after_header=True, allowed_methods=None)
    session.mount("http://", HTTPAdapter(max_retries=again))

    def ask(method: str, path: str, pause: float, **more: Any) -> Any:
        response = session.request(method, url + path, timeout=TIMEOUTS, **more)
        response.raise_for_status()
        if sleeps:
            time.sleep(pause)
        return response.json()

    return session, ask


def into_zendesk(url: str, work: Mapping[str, Sequence[Any]], *, sleeps: bool) -> None:
    """Open and update tickets; each is looked up before it is written."""
    session, ask = asking(url, {}, sleeps=sleeps)
    asked = {"grant_type": "client_credentials", "client_id": "siterounds", "scope": "read tickets:write"}
    given = ask("POST", "/oauth/tokens", ACCOUNT, json={**asked, "client_secret": os.environ["ZENDESK_SECRET"]})
    session.headers["Authorization"] = f"Bearer {given['access_token']}"
    numbers: dict[str, int] = {}
    for one in work["open"]:
        by_id = {"external_id": one["external_id"], "page[size]": 100}
        found = ask("GET", "/api/v2/tickets", ACCOUNT, params=by_id)["tickets"]
        if not found:
            key = {"Idempotency-Key": one["key"]}
            found = [ask("POST", "/api/v2/tickets", ACCOUNT, json=one["body"], headers=key)["ticket"]]
        numbers[one["external_id"]] = found[0]["id"]
    for one in work["update"]:
        path = f"/api/v2/tickets/{numbers[one['external_id']]}"
        one["body"]["ticket"]["updated_stamp"] = ask("GET", path, ACCOUNT)["ticket"]["updated_at"]
        ask("PUT", path, max(ACCOUNT, UPDATES), json=one["body"])


def into_harvest(url: str, work: Mapping[str, Sequence[Any]], *, sleeps: bool) -> None:
    """Book time; each entry is looked up before it is made."""
    headers = {"Authorization": f"Bearer {os.environ['HARVEST_TOKEN']}", "Harvest-Account-Id": "1234"}
    _, ask = asking(url, headers, sleeps=sleeps)
    for one in work["book"]:
        by_id = {"external_reference_id": one["reference"], "from": one["day"], "to": one["day"]}
        if not ask("GET", "/v2/time_entries", GENERAL, params=by_id)["time_entries"]:
            ask("POST", "/v2/time_entries", GENERAL, json=one["body"])


def main(how: str, work: Path, zendesk: str, harvest: str) -> None:
    """Do the work, and print {"wall", "cpu"}."""
    meant = json.loads(work.read_text())
    wall, cpu = time.perf_counter(), time.process_time()
    into_zendesk(zendesk, meant, sleeps=how == "sleep")
    into_harvest(harvest, meant, sleeps=how == "sleep")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sys.stdout.write(json.dumps({"wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    signal.alarm(int(sys.argv[5]))
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
