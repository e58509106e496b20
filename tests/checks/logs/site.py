"""A site with logs of its own in a folder, read by the real script and the real PHP."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from checks import CheckResult, Finding, Target
from checks.logs import check
from checks.logs.facts import LogFacts
from checks.logs.probe import logs_probe, payload
from checks.logs.settings import Settings
from checks.platforms import Platform
from inventory.model import Host, Site

# A platform whose log sources stand in a file, so that a test says what a platform would.
PLAIN = Platform(
    name="plain",
    title="Plain",
    php="""
sr_platform('plain', array(
    'recognise' => function ($root, $options) {
        return is_file($root . '/sources.json') ? array('root' => realpath($root)) : null;
    },
    'facts' => function ($site, $out) {},
    'logs' => function ($site) {
        return json_decode(file_get_contents($site['root'] . '/sources.json'), true);
    },
));
""",
)
CLEAN = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C"}


def ask(
    arguments: Sequence[str],
    platforms: Sequence[Platform] = (PLAIN,),
    shell: str = "sh",
    account: str = "",
    env: Mapping[str, str] = CLEAN,
) -> str:
    """What the probe prints when it is asked as the runner asks it, logged in as `account` where one is given."""
    become = ["runuser", "-u", account, "--"] if account else []
    ran = subprocess.run(
        [*become, *shell.split(), "-c", logs_probe.script, "probe", *arguments],
        input=payload(platforms).encode(),
        capture_output=True,
        timeout=120,
        check=False,
        cwd="/",
        env=env,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


@dataclass
class PlainSite:
    """The site, and what a round remembers of it."""

    root: Path
    settings: Settings
    url: str = "https://shop.example/"
    run_as: str | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)
    platforms: Sequence[Platform] = (PLAIN,)
    account: str = ""
    shell: str = "sh"
    env: Mapping[str, str] = field(default_factory=lambda: CLEAN)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not (self.root / "sources.json").exists():
            self.sources()

    def sources(self, *sources: Mapping[str, str]) -> None:
        """Says what the platform answers; the rest of each source is filled in."""
        whole = [{"purpose": "application", "off": "", "remedy": "", **source} for source in sources]
        for source in whole:
            source["path"] = str(self.root / source["path"])
        (self.root / "sources.json").write_text(json.dumps(whole))

    @property
    def target(self) -> Target:
        """The site as the inventory has it."""
        site = Site("shop", "acme", "web1", self.url, str(self.root), run_as=self.run_as)
        return Target(Host("web1"), site)

    def document(self) -> str:
        """What the host prints."""
        arguments = logs_probe.arguments(self.target, self.settings, self.memory)
        return ask(arguments, self.platforms, self.shell, self.account, self.env)

    def facts(self) -> LogFacts:
        """What was read; memory stays as it is."""
        return logs_probe.parse(self.document())

    def visit(self) -> tuple[LogFacts, CheckResult]:
        """One round: what was read, what follows, and memory goes on."""
        facts = self.facts()
        judgement = check.evaluate(facts, self.settings, self.memory, datetime.now(UTC))
        self.memory = json.loads(json.dumps(judgement.memory))
        return facts, judgement


def nowhere(root: Path, **more: Any) -> Settings:
    """Settings that look for no web server on the machine that runs the tests."""
    found: dict[str, Any] = {"nginx": (), "apache": (), "fpm": (), "fpm_logs": (), "usual": (), **more}
    return Settings(**found)


def by_item(judgement: CheckResult) -> dict[str, Finding]:
    """Findings by item; each item once."""
    items = [finding.item for finding in judgement.findings]
    assert len(items) == len(set(items)), items
    return {finding.item: finding for finding in judgement.findings}
