from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import Gap, OfdState
from odoo.addons.optics_kkt_driver.lane.cursor import own_environment


class PostgresOfdStore:
    """The emulator's memory in the database (``kkt.virtual.ofd.OfdStore``).

    Each method is one short transaction of its own, so that a delayed answer holds no lock and
    several senders at once wait for each other instead of failing.
    """

    def __init__(self, registry):
        self._registry = registry

    def _env(self):
        return own_environment(self._registry)

    def state(self):
        with self._env() as env:
            return env["ofd.mock.state"]._the_one()._value()

    def change(self, step):
        with self._env() as env:
            row = env["ofd.mock.state"]._the_one(lock=True)
            before = row._value()
            row.write(row._values(step(before)))
            return before

    def keep(self, arrival):
        with self._env() as env:
            return env["ofd.mock.receipt"]._keep(arrival)

    def arrivals(self):
        with self._env() as env:
            return [row._arrival() for row in env["ofd.mock.receipt"].search([], order="id")]

    def count(self, kinds=None):
        domain = [] if kinds is None else [("kind", "in", list(kinds))]
        with self._env() as env:
            return env["ofd.mock.receipt"].search_count(domain)

    def gaps(self):
        with self._env() as env:
            return [Gap(*row) for row in env["ofd.mock.receipt"]._gaps()]

    def clear(self):
        with self._env() as env:
            row = env["ofd.mock.state"]._the_one(lock=True)
            row.write(row._values(OfdState()))
            env["ofd.mock.receipt"].search([]).unlink()
