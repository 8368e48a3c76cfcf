"""Fixtures of the acceptance tests.

- ``server``: an Odoo server on a database of its own, shared by the tests of a module
- ``till``: its till, quick and without faults, at an operator that answers
- ``make_server``: as many more as a test needs, each on a fresh database
- ``http``: a requests session on ``server``: ``http.post("/v1/kkt/receipt", json=…)``
- ``page``: a new, empty browser window; ``new_page()`` opens further ones, each signed in as nobody
- ``console.expect(regex)`` and ``server.expect_log(regex)`` name the errors that a test provokes;
  any other one fails it

With KEEP=1 servers and databases stay up after the run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from requests_toolbelt.sessions import BaseUrlSession

from tests.acceptance.harness.browser import ConsoleWatch, Windows, chromium
from tests.acceptance.harness.browser import screenshot as save_screenshot
from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

KEEP = bool(os.environ.get("KEEP"))

_failed = pytest.StashKey[bool]()


# --- servers -------------------------------------------------------------------------------------


class ServerPark:
    """All servers of a run: so that each test can check the logs of those that are up."""

    def __init__(self) -> None:
        self.servers: list[OdooServer] = []

    def open(self, environment: dict[str, str]) -> OdooServer:
        server = OdooServer(TestDatabase(), environment)
        self.servers.append(server)
        server.start()
        return server

    def close(self, server: OdooServer) -> None:
        self.servers.remove(server)
        if KEEP:
            server.database.keep()
            print(f"kept: {server.url} on database {server.db}, log {server.log}")
            return
        server.stop()
        server.database.drop()


@pytest.fixture(scope="session")
def server_park() -> ServerPark:
    return ServerPark()


@pytest.fixture(scope="module")
def server(server_park: ServerPark) -> Iterator[OdooServer]:
    """The module's server. A test that killed it finds it started again in the next test."""
    server = server_park.open({})
    yield server
    server_park.close(server)


@pytest.fixture
def till(server: OdooServer) -> Iterator[Till]:
    till = Till(server)
    till.slow_down()
    till.mend()
    till.ofd("set-success")
    yield till
    till.mend()


@pytest.fixture
def make_server(server_park: ServerPark) -> Iterator[Callable[..., OdooServer]]:
    """``make_server(SYNC_INTERVAL="1")``: a running server on a fresh database."""
    opened: list[OdooServer] = []

    def make(**environment: str) -> OdooServer:
        opened.append(server_park.open(environment))
        return opened[-1]

    yield make
    for server in opened:
        if not KEEP:
            server.stop()
        server.check_log()
        server_park.close(server)


@pytest.fixture(autouse=True)
def quiet_logs(server_park: ServerPark) -> Iterator[None]:
    yield
    for server in server_park.servers:
        server.check_log()
        if not server.is_running():
            server.start()


@pytest.fixture
def http(server: OdooServer) -> Iterator[BaseUrlSession]:
    with BaseUrlSession(server.url) as session:
        yield session


# --- browser -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def console() -> ConsoleWatch:
    return ConsoleWatch()


@pytest.fixture
def new_page(
    browser: Browser, console: ConsoleWatch, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Page]]:
    """Opens windows with cookies of their own. Tabs of one window: ``page.context.new_page()``."""
    windows = Windows(browser, console)
    yield windows.open
    if has_failed(request):
        windows.take_pictures(request.node.name)
    windows.close()


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()


@pytest.fixture
def screenshot(page: Page) -> Callable[[str], Path]:
    """``screenshot("receipt")`` saves ``.dev/screenshots/receipt.png`` and returns its path."""
    return lambda name: save_screenshot(page, name)


def has_failed(request: pytest.FixtureRequest) -> bool:
    """Whether the test that this fixture served has failed; for its clean-up."""
    failed: bool = request.node.stash.get(_failed, False)
    return failed


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[_failed] = report.failed
    return report
