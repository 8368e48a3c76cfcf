"""Odoo as a program that does one thing and ends, its output in a log."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from scripts.devtools.settings import DEV_DIR, LOG_DIR, ROOT, Problem


def run_odoo(log_name: str, *arguments: str, script: str = "") -> None:
    """Run Odoo until it stops by itself, with a progress line.

    :param script: what its shell reads
    :raises Problem: it failed, or it logged an error
    """
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    log = LOG_DIR / f"{log_name}.log"
    command = [
        *(sys.executable, os.environ["ODOO_SCRIPT"], *arguments),
        *("--stop-after-init", "--no-http", "--max-cron-threads=0"),
    ]
    failed = False

    def note(line: str) -> None:
        nonlocal failed
        show_progress(line)
        failed = failed or re.match(r"\S+ \S+ \d+ (ERROR|CRITICAL) ", line) is not None

    status = run_logged(command, log, note, script)
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    if status or failed:
        sys.stderr.write("".join(log.read_text().splitlines(keepends=True)[-40:]))
        free = shutil.disk_usage(DEV_DIR).free
        if free < 100 * 2**20:
            raise Problem("The disk is full.", "Free some space, then run the same command again.")
        raise Problem(
            "Odoo could not do this; the end of its log is above.",
            f"The whole log: {log.relative_to(ROOT)}. Correct it and run the same command again.",
        )


def run_logged(
    command: list[str], log: Path, on_line: Callable[[str], None], script: str = ""
) -> int:
    """Run a command of Odoo; its output goes to `log` and, line by line, to `on_line`."""
    with (
        log.open("w") as output,
        read_from(script) as script_file,
        subprocess.Popen(
            command,
            # Watching files for changes is for servers that stay.
            env={**os.environ, "ODOO_DEV": ""},
            stdin=script_file,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                output.write(line)
                on_line(line)
        except KeyboardInterrupt:
            process.kill()
            raise
    return process.returncode


@contextmanager
def read_from(text: str) -> Iterator[IO[str]]:
    """A file from which a program reads `text`."""
    with TemporaryFile("w+") as file:
        file.write(text)
        file.seek(0)
        yield file


def show_progress(line: str) -> None:
    found = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
    if not found:
        return
    module, number, total = found[1], int(found[2]), int(found[3])
    if sys.stdout.isatty():
        print(f"\r\033[K  {number}/{total} {module}", end="", flush=True)
    elif number % 20 == 0 or number == total:
        print(f"  {number}/{total} modules", flush=True)
