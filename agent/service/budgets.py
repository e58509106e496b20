"""How much of each service's pace is left."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from agent.integrations.harvest import REPORTS, general
from agent.integrations.rate_limit import Limit, next_mark, wait_for
from agent.integrations.zendesk.auth import account
from agent.integrations.zendesk.client import UPDATES
from agent.store import tables
from inventory.services import Services


@dataclass(frozen=True, slots=True)
class Budget:
    """What one limit of a service still allows: requests that may follow at once, and seconds until the next may."""

    service: str
    bucket: str
    limit: int  # requests that the service documents
    seconds: float  # in which it does
    left: int  # that may follow at once
    wait: float  # seconds; more than none where it is used up, or the service asked to be left alone


def limits(services: Services) -> Iterator[tuple[str, Limit]]:
    """The limits of the services that the inventory names, by the name that their marks are kept under."""
    if services.zendesk is not None:
        yield "Zendesk", account(services.zendesk)
        yield "Zendesk", UPDATES
    if services.harvest is not None:
        yield "Harvest", general(services.harvest)
        yield "Harvest", REPORTS
    if services.teamwork is not None:
        yield "Teamwork", Limit("account", services.teamwork.requests_a_minute, 60)
    if services.mail is not None:
        yield "mail", Limit("messages", services.mail.messages_a_minute, 60)


def budgets(connection: sa.Connection, services: Services, at: datetime) -> tuple[Budget, ...]:
    """Every limit with what is left of it."""
    marks = {row.bucket: row.mark for row in connection.execute(sa.select(tables.paces))}
    return tuple(_budget(name, one, marks, at) for name, one in limits(services))


def _budget(service: str, limit: Limit, marks: Mapping[str, datetime], at: datetime) -> Budget:
    mark = max(marks.get(f"{service} {limit.bucket}", at), at)
    under_way = math.ceil((mark - at).total_seconds() / limit.interval)
    wait = wait_for(limit, next_mark(limit, mark, at), at)
    return Budget(service, limit.bucket, limit.requests, limit.seconds, max(0, limit.burst - under_way), wait)
