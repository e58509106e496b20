"""Where a WordPress logs, and whether it does, as its configuration says."""

import json
from typing import Any

import pytest

from checks.remedies import remedy_text
from tests.checks.platforms.asking import run
from tests.servers.wordpress import WordPress, write_config


def sources(shop: WordPress) -> list[dict[str, Any]]:
    done = run(shop.root, mode="logs")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["sources"]
    assert shop.database.password not in done.stdout
    return found


ON: list[tuple[dict[str, object], str]] = [
    ({"WP_DEBUG": True, "WP_DEBUG_LOG": True}, "ROOT/wp-content/debug.log"),
    ({"WP_DEBUG": 1, "WP_DEBUG_LOG": "1"}, "ROOT/wp-content/debug.log"),
    ({"WP_DEBUG": True, "WP_DEBUG_LOG": "true"}, "ROOT/wp-content/debug.log"),
    ({"WP_DEBUG": True, "WP_DEBUG_LOG": "/var/log/site/php.log"}, "/var/log/site/php.log"),
    ({"WP_DEBUG": True, "WP_DEBUG_LOG": True, "WP_CONTENT_DIR": "/srv/content"}, "/srv/content/debug.log"),
    ({"WP_ENVIRONMENT_TYPE": "development", "WP_DEBUG_LOG": True}, "ROOT/wp-content/debug.log"),
]


@pytest.mark.parametrize(("constants", "path"), ON)
def test_the_log_of_wordpress_itself(shop: WordPress, constants: dict[str, object], path: str) -> None:
    write_config(shop, constants)
    first = sources(shop)[0]
    path = path.replace("ROOT", str(shop.root))
    assert first == {"path": path, "format": "php", "purpose": "application", "off": "", "remedy": ""}


OFF: list[tuple[dict[str, object], str]] = [
    ({}, "WP_DEBUG_LOG is off"),
    ({"WP_DEBUG": True}, "WP_DEBUG_LOG is off"),
    ({"WP_DEBUG": True, "WP_DEBUG_LOG": False}, "WP_DEBUG_LOG is off"),
    ({"WP_DEBUG": True, "WP_DEBUG_LOG": ""}, "WP_DEBUG_LOG is off"),
    ({"WP_DEBUG": False, "WP_DEBUG_LOG": True}, "WP_DEBUG is off"),
    ({"WP_DEBUG_LOG": "/var/log/x.log"}, "WP_DEBUG is off"),
]


@pytest.mark.parametrize(("constants", "reason"), OFF)
def test_logging_that_is_off_is_said_with_what_turns_it_on(
    shop: WordPress, constants: dict[str, object], reason: str
) -> None:
    write_config(shop, constants)
    first = sources(shop)[0]
    assert first["off"].startswith(reason)
    assert "define('WP_DEBUG_LOG'" in remedy_text(first["remedy"])


def test_what_cannot_be_known_is_not_called_off(shop: WordPress) -> None:
    shop.config().write_text("<?php define('WP_DEBUG_LOG', where()); define('WP_DEBUG', true);")
    assert sources(shop)[0]["off"].startswith("whether WordPress logs is not known: WP_DEBUG_LOG: a call of where()")
    shop.config().unlink()
    assert sources(shop)[0]["off"].startswith("whether WordPress logs is not known: not found: ")


def test_woocommerce_logs_where_there_are_any(shop: WordPress) -> None:
    assert len(sources(shop)) == 1
    (shop.root / "wp-content/uploads/wc-logs").mkdir()
    assert sources(shop)[1] == {
        "path": f"{shop.root}/wp-content/uploads/wc-logs/*.log", "format": "wc", "purpose": "application", "off": "",
        "remedy": "",
    }  # fmt: skip
    write_config(shop, {"UPLOADS": "files"})
    assert len(sources(shop)) == 1
    (shop.root / "files/wc-logs").mkdir(parents=True)
    assert sources(shop)[1]["path"] == f"{shop.root}/files/wc-logs/*.log"


def test_a_log_set_by_the_configuration_itself(shop: WordPress) -> None:
    config = shop.config().read_text()
    shop.config().write_text(config.replace("<?php", "<?php @ini_set('error_log', __DIR__ . '/php.log');", 1))
    assert sources(shop)[1] == {
        "path": f"{shop.root}/php.log", "format": "php", "purpose": "php", "off": "", "remedy": "",
    }  # fmt: skip
