"""Which files the service needs, and when it is said that something is not as it should be."""

from pathlib import Path

import pytest

from agent.files import FileError
from agent.service.installation import MARK, InstallPaths, found_credentials, install, needed_files
from agent.service.unit import NAME, StoredCredential, UnitOptions, unit_text

MEANS = UnitOptions(Path("/opt/siterounds/bin/siterounds"))


@pytest.fixture
def places(tmp_path: Path) -> InstallPaths:
    made = InstallPaths(tmp_path / "units", tmp_path / "packaged", tmp_path / "credentials", (tmp_path / "state",))
    for folder in (made.units, made.packaged, made.credentials):
        folder.mkdir()
    return made


def test_an_encrypted_secret_goes_before_a_plain_one(places: InstallPaths) -> None:
    for name in ("api", "api.cred", "smtp"):
        (places.credentials / name).write_text("x")
    found, missing = found_credentials(["api", "smtp", "web1"], places.credentials)
    assert found == (
        StoredCredential("api", places.credentials / "api.cred", encrypted=True),
        StoredCredential("smtp", places.credentials / "smtp"),
    )
    assert missing == ("web1",)


def test_the_unit_of_a_package_is_enough(places: InstallPaths) -> None:
    (places.packaged / NAME).write_text(unit_text(MEANS))
    assert needed_files(MEANS, [], [], places) == ()
    kept = [StoredCredential("api", places.credentials / "api")]
    assert [file.path for file in needed_files(MEANS, kept, [], places)] == [places.drop_in]


def test_one_that_says_something_else_is_not(places: InstallPaths) -> None:
    (places.packaged / NAME).write_text(unit_text(MEANS))
    other = UnitOptions(MEANS.program, Path("/srv/inventory"))
    assert [file.path for file in needed_files(other, [], [], places)] == [places.unit]


def test_all_that_is_written_bears_our_mark(places: InstallPaths) -> None:
    files = needed_files(MEANS, [StoredCredential("api", Path("/etc/api"))], [], places)
    assert [file.path for file in files] == [places.unit, places.drop_in]
    assert all(file.text.startswith(MARK) for file in files)


def test_the_unit_of_somebody_else_is_left_alone(places: InstallPaths) -> None:
    places.unit.write_text("[Unit]\n")
    with pytest.raises(FileError, match="was not written by siterounds"):
        install(needed_files(MEANS, [], [], places), [], places)
    assert places.unit.read_text() == "[Unit]\n"
