"""Third parties' checks and platforms: found when they are sound, named with the reason when they are not."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from checks.platforms.builtin import PLATFORMS
from checks.probes import InternalProbe
from checks.registry import CHECK_GROUP, CHECKS, PLATFORM_GROUP, Broken, load

EXAMPLE = Path(__file__).parents[1] / "plugin_example"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path; what is imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


def install(folder: Path, name: str, points: str, modules: Mapping[str, str], version: str = "1.0") -> None:
    """A distribution as pip leaves it behind: its modules, its metadata, its entry points."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(points)
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(dedent(source))


SOUND = """\
    from dataclasses import dataclass, field, replace
    from checks import Check, CheckResult, Kind, KindPhrases, Lookup, PhraseTemplate, Probe, Scope, Threshold
    from checks.platforms import Platform

    @dataclass(frozen=True)
    class Settings:
        days: int = 5

    probe = Probe("sound-probe", "true", str, Scope.HOST)
    check = Check("sound", "Sound", probe, lambda *given: CheckResult(()), Settings(), (Kind("sound-kind"),))
    platform = Platform("drupal", "Drupal", "sr_platform('drupal', array());")
"""


def test_ours_are_there_under_our_name() -> None:
    registry = load()

    assert list(registry.checks.values())[: len(CHECKS)] == list(CHECKS)
    assert list(registry.platforms.values())[: len(PLATFORMS)] == list(PLATFORMS)
    assert {registry.check_origins[check.name] for check in CHECKS} == {"siterounds"}
    assert {registry.platform_origins[platform.name] for platform in PLATFORMS} == {"siterounds"}
    assert registry.settings()["ssh"] == registry.checks["ssh"].settings
    assert {"ssh", "disk", "firewall"} <= registry.host_checks()
    assert not {"users", "versions", "dnsbl", "logs", "contract"} & registry.host_checks()
    assert registry.client_checks() == {"contract", "siterounds"}


def test_ours_are_sound_by_the_rules_for_third_parties() -> None:
    from checks.registry import validate_check, validate_platform

    for check in CHECKS:
        if not isinstance(check.probe, InternalProbe):
            assert validate_check(check, [other for other in CHECKS if other is not check]) is check
    for platform in PLATFORMS:
        assert validate_platform(platform) is platform


