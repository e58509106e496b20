"""A round as JSON, for programs; its schema is kept stable."""

from typing import Any

from pydantic import TypeAdapter

from reports.model import ReportedIncident, Round

_round = TypeAdapter(Round)
_incidents = TypeAdapter(tuple[ReportedIncident, ...])


def round_json(shown: Round) -> str:
    """A round as one JSON document; times in ISO 8601, states in lower case."""
    return _round.dump_json(shown, indent=2).decode()


def incidents_json(incidents: tuple[ReportedIncident, ...]) -> str:
    """Incidents as a JSON list."""
    return _incidents.dump_json(incidents, indent=2).decode()


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `round_json`."""
    made = _round.json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:siterounds:round:1",
        "title": "A siterounds round",
        **made,
    }
