"""Our reader of Magento 1's XML against Python's, on documents that are and are not XML."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checks.platforms
from checks.platforms import php_source

_READER = php_source(Path(checks.platforms.__file__).parent / "openmage" / "xml.php")
_DRIVER = """
$documents = array_map('base64_decode', explode(' ', '%s'));
echo json_encode(array_map('sr_openmage_xml', $documents), 0, 1024);
"""


def read(documents: Sequence[bytes]) -> list[Any]:
    """What the reader makes of each document: its root element, or None."""
    told = " ".join(b64encode(text).decode() for text in documents)
    done = subprocess.run(
        ["php", "-d", "display_errors=stderr", "-d", "error_reporting=-1"],
        input=f"<?php\n{_READER}\n{_DRIVER % told}".encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    found: list[Any] = json.loads(done.stdout)
    return found


def shape(element: Any) -> Any:
    """An element of the reader's as name, text and elements below, by name."""
    return element["name"], element["text"].strip(), {name: shape(one) for name, one in dict(element["below"]).items()}


def meant(element: ElementTree.Element) -> Any:
    """The same of an element of Python's."""
    text = (element.text or "") + "".join(inner.tail or "" for inner in element)
    return element.tag, text.strip(), {inner.tag: meant(inner) for inner in element}


texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_characters="\x7f\x85"), max_size=12)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)


@st.composite
def written(draw: st.DrawFn, name: str = "config", depth: int = 3) -> str:
    """An element as XML, in the many ways in which one may be written."""
    below = draw(st.lists(names, unique=True, max_size=3)) if depth else []
    inner = "".join(draw(written(child, depth - 1)) for child in below)
    text = draw(texts)
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = draw(st.sampled_from([plain, f"<![CDATA[{text.replace(']]>', '')}]]>", f"<!-- <{name}> -->{plain}\n"]))
    if not below and draw(st.booleans()):
        return f"<{name} />"
    opening = draw(st.sampled_from([f"<{name}>", f"<{name} a='>' b=\"/{name}>\">", f"<{name}\n>"]))
    return f"{opening}{shown}{inner}</{name} >"


@settings(max_examples=15)
@given(st.lists(written(), min_size=8, max_size=8))
def test_what_is_xml_is_read_as_python_reads_it(documents: list[str]) -> None:
    whole = ['<?xml version="1.0"?>\n<!-- a note -->\n' + text for text in documents]
    for text, found in zip(whole, read([text.encode() for text in whole]), strict=True):
        assert found is not None, text
        assert shape(found) == meant(ElementTree.fromstring(text))


PIECES = ["<a>", "</a>", "<b/>", "<b>", "</b>", "<!--", "-->", "<![CDATA[", "]]>", "&", "<", ">", "x", "<?x", '="']


@settings(max_examples=15)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), min_size=50, max_size=50))
def test_pieces_of_xml_never_break_the_reader_and_what_is_whole_is_read(documents: list[str]) -> None:
    for text, found in zip(documents, read([text.encode() for text in documents]), strict=True):
        try:
            ElementTree.fromstring(text)
        except ElementTree.ParseError:
            continue  # we are more patient than XML: a stray & or > and text beside the root do no harm
        assert found is not None, text


@pytest.mark.parametrize(
    "text",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>',
        b"<a><b></a></b>",
        b"<a></a><b></b>",
        b"<a>",
        b"</a>",
        b"<a",
        b"<a b='>",
        b"<a><![CDATA[ never closed </a>",
        b"<a><!-- never closed </a>",
        b"<" * 1_000_000,
        b"<a>" * 300_000,
        b"<a>" + b"<b/>" * 200_000 + b"</a>",
        b'<a b="' * 200_000,
        b"",
        b"\x00\xff",
    ],
)
def test_no_document_type_no_entity_and_nothing_half_or_endless_is_accepted(text: bytes) -> None:
    assert read([text]) == [None]


def test_entities_that_xml_does_not_know_stay_as_they_are() -> None:
    (found,) = read([b"<a><b>&lt;&amp;&#65;&quot;&nosuch;</b></a>"])
    assert found["below"]["b"]["text"] == '<&A"&nosuch;'


def test_of_two_elements_with_one_name_the_later_adds_to_the_earlier() -> None:
    (found,) = read([b"<a><b><c>1</c><d>1</d></b><b><c>2</c></b></a>"])
    assert shape(found)[2]["b"][2] == {"c": ("c", "2", {}), "d": ("d", "1", {})}
