"""A MariaDB of our own: its data folder, socket and loopback port, gone when it is left."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.ports import free_port

PATIENCE = 60.0  # seconds for a server to answer, or to end
_MODEST = (
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-use-native-aio=0",
    "--innodb-flush-method=nosync",
    "--performance-schema=off",
    "--skip-log-bin",
    "--max-connections=40",
    "--key-buffer-size=1M",
    "--aria-pagecache-buffer-size=8M",
)


@dataclass(frozen=True, slots=True)
class Database:
    """A database with an account of its own that may do everything within it."""

    name: str
    user: str
    password: str
    port: int
    socket: Path


@dataclass(slots=True)
class MariaDb:
    """A running server; `stop` and `start` are for tests of a database that is down."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens besides its loopback port."""
        return self.folder / "mariadb.sock"

    def run(self, sql: str, database: str | None = None) -> str:
        """Run statements as root; gives rows as lines of tab separated values, in MariaDB's batch notation."""
        command = [
            "mariadb",
            "--no-defaults",
            "-u",
            "root",
            "-S",
            str(self.socket),
            "-N",
            "-B",
            "--max-allowed-packet=64M",
        ]
        command += ["--default-character-set=utf8mb4", *([database] if database else [])]
        done = subprocess.run(command, input=sql.encode(), capture_output=True, check=False, timeout=300)
        if done.returncode:
            raise RuntimeError(f"MariaDB refused: {done.stderr.decode(errors='replace')[:2000]}")
        return done.stdout.decode(errors="replace")

    def create(self, name: str, password: str = "se'cret-$1\\\"Pw") -> Database:
        """A new, empty database of that name (one that is there goes), with an account of the same name."""
        literal = password.replace("\\", "\\\\").replace("'", "''")
        self.run(
            f"DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}` CHARACTER SET utf8mb4;"
            f"CREATE OR REPLACE USER `{name}`@`%` IDENTIFIED BY '{literal}';"
            f"GRANT ALL ON `{name}`.* TO `{name}`@`%`;"
        )
        return Database(name, name, password, self.port, self.socket)

    def checksums(self, name: str) -> str:
        """What a database holds, as one checksum a table."""
        tables = self.run(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}'").split()
        return self.run("CHECKSUM TABLE " + ", ".join(f"`{name}`.`{table}`" for table in sorted(tables)) + " EXTENDED")

    def start(self) -> None:
        """Start it and wait until it answers; does nothing when it runs."""
        if self.process is not None:
            return
        command = ["mariadbd", "--no-defaults", f"--datadir={self.folder / 'data'}", f"--socket={self.socket}"]
        command += [f"--port={self.port}", "--bind-address=127.0.0.1", f"--pid-file={self.folder / 'pid'}"]
        command += [f"--tmpdir={self.folder / 'tmp'}", *_MODEST, *_account()]
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        ping = ["mariadb-admin", "--no-defaults", "-u", "root", "-S", str(self.socket), "ping"]
        while subprocess.run(ping, capture_output=True, check=False, timeout=30).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"MariaDB does not start: {log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it; by force where it does not go."""
        process, self.process = self.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def mariadb() -> Iterator[MariaDb]:
    """A running MariaDB with nothing in it, whose socket every account of this machine can reach."""
    folder = Path(tempfile.mkdtemp(prefix="siterounds-mariadb-", dir="/tmp"))
    folder.chmod(0o755)
    server = MariaDb(folder, free_port())
    try:
        (folder / "tmp").mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "mysql")
            shutil.chown(folder / "tmp", "mysql")
        _install(folder)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> list[str]:
    return ["--user=mysql"] if os.geteuid() == 0 else []


def _install(folder: Path) -> None:
    command = ["mariadb-install-db", "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db"]
    command += ["--auth-root-authentication-method=normal", f"--tmpdir={folder / 'tmp'}", *_account()]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300, cwd="/")
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise RuntimeError(f"MariaDB's data folder cannot be made: {said[-3000:]}")
