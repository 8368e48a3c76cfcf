"""A real Odoo server process with cron threads and ticker, that a test may start, stop and kill."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import requests
from checklog_odoo.checklog import do_checklog
from checklog_odoo.config import ChecklogConfig

from scripts.devtools import test_servers
from tests.acceptance.harness.database import TestDatabase

ROOT = Path(__file__).resolve().parents[3]
EXPECTED_MESSAGES = ROOT / "checklog-odoo.cfg"


#: From the end of one process to the start of the next: the threaded server closes connections
#: of jobs that still run, which they say loudly; they are run again after the start.
_SHUTDOWN = re.compile(rb"[^\n]*Initiating shutdown.*?(?=[^\n]*Odoo version|\Z)", re.DOTALL)


class RpcError(Exception):
    """Odoo refused a call; `name` is the exception's class on the server, the text its message.

    `debug` is the server's traceback.
    """

    def __init__(self, error: dict[str, Any]) -> None:
        data = error.get("data", {})
        super().__init__(data.get("message") or error.get("message"))
        self.name: str = data.get("name", "")
        self.debug: str = data.get("debug", "")

    @property
    def is_a_crash_of_ours(self) -> bool:
        """Whether code of ours fell over, and did not refuse; Odoo's own may do as it likes."""
        frames = [line for line in self.debug.splitlines() if line.startswith("  File ")]
        return not self.name.startswith("odoo.exceptions.") and "/optics_" in frames[-1]


class Person:
    """Somebody with a login, whose password is the same, as the web client speaks for them."""

    def __init__(self, server: OdooServer, login: str) -> None:
        self._server, self.login = server, login
        self._session = requests.Session()

    def rpc(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method.

        :raises RpcError: the server refused
        """
        if "session_id" not in self._session.cookies:
            self._call(
                "/web/session/authenticate",
                {"db": self._server.db, "login": self.login, "password": self.login},
            )
        return self._call(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def _call(self, path: str, params: dict[str, Any]) -> Any:
        answer = self._session.post(
            self._server.url + path, json={"jsonrpc": "2.0", "params": params}, timeout=120
        )
        answer.raise_for_status()
        content = answer.json()
        if "error" in content:
            raise RpcError(content["error"])
        return content.get("result")


class OdooServer:
    """One server on one database. The port stays the same over restarts, as in a shop.

    `environment` seeds settings (SYNC_INTERVAL, MOCK_OFD_…) over those of ``.env.dev``.
    """

    def __init__(self, database: TestDatabase, environment: dict[str, str] | None = None) -> None:
        self.database = database
        self.environment = dict(environment or {})
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = Path(os.environ["TEST_RUN_DIR"]) / f"{database.name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._administrator = Person(self, "admin")
        self._checked = 0
        self._expected: list[str] = []

    @property
    def db(self) -> str:
        return self.database.name

    @property
    def pid(self) -> int:
        """Of the process, which is also its process group."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    # --- the process -----------------------------------------------------------------------------

    def start(self, *options: str, wait: bool = True, **environment: str) -> None:
        """Start it (`options` go to the odoo command) and wait until the login page answers.

        `environment` is remembered for later starts too.
        """
        if self.is_running():
            raise AssertionError(f"the server on {self.db} runs already")
        self.environment.update(environment)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, os.environ["ODOO_SCRIPT"], "-c", os.environ["ODOO_RC"]),
                    *("-d", self.db, f"--db-filter=^{self.db}$"),
                    *options,
                ],
                env={
                    **os.environ,
                    # By environment, not as options: so addons may read them either way.
                    "ODOO_HTTP_PORT": str(self.port),
                    "ODOO_DATA_DIR": str(self.database.data_dir),
                    # Development mode as in `make run`, but nobody edits files during a test.
                    "ODOO_DEV": "access",
                    **self.environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A process group of its own, so that kill() takes its children too.
                start_new_session=True,
            )
        pid_file = self.database.data_dir / test_servers.PID_FILE
        pid_file.write_text(str(self._process.pid))
        if wait:
            self.wait_until_up()

    def wait_until_up(self, path: str = "/web/login", timeout: float = 90) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.is_running():
                raise AssertionError(f"Odoo ended at its start:\n{self._end_of_log()}")
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{self.url}{path}", timeout=timeout).ok:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{path} does not answer after {timeout} s:\n{self._end_of_log()}")

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9 of the whole process group: nothing of it gets a chance to clean up."""
        self._end(signal.SIGKILL, timeout=10)

    def stop(self) -> None:
        """Ask it to end, as `make stop` does."""
        if self.is_running():
            self._end(signal.SIGINT, timeout=20)

    def restart(self, **environment: str) -> None:
        self.stop()
        self.start(**environment)

    def _end(self, how: signal.Signals, timeout: float) -> None:
        if self._process is None:
            return
        group = self._process.pid
        if how is signal.SIGKILL:
            os.killpg(group, how)
        else:
            self._process.send_signal(how)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(group, signal.SIGKILL)
            self._process.wait(10)
        self._process = None

    # --- looking inside --------------------------------------------------------------------------

    def rpc(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method as the administrator, as the web client does.

        :raises RpcError: the server refused
        """
        return self._administrator.rpc(model, method, *args, **kwargs)

    def hire(self, login: str, name: str, *groups: str) -> str:
        """Make a user who works in Russian, with these groups by external id; return the login."""
        ids = [
            self.sql(
                "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
                *group.split("."),
            )[0]["res_id"]
            for group in ("base.group_user", *groups)
        ]
        person = {"name": name, "login": login, "password": login, "lang": "ru_RU"}
        self.rpc("res.users", "create", {**person, "group_ids": [(6, 0, ids)]})
        return login

    def configure(self, **settings: int | str) -> None:
        """Set our settings (``settings.py`` has their names), as the settings screen would."""
        for name, value in settings.items():
            self.rpc("ir.config_parameter", "set_param", f"optics_kkt.{name}", str(value))

    def sql(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """The committed state, past Odoo's caches."""
        return self.database.query(statement, parameters)

    def wait_for_sql(
        self, statement: str, *parameters: Any, timeout: float = 10
    ) -> list[dict[str, Any]]:
        """Repeat a query until it finds a row."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            rows = self.sql(statement, *parameters)
            if rows:
                return rows
            time.sleep(0.1)
        raise AssertionError(f"no row within {timeout} s: {statement} {parameters}")

    # --- its log ---------------------------------------------------------------------------------

    def expect_log(self, pattern: str) -> None:
        """Until the test's end, messages that match this regular expression are no failure."""
        re.compile(pattern)
        self._expected.append(pattern)

    def check_log(self) -> None:
        """Fail if there is a warning or an error that nobody expected since the last check."""
        if not self.log.exists():
            return
        with self.log.open("rb") as log:
            log.seek(self._checked)
            news = log.read()
        self._checked += len(news)
        news = _SHUTDOWN.sub(b"", news)
        expected, self._expected = self._expected, []
        configured = ChecklogConfig(str(EXPECTED_MESSAGES)).getlist("checklog-odoo", "ignore", [])
        with tempfile.NamedTemporaryFile(suffix=".log") as part:
            part.write(news)
            part.flush()
            try:
                do_checklog(part.name, [*configured, *expected], echo=False, err_if_empty=False)
            except click.ClickException:
                raise AssertionError(
                    f"unexpected warnings or errors in {self.log.relative_to(ROOT)} (printed above)"
                ) from None

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
