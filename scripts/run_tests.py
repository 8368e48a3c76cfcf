"""Run the test suites and end with one line ``N passed, N failed`` over all of them.

A suite that ran no test fails the run, unless it has only such as are left to ``make test-full``;
so does a warning or error in Odoo's log that nobody expected (``checklog-odoo.cfg`` lists the
expected ones, each with its reason).
Settings come from the environment: FILTER, V, KEEP, FULL (see ``make help``).
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.devtools import postgres, test_servers
from scripts.devtools.odoo import run_logged
from scripts.devtools.settings import ADDONS, DEV_DIR, ROOT, SUITE, Problem
from scripts.devtools.templates import SUITE_TEMPLATE, build_suite_template

TESTS = ROOT / "tests"
#: Logs and reports of this run; two runs at once do not mix theirs.
RUNS = DEV_DIR / "test-runs"
RUN_DIR = RUNS / str(os.getpid())
FILTER = os.environ.get("FILTER", "")
VERBOSE = bool(os.environ.get("V"))
KEEP = bool(os.environ.get("KEEP"))
#: Run the tests marked ``full`` too.
FULL = bool(os.environ.get("FULL"))
#: Two files at a time, for a machine of two cores; with V in turn, since their output would mix.
SIDE_BY_SIDE = () if VERBOSE else ("--numprocesses=2", "--dist=loadfile")
#: Databases of test runs are named with the process that made them.
TEST_DATABASE = "opticserp_test_run_"


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    #: Failures that no single test stands for: an unexpected warning, a crash, no test at all.
    problems: list[str] = field(default_factory=list)

    def __add__(self, other: Result) -> Result:
        return Result(
            self.passed + other.passed, self.failed + other.failed, self.problems + other.problems
        )


# --- suites ---------------------------------------------------------------------------------------


def plain() -> Result:
    return run_pytest("plain", TESTS / "plain", *SIDE_BY_SIDE)


def addons() -> Result:
    """Odoo's tests in two processes, each with a database of its own: each keeps one core busy."""
    build_suite_template()
    shares = shares_of_tests()
    if not shares:
        problems = [] if FILTER else ["addons: no addon has tests"]
        with test_database("suite") as name:
            return run_suite_tests(name) + Result(problems=problems)
    with ThreadPoolExecutor(len(shares)) as pool:
        results = pool.map(run_share, range(len(shares)), shares)
        return sum(results, Result())


def run_share(number: int, tags: str) -> Result:
    with test_database(f"addons_{number}") as name:
        result = run_odoo_tests(name, tags)
        return result if number else result + run_suite_tests(name)


def acceptance() -> Result:
    build_suite_template()
    return run_pytest("acceptance", TESTS / "acceptance", "--timeout=600", *SIDE_BY_SIDE)


def chaos() -> Result:
    """Kills under load; CHAOS_KILLS says how many. Shows seed and counts."""
    kills = int(os.environ.get("CHAOS_KILLS", "12"))
    build_suite_template()
    return run_pytest(
        "chaos", TESTS / "chaos", f"--timeout={300 + 20 * kills}", "-s", may_be_empty=bool(FILTER)
    )


SUITES: dict[str, Callable[[], Result]] = {
    "plain": plain,
    "addons": addons,
    "acceptance": acceptance,
    "chaos": chaos,
}


# --- pytest ---------------------------------------------------------------------------------------


def run_pytest(name: str, folder: Path, *options: str, may_be_empty: bool = False) -> Result:
    report = RUN_DIR / f"{name}.xml"
    command = [sys.executable, "-m", "pytest", str(folder), *options]
    command += ["-v", "-s"] if VERBOSE else ["-q"]
    if FILTER:
        command += ["-k", FILTER]
    choice = [] if FULL else ["-m", "not full"]
    status = run([*command, *choice, f"--junitxml={report}"])
    result = read_report(report)
    if status not in (0, 1, 5) or (status and not result.failed and status != 5):
        result.problems.append(f"{name}: pytest ended with status {status}")
    if not result.passed + result.failed and not may_be_empty and not has_left_out(command):
        result.problems.append(f"{name}: no test ran")
    return result


