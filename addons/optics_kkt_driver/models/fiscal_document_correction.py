from dataclasses import asdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.fiscal import correcting
from ..kkt.fiscal.document import InvalidDocument, Problem
from ..kkt.fiscal.jsonio import code_from_json, date_time_from_json
from ..kkt.fiscal.vocabulary import DocumentCode, FfdVersion, TaxationType
from ..kkt.flow.states import SIGNED, State
from .fiscal_document import Wanted

OLDER_FFD = {"1.05": FfdVersion.V1_05, "1.1": FfdVersion.V1_1}
"""By the words of a till; any other speaks 1.2."""
CORRECTABLE_CODES = (DocumentCode.RECEIPT, DocumentCode.CORRECTION)


class FiscalDocument(models.Model):
    """Corrections: one row for a settlement without a till, two for an error in a document.

    The two are queued in one transaction. The right one (`after_id`: the reverse one) is held back
    until the reverse one is signed, and given up together with it: whatever happens, nothing is
    set right that was not taken back.
    """

    _inherit = "fiscal.document"

    correction_role = fields.Selection(
        [
            ("settlement", "Settlement without a till"),
            ("reverse", "Takes an error back"),
            ("right", "Sets an error right"),
        ],
        string="Correction",
        readonly=True,
    )
    is_correctable = fields.Boolean(string="Can be corrected", compute="_compute_is_correctable")

    _one_reverse = models.UniqueIndex(
        "(company_id, original_fn, original_fd)"
        f" WHERE correction_role = 'reverse' AND state <> '{State.CANCELLED}'",
        "This document is taken back already.",
    )

    @api.depends("state", "signed_json")
    def _compute_is_correctable(self):
        for document in self:
            code = (document.signed_json or {}).get("code")
            document.is_correctable = document.is_signed and code in CORRECTABLE_CODES

    # Entry ------------------------------------------------------------------------------------

    @api.model
    def _correct(
        self, device, key, source, *, basis, right, wrong=None, reference="", columns=None
    ):
        """Queue what corrects a settlement on `device`, in the caller's transaction.

        Without `wrong` the settlement was made without a till: one document under `key`. With it, a
        reverse document under a key of the lane and the right one under `key`; only the right one
        when an earlier correction has taken the same error back and was given up half-way.
        Repeating a key makes nothing new. Call :meth:`_print_in_order` after it.

        :param device: any till of the company, no matter which one has signed the wrong document
        :param key: idempotency key of the whole correction
        :param basis: ``kkt.fiscal.correcting.Basis``: day, kind and order of the correction
        :param right: ``kkt.fiscal.document.Receipt``: the settlement as it really was
        :param wrong: ``kkt.fiscal.correcting.Wrong``: the signed document with the error
        :param str reference: readable reason
        :param dict columns: further columns of the rows
        :return: the rows in the order of printing
        :raises InvalidDocument: `right`, `basis` or the till's FFD do not allow it
        :raises UserError: the wrong document is corrected already
        :raises KeyConflict: the key was used for something else
        """
        rows, planned = self._planned_correction(
            device, key, source, basis=basis, right=right, wrong=wrong
        )
        links = {**(columns or {}), **(self._original_links(device, wrong) if wrong else {})}
        for role, origin, row_key, document in planned:
            wanted = Wanted(
                document,
                reference,
                self._regime_warnings(device, role, document, basis),
                {**links, "correction_role": role, "after_id": rows.id},
                open_shift=device.auto_open_shift,
            )
            rows += self._enqueue(device, row_key, source, wanted, origin)
        return rows

    @api.model
    def _planned_correction(self, device, key, source, *, basis, right, wrong=None):
        """Say what :meth:`_correct` would make, with the same arguments and errors.

        :return: the reverse row that stands already, if there is one, and a list of
            ``(role, origin of the key, idempotency key, document)``
        """
        self._check_day(device, basis)
        ffd = self._ffd_of(device)
        if wrong is None:
            correction = correcting.without_kkt(right, basis, ffd)
            return self.browse(), [("settlement", source, key, correction)]
        reverse, again = correcting.correct_error(wrong, right, basis, ffd)
        reverse_key = self._lane_key(source, key, "reverse")
        planned = [("reverse", "lane", reverse_key, reverse), ("right", source, key, again)]
        standing = self._taken_back_before(device, reverse_key, (source, key), wrong)
        return standing, planned[len(standing) :]

    def _check_day(self, device, basis):
        today = device._local_date()
        if basis.settled_on > today:
            told = Problem("settled_on", basis.settled_on, "after_today", today=today)
            raise InvalidDocument([told])

    def _ffd_of(self, device):
        """Return the format that the till speaks, as far as it has said so."""
        said = device._status().ffd_version or device.ffd_version
        return OLDER_FFD.get(said, FfdVersion.V1_2)

    def _regime_warnings(self, device, role, document, basis):
        """Judge the rates of what is set right; the reverse one repeats rates, lawful or not."""
        if role == "reverse":
            return []
        warnings = device.company_id._fiscal_regime_warnings(
            document.applied_taxation_type,
            document.items,
            document.operation_type,
            basis.settled_on,
        )
        return [asdict(each) for each in warnings]

    def _original_links(self, device, wrong):
        """Columns that tie a correction to the wrong document, ours or not."""
        original = self._find_signed(device.company_id, wrong.fn_number, wrong.fd_number)
        if original and original.fpd != wrong.fpd:
            told = Problem("fpd", wrong.fpd, "another_sign", fd_number=wrong.fd_number)
            raise InvalidDocument([told])
        return {
            "original_id": original.id,
            "original_fn": wrong.fn_number,
            "original_fd": wrong.fd_number,
            "original_fpd": wrong.fpd,
            "purchase_id": original.purchase_id.id,
        }

    @api.model
    def _find_signed(self, company, fn_number, fd_number):
        """Return our row of a signed document, if we have one."""
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("fn_number", "=", fn_number),
                ("fd_number", "=", fd_number),
                ("state", "in", SIGNED),
            ]
        )

    def _is_taken_back(self):
        """Tell whether a correction takes this document back: then nothing else may."""
        self.ensure_one()
        return bool(
            self.sudo().search_count(
                [
                    ("original_id", "=", self.id),
                    ("correction_role", "=", "reverse"),
                    ("state", "!=", State.CANCELLED),
                ],
                limit=1,
            )
        )

    def _taken_back_before(self, device, reverse_key, right_key, wrong):
        """Return the signed reverse of another correction whose right document was given up.

        :raises UserError: another correction of the same document is whole, or under way
        """
        documents = self.sudo()
        reverse = documents.search(
            [
                ("company_id", "=", device.company_id.id),
                ("original_fn", "=", wrong.fn_number),
                ("original_fd", "=", wrong.fd_number),
                ("correction_role", "=", "reverse"),
                ("state", "!=", State.CANCELLED),
                ("idempotency_key", "!=", reverse_key),
            ]
        )
        right = documents.search(
            [("after_id", "in", reverse.ids), ("state", "!=", State.CANCELLED)]
        ).filtered(lambda row: (row.key_origin, row.idempotency_key) != right_key)
        if reverse and (right or not reverse.is_signed):
            raise UserError(
                self.env._(
                    "FD %(number)s is corrected already, or about to be: %(documents)s. Finish that"
                    " correction; if it is wrong too, correct its last document.",
                    number=wrong.fd_number,
                    documents=", ".join((reverse | right).mapped("display_name")),
                )
            )
        return reverse

    def _print_in_order(self):
        """Bring these rows to an end on their tills, stopping at the first that is not signed.

        :return: the last row that was tried, and how its conversation ended
        """
        for row in self:
            ended = row._sign()
            if not row.is_signed:
                break
        return row, ended

    # The wrong document -----------------------------------------------------------------------

    def _as_wrong(self):
        """Return this signed document as ``correcting.Wrong``. Raises InvalidDocument."""
        self.ensure_one()
        return correcting.Wrong(self.fn_number, self.fd_number, self.fpd, self._signed_settlement())

    def _signed_settlement(self):
        """Return what was signed as a value.

        A drive keeps less than was asked for (in FFD 1.05 that it was settled on the Internet and
        the measure of a line, in all the scanned marking code); that is taken from the request.
        """
        lines = self.signed_json.get("items") or []
        asked = self.payload.get("items") or []
        if len(asked) == len(lines):
            lines = [{**one, **line} for one, line in zip(asked, lines, strict=True)]
        signed = {**self.signed_json, "items": lines}
        if signed.get("fiscalDocumentFormatVer") == FfdVersion.V1_05:
            # It tells the site (1187) of a settlement on the Internet, and not that it was one.
            signed["internetPayment"] = self.payload.get("internetPayment")
        return correcting.as_signed(signed, self._registered_taxation_type())

    def _registered_taxation_type(self):
        """Return the tax system of a till that has one only: its receipts may leave it out.

        None where its registration names several: one of them must be told then.
        """
        drive = self.env["kkt.drive"].sudo().search([("fn_number", "=", self.fn_number)])
        if not drive.registration:
            return self.device_id._taxation_type()
        registered = code_from_json(TaxationType, drive.registration.get("taxationType"))
        return registered if isinstance(registered, TaxationType) else None

    def _settled_on(self):
        """Return the day of the settlement that this signed document is about."""
        base = self.signed_json.get("correctionBase") or {}
        moment = base.get("correctionDocumentDate") or self.signed_json["dateTime"]
        return date_time_from_json(moment).date()
