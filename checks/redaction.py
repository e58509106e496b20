"""What must not be kept or passed on, taken out of text from a host."""

import ipaddress
import re
from collections.abc import Callable

HIDDEN = "[hidden]"
_PASSES = 5  # one rule's answer can complete what another looks for; in practice the second pass changes nothing
_MARGIN = 400  # characters given up where a text is cut, so that no half of a secret survives at the cut

# The same rules stand in redaction.php; tests/checks/logs/test_redaction.py holds both to one table and to random text.
_QUOTED = r'\\"(?:[^"\\]++|\\(?!"))*+(?:\\")?|"(?:[^"\\]++|\\.)*+"?' + r"|'(?:[^'\\]++|\\.|'')*+'?"
_LISTED = r"\[[^\]]*+\]?|\{[^}]*+\}?"
_IS = r"""(?:["'\\\])[]|%5[BD]){0,4}\s{0,3}(?:=>|=|:(?!:)|%3[AD])\s{0,3}+"""
_NAMES = (
    r"(?:pass(?:word|wd|wort|phrase|code)|pwd|secret|token|(?:api|access|private|crypt|encryption|form|auth)[_-]?key"
    r"|sess(?:ion)?[_-]?(?:id|key)?|csrf|xsrf|nonce|signature|credential|cvv|cvc|card[_-]?n(?:umber|o)"
    r"|wordpress_(?:sec|logged_in))[A-Za-z0-9_-]{0,60}|(?:pass|key|auth|sid|sig)(?![A-Za-z])[0-9_-]{0,10}"
)
_NO = r"(?<![A-Za-z0-9_])no"  # sudo's NOPASSWD: is followed by a command
_HEADER_NAME = (
    r"(?:proxy[_-]|http[_-])?authorization|(?:set[_-]|http[_-])?cookie2?|x[_-](?:api|auth|access)[_-](?:key|token)"
)
_OPTION = r"--[a-z0-9-]{0,30}(?:user|host|name|dsn|e?mail|url|uri|pass|key|secret|token)[a-z0-9-]{0,20}"
_VALUE = rf"(?!(?:yes|no|true|false|null)(?![A-Za-z0-9_]))(?:{_QUOTED}|{_LISTED}|[^\s&\"'<>]+)"


def _card(match: re.Match[str]) -> str:
    """A payment card's number, known by its check digit."""
    digits = [int(digit) for digit in match[0] if digit.isdigit()]
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


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"-----BEGIN[A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END[A-Z ]{0,30}PRIVATE KEY-----|$)", "[private key]"),
        (rf"((?:{_HEADER_NAME}){_IS})(?!\[hidden\])(?:{_QUOTED}|[^\r\n\"'<>]+)", rf"\1{HIDDEN}"),
        (r"(?<![A-Za-z0-9_])(bearer\s{1,3})(?!\[)[A-Za-z0-9._~+/=-]{6,}", rf"\1{HIDDEN}"),
        (r"(?<![A-Za-z0-9_])(basic\s{1,3})(?=[A-Za-z0-9+/]*[0-9=])[A-Za-z0-9+/]{8,}={0,2}", rf"\1{HIDDEN}"),
        (r"(?<![A-Za-z0-9_])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?", "[token]"),
        (
            r"(?<![A-Za-z0-9_])(?:[spr]k_(?:live|test)_|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|AIza|SG\.)[A-Za-z0-9_.-]{10,}",
            "[token]",
        ),
        (r"\$(?:wp\$)?(?:2[abxy]|[PHS156]|argon2(?:id|i|d))\$[A-Za-z0-9./$=,+]{8,}", "[hash]"),
        (r"(?<![A-Za-z0-9_])(sess_)[A-Za-z0-9,-]{16,}", rf"\1{HIDDEN}"),
        (r"(:(?:\\?/){2})[^\s/?#\"'<>\\]+@", rf"\1{HIDDEN}@"),
        (rf"({_OPTION}(?:=|%3D))(?:{_QUOTED}|[^\s\"'<>]+)", rf"\1{HIDDEN}"),
        (r"(--[a-z-]{0,20}pass(?:word)?\s{1,3})(?!-)[^\s\"'<>]+", rf"\1{HIDDEN}"),
        (r"((?<![A-Za-z0-9_])(?:mysql|mariadb)[a-z-]{0,8}\s(?:[^\n]{0,200}?\s)??-p)(?:[^\s\"'<>]+)", rf"\1{HIDDEN}"),
        (r"((?<![A-Za-z0-9_])(?:mysql|mariadb)[a-z-]{0,8}\s(?:[^\n]{0,200}?\s)??-u)(?:[^\s\"'<>]+)", rf"\1{HIDDEN}"),
        (r"((?<![A-Za-z0-9_])identified\s{1,3}by\s{1,3}(?:password\s{1,3})?)(?:" + _QUOTED + ")", rf"\1{HIDDEN}"),
        (rf"((?<!{_NO})(?:{_NAMES}){_IS}){_VALUE}", rf"\1{HIDDEN}"),
        (r"(['\"`])[^'\"`\s]{0,80}\1@(['\"`])[^'\"`\s]{0,255}\2", rf"'{HIDDEN}'@'{HIDDEN}'"),
        (
            r"[^\s@<>\"'(),;:=&?/\\\[\]{}|]{1,64}(?:@|%40)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}",
            "[e-mail]",
        ),
        (r"(?<![A-Za-z0-9_:.])[0-9a-f]{0,4}:[0-9a-f:.]{1,45}(?![A-Za-z0-9_])", _ipv6),
        (
            r"(?<![0-9.])(?!(?:127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|0\.0\.0\.0)(?!\.?[0-9]))"
            r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?!\.?[0-9])",
            "[ip]",
        ),
        (r"(?<![0-9])(?<![0-9]\.)[2-6](?:[ -]?[0-9]){12,18}(?![0-9])", _card),
        (r"(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])", "[hex]"),
        (
            r"(?<![A-Za-z0-9_])(?=[A-Za-z0-9_-]*[0-9])(?-i:(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[A-Z]))[A-Za-z0-9_-]{40,}",
            "[token]",
        ),
    )
)

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def redact(text: str, limit: int = 1000) -> str:
    """At most `limit` characters of a text, without personal data, secrets and characters that steer or hide.

    Addresses (mail, IP), card numbers, tokens, passwords, session ids, credentials on command lines and in URLs are
    replaced by words in brackets. Doing it twice changes nothing more.
    """
    text = _cut(_UNFIT.sub("", _ANSI.sub("", text[: limit * 8])), limit * 4)
    for _ in range(_PASSES):
        before = text
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        text = text if len(text) <= limit else text[: limit - 1] + "…"
        if text == before:
            break
    return text


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending where a word does."""
    if len(text) <= limit:
        return text
    text = text[: max(limit - _MARGIN, 0)]
    return text[: text.rfind(" ")] if " " in text[-_MARGIN:] else text
