from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from odoo import models

from ..kkt.drivers.errors import Refused
from ..kkt.fiscal.identity import is_kkt_reg_id
from ..kkt.fiscal.vocabulary import FfdVersion, TaxationType
from .kkt_device import REAL_DRIVERS
from .kkt_device_status import CLOCK_LIMIT

FFD_VERSIONS = (FfdVersion.V1_2, FfdVersion.V1_05)
"""The formats in which we make documents."""
CLOCK_WATCH = timedelta(seconds=60)
DRIVE_DAYS = 30
OFD_WATCH = timedelta(days=2)
OFD_ALARM = timedelta(days=25)
"""Five days before the drive blocks."""
WRONG_PASSWORD = ("4F", "401", "403")
"""Codes of a password that is not the till's: Shtrih-M, and HTTP of Web Requests."""


class Finding(NamedTuple):
    """What does not fit, and what to do about it. Severity: ``danger``, ``warning``, ``info``."""

    severity: str
    what: str
    remedy: str


class KktDevice(models.Model):
    """What a test of the connection finds: each thing that does not fit, with its remedy."""

    _inherit = "kkt.device"

    def _findings(self, examined):
        """All that does not fit, what stops the till first.

        :param examined: ``kkt_device_connection.Examined``
        """
        if examined.outcome == "busy":
            found = []
        elif examined.status is None:
            found = [self._finding_of_error(examined.error)]
        else:
            found = [
                *self._drive_findings(examined.status),
                *self._registration_findings(examined.status, examined.report or {}),
                *self._till_findings(examined.status),
                *self._paper_findings(examined.status),
                *self._exchange_findings(examined.status),
                *self._link_findings(),
            ]
        return sorted(found, key=lambda each: ("danger", "warning", "info").index(each.severity))

    # No answer ----------------------------------------------------------------------------------

    def _finding_of_error(self, error):
        if error.code in WRONG_PASSWORD:
            return Finding(
                "danger",
                self.env._("The till does not take our password: %s", error),
                self.env._(
                    "Write the password of the till's system administrator (30 unless it was"
                    " changed) into this page."
                )
                if self.driver == "shtrih"
                else self.env._(
                    "Write user and password as they are set in Web Requests into this page."
                ),
            )
        usual = "" if isinstance(error, Refused) else self._remedy_of_silence()
        return Finding("danger", str(error), f"{error.remedy} {usual}".strip())

    def _remedy_of_silence(self):
        scheme = urlsplit(self.address or "").scheme
        if self.driver == "virtual":
            return self.env._("Mend the faults that are set on this virtual till.")
        if self.driver == "atol":
            return self.env._(
                "Is the computer with Web Requests on, and Web Requests running? Does its firewall"
                " let this server in? Open the address in a browser on this server."
            )
        if scheme == "socket":
            return self.env._(
                "Is the till on and in the network (or the VPN) that this server reaches? Is TCP"
                " on in it (table 21, fields 3 and 4)? Does another program hold its only"
                " connection?"
            )
        if scheme == "rfc2217":
            return self.env._(
                "Is the port server running, and the till's port its own? Is the till on?"
            )
        return self.env._(
            "Is the till on, its cable in, and the speed the till's own? May this server open the"
            " port (group dialout), and does no other program hold it?"
        )

    # The drive ------------------------------------------------------------------------------------

    def _drive_findings(self, status):
        known = self._lane().fn_number
        other = (
            self.env["kkt.drive"]
            .sudo()
            .search([("fn_number", "=", status.fn_number), ("device_id", "!=", self.id)])
        )
        if other:
            yield Finding(
                "danger",
                self.env._("Drive %s belongs to another till here.", status.fn_number),
                self.env._("Two tills have one address, or the drive was moved. Check the links."),
            )
        elif known and status.fn_number != known:
            yield Finding(
                "danger",
                self.env._(
                    "The till has drive %(found)s, we work with %(known)s.",
                    found=status.fn_number,
                    known=known,
                ),
                self.env._("If it was replaced: Maintenance, Replace the drive."),
            )
        if status.details.get("driveClosed"):
            yield Finding(
                "danger",
                self.env._("The archive of the drive is closed."),
                self.env._("Put a new drive in and register it."),
            )
        yield from self._validity_findings(status)
        if words := self._status().warning_words:
            yield Finding(
                "warning",
                self.env._("The drive warns: %s", words),
                self.env._("Order a drive in time, and see that documents reach the OFD."),
            )

    def _validity_findings(self, status):
        if not status.fn_valid_until:
            return
        left = (status.fn_valid_until.date() - status.clock.date()).days
        if left < DRIVE_DAYS:
            yield Finding(
                "danger" if left < 0 else "warning",
                self.env._("Days until the drive's validity ends: %s.", left),
                self.env._("Replace the drive before; documents must reach the OFD first."),
            )

    # The registration -----------------------------------------------------------------------------

    def _registration_findings(self, status, report):
        if not any(status.ffd_version == version.label for version in FFD_VERSIONS):
            yield Finding(
                "danger",
                self.env._("The till works by FFD %s.", status.ffd_version or "–"),
                self.env._("We make documents of FFD 1.2 and 1.05: register the till with 1.2."),
            )
        if not report:
            yield Finding(
                "info",
                self.env._("The drive did not give its report on registration."),
                self.env._("Compare the registration's print with this page by hand."),
            )
            return
        yield from self._owner_findings(report)
        yield from self._tax_findings(report)
        yield from self._place_findings(report)

    def _owner_findings(self, report):
        inn, ours = report.get("userInn", "").strip(), self.company_id.sudo()._fiscal_inn()
        if inn != ours:
            yield Finding(
                "danger",
                self.env._(
                    "The till is registered for INN %(theirs)s, the company has %(ours)s.",
                    theirs=inn or "–",
                    ours=ours or "–",
                ),
                self.env._("Choose the till's company, or correct the company's tax number."),
            )
        number = report.get("kktRegId", "").strip()
        serial = report.get("kktNumber", "").strip()
        if not is_kkt_reg_id(number, inn, serial):
            yield Finding(
                "warning",
                self.env._("The RNM %s does not fit INN and serial number.", number or "–"),
                self.env._(
                    "Compare it with the tax service's; a wrong one needs registering anew."
                ),
            )
        told = self._status().serial or ""
        if serial.lstrip("0") != told.strip().lstrip("0"):
            yield Finding(
                "warning",
                self.env._(
                    "The drive was registered in till %(registered)s, this one is %(told)s.",
                    registered=serial or "–",
                    told=told or "–",
                ),
                self.env._("A drive that was moved must be registered anew."),
            )

    def _tax_findings(self, report):
        bits = report.get("taxationType", 0)
        if not bits & int(self.tax_system):
            registered = ", ".join(each.label for each in TaxationType if bits & each)
            yield Finding(
                "danger",
                self.env._(
                    "The till is registered for %s, not for the tax system of this page.",
                    registered or "–",
                ),
                self.env._("Choose one of these, or register the till anew with yours."),
            )

    def _place_findings(self, report):
        for name, registered in (
            ("retail_address", report.get("retailPlaceAddress", "")),
            ("retail_place", report.get("retailPlace", "")),
        ):
            ours = self[name]
            if ours and ours.split() != registered.split():
                yield Finding(
                    "warning",
                    self.env._(
                        "%(field)s: registered is “%(registered)s”, here it says “%(ours)s”.",
                        field=self._fields[name]._description_string(self.env),
                        registered=registered,
                        ours=ours,
                    ),
                    self.env._("Receipts say what is registered. Correct whichever is wrong."),
                )

    # The till -------------------------------------------------------------------------------------

    def _till_findings(self, status):
        off = abs(self._status().clock_difference)
        if off > CLOCK_WATCH.total_seconds():
            yield Finding(
                "danger" if off > CLOCK_LIMIT.total_seconds() else "warning",
                self.env._("The till's clock is wrong by %s s.", off),
                self.env._("Maintenance, Set the clock. Many tills want the shift closed for it."),
            )
        if tax_mode := status.details.get("taxMode"):
            yield Finding(
                "danger",
                self.env._(
                    "Table 1, field 14 is %s: the till reckons taxes its own way.", tax_mode
                ),
                self.env._(
                    "Set it to 0 with the maker's utility, or VAT on receipts may come out as 0."
                ),
            )
        if warning := self._shift_warning():
            yield Finding("warning", warning, self.env._("Close the shift (Z)."))

    def _paper_findings(self, status):
        if not status.paper:
            yield Finding(
                "danger",
                self.env._("The till has no paper."),
                self.env._("Put paper in, then Maintenance, Continue printing."),
            )
        if not status.cover_closed:
            yield Finding(
                "danger",
                self.env._("The till's cover is open."),
                self.env._("Close it."),
            )
        if status.open_document:
            yield Finding(
                "warning",
                self.env._("A document is open at the till."),
                self.env._("Maintenance, Cancel an open document; the next receipt does so too."),
            )
        if unprinted := status.details.get("unprintedFd"):
            yield Finding(
                "warning",
                self.env._("FD %s is signed but not on paper.", unprinted),
                self.env._("Maintenance, Continue printing."),
            )

        if blocked := status.details.get("queueBlocked"):
            yield Finding(
                "warning",
                self.env._("The queue of Web Requests stands: %s.", blocked),
                self.env._("Mend what its words say, then Maintenance, Continue printing."),
            )

    # Delivery -------------------------------------------------------------------------------------

    def _exchange_findings(self, status):
        if self.delivery_warning:
            yield Finding(
                "warning",
                self.delivery_warning,
                self.env._("Delivery: the till sends them itself."),
            )
        if status.undelivered and status.undelivered_since:
            waits = status.clock - status.undelivered_since
            if waits > OFD_WATCH:
                yield Finding(
                    "danger" if waits > OFD_ALARM else "warning",
                    self.env._(
                        "The OFD lacks %(count)s documents, the oldest for %(days)s days.",
                        count=status.undelivered,
                        days=waits.days,
                    ),
                    self._remedy_of_exchange(),
                )

    def _remedy_of_exchange(self):
        if self.delivery == "device":
            return self.env._(
                "Check the till's own network and its OFD settings (Shtrih-M: table 19). After 30"
                " days the drive signs no more."
            )
        return self.env._(
            "Check the OFD's page here: address, token, pause. After 30 days the drive signs no"
            " more."
        )

    # The link -------------------------------------------------------------------------------------

    def _link_findings(self):
        if self.driver not in REAL_DRIVERS:
            return
        others = self.sudo().search(
            [
                ("id", "!=", self.id),
                ("driver", "=", self.driver),
                ("address", "=", self.address),
                ("atol_device", "=", self.atol_device),
            ]
        )
        if others:
            yield Finding(
                "warning",
                self.env._("Another till of this database has the same link."),
                self.env._("Each till is set up once; archive the other one."),
            )
        if self.has_password and (self.address or "").startswith("http://"):
            yield Finding(
                "info",
                self.env._("User and password travel in the clear."),
                self.env._("Use https, or a network that only the till and this server share."),
            )
