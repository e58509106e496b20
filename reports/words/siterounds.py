"""The kinds of what is wrong with siterounds itself. Only the agency reads of it, in the check's own sentences."""

from reports.words.kind import Kinds

SITEROUNDS: Kinds = {
    "siterounds-clock": (),
    "siterounds-credential": (),
    "siterounds-refused": (),
    "siterounds-room": (),
    "siterounds-unvisited": (),
    "siterounds-version": (),
}
