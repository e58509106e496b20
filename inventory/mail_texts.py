"""The forms that texts about mail must have; each raises ValueError with what is allowed."""

from inventory import texts

UNSUBSCRIBE_URL = r"^https://[^\s/?#@\\{}]+([/?]([^\s\\#{}]|\{client\})*)?$"
DOMAIN = r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$"
SELECTOR = r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"
LOOPBACK = r"^(localhost|127(\.[0-9]{1,3}){3}|::1)$"


def unsubscribe_url(text: str) -> str:
    """Where somebody who wants no more reports goes; mail programs send a POST there."""
    example = "must be a web address such as https://agency.example/reports/{client}"
    if not text.startswith("https://"):
        raise ValueError(f"{example}: mail programs use https alone")
    plain = text.replace("{client}", "client")
    if "{" in plain or "}" in plain:
        raise ValueError(f"{example}: nothing but {{client}} may stand in braces, and not in the name of the server")
    if not texts.matches(UNSUBSCRIBE_URL, text) or not text.isascii():
        raise ValueError(f"{example}, in plain ASCII" if not text.isascii() else example)
    try:
        texts.url(plain)
    except ValueError:
        raise ValueError(example) from None
    return text


def domain(text: str) -> str:
    """A domain in whose name mail is signed."""
    if not texts.matches(DOMAIN, text) or len(text) > 253:
        raise ValueError("must be the name of a domain in plain ASCII, such as agency.example")
    return text.lower()


def selector(text: str) -> str:
    """What stands before ._domainkey in the DNS."""
    if not texts.matches(SELECTOR, text) or len(text) > 63:
        raise ValueError("must be a DKIM selector: letters, digits, '-' and '.', such as rounds")
    return text


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine by its name."""
    return texts.matches(LOOPBACK, host)
