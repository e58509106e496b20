"""Every sentence that reports say, and the catalogues that translate them: `python -m tests.catalogues`.

Sentences are gathered from the tables of words, and from calls: `language("…")`, `language.many("…", "…", n)`,
`later("…")`, `said(language, "…")`, `counted(language, "…", "…", n)`; in templates `_("…")` and `many("…", "…", n)`.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

import reports
from checks.registry import CHECKS
from reports import audience, cards, phrases, site_checks, summary
from reports.language import AVAILABLE, UNITS
from reports.phrases import SOURCES

ROOT = Path(reports.__file__).parents[1]
LOCALES = ROOT / "reports" / "locales"
TRANSLATED = tuple(code for code in AVAILABLE if code != "en")

_CALLS = {"language": (0,), "_": (0,), "later": (0,), "many": (0, 1), "translate": (1,), "translate_plural": (1, 2)}
"""Where the sentences stand among the values of a call."""
_HEADERS = (b'"Language: ', b'"Plural-Forms:', b'"MIME-Version:', b'"Content-')
"""Headers that are kept: none says when or by what a catalogue was written."""
_HEADER = re.compile(rb'"[A-Z][A-Za-z-]+: ')
_VALUES = re.compile(r"{[^}]*}")


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence: where it is said and, where it counts, what is said of several."""

    one: str
    where: str  # "reports/summary.py"
    more: str = ""
    remark: str = ""  # for translators

    @property
    def id(self) -> str | tuple[str, str]:
        """As gettext knows it."""
        return (self.one, self.more) if self.more else self.one


def messages() -> Iterator[Message]:
    """All of them, in an order that never changes; the same sentence may come several times."""
    yield from (one for one in _all() if _VALUES.sub("", one.one).strip())


def _all() -> Iterator[Message]:
    yield from _tables()
    for path in sorted((*(ROOT / "reports").rglob("*.py"), *(ROOT / "agent").rglob("*.py"))):
        yield from _spoken(path)
    for path in sorted((ROOT / "reports" / "templates").glob("*.j2")):
        yield from _templated(path)


def _tables() -> Iterator[Message]:
    for kind, several in phrases.WORDS.items():
        for one in several:
            for part in ("headline", "meaning", "action", "many", "entry"):
                if sentence := getattr(one, part):
                    yield Message(sentence, "reports/phrases", remark=f"{kind}: {_PARTS[part]}")
    tables: Sequence[tuple[str, str, Sequence[str]]] = (
        (
            "reports/phrases/__init__.py",
            "a check in which nothing is wrong",
            (*phrases.WELL.values(), phrases.ANY_WELL),
        ),
        ("reports/phrases/__init__.py", "in brackets, or one of a list", SOURCES),
        ("reports/phrases/causes.py", "why something was not looked at", list(phrases.CAUSES.values())),
        ("reports/cards.py", "a state, on a small label", list(cards.LABELS.values())),
        ("reports/cards.py", "a label, or in brackets", list(cards.QUIET.values())),
        ("reports/summary.py", "a label, with a count after it", [label for label, _, _ in summary.CHANGES]),
        ("reports/audience.py", "", (audience.OURS, audience.SHARED)),
        ("reports/site_checks.py", "", (site_checks.NOTHING_THERE,)),
        ("reports/site_checks.py", "beside a state", (site_checks.OUTSIDE, site_checks.ALSO)),
        ("reports/language.py", "a size", UNITS),
        ("checks", "what a check is called", [check.title for check in CHECKS]),
    )
    for where, remark, sentences in tables:
        yield from (Message(sentence, where, remark=remark) for sentence in sentences)


_PHRASES = "reports/phrases/__init__.py"
_PARTS = {
    "headline": "headline, in most cases without a full stop",
    "meaning": "why it matters",
    "action": "what to do",
    "many": "headline over several",
    "entry": "one of several, in their list",
}


def _spoken(path: Path) -> Iterator[Message]:
    """What one module says in calls; what a call is given otherwise than as text stands in a table, or in `later`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        given = [call.args[place] for place in _CALLS.get(name, ()) if place < len(call.args)]
        texts = [_texts(one) for one in given]
        if name in ("many", "translate_plural"):
            if len(texts) == 2 and all(len(one) == 1 for one in texts):
                yield Message(texts[0][0], _named(path), texts[1][0])
        else:
            yield from (Message(text, _named(path)) for several in texts for text in several if text not in AVAILABLE)


def _texts(given: ast.expr) -> list[str]:
    match given:
        case ast.Constant(value=str(text)) if text:
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_texts(body), *_texts(orelse)]
    return []


def _templated(path: Path) -> Iterator[Message]:
    for call in Environment(autoescape=True).parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        texts = [one.value for one in call.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
        if name == "_" and texts:
            yield Message(texts[0], _named(path))
        elif name == "many":
            yield Message(texts[0], _named(path), texts[1])


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def template() -> Catalog:
    """What there is to translate."""
    made = Catalog(charset="utf-8")
    plural = {one.one: one.more for one in messages() if one.more}
    for one in messages():
        more = plural.get(one.one, "")
        if one.more not in ("", more):
            raise ValueError(f"{one.one!r} has two plurals: {more!r} and {one.more!r}")
        made.add(
            (one.one, more) if more else one.one,
            locations=[(one.where, 0)],
            auto_comments=[one.remark] if one.remark else [],
        )
    return made


def catalogue(code: str) -> Catalog:
    """The catalogue of a language as it is in the repository, empty where there is none yet."""
    path = LOCALES / f"{code}.po"
    return read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=code)


def brought_up_to_date(code: str) -> bytes:
    """The text of a catalogue with every sentence there is; what is new is empty, what has changed is fuzzy."""
    made = catalogue(code)
    made.update(template())
    made.obsolete.clear()
    made.fuzzy = False
    made.header_comment = (
        "# What reports say to clients. Words in braces stay as they are, and so does what stands after their colon."
    )
    written = BytesIO()
    write_po(written, made, width=120, ignore_obsolete=True, include_previous=True, include_lineno=False)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if line.startswith(_HEADERS) or not _HEADER.match(line))


def main() -> None:
    """Bring all of them up to date, and say what is left to do."""
    LOCALES.mkdir(exist_ok=True)
    for code in TRANSLATED:
        (LOCALES / f"{code}.po").write_bytes(brought_up_to_date(code))
        made = catalogue(code)
        open_ones = sum(1 for one in made if one.id and (one.fuzzy or not translated(one)))
        print(f"{code}: {len(made)} sentences, {open_ones} to translate")


def translated(message: Entry) -> bool:
    """Whether all forms of a sentence are there."""
    texts = message.string
    return bool(texts) if isinstance(texts, str) else bool(texts) and all(texts or ())


if __name__ == "__main__":
    main()
