"""The documents say what is so: the files, names, commands and excerpts in them are those of the code."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted((ROOT / "README.md", *(ROOT / ".github").glob("*.md"), *(ROOT / "docs").rglob("*.md")))
TO_BE_ADDED = re.compile(r"\b(queue|drupal|tracker)\b|test_(queue|drupal|tracker)\b")
"""What a reader of docs/adding-*.md adds in the examples, and nobody has."""
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.S | re.M)
SUFFIXES = {"python": ("py",), "php": ("php",)}
"""Languages of excerpts, with where these are to be found."""

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))


def spans(text: str) -> Iterator[str]:
    """What stands in backquotes within sentences."""
    yield from re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def paths(text: str) -> set[str]:
    """Paths below the root of the repository, in sentences and drawings."""
    rooms = r"agent|checks|inventory|reports|tests|docs|\.ci|\.github"
    found = re.findall(rf"(?<![\w./-])((?:{rooms})/[\w./*-]*|[a-z.]+\.(?:toml|txt)|[A-Z]+\.md|Makefile)(?![\w/])", text)
    return {one.rstrip(".") for one in found if not TO_BE_ADDED.search(one)}


def slugs(text: str) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.M)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@cache
def source(suffix: str) -> str:
    """All code of one language, the tests included, but for this file."""
    rooms = ("agent", "checks", "inventory", "reports", "tests")
    files = (path for room in rooms for path in sorted((ROOT / room).rglob(f"*.{suffix}")))
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path != Path(__file__))


@documents
def test_every_path_is_there(document: Path) -> None:
    assert [one for one in sorted(paths(document.read_text())) if not [*ROOT.glob(one)]] == []


@documents
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", document.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path
        assert target.exists(), link
        assert not anchor or anchor in slugs(target.read_text()), link


@documents
def test_every_name_is_there(document: Path) -> None:
    for name in spans(document.read_text()):
        if not re.fullmatch(r"(agent|checks|inventory|reports|tests)(\.\w+)+", name) or name.endswith(
            (".yaml", ".html")
        ):
            continue
        parts = name.split(".")
        found: object = importlib.import_module(parts[0])
        for number, part in enumerate(parts[1:], start=2):
            if not hasattr(found, part):
                importlib.import_module(".".join(parts[:number]))
            found = getattr(found, part)


@documents
def test_every_target_of_make_is_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    said = re.findall(r"(?:^|`)make ([a-z]+(?: [a-z]+)*)", document.read_text(), re.M)
    assert {target for several in said for target in several.split()} <= targets


@documents
def test_excerpts_are_of_the_code(document: Path) -> None:
    for language, code in FENCE.findall(document.read_text()):
        for suffix in SUFFIXES.get(language, ()):
            for line in filter(None, (one.strip().removesuffix(" ...") for one in code.splitlines())):
                assert line in ("...", "…") or line in source(suffix), line
