"""Delivers a store's messages: python -m tests.benchmarks.peers.siterounds_delivery STATE ZENDESK HARVEST SECONDS.

Prints what it took as JSON. Only the delivery is measured, not the start of Python. Secrets are in ZENDESK_SECRET and
HARVEST_TOKEN. It ends by SIGALRM where it takes more than SECONDS.
"""

import json
import signal
import sys
import time
from pathlib import Path

from agent.domain.messages import Stage
from agent.integrations.protocol import ClientContext
from agent.integrations.registry import integration_factories
from agent.outbox.worker import IntegrationFactories, deliver
from agent.store.store import Store
from tests.benchmarks.delivery import services

AGAIN = 10.0
"""Seconds until what could not be delivered is tried again, as a timer would."""


def main(state: Path, zendesk: str, harvest: str) -> None:
    """Deliver, and print {"wall", "cpu"}; RuntimeError where a service declined anything."""
    with Store(state) as store:
        wall, cpu = time.perf_counter(), time.process_time()
        deliver_all(store, integration_factories(services(zendesk, harvest), ClientContext(store.cache)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sys.stdout.write(json.dumps({"wall": wall, "cpu": cpu}))


def deliver_all(store: Store, made: IntegrationFactories) -> None:
    """Deliver until nothing waits."""
    while True:
        tally = deliver(store, made)
        if tally.parked:
            raise RuntimeError(str(tally))
        if not store.outbox.messages((Stage.WAITING,)):
            return
        time.sleep(AGAIN)


if __name__ == "__main__":
    signal.alarm(int(sys.argv[4]))
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
