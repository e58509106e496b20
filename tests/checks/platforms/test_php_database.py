"""The READ ONLY session with a real MariaDB, by both of PHP's ways to it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from checks.remedies import remedy_text
from tests.servers.mariadb import Database, MariaDb
from tests.servers.php import evaluate, literal

BARE = ("-n", "-d", "extension=tokenizer")
PDO = (*BARE, "-d", "extension=pdo", "-d", "extension=mysqlnd", "-d", "extension=pdo_mysql")
WAYS = {"mysqli": (), "pdo": PDO}
PASSWORD = 'geheim\'s "Wort" \\ $1 ü'


@pytest.fixture(scope="module")
def shop(server: MariaDb) -> Iterator[Database]:
    """A database with a table, some rows, and text that needs care."""
    database = server.create("sr_shop", PASSWORD)
    server.run(
        "CREATE TABLE people (id INT PRIMARY KEY, name TEXT) DEFAULT CHARSET utf8mb4;"
        "INSERT INTO people VALUES (1, 'Zoë 😀'), (2, 'O\\'Brien'), (3, '50%_x'), (4, NULL);",
        database.name,
    )
    yield database
    server.run("DROP DATABASE sr_shop; DROP USER sr_shop@`%`")


def ask(database: Database, code: str, options: Sequence[str] = (), **settings: object) -> Any:
    """What `code` returns with a session in $db; `settings` change how it is opened."""
    known: dict[str, object] = {"host": "127.0.0.1", "port": database.port, "user": database.user}
    known |= {"password": database.password, "name": database.name, **settings}
    opening = f"$db = sr_db({literal(known)}); if ($db instanceof SrGap) return $db; "
    caught = f"try {{ {code} }} catch (SrDbError $e) {{ return 'refused: ' . $e->getMessage(); }}"
    return evaluate(opening + caught, options=options)


@pytest.mark.parametrize("way", WAYS)
def test_rows_and_parameters(shop: Database, way: str) -> None:
    rows = (
        "return $db->rows('SELECT id, name FROM people WHERE name = ? OR id = ? ORDER BY id', array('O\\'Brien', 1));"
    )
    found = ask(shop, rows, WAYS[way])
    assert [(str(row["id"]), row["name"]) for row in found] == [("1", "Zoë 😀"), ("2", "O'Brien")]
    assert ask(shop, "return $db->rows('SELECT name FROM people WHERE id = 4');", WAYS[way]) == [{"name": None}]
    like = "return $db->rows('SELECT COUNT(*) AS n FROM people WHERE name LIKE ?', array('%' . sr_like('%_x') . '%'));"
    assert str(ask(shop, like, WAYS[way])[0]["n"]) == "1"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people VALUES (9, 'x')",
        "UPDATE people SET name = 'x'",
        "DELETE FROM people",
        "CREATE TABLE more (id INT)",
        "DROP TABLE people",
        "ALTER TABLE people ADD COLUMN x INT",
        "TRUNCATE people",
    ],
)
def test_the_server_itself_refuses_every_write(server: MariaDb, shop: Database, way: str, statement: str) -> None:
    before = server.checksums(shop.name)
    said = ask(shop, f"return $db->rows({literal(statement)});", WAYS[way])
    assert "READ ONLY transaction" in said
    assert server.checksums(shop.name) == before


@pytest.mark.parametrize("way", WAYS)
def test_a_statement_has_a_limit(shop: Database, way: str) -> None:
    limit = ask(shop, "return $db->rows('SELECT @@max_statement_time AS s');", WAYS[way])
    assert float(limit[0]["s"]) == 10
    slow = "$db->rows('SET SESSION max_statement_time=0.2');"
    slow += "return $db->rows('SELECT SUM(CRC32(MD5(seq))) FROM seq_1_to_1000000000');"
    assert "a statement took longer than 10 seconds (error 1969)" in ask(shop, slow, WAYS[way])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"password": "wrong-Pw1"}, "it refuses the account or its password (error 1045)"),
        ({"user": "nobody-known"}, "it refuses the account or its password (error 1045)"),
        ({"name": "no_such_database"}, "error 10"),
        ({"port": 1}, "nothing answers at the configured host or socket (error 2002)"),
        ({"socket": "/nowhere/my.sock"}, "nothing answers at the configured host or socket (error 2002)"),
        ({"host": "no-such-host.invalid"}, "nothing answers at the configured host or socket (error 2002)"),
    ],
)
def test_no_session_has_a_reason_without_secrets(
    shop: Database, way: str, settings: Mapping[str, object], reason: str
) -> None:
    gap = ask(shop, "return 1;", WAYS[way], **settings)
    assert gap["gap"].startswith("no database: ")
    assert reason in gap["gap"]
    assert gap["remedy"] != ""
    for secret in (PASSWORD, "wrong-Pw1", "nobody-known", "sr_shop"):
        assert secret not in str(gap)


@pytest.mark.parametrize("way", WAYS)
def test_an_error_of_a_statement_has_no_secrets(shop: Database, way: str) -> None:
    said = ask(shop, "return $db->rows('SELECT * FROM no_such_table WHERE x = ?', array('v'));", WAYS[way])
    assert said.startswith("refused: the database said: error 1146")
    code = f"return $db->rows('SELECT * FROM `' . {literal(PASSWORD.replace('`', ''))} . '`');"
    assert PASSWORD not in ask(shop, code, WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_the_socket_is_used_when_it_is_said(shop: Database, way: str) -> None:
    found = ask(shop, "return $db->rows('SELECT 1 AS one');", WAYS[way], port=None, socket=str(shop.socket))
    assert str(found[0]["one"]) == "1"


def test_without_a_way_to_mysql_the_package_is_named(shop: Database) -> None:
    gap = ask(shop, "return 1;", BARE)
    assert "neither mysqli nor pdo_mysql" in gap["gap"]
    assert "-mysql`" in remedy_text(gap["remedy"])


def test_a_setting_that_is_not_known_is_not_tried(shop: Database) -> None:
    gap = evaluate("return sr_db(array('host' => 'x', 'password' => new SrUnknown('a call of f() in c.php line 3')));")
    assert gap["gap"] == "the database's password is not known: a call of f() in c.php line 3"


def test_parameters_must_fit(shop: Database) -> None:
    assert "1 parameters and got 2" in ask(shop, "return $db->rows('SELECT ?', array(1, 2));")


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_goes_away_is_said(server: MariaDb, shop: Database, way: str) -> None:
    code = "$id = $db->rows('SELECT CONNECTION_ID() AS id'); try { $db->rows('KILL ' . $id[0]['id']); }"
    code += " catch (SrDbError $e) { } return $db->rows('SELECT 1');"
    assert "refused: the database said: it closed the connection" in ask(shop, code, WAYS[way])


def test_nothing_is_left_in_the_folder_of_the_server(server: MariaDb) -> None:
    assert Path(server.folder, "tmp").is_dir()
    assert list(Path(server.folder, "tmp").iterdir()) == []