def has_left_out(command: list[str]) -> bool:
    """Whether this pytest would find tests, if it were asked for those marked ``full``."""
    return not FULL and run([*command, "-m", "full", "--collect-only"]) == 0


def run(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode


def read_report(report: Path) -> Result:
    if not report.exists():
        return Result()
    # A test that passes and then fails in its clean-up counts once, as failed.
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    result = Result()
    for suite in suites:
        count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        result.failed += failed
        result.passed += count["tests"] - failed - count["skipped"]
    return result


# --- Odoo's own runner ----------------------------------------------------------------------------


@contextmanager
def test_database(purpose: str) -> Iterator[str]:
    name = f"{TEST_DATABASE}{os.getpid()}_{purpose}"
    with postgres.exclusively("test template"):
        postgres.clone(SUITE_TEMPLATE, name)
    try:
        yield name
    finally:
        if KEEP:
            postgres.set_comment(name, "opticserp: kept")
            print(f"Kept the database {name}")
        else:
            postgres.drop(name)


def run_odoo_tests(name: str, tags: str) -> Result:
    """``odoo --test-enable`` over our addons; -u, so that tests of both phases run."""
    log = RUN_DIR / f"{name.removeprefix(f'{TEST_DATABASE}{os.getpid()}_')}.log"
    command = [
        *(sys.executable, os.environ["ODOO_SCRIPT"], "-c", os.environ["ODOO_RC"]),
        *("-d", name, f"--db-filter=^{name}$", "-u", ",".join(SUITE), f"--test-tags={tags}"),
        *(
            "--stop-after-init",
            f"--http-port={free_port()}",
            f"--screenshots={DEV_DIR / 'screenshots'}",
        ),
        *("--load=base,rpc,web", "--max-cron-threads=0"),
    ]
    print(f"== addons: odoo --test-enable (log: {log.relative_to(ROOT)})", flush=True)
    status = run_and_log(command, log)
    text = log.read_text(errors="replace")
    result = Result()
    count = re.findall(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", text)
    if count:
        failures, errors, tests = (int(number) for number in count[-1])
        # One test may fail in several of its parts, and counts them all.
        result = Result(passed=max(tests - failures - errors, 0), failed=failures + errors)
    if status and not result.failed:
        result.problems.append(
            f"addons: odoo ended with status {status}; see {log.relative_to(ROOT)}"
        )
    if not result.passed + result.failed:
        result.problems.append("addons: no test ran")
    if not result.failed:
        result.problems += unexpected_messages(log)
    return result


def run_suite_tests(name: str) -> Result:
    """pytest-odoo over tests/suite: what holds for all addons together."""
    print("== addons: pytest-odoo over tests/suite", flush=True)
    os.environ["ODOO_DEV"] = ""
    return run_pytest(
        "suite",
        TESTS / "suite",
        *("-p", "odoo", f"--odoo-database={name}", f"--odoo-config={os.environ['ODOO_RC']}"),
        may_be_empty=bool(FILTER),
    )


SHARES = 2


def shares_of_tests() -> list[str]:
    """Odoo's tags of the tests that are to run, in shares of about as many tests each.

    All classes of our addons, or the tests whose file, class or method has FILTER in its name.
    """
    chosen: list[tuple[int, str]] = []
    for addon in SUITE:
        for path in sorted((ADDONS / addon / "tests").glob("test_*.py")):
            for class_name, methods in test_classes(path):
                if not FILTER:
                    # Also one that has its tests from its bases alone.
                    chosen.append((len(methods), f"/{addon}:{class_name}"))
                    continue
                for method in methods:
                    if FILTER.lower() in f"{path.stem} {class_name}.{method}".lower():
                        chosen.append((1, f"/{addon}:{class_name}.{method}"))
    shares: list[list[str]] = [[] for _ in range(SHARES if not FILTER else 1)]
    weights = [0] * len(shares)
    for weight, tag in sorted(chosen, reverse=True):
        lightest = weights.index(min(weights))
        shares[lightest].append(tag)
        weights[lightest] += weight
    return [",".join(share) for share in shares if share]


def test_classes(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each class of a file, with the names of its own test methods."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            names = [item.name for item in node.body if isinstance(item, ast.FunctionDef)]
            yield node.name, [name for name in names if name.startswith("test")]


def run_and_log(command: list[str], log: Path) -> int:
    """Everything goes to the log; the terminal shows each test's start, and what is not INFO."""
    interesting = re.compile(r"\d+ (WARNING|ERROR|CRITICAL) |: Starting \w+\.\w+")
    in_trouble = False

    def show(line: str) -> None:
        nonlocal in_trouble
        if re.match(r"\d{4}-\d\d-\d\d ", line):
            in_trouble = bool(re.match(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ", line))
        if VERBOSE or in_trouble or interesting.search(line):
            print(line, end="", flush=True)

    return run_logged(command, log, show)


def unexpected_messages(log: Path) -> list[str]:
    checked = subprocess.run(
        [sys.executable, "-m", "checklog_odoo", "-c", str(ROOT / "checklog-odoo.cfg"), str(log)],
        capture_output=True,
        text=True,
    )
    if checked.returncode == 0:
        return []
    print(checked.stdout)
    return [
        f"unexpected messages in {log.relative_to(ROOT)} (above);"
        " expected ones belong in checklog-odoo.cfg"
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- the run --------------------------------------------------------------------------------------


def drop_leftovers() -> None:
    """What killed runs left. Databases kept by KEEP=1 stay until `make clean`."""
    for name in postgres.databases(TEST_DATABASE):
        owner = re.match(rf"{TEST_DATABASE}(\d+)", name)
        alive = owner is not None and Path(f"/proc/{owner[1]}").exists()
        if not alive and postgres.comment(name) != "opticserp: kept":
            test_servers.forget(test_servers.TEST_DATA / name)
            postgres.drop(name)


def make_run_folder() -> None:
    """The last runs' logs stay for reading; older ones go."""
    RUN_DIR.mkdir(parents=True, exist_ok=True)
    by_age = sorted(RUNS.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in by_age[:-10]:
        shutil.rmtree(folder, ignore_errors=True)
    # The acceptance tests' servers log there too.
    os.environ["TEST_RUN_DIR"] = str(RUN_DIR)


def build_ahead() -> None:
    """Build the template; whoever needs it waits for it, and is told what went wrong."""
    with contextlib.suppress(Problem):
        build_suite_template()


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        raise SystemExit(f"Error: no suite {', '.join(unknown)}. There are: {', '.join(SUITES)}.")
    make_run_folder()
    if names != ["plain"]:
        drop_leftovers()
    total = Result()
    if len(names) > 1:
        # The plain tests keep one core busy, the template's building the other.
        threading.Thread(target=build_ahead, daemon=True).start()
    for name in names:
        print(f"== {name}", flush=True)
        started = time.monotonic()
        try:
            result = SUITES[name]()
        except Problem as trouble:
            result = Result(problems=["\n  ".join((f"{name}: {trouble}", *trouble.remedies))])
        print(
            f"== {name}: {result.passed} passed, {result.failed} failed"
            f" in {time.monotonic() - started:.0f} s\n",
            flush=True,
        )
        total += result
    if not total.passed + total.failed and not total.problems:
        total.problems.append("no test ran" if FULL else "no test ran; `make test-full` has more")
    for problem in total.problems:
        print(f"FAILED {problem}")
    failed = total.failed + len(total.problems)
    # Nothing else may stand on this line: CI reads it.
    print(f"{total.passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].split(",")))
