"""What Prometheus reads: its own parser takes it, names and types are sound, and nothing in it is secret."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from agent.domain.errors import StoreError
from agent.domain.incidents import Change
from agent.domain.messages import Action, Draft
from agent.domain.service_state import HeartbeatKind, HeartbeatResult, ServiceState
from agent.outbox.worker import DeliverySummary
from agent.self_check.status import agent_status
from agent.service.metrics import Metrics
from agent.store.outbox import add
from checks import State
from inventory.model import Client, Inventory
from inventory.services import Services
from tests.agent.client_reports.estate import AT, DAY, INVENTORY, Estate, akismet, disk, estate
from tests.agent.outbox.office import opening
from tests.agent.self_check.test_status import HARVEST, ZENDESK
from tests.agent.store.beside import disconnect
from tests.agent.store.filled import HOUR, write

WHOLE = replace(INVENTORY, services=Services(zendesk=ZENDESK, harvest=HARVEST))
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Estate]:
    made = estate(tmp_path)
    with made.store:
        yield made


def metrics(rounds: Estate, inventory: Inventory = WHOLE) -> Metrics:
    live = ServiceState(AT)
    live.change(ticked_at=AT + DAY, next_due=AT + 2 * DAY, loaded_at=AT)
    beat = HeartbeatResult(HeartbeatKind.SUCCESS, AT, heard_at=AT, skew=0.5)
    return Metrics(lambda: (agent_status(rounds.store, inventory, live, AT + DAY, beat), inventory))


def read(made: Metrics) -> Samples:
    families = text_string_to_metric_families(made.text().decode())
    return {(sample.name, frozenset(sample.labels.items())): sample.value for one in families for sample in one.samples}


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def test_every_metric_is_named_and_described_as_prometheus_wants_it(at: Estate) -> None:
    at.round(AT, [("site:shop", "versions", akismet("5.6"))])
    for family in text_string_to_metric_families(metrics(at).text().decode()):
        assert family.documentation
        assert family.name.startswith(("siterounds_", "process_"))
        assert not family.name.endswith(("_total", "_count", "_sum", "_ms", "_minutes", "_hours"))
        if family.name.endswith("_timestamp_seconds"):
            assert family.type == "gauge"


def test_gauges_tell_what_the_vitals_are(at: Estate) -> None:
    at.round(AT, [("site:shop", "versions", akismet("5.6")), ("host:web1", "disk", disk(50))])
    at.round(AT, changes=[("site:shop", "versions", Change.OPENED, akismet("5.6"))], due=[])
    write(at.store, lambda one: add(one, Draft("zendesk", Action.OPEN, "ticket:1", opening()), AT - HOUR))
    samples = read(metrics(at))
    assert value(samples, "siterounds_service_up") == 1
    assert value(samples, "siterounds_sites") == 3
    assert value(samples, "siterounds_checks_due") == value(samples, "siterounds_checks_ran") == 5
    assert value(samples, "siterounds_findings", check="versions", state="warning") == 1
    assert value(samples, "siterounds_findings", check="disk", state="critical") == 0
    assert value(samples, "siterounds_incidents", phase="open", state=str(State.WARNING)) == 1
    assert value(samples, "siterounds_outbox_messages", integration="zendesk", stage="waiting") == 1
    oldest = value(samples, "siterounds_outbox_oldest_timestamp_seconds", integration="zendesk")
    assert oldest == (AT - HOUR).timestamp()
    seen = value(samples, "siterounds_site_look_timestamp_seconds", client="harbour", site="shop")
    assert seen == AT.timestamp()
    assert value(samples, "siterounds_api_requests_left", service="Zendesk", limit="account") > 0
    assert value(samples, "siterounds_clock_skew_seconds", service="heartbeat") == 0.5
    end = value(samples, "siterounds_credential_expiry_timestamp_seconds", credential="the API token for Zendesk")
    assert end == 1809043200.0


def test_counters_count_what_this_process_did(at: Estate) -> None:
    made = metrics(at)
    made.round_made(12.5)
    made.round_made(900, failed=True, late=True)
    made.delivered(DeliverySummary(delivered=3, parked=1))
    made.beaten(HeartbeatResult(HeartbeatKind.SUCCESS, AT, "it answered 500"))
    samples = read(made)
    assert value(samples, "siterounds_rounds_total", outcome="ok") == 1
    assert value(samples, "siterounds_rounds_total", outcome="failed") == 1
    assert value(samples, "siterounds_late_rounds_total") == 1
    assert value(samples, "siterounds_round_duration_seconds_sum") == 912.5
    assert value(samples, "siterounds_round_duration_seconds_bucket", le="15.0") == 1
    assert value(samples, "siterounds_deliveries_total", outcome="delivered") == 3
    assert value(samples, "siterounds_deliveries_total", outcome="parked") == 1
    assert value(samples, "siterounds_heartbeats_total", outcome="failed") == 1


def test_two_registries_in_one_process_share_nothing(at: Estate) -> None:
    one, other = metrics(at), metrics(at)
    one.round_made(1)
    assert value(read(other), "siterounds_rounds_total", outcome="ok") == 0
    assert b"siterounds" not in generate_latest(REGISTRY)


def test_names_cannot_break_the_format(at: Estate) -> None:
    name = 'a"b\\c\nd{}'
    odd = replace(WHOLE.sites["shop"], client=name)
    inventory = replace(WHOLE, clients={**WHOLE.clients, name: Client(name, name)}, sites={"shop": odd})
    at.round(AT)
    assert value(read(metrics(at, inventory)), "siterounds_site_visit_timestamp_seconds", client=name, site="shop") > 0


def test_nothing_that_was_found_on_a_host_is_told(at: Estate) -> None:
    at.round(AT, [("site:shop", "versions", akismet("5.6")), ("host:web1", "disk", disk(97, State.CRITICAL))])
    lines = metrics(at).text().decode().splitlines()
    text = "\n".join(line for line in lines if "siterounds_" in line)
    for hidden in ("kismet", "/var", "97.0", "/srv", "shop.example", "l2@agency", "agency.zendesk.com"):
        assert hidden not in text


def test_a_store_that_cannot_be_read_is_told(at: Estate) -> None:
    made = metrics(at)
    disconnect(at.store)
    at.store.path.write_bytes(b"this is no database" * 500)
    with pytest.raises(StoreError):
        made.text()
