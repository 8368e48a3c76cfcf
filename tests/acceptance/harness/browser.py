"""A real Chromium, driven by Playwright, whose console is watched."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[3]
SCREENSHOTS = ROOT / ".dev" / "screenshots"

#: No network but ours: Chromium's own errands would only be refused, noisily.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


PATIENCE = 30_000
"""Milliseconds for a page to come to what is expected of it: a busy machine is no fault."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser with a new, empty profile (Playwright makes and removes it)."""
    program = shutil.which("chromium")
    if program is None:
        raise AssertionError("no 'chromium' on the PATH: run the tests by `make test`")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class ConsoleWatch:
    """Collects what pages report as errors; a test names those that it provokes."""

    def __init__(self) -> None:
        self._errors: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)

    def expect(self, pattern: str) -> None:
        """Errors that match this regular expression, before or after this call, are no failure."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [
            error
            for error in self._errors
            if not any(pattern.search(error) for pattern in self._expected)
        ]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _on_page_error(self, error: Error) -> None:
        self._errors.append(f"uncaught: {error}")


class Windows:
    """Windows of one browser, each signed in as nobody; one watch has an eye on all consoles."""

    def __init__(self, browser: Browser, console: ConsoleWatch) -> None:
        self._browser, self._console = browser, console
        self._contexts: list[BrowserContext] = []

    def open(self) -> Page:
        context = self._browser.new_context(
            locale="en-US",
            timezone_id="Europe/Moscow",
            viewport={"width": 1366, "height": 900},
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", self._console.watch)
        self._contexts.append(context)
        return context.new_page()

    def take_pictures(self, name: str) -> None:
        """Save what each page shows, as of a test of this name that has failed."""
        pages = [page for context in self._contexts for page in context.pages]
        for number, page in enumerate(pages):
            screenshot(page, f"failed-{name}-{number}")

    def close(self) -> None:
        """Close them all; fails if a page has reported an error that nobody expected."""
        for context in self._contexts:
            context.close()
        errors = self._console.unexpected()
        assert not errors, "errors in the browser's console:\n" + "\n".join(errors)


def screenshot(page: Page, name: str) -> Path:
    """Save what the page shows as ``.dev/screenshots/<name>.png``."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def go_to(page: Page, entry: str) -> None:
    """Open an entry of the app's menu, on the bar itself or in one of its lists."""
    bar = page.locator(".o_menu_sections")
    expect(bar).to_be_visible()
    alone = bar.locator("a.o_nav_entry", has_text=re.compile(f"^{re.escape(entry)}$"))
    lists = [] if alone.count() else bar.locator("button.dropdown-toggle").all()
    for each in lists:
        each.click()
        expect(page.locator(".o-dropdown--menu")).to_be_visible()
        alone = page.locator(".o-dropdown--menu").get_by_text(entry, exact=True)
        if alone.count():
            break
        page.keyboard.press("Escape")
        expect(page.locator(".o-dropdown--menu")).to_have_count(0)
    alone.click()
    expect(page.locator(".o_last_breadcrumb_item")).to_have_text(entry)


def log_in(page: Page, url: str, login: str = "admin", password: str | None = None) -> None:
    """Sign in by the login page; in the demonstration a password is the login."""
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password or login)
    page.click(".oe_login_form button[type=submit]")
    page.wait_for_selector(".o_main_navbar, .o_home_menu, .o_action_manager")
