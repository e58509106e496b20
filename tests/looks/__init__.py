"""The tools that look at a report as mail programs and people do: linters, and Chromium with axe."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
TOOLS = HERE.parent.parent / "build/looks"


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be looked at. `axe` names the colour schemes in which it is judged."""

    name: str
    html: str
    mail: bool = True
    axe: Sequence[str] = ()


def lint(pages: Sequence[Page], folder: Path) -> Mapping[str, Sequence[str]]:
    """What html-validate finds, and in mails doiuse-email, by page."""
    return _looked("lint.mjs", pages, folder)


def browse(pages: Sequence[Page], folder: Path) -> Mapping[str, Sequence[str]]:
    """What sticks out, is too small, or breaks a rule of axe in Chromium, by page."""
    chromium = shutil.which("chromium")
    assert chromium, "Debian's package chromium is missing"
    return _looked("browse.mjs", pages, folder, chromium)


def _looked(script: str, pages: Sequence[Page], folder: Path, *options: str) -> Mapping[str, Sequence[str]]:
    subprocess.run(["sh", HERE / "install.sh", TOOLS], check=True)
    listed = []
    for number, page in enumerate(pages):
        file = folder / f"{number}.html"
        file.write_text(page.html, encoding="utf-8")
        listed.append({**asdict(page), "html": "", "file": str(file)})
    manifest = folder / "pages.json"
    manifest.write_text(json.dumps(listed), encoding="utf-8")
    command = ["node", str(HERE / script), str(TOOLS), str(manifest), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Sequence[str]] = json.loads(done.stdout)
    assert list(found) == [page.name for page in pages]
    return found
