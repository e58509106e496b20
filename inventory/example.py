"""The inventory to begin with, as `siterounds init` writes it."""

from importlib.resources import files


def example() -> str:
    """A commented inventory of one client, one host and one site; it loads without a mistake."""
    return files("inventory").joinpath("example.yaml").read_text("utf-8")
