"""The custom fields of Teamwork: their ids by name, the texts of their choices, and their values of one project."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.integrations.teamwork.access import Teamwork

_ENTITIES = ("project", "all")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class FieldBook:
    """Which fields hold what, once they were looked up by name. A name may be that of one field in each project."""

    names: Mapping[str, str]  # the names they were looked up by, by what they are for
    ids: Mapping[str, tuple[int, ...]]  # of fields, by what they are for
    choices: Mapping[int, Mapping[str, str]]  # texts by option, by field

    @property
    def missing(self) -> frozenset[str]:
        """What there is no field for."""
        return frozenset(name for name in self.names if not self.ids.get(name))

    def shown(self, field: int, value: Any) -> Any:
        """A value with the text of its choice instead of the option's id; None where there is no such option."""
        choices = self.choices.get(field)
        if choices is None:
            return value
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else None
        if isinstance(value, dict):
            value = value.get("id", value.get("value"))
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        texts = {alike(text): text for text in choices.values()}
        return choices.get(str(value)) or texts.get(alike(str(value)))

    def knows(self, values: Mapping[int, Any]) -> bool:
        """Whether every choice that a project has made is known."""
        own = {field for fields in self.ids.values() for field in fields}
        return all(value in (None, "") or self.shown(field, value) is not None
                   for field, value in values.items() if field in own)  # fmt: skip


def read_fields(teamwork: Teamwork) -> FieldBook:
    """Look the fields up by their names. Raises ServiceError."""
    ids: dict[str, list[int]] = {name: [] for name in teamwork.config.fields}
    choices: dict[int, Mapping[str, str]] = {}
    for page in teamwork.pages("customfields.json", "customfields"):
        for row in page.rows:
            number = row.get("id")
            if not isinstance(number, int) or row.get("entity") not in _ENTITIES or row.get("deleted") is True:
                continue
            for name in _meant(teamwork.config.fields, row.get("name")):
                ids[name].append(number)
                if row.get("type") in ("dropdown", "multiselect", "status"):
                    choices[number] = dict(_choices(row))
    return FieldBook(dict(teamwork.config.fields), {name: tuple(found) for name, found in ids.items()}, choices)


def alike(text: str) -> str:
    """A name as people would take it for the same: without regard to case, spaces and kinds of dashes."""
    return " ".join(_DASHES.sub("-", text).casefold().split())


def _meant(names: Mapping[str, str], name: Any) -> Iterable[str]:
    return [ours for ours, theirs in names.items() if isinstance(name, str) and alike(theirs) == alike(name)]


def _choices(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Options by id, or by their text where they have no id."""
    options = row.get("options")
    listed = options.get("choices") if isinstance(options, dict) else row.get("choices")
    for choice in listed if isinstance(listed, list) else ():
        text = choice.get("value", choice.get("name")) if isinstance(choice, dict) else choice
        if isinstance(text, str):
            identity = choice.get("id", text) if isinstance(choice, dict) else text
            yield str(identity), text
