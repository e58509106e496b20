"""What is due, as one plan per host: each question once, however many checks want its answer."""

from dataclasses import dataclass
from typing import Any

from checks import Lookup, Probe, Target
from inventory.model import Host


@dataclass(frozen=True, slots=True)
class Question:
    """One probe asked about one target, with the arguments it gets this time."""

    id: str  # unique within its plan, letters and digits
    probe: Probe[Any]
    target: Target
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One lookup about one target, which the DNS answers and not the host."""

    lookup: Lookup[Any]
    target: Target
    settings: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is asked of one host in one round."""

    host: Host
    questions: tuple[Question, ...]
    inquiries: tuple[Inquiry, ...] = ()
