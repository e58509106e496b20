"""A report as a tagged PDF, which screen readers can read, by WeasyPrint: an extra, installed where it is wanted."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

from agent.health.making import MakingError


def pdf_of(html: str, pictures: Mapping[str, bytes]) -> bytes:
    """The PDF of a report's HTML, its pictures by content ID; loads nothing from anywhere. Raises MakingError.

    The same HTML makes the same PDF.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise MakingError(f"a PDF needs WeasyPrint: pip install 'siterounds[pdf]' ({error})") from error
    for cid, png in pictures.items():
        html = html.replace(f'"cid:{cid}"', f'"data:image/png;base64,{b64encode(png).decode()}"')
    fetcher = URLFetcher(allowed_protocols=("data",))
    name = sha256(html.encode()).digest()[:16]
    pdf: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=name, presentational_hints=True
    )
    return pdf