def test_a_package_installed_by_pip_is_found(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    pip += ["--disable-pip-version-check", "--no-cache-dir", "--target", str(target), str(source)]
    subprocess.run(pip, check=True, capture_output=True, text=True)
    program = """\
        import json
        from checks.registry import load
        registry = load()
        check, platform = registry.checks["mail-queue"], registry.platforms["kirby"]
        print(json.dumps([registry.check_origins["mail-queue"], registry.platform_origins["kirby"], check.title,
                          platform.title, [str(one) for one in registry.broken],
                          "mail-queue" in registry.host_checks()]))
    """
    found = subprocess.run(
        [sys.executable, "-c", dedent(program)],
        env={"PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        text=True,
    )

    origin = "siterounds-example 1.0.0"
    assert json.loads(found.stdout) == [origin, origin, "Mail queue", "Kirby", [], True]


def test_a_sound_one_is_listed_with_its_origin(folder: Path) -> None:
    points = f"[{CHECK_GROUP}]\nsound = sound_module:check\n[{PLATFORM_GROUP}]\ndrupal = sound_module:platform\n"
    install(folder, "sound-things", points, {"sound_module": SOUND}, version="2.1")
    registry = load()

    assert registry.broken == ()
    assert registry.check_origins["sound"] == registry.platform_origins["drupal"] == "sound-things 2.1"
    assert registry.settings()["sound"].days == 5


def _with_phrases(phrases: str) -> str:
    return f'check = replace(check, phrases={{"sound-kind": {phrases}}})'


_ALIKE = (
    "its phrases for 'sound-kind' in 'de' differ from the English ones in number, order, values or when they are said"
)

BROKEN = {
    "raises": ('raise RuntimeError("no\\nluck \\x1b[31m")', "RuntimeError: no luck \\x1b[31m"),
    "raises what cannot be said": (
        "class Mute(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Mute",
        "broken_module.Mute: <exception str() failed>",
    ),
    "leaves": ("raise SystemExit(3)", "SystemExit: 3"),
    "imports nothing": ("import no_such_module_at_all", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
    "cannot be read": ("def", "SyntaxError: invalid syntax"),
    "has no such value": ("", "AttributeError: module 'broken_module' has no attribute 'check'"),
    "is of another type": ("check = {}", "it is a dict, not a checks.Check"),
    "has another name": (
        'check = replace(check, name="other")',
        "its entry point is called 'sound', but it calls itself 'other'",
    ),
    "has a name that is none": (
        'check = replace(check, name="So und")',
        "its name 'So und' is not made of small letters, digits and '-', at most 64 of them",
    ),
    "has no title": ('check = replace(check, title=" ")', "it has no title"),
    "has no probe": (
        "check = replace(check, probe=None)",
        "its probe is neither a checks.Probe nor a checks.Lookup",
    ),
    "brings its facts itself": (
        "from checks.probes import InternalProbe\ncheck = replace(check, probe=InternalProbe(Scope.HOST))",
        "its probe is neither a checks.Probe nor a checks.Lookup",
    ),
    "asks about a client": (
        "check = replace(check, probe=replace(probe, scope=Scope.CLIENT))",
        "its probe is about a client, of whom neither a host nor the DNS knows anything",
    ),
    "looks up about a client": (
        'check = replace(check, probe=Lookup("l", list, Scope.CLIENT))',
        "its probe is about a client, of whom neither a host nor the DNS knows anything",
    ),
    "has a probe without a script": (
        "check = replace(check, probe=replace(probe, script=None))",
        "its probe's script is not text",
    ),
    "has a probe without a scope": (
        'check = replace(check, probe=replace(probe, scope="host"))',
        "its probe's scope is not a checks.Scope",
    ),
    "has a probe that does not end": (
        "check = replace(check, probe=replace(probe, timeout=1e9))",
        "its probe's timeout is not between 0 and 600 seconds",
    ),
    "has a probe that parses nothing": (
        "check = replace(check, probe=replace(probe, parse=None))",
        "its probe's parse or arguments cannot be called",
    ),
    "has a probe named like ours": (
        'check = replace(check, probe=replace(probe, name="site"))',
        "its probe has the name of another one, that of the check 'versions'",
    ),
    "judges nothing": ("check = replace(check, evaluate=None)", "its evaluate cannot be called"),
    "has no policy": ("check = replace(check, policy=None)", "its policy is not a checks.Policy"),
    "declares no kinds": ("check = replace(check, kinds=None)", "its kinds are no Kinds"),
    "declares names for kinds": ('check = replace(check, kinds=("a", "b"))', "its kinds are no Kinds"),
    "declares a kind twice": (
        "check = replace(check, kinds=check.kinds * 2)",
        "it declares the kind 'sound-kind' twice",
    ),
    "declares a kind that is none": (
        'check = replace(check, kinds=(Kind("So und"),))',
        "its kind 'So und' is not made of small letters, digits and '-', at most 64 of them",
    ),
    "declares every check's kind": (
        'check = replace(check, kinds=(Kind("not-checked"),))',
        "the kind 'not-checked' is every check's and is not declared",
    ),
    "declares a kind of ours": (
        'check = replace(check, kinds=(Kind("disk-space"),))',
        "its kind 'disk-space' is one of the check 'disk'",
    ),
    "has phrases for another kind": (
        'check = replace(check, phrases={"other": KindPhrases((PhraseTemplate("x"),))})',
        "it has phrases for the kind 'other', which it does not declare",
    ),
    "has phrases that are text": (
        _with_phrases('"Hello"'),
        "its phrases for 'sound-kind' are no KindPhrases",
    ),
    "has phrases without a headline": (
        _with_phrases('KindPhrases((PhraseTemplate(""),))'),
        "its English phrases for 'sound-kind' have no headline",
    ),
    "has phrases that cannot be filled": (
        _with_phrases('KindPhrases((PhraseTemplate("{count"),))'),
        "its English phrases for 'sound-kind' cannot be filled: expected '}' before end of string",
    ),
    "has phrases for several that name one": (
        _with_phrases('KindPhrases((PhraseTemplate("x", many="{login}", entry="{login}"),))'),
        "its English phrases for 'sound-kind' have more than {findings} in many",
    ),
    "has a translation that loses a value": (
        _with_phrases('KindPhrases((PhraseTemplate("{a} of {b:number}"),), {"de": (PhraseTemplate("{a} von {b}"),)})'),
        _ALIKE,
    ),
    "has fewer translations": (
        _with_phrases('KindPhrases((PhraseTemplate("x"), PhraseTemplate("y")), {"de": (PhraseTemplate("x"),)})'),
        _ALIKE,
    ),
    "is translated into nothing": (
        _with_phrases('KindPhrases((PhraseTemplate("x"),), {"Deutsch": (PhraseTemplate("x"),)})'),
        "its phrases for 'sound-kind' in 'Deutsch' are of no language code",
    ),
    "has a text for scope words": (
        'check = replace(check, scope_words="mail")',
        "its scope_words are not a tuple of words",
    ),
    "has settings of another type": (
        "check = replace(check, settings={})",
        "its settings are not a dataclass's instance",
    ),
    "has settings without defaults": (
        "@dataclass\nclass Bare:\n    days: int\n    hours: int\ncheck = replace(check, settings=Bare(5, 6))",
        "its settings have no default for days, hours",
    ),
    "has settings no YAML can hold": (
        "@dataclass\nclass Odd:\n    things: object = field(default_factory=object)\n"
        "check = replace(check, settings=Odd())",
        "TypeError: no inventory can hold a object",
    ),
    "has settings that are not what they say": (
        '@dataclass\nclass Odd:\n    days: int = "five"\ncheck = replace(check, settings=Odd())',
        "inventory.settings.SettingsError: days: Input should be a valid integer",
    ),
}


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_check_is_named_with_its_reason_and_left_out(folder: Path, source: str, reason: str) -> None:
    module = source if source in ("", "def") else dedent(SOUND) + source
    install(folder, "broken-things", f"[{CHECK_GROUP}]\nsound = broken_module:check\n", {"broken_module": module})
    registry = load()

    assert registry.broken == (Broken(CHECK_GROUP, "sound", "broken-things 1.0", reason),)
    assert list(registry.checks) == [check.name for check in CHECKS]


BROKEN_PLATFORMS = {
    "is of another type": ("platform = check", "it is a Check, not a checks.platforms.Platform"),
    "is called auto": (
        'auto = replace(platform, name="auto")',
        "a platform cannot be called auto: the inventory finds one out by that",
    ),
    "has an opening tag": (
        'platform = replace(platform, php="<?php exit;")',
        "its PHP is empty, or holds an opening tag",
    ),
    "has a pattern without a group": (
        'platform = replace(platform, version_files={"a": "b"})',
        "its version file's pattern 'b' has no group",
    ),
    "is called like ours": ('wordpress = replace(platform, name="wordpress")', "its name is taken by siterounds"),
}


@pytest.mark.parametrize(("source", "reason"), BROKEN_PLATFORMS.values(), ids=BROKEN_PLATFORMS)
def test_a_broken_platform_is_named_with_its_reason_and_left_out(folder: Path, source: str, reason: str) -> None:
    value = source.partition(" ")[0]
    points = f"[{PLATFORM_GROUP}]\n{value} = broken_module:{value}\n"
    install(folder, "broken-things", points, {"broken_module": dedent(SOUND) + source})
    registry = load()

    assert registry.broken == (Broken(PLATFORM_GROUP, value, "broken-things 1.0", reason),)
    assert list(registry.platforms) == [platform.name for platform in PLATFORMS]


def test_of_two_with_one_name_the_first_distribution_stays(folder: Path) -> None:
    for name in ("b-things", "a-things"):
        module = name[0] + "_module"
        source = dedent(SOUND) + f'check = replace(check, probe=replace(probe, name="{module}"))'
        install(folder, name, f"[{CHECK_GROUP}]\nsound = {module}:check\n", {module: source})
    registry = load()

    assert registry.check_origins["sound"] == "a-things 1.0"
    assert registry.broken == (Broken(CHECK_GROUP, "sound", "b-things 1.0", "its name is taken by a-things 1.0"),)


def test_a_check_cannot_take_the_name_of_ours(folder: Path) -> None:
    source = dedent(SOUND) + 'disk = replace(check, name="disk")'
    install(folder, "disk-things", f"[{CHECK_GROUP}]\ndisk = disk_module:disk\n", {"disk_module": source})
    registry = load()

    assert registry.check_origins["disk"] == "siterounds"
    assert registry.broken == (Broken(CHECK_GROUP, "disk", "disk-things 1.0", "its name is taken by siterounds"),)


def test_two_checks_may_share_a_probe(folder: Path) -> None:
    source = dedent(SOUND) + 'second = replace(check, name="second", kinds=())'
    points = f"[{CHECK_GROUP}]\nsecond = shared_module:second\nsound = shared_module:check\n"
    install(folder, "shared-things", points, {"shared_module": source})

    assert load().broken == ()


def test_a_damaged_distribution_spoils_no_other(folder: Path) -> None:
    install(folder, "damaged", f"[{CHECK_GROUP}]\nno value here\n", {})
    install(folder, "sound-things", f"[{CHECK_GROUP}]\nsound = sound_module:check\n", {"sound_module": SOUND})
    registry = load()

    assert registry.check_origins["sound"] == "sound-things 1.0"
    assert [broken.origin for broken in registry.broken] == [str(folder / "damaged-1.0.dist-info")]


def test_what_a_plugin_prints_does_not_reach_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = 'print("hello")\n' + dedent(SOUND)
    install(folder, "loud-things", f"[{CHECK_GROUP}]\nsound = loud_module:check\n", {"loud_module": source})

    assert load().broken == ()
    assert capsys.readouterr() == ("", "hello\n")


def test_a_copy_later_on_the_path_is_not_counted_twice(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("later")
    for place in (folder, other):
        install(place, "sound-things", f"[{CHECK_GROUP}]\nsound = sound_module:check\n", {"sound_module": SOUND})
    sys.path.append(str(other))
    try:
        registry = load()
    finally:
        sys.path.remove(str(other))

    assert registry.broken == ()
    assert registry.check_origins["sound"] == "sound-things 1.0"
