"""What must not be kept or passed on, taken out of text: on the host by PHP, and again here, both by one table."""

import hashlib
import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

from checks.redaction_rules import RULES, Rule, Sort

_PASSES = 5  # one rule's answer can complete what another looks for; in practice the second pass changes nothing
_SHORTEST = 5  # characters that hold anything to hide
_MARGIN = 400  # characters given up where a text is cut, so that no half of a secret survives at the cut

EVERYTHING = frozenset(Sort)
"""What is hidden in text that anybody may have written: logs, what a server says."""

OF_FINDINGS = frozenset({Sort.SECRET, Sort.PERSON})
"""What is hidden in findings: the addresses in them are our hosts', their long words are fingerprints.

Mail addresses are numbered there, `[e-mail 1a2b3c4d]`, by the first digits of their SHA-256 in small letters.
"""


def _card(match: re.Match[str]) -> str:
    """A payment card's number, known by its check digit."""
    digits = [int(digit) for digit in re.sub("%20|[^0-9]", "", match[0])]
    if not 13 <= len(digits) <= 19:
        return match[0]
    doubled = [digit if place % 2 == 0 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(reversed(digits))]
    return "[card]" if sum(doubled) % 10 == 0 else match[0]


def _ipv6(match: re.Match[str]) -> str:
    """An address, unless it is the loopback one or a PHP class and its method that look like one."""
    for end in (len(match[0]), len(match[0].rstrip(".")), len(match[0].rstrip(".:"))):
        text = match[0][:end]
        if text == "::1" or not ("::" in text or text.count(":") == 7) or not re.search(r"[0-9]", text):
            continue
        try:
            ipaddress.IPv6Address(text)
        except ValueError:
            continue
        return "[ip]" + match[0][end:]
    return match[0]


def _iban(match: re.Match[str]) -> str:
    """A bank account, known by its check digits (ISO 7064, 97-10)."""
    text = re.sub("[ .-]", "", match[0])
    number = int("".join(str(int(char, 36)) for char in text[4:] + text[:4]))
    return "[iban]" if 15 <= len(text) <= 34 and number % 97 == 1 else match[0]


def _email(match: re.Match[str]) -> str:
    """A mail address by a number that it always has: an account that is called after one stays the account it was."""
    return f"[e-mail {hashlib.sha256(match[0].lower().encode('utf-8', 'replace')).hexdigest()[:8]}]"


_FUNCTIONS: dict[str, Callable[[re.Match[str]], str]] = {
    "card": _card,
    "ipv6": _ipv6,
    "iban": _iban,
    "email": lambda _: "[e-mail]",
}
_IN_FINDINGS = {**_FUNCTIONS, "email": _email}
_COMPILED = tuple(
    (rule, re.compile(rule.pattern, re.DOTALL | re.IGNORECASE), tuple(need.encode() for need in rule.needs))
    for rule in RULES
)

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def redact(text: str, limit: int = 1000, sorts: frozenset[Sort] = EVERYTHING) -> str:
    """At most `limit` characters of a text, without personal data, secrets and characters that steer or hide.

    Addresses (mail, IP), numbers of cards, bank accounts and telephones, tokens, passwords, session ids, credentials on
    command lines and in URLs are replaced by words in brackets. Doing it twice changes nothing more.
    """
    if len(text) < _SHORTEST:
        return _UNFIT.sub("", text)
    return _hide(_cut(_UNFIT.sub("", _ANSI.sub("", text[: limit * 8])), limit * 4), limit, sorts)


@lru_cache(maxsize=4096)  # hosts say the same again and again; a text is short
def _hide(text: str, limit: int, sorts: frozenset[Sort]) -> str:
    functions = _IN_FINDINGS if sorts == OF_FINDINGS else _FUNCTIONS
    for _ in range(_PASSES):
        before = text
        small = text.encode("utf-8", "replace").lower()
        for rule, pattern, needs in _COMPILED:
            if rule.sort in sorts and (not needs or any(need in small for need in needs)):
                text = pattern.sub(functions[rule.function] if rule.function else rule.template, text)
        text = text if len(text) <= limit else text[: limit - 1] + "…"
        if text == before:
            break
    return text


def php_rules() -> str:
    """The table as PHP: `sr_logs_rules()` gives lists of pattern, replacement, function, and the needs of each rule."""
    rows = ",\n        ".join(map(_php_rule, RULES))
    return f"function sr_logs_rules()\n{{\n    return array(\n        {rows}\n    );\n}}\n"


def _php_rule(rule: Rule) -> str:
    pattern = re.sub(r"(?<!\\)\\u([0-9a-f]{4})", r"\\x{\1}", rule.pattern.replace("/", r"\/"))
    pattern = "".join(char if char.isascii() else f"\\x{{{ord(char):x}}}" for char in pattern)
    function = f"sr_logs_hide_{rule.function}" if rule.function else ""
    needs = ", ".join(map(_php_text, rule.needs))
    return f"array({_php_text(f'/{pattern}/siu')}, {_php_text(rule.template)}, {_php_text(function)}, array({needs}))"


def _php_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending where a word does."""
    if len(text) <= limit:
        return text
    text = text[: max(limit - _MARGIN, 0)]
    return text[: text.rfind(" ")] if " " in text[-_MARGIN:] else text
