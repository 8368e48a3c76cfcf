import logging
import os
import time
from pathlib import Path

from psycopg2 import Error as DatabaseError

from odoo import api, models
from odoo.tools import config

from ..optics.devices.file import is_ignored
from ..optics.devices.xml import LARGEST

_logger = logging.getLogger(__name__)

OPTION = "optics_device_folder"
"""In ``odoo.conf``: a path."""
PROBLEM = "optics_core.device_folder_problem"
"""System parameter: what was last said to be wrong with the folder."""
DONE, BAD = "done", "bad"
SETTLED = 2
"""Seconds. What was changed since then may still be being written."""
UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".swp", "~")
HIDDEN = (".", "~", "#")
LONGEST_SUFFIX = 20
"""Characters."""


class OpticsDeviceFolder(models.AbstractModel):
    """Takes in what devices lay into a folder of this server, and moves it out of their way.

    Files of the main company lie in the folder itself, those of another one in a folder in it that
    is called by the company's number.
    """

    _name = "optics.device.folder"
    _description = "Folder of devices' files"

    @api.model
    def _folder(self):
        """Return the path of ``odoo.conf``, empty where none is told."""
        return (config.get(OPTION) or "").strip()

    @api.model
    def _cron_read(self):
        """Take in all files that are whole."""
        if not self._folder():
            return
        problems = set()
        for company, folder in self._folders():
            try:
                problems |= self._read_folder(company, folder)
            except OSError as error:
                problems.add(f"{folder}: {error.strerror}")
        self._tell("\n".join(sorted(problems)))

    @api.model
    def _folders(self):
        """Return pairs of a company and its folder."""
        root = Path(self._folder())
        main = self.env.ref("base.main_company")
        others = self.env["res.company"].search([("id", "!=", main.id)])
        within = [(company, root / str(company.id)) for company in others]
        return [
            (main, root),
            *((one, path) for one, path in within if path.is_dir() and not path.is_symlink()),
        ]

    @api.model
    def _read_folder(self, company, folder):
        """Take in the files of a folder, each for itself.

        :return: what is wrong, without the names of files: they may name people
        :raises OSError: the folder cannot be used at all
        """
        paths = arrived(folder)
        for name in (DONE, BAD):
            (folder / name).mkdir(exist_ok=True)
        problems = set()
        for number, path in enumerate(paths, 1):
            try:
                raw = read_settled(path)
                if raw is not None:
                    self._take_in(company, path, raw, len(paths) - number)
            except FileNotFoundError:
                continue  # somebody has taken it away meanwhile
            except OSError as error:
                problems.add(f"{folder}: {error.strerror}")
        return problems

    @api.model
    def _take_in(self, company, path, raw, remaining):
        """Keep a file for good, then move it. Killed in between, it is known when it comes again.

        :raises OSError: it cannot be moved
        """
        name = os.fsencode(path.name).decode("utf-8", "replace")
        to, sha256 = BAD, "unread"
        try:
            with self.env.cr.savepoint():
                file = self.env["optics.device.file"]._take_in(name, raw, company)
                to, sha256 = (BAD if file.state == "refused" else DONE), file.sha256
        except DatabaseError:
            # Such as the same file being dropped on a page just now: it is tried again.
            _logger.info("A file in %r is tried again: the database was busy", str(path.parent))
            return
        except Exception:
            _logger.exception("A file in %r was not taken in and is bad", str(path.parent))
        self.env["ir.cron"]._commit_progress(1, remaining=remaining)
        move(path, to, sha256)

    @api.model
    def _tell(self, problem):
        """Write into the server's log what is wrong, once and not with each look."""
        parameters = self.env["ir.config_parameter"].sudo()
        if problem == (parameters.get_param(PROBLEM) or ""):
            return
        if problem:
            _logger.warning("The folder of devices' files, optics_device_folder: %r", problem)
        parameters.set_param(PROBLEM, problem)


def arrived(folder):
    """Return the paths of files that may be measurements, by their names.

    :raises OSError: the folder is not there or cannot be read
    """
    with os.scandir(folder) as entries:
        return sorted(
            Path(entry.path)
            for entry in entries
            if not entry.name.startswith(HIDDEN)
            and not entry.name.lower().endswith(UNFINISHED)
            and not is_ignored(entry.name)
            and entry.is_file(follow_symlinks=False)
        )


def read_settled(path):
    """Return a file's bytes, one more than the largest at most; None while it is being written.

    :raises OSError: it cannot be read
    """
    # A pipe or a link that has taken the file's place is neither waited for nor followed.
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        before = os.fstat(file.fileno())
        if abs(time.time() - before.st_mtime) < SETTLED:
            return None
        raw = file.read(LARGEST + 1)
        after = path.lstat()
    is_same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return raw if is_same else None


def move(path, to, sha256):
    """Move a file into a folder beside it, over nothing that has its name and says otherwise.

    :raises OSError: it cannot be moved
    """
    target = path.parent / to / path.name
    if os.path.lexists(target):
        target = target.with_name(f"{sha256[:16]}-{time.time_ns()}{path.suffix[:LONGEST_SUFFIX]}")
    os.rename(path, target)
