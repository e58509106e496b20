"""What every command starts from: configuration, registry, inventory, and store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent.collect.ssh import HostKeys, Limits
from agent.config import Config
from agent.domain.errors import EXIT_NO_STORE, CommandError
from agent.domain.schedule import AnySchedule, chores, rounds
from agent.run import RoundContext
from checks.registry import Registry
from checks.registry import load as load_registry
from inventory.errors import InventoryError
from inventory.load import load as load_inventory
from inventory.model import Inventory
from inventory.subject import Subject

if TYPE_CHECKING:
    from agent.store.store import Store


@dataclass(frozen=True, slots=True)
class AppContext:
    """The configuration of one command, with the values loaded from it."""

    config: Config
    warn: Callable[[str], None]  # shows a sentence to a person

    def registry(self) -> Registry:
        """Return all checks and platforms, with a warning for each that cannot be loaded."""
        registry = load_registry()
        for broken in registry.broken:
            name = broken.name or "a distribution"
            self.warn(f"skipped {name} of {broken.origin}: {broken.reason}")
        return registry

    def inventory(self, registry: Registry) -> Inventory:
        """Return the inventory. Raises InventoryError."""
        known = registry.settings()
        clients = registry.client_checks()
        return load_inventory(self.config.inventory, known, registry.platforms, registry.host_checks(), clients)

    def has_store(self) -> bool:
        """Whether there is a store."""
        from agent.store.store import Store

        return Store.exists(self.config.state)

    def store(self) -> "Store":
        """Return the store, created where there is none."""
        from agent.store.store import Store  # here, because SQLAlchemy takes long to load

        return Store(self.config.state)

    def recorded_store(self) -> "Store":
        """Return the store. Raises CommandError if no round was recorded yet."""
        if not self.has_store():
            raise CommandError(
                f"nothing was recorded in {self.config.state} yet: make a round by `siterounds run`", EXIT_NO_STORE
            )
        return self.store()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid inventory, and when it was read."""

    agent: RoundContext
    at: datetime

    @property
    def rounds(self) -> Mapping[Subject, AnySchedule]:
        """Return the schedules of rounds, by subject."""
        return rounds(self.agent.inventory)

    @property
    def chores(self) -> Mapping[Subject, AnySchedule]:
        """Return the schedules of other jobs, by subject."""
        return chores(self.agent.inventory)


def load_agent(context: "AppContext", at: datetime) -> Loaded:
    """Read the inventory and the checks. Raises InventoryError, and ValueError if a name server is invalid."""
    from agent.collect.resolver import Resolver  # here, because dnspython takes long to load

    registry = context.registry()
    resolver = Resolver(context.config.nameservers)
    inventory = context.inventory(registry)
    keys = HostKeys(context.config.known_hosts)
    return Loaded(RoundContext(inventory, registry, Limits(parallel=context.config.parallel), keys, resolver), at)


def mistakes_of(error: Exception) -> tuple[str, ...]:
    """Return the errors of an inventory, a line each."""
    if isinstance(error, InventoryError):
        return tuple(str(one) for one in error.issues)
    return (str(error),)
