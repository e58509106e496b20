"""One file of the inventory as it is read, and several of them put together into what they say as a whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from inventory.maintenance import WindowEntry
from inventory.model import Client, Host, Inventory, Site
from inventory.reports import Brand, Reporting
from inventory.schedule import Schedule, ScheduleEntry
from inventory.service import Service
from inventory.services import Services
from inventory.types import STRICT, WRITTEN, Levels, Name

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class InventoryFile:
    """An inventory: who is looked after, on which hosts, with which sites."""

    __pydantic_config__: ClassVar = STRICT

    settings: Levels = field(default_factory=dict)
    services: Annotated[Services, Field(description="Where tickets, time and contracts are kept.")] = field(
        default_factory=Services
    )
    brand: Annotated[Brand, Field(description="Whose name reports bear.")] = field(default_factory=Brand)
    report: Annotated[Reporting, Field(description="When the agency's own overview is made, and who gets it.")] = field(
        default_factory=Reporting
    )
    schedule: Annotated[ScheduleEntry, Field(description="When rounds are made, where a client says nothing else.")] = (
        field(default_factory=ScheduleEntry)
    )
    service: Annotated[Service, Field(description="How `siterounds serve` runs.")] = field(default_factory=Service)
    clients: Annotated[dict[Name, Client], Field(description="Who pays for the rounds, by name.")] = field(
        default_factory=dict
    )
    hosts: Annotated[dict[Name, Host], Field(description="The machines, by name.")] = field(default_factory=dict)
    sites: Annotated[dict[Name, Site], Field(description="The web sites, by name.")] = field(default_factory=dict)
    maintenance: Annotated[dict[Name, WindowEntry], Field(description="When somebody works on them, by name.")] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file, and which keys were written in it: what is not written does not go over what another level says."""

    content: InventoryFile
    written: Mapping[str, Any]

    def keys(self, *path: str) -> Collection[str]:
        """Return the keys of the block at a path; none where it is not written."""
        block: Any = self.written
        for part in path:
            block = block.get(part) or {}
        return block.keys() if isinstance(block, Mapping) else ()


def put_together(files: Sequence[ReadFile]) -> Inventory:
    """Return the inventory that files without an issue say; each key stands in one of them."""
    contents = [one.content for one in files]
    services = _section(Services(), files, "services")
    zone = services.zone
    rounds = Schedule(zone=zone)
    for content in contents:
        rounds = content.schedule.over(rounds)
    report = _section(Reporting(zone=zone), files, "report")
    clients = {
        name: _client(name, one, file, zone, rounds) for file in files for name, one in file.content.clients.items()
    }
    return Inventory(
        clients=clients,
        hosts={name: replace(one, name=name) for file in contents for name, one in file.hosts.items()},
        sites={name: _site(name, one, clients) for file in contents for name, one in file.sites.items()},
        settings={check: values for file in contents for check, values in file.settings.items()},
        services=services,
        maintenance={name: one.window(name, zone) for file in contents for name, one in file.maintenance.items()},
        brand=_section(Brand(), files, "brand"),
        report=report,
        schedule=rounds,
        service=_section(Service(), files, "service"),
    )


def _section(default: S, files: Iterable[ReadFile], section: str) -> S:
    """A section whose keys may stand in several files."""
    whole: Any = default
    for file in files:
        part = getattr(file.content, section)
        whole = replace(whole, **{key: getattr(part, key) for key in file.keys(section)})
    return whole  # type: ignore[no-any-return]


def _client(name: str, client: Client, file: ReadFile, zone: str, above: Schedule) -> Client:
    """The client, with what holds where it says nothing: `zone` and all contacts for reports, the schedule `above`."""
    written = file.keys("clients", name, "report")
    report = client.report if "zone" in written else replace(client.report, zone=zone)
    if "to" not in written:
        report = report.to_all(tuple(one.email for one in client.contacts))
    return replace(client, name=name, title=client.title or name, report=report, schedule=_over(client.schedule, above))


def _site(name: str, site: Site, clients: Mapping[str, Client]) -> Site:
    above = clients[site.client].schedule
    return replace(site, name=name, schedule=_over(site.schedule, above) if _says(site.schedule) else None)


def _says(schedule: object) -> bool:
    return isinstance(schedule, ScheduleEntry) and bool(schedule.model_fields_set)


def _over(schedule: object, above: Schedule) -> Schedule:
    return schedule.over(above) if isinstance(schedule, ScheduleEntry) else above


class FileSchema(GenerateJsonSchema):
    """JSON Schema of files: defaults as they would be written, and nothing after a key as if it were not written."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Print a default as it would stand in the file; the empty ones say nothing."""
        made = super().default_schema(schema)
        written = schema["schema"].get("metadata", {}).get(WRITTEN)
        if written and "default" in made and schema["default"] is not None:
            made["default"] = written(schema["default"])
        if made.get("default") is not False and not made.get("default"):
            made.pop("default", None)
        return made
