"""The site probe as a host runs it: our script, our payload, a shell, an account."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from checks.platforms import Platform, wordpress
from checks.platforms.facts import SiteFacts, parse
from checks.platforms.probe import PHP_SCRIPT, php_payload
from checks.remedies import remedy_text

AS_ROOT: Final = os.geteuid() == 0
NEEDS_ROOT: Final = "only root can become another account"
HOST: Final = '{"host": "shop.example"}'
SHELLS: Final = ("dash", "busybox sh", "bash")
SOURCES: Final = "function sr_logs_main($sources, $options, $site) { return array('sources' => $sources); }"
"""Instead of reading logs, hands back what the platform says of them."""

_COMMANDS: Final = (
    "cat",
    "dd",
    "tr",
    "sed",
    "id",
    "head",
    "printf",
    "grep",
    "tail",
    "cut",
    "sh",
    "dash",
    "ls",
    "readlink",
)

Done = subprocess.CompletedProcess[str]


def run(
    root: Path | str,
    *,
    mode: str = "facts",
    run_as: str = "",
    php: str = "",
    platform: str = "auto",
    options: str = HOST,
    account: str = "",
    shell: str = "sh",
    env: Mapping[str, str] | None = None,
    script: str = PHP_SCRIPT,
    platforms: Sequence[Platform] = (wordpress.platform,),
) -> Done:
    """What the script prints, says and ends with; asked as `account`, where one is given."""
    become = ["runuser", "-u", account, "--"] if account else []
    payload = php_payload(platforms, *([SOURCES] if mode == "logs" else []))
    return subprocess.run(
        [*become, *shell.split(), "-c", script, "site", mode, str(root), run_as, php, platform, options],
        input=payload,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        timeout=120,
        cwd="/",
        env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **(env or {})},
    )


def facts(root: Path | str, **how: str) -> SiteFacts:
    """What the site says of itself; the script must have ended well."""
    done = run(root, **how)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    return parse(done.stdout)


def said(done: Done) -> tuple[str, str]:
    """The reason and the remedy of a script that ended badly, as the agent takes them."""
    assert done.returncode != 0, done.stdout[:500]
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    remedies = [line.removeprefix("remedy: ") for line in lines if line.startswith("remedy: ")]
    return lines[-1], remedy_text(remedies[-1]) if remedies else ""


@contextmanager
def commands(folder: Path, *without: str) -> Iterator[Mapping[str, str]]:
    """An environment whose PATH has what a small system has, without some commands."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*_COMMANDS, "sudo", "runuser", "php"):
        found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
        if found and name not in without:
            (folder / name).symlink_to(found)
    yield {"PATH": str(folder)}
    shutil.rmtree(folder)
