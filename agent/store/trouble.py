"""Why the store cannot be used; apart from the store, which takes long to load."""


class StoreError(Exception):
    """The store cannot be used; the message says why and what would mend it."""


class BusyError(StoreError):
    """Another round is writing."""
