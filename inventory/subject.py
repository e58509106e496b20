"""What a problem, a memory or a schedule is about: one name for it in every layer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class SubjectKind(StrEnum):
    """The kinds of subjects."""

    HOST = "host"
    SITE = "site"
    CLIENT = "client"  # the client's contract, or the rounds for all that is the client's
    AGENCY = "agency"  # siterounds itself
    CHORE = "chore"  # a job of the service that is no round; only schedules are about these


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One subject; its text, "site:shop", is for store columns, JSON and people only. Ordered as its text is."""

    kind: SubjectKind
    name: str  # as the inventory has it

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a subject's text. Raises ValueError if the kind is unknown or there is no name."""
        kind, _, name = text.partition(":")
        if not name:
            raise ValueError(f"{text!r} names no subject: expected KIND:NAME")
        return cls(SubjectKind(kind), name)

    def __str__(self) -> str:
        """As it is stored and shown: "site:shop"."""
        return f"{self.kind}:{self.name}"

    @property
    def on_host(self) -> bool:
        """Whether it is a host or on one: not a contract, not siterounds itself, not a job of the service."""
        return self.kind in (SubjectKind.HOST, SubjectKind.SITE)
