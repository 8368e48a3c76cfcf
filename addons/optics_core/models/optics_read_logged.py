import re
from itertools import chain

from odoo import api, models

LISTING = object()
"""In the context of a search that shows what it finds. No client can send it: contexts are JSON."""

TELL_NOTHING = frozenset({"id", ".id", "display_name"})
"""What names a record in a link, a breadcrumb or a search, and holds no value of it."""

GROUP_WITHOUT_VALUES = TELL_NOTHING | {
    *("__count", "patient_id", "company_id", "date", "state", "purpose", "source"),
}
"""By what records are grouped and counted without a measured value of anybody."""


def may_write(method):
    """Take back ``api.readonly``: whoever calls it from outside needs a cursor that can write.

    ``web.controllers.dataset`` and ``rpc.controllers.json2`` choose the cursor by this mark. Where
    they cannot know (another model's page that shows records), PostgreSQL refuses the line of the
    log, and ``http.Request._serve_db`` serves the request again with a cursor that can write.
    """
    method._readonly = False
    return method


class OpticsReadLogged(models.AbstractModel):
    """Records of a patient's health: whoever is shown or given one leaves a line in the log.

    All doors – the web client, RPC, another model's page – hand values out by ``_read_format`` or
    ``_export_rows``; what is refused by rights never gets there. The line is written in the
    transaction of the read: without a line there is no answer.

    Not seen: what the server reads for itself (fields, ``sudo``), names and counts of records, and
    which records a search finds.
    """

    _name = "optics.read.logged"
    _description = "Records whose reading is logged"

    def _read_subjects(self):
        """Return the records, each with ``patient_id`` and ``company_id``, that these tell of."""
        return self

    def _log_reading(self, what):
        """Note that the current user was given these records.

        :param what: a value of ``optics.access.log.what``
        """
        self.env["optics.access.log"].sudo()._note(self._origin._read_subjects(), what)

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load)
        if not self.env.su and not TELL_NOTHING.issuperset(fnames):
            shown = self.browse(values["id"] for values in result)
            is_list = len(shown) > 1 or self.env.context.get("optics_listing") is LISTING
            shown._log_reading("listed" if is_list else "opened")
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        rows = super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        names = {path[0] for path in fields if path}
        if not self.env.su and not TELL_NOTHING.issuperset(names):
            self._log_reading("exported")
        return rows

    def _read_group(self, domain, groupby=(), aggregates=(), *args, **options):
        groups = super()._read_group(domain, groupby, aggregates, *args, **options)
        self._log_grouping(domain, [*groupby, *aggregates])
        return groups

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), *args, **options):
        groups = super()._read_grouping_sets(domain, grouping_sets, aggregates, *args, **options)
        self._log_grouping(domain, [*chain(*grouping_sets), *aggregates])
        return groups

    def _log_grouping(self, domain, specifications):
        """Note a grouping that tells values, as a list that shows them."""
        names = {re.split(r"[:.]", each)[0] for each in specifications}
        if not self.env.su and not GROUP_WITHOUT_VALUES.issuperset(names):
            self.search(domain)._log_reading("listed")

    @may_write
    def read(self, fields=None, load="_classic_read"):
        return super().read(fields, load)

    @may_write
    def web_read(self, specification):
        return super().web_read(specification)

    @api.model
    @may_write
    def search_read(
        self, domain=None, fields=None, offset=0, limit=None, order=None, **read_kwargs
    ):
        listing = self.with_context(optics_listing=LISTING)
        return super(OpticsReadLogged, listing).search_read(
            domain, fields, offset, limit, order, **read_kwargs
        )

    @api.model
    @may_write
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        listing = self.with_context(optics_listing=LISTING)
        return super(OpticsReadLogged, listing).web_search_read(
            domain, specification, offset, limit, order, count_limit
        )

    @api.model
    @may_write
    def web_name_search(self, name, specification, domain=None, operator="ilike", limit=100):
        listing = self.with_context(optics_listing=LISTING)
        return super(OpticsReadLogged, listing).web_name_search(
            name, specification, domain, operator, limit
        )

    @api.model
    @may_write
    def web_read_group(self, *args, **options):
        listing = self.with_context(optics_listing=LISTING)
        return super(OpticsReadLogged, listing).web_read_group(*args, **options)


class IrBinary(models.AbstractModel):
    """The download of a file that a record has."""

    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        if isinstance(record, self.env.registry["optics.read.logged"]) and not self.env.su:
            record._log_reading("exported")
        return super()._record_to_stream(record, field_name)
