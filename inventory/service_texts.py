"""The forms that texts about services must have; each raises ValueError with what is allowed."""

import re
from string import Formatter

from inventory import texts
from inventory.mistakes import choices, shown
from inventory.services import TEMPLATE_NAMES

SERVICE_URL = r"^(https://[^\s/?#@\\]+|http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?)/?$"
CLIENT_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$"
SCOPE = r"^[a-z_]+(:[a-z_]+)?( [a-z_]+(:[a-z_]+)?)*$"
TAG = r"^[A-Za-z0-9_/-]{1,100}$"
FIELD = r"^[1-9][0-9]{0,17}$"
CONTACT = r"^([!-~]+@[!-~]+|https?://[!-~]+)$"
TEMPLATE = r"^([^{}]|\{\{|\}\}|\{(" + "|".join(TEMPLATE_NAMES) + r")\})+$"


def service_url(text: str) -> str:
    """The address of a service, without the slash at its end."""
    example = "must be the address of the service alone, such as https://agency.example"
    if "@" in text:
        raise ValueError(f"{example}, without a user name or a password")
    if text.startswith("http://") and not texts.matches(SERVICE_URL, text):
        raise ValueError(f"{example}: http is only for this very machine, such as http://127.0.0.1:8080")
    if not texts.matches(SERVICE_URL, text):
        raise ValueError(example)
    try:
        return texts.url(text).removesuffix("/")
    except ValueError:
        raise ValueError(example) from None


def client_id(text: str) -> str:
    """The unique identifier of an OAuth client."""
    if not texts.matches(CLIENT_ID, text):
        raise ValueError("must be the identifier of an OAuth client: letters, digits, '.', '_' and '-'")
    return text


def scope(text: str) -> str:
    """The scopes of an OAuth token."""
    if not texts.matches(SCOPE, text) or len(text) > 500:
        raise ValueError("must be scopes with one space between them, such as read tickets:write")
    return text


def tag(text: str) -> str:
    """A Zendesk tag, in small letters as Zendesk keeps it."""
    if not texts.matches(TAG, text):
        raise ValueError("must be a Zendesk tag: letters, digits, '_', '-' and '/', at most 100 of them")
    return text.lower()


def field(text: str) -> str:
    """The id of a custom field, as the key that it is in YAML."""
    if not texts.matches(FIELD, text):
        raise ValueError("must be the id of a custom field: a whole number, such as 27642")
    return text


def contact(text: str) -> str:
    """How somebody who wonders about our requests reaches us: fit for a header."""
    example = "must be an e-mail address or a web address in plain ASCII, such as help@agency.example"
    if not texts.matches(CONTACT, text) or re.search(r'[()<>"\\]', text):
        raise ValueError(example)
    try:
        return texts.url(text) if "://" in text else texts.email(text)
    except ValueError:
        raise ValueError(example) from None


def template(text: str) -> str:
    """A text with names in braces, to be filled in by str.format."""
    line = texts.one_line(text)
    if texts.matches(TEMPLATE, line):
        return line
    try:
        names = [name for _, name, _, _ in Formatter().parse(line) if name is not None]
    except ValueError:
        raise ValueError("has a brace without its partner: write {{ and }} for braces themselves") from None
    for name in names:
        if name not in TEMPLATE_NAMES:
            raise ValueError(f"nothing is called '{{{shown(name)}}}' here; {choices(name, TEMPLATE_NAMES)}")
    raise ValueError(f"must hold names alone in braces, such as {{{names[0]}}}")
