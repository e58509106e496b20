"""The inventory read and made ready to be used by rounds, anew whenever somebody wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent.collect.resolver import Resolver
from agent.collect.ssh import HostKeys, Limits
from agent.domain.schedule import Rhythm
from agent.domain.schedule_subjects import chores, rounds
from agent.run import Agent
from inventory.mistakes import InventoryError

if TYPE_CHECKING:
    from agent.cli.context import Context


@dataclass(frozen=True, slots=True)
class Loaded:
    """An inventory without mistakes, and when it was read."""

    agent: Agent
    at: datetime

    @property
    def rounds(self) -> Mapping[str, Rhythm]:
        """The rounds that it wants, by subject."""
        return rounds(self.agent.inventory)

    @property
    def chores(self) -> Mapping[str, Rhythm]:
        """What is done beside, by subject."""
        return chores(self.agent.inventory)


def load_agent(context: "Context", at: datetime) -> Loaded:
    """Read the inventory and the checks; raises InventoryError, and ValueError for a name server that is none."""
    registry = context.registry()
    resolver = Resolver(context.config.nameservers)
    inventory = context.inventory(registry)
    keys = HostKeys(context.config.known_hosts)
    return Loaded(Agent(inventory, registry, Limits(parallel=context.config.parallel), keys, resolver), at)


def mistakes_of(error: Exception) -> tuple[str, ...]:
    """What is wrong with an inventory, each in a line."""
    if isinstance(error, InventoryError):
        return tuple(str(one) for one in error.mistakes)
    return (str(error),)
