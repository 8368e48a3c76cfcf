"""Registration of a till with the tax service: FD codes 1 and 11."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from . import identity
from .base import Document
from .jsonio import flag_from_json, json_object, raw, without_none
from .party import STAND_IN, Cashier, stripped
from .problems import Problems, is_integer
from .vocabulary import DocumentKind, TaxationType


class UsageCondition(IntFlag):
    """Tag 1290, признаки условий применения ККТ (FFD 1.2)."""

    PRINTER_IN_MACHINE = 1 << 1
    BSO = 1 << 2
    INTERNET_ONLY = 1 << 5
    EXCISE = 1 << 6
    MARKED_GOODS = 1 << 8
    SERVICES_ONLY = 1 << 9
    GAMBLING = 1 << 10
    LOTTERY = 1 << 11
    PAWNSHOP = 1 << 12
    INSURANCE = 1 << 13
    VENDING_MACHINE = 1 << 14
    CATERING = 1 << 15
    WHOLESALE = 1 << 16


class ReregistrationReason(IntFlag):
    """Tag 1205, коды причин изменения сведений о ККТ."""

    DRIVE_REPLACED = 1 << 0
    OFD_CHANGED = 1 << 1
    USER_NAME_CHANGED = 1 << 2
    PLACE_CHANGED = 1 << 3
    OFFLINE_TO_ONLINE = 1 << 4
    ONLINE_TO_OFFLINE = 1 << 5
    MODEL_VERSION_CHANGED = 1 << 6
    TAXATION_CHANGED = 1 << 7
    MACHINE_NUMBER_CHANGED = 1 << 8
    AUTOMATIC_TO_CASHIER = 1 << 9
    CASHIER_TO_AUTOMATIC = 1 << 10
    FFD_VERSION_CHANGED = 1 << 21
    OTHER = 1 << 31


_OLDER_REASONS = {
    1: ReregistrationReason.DRIVE_REPLACED,
    2: ReregistrationReason.OFD_CHANGED,
    3: ReregistrationReason.USER_NAME_CHANGED | ReregistrationReason.PLACE_CHANGED,
}
"""Codes of tag 1101, by which FFD 1.05 tells why; 4, the till's settings, is all the rest."""
_SETTINGS_CHANGED = 4


def older_reasons(reasons: ReregistrationReason) -> list[int]:
    """The values of the repeated tag 1101 of FFD 1.05, in order."""
    told = [code for code, reason in _OLDER_REASONS.items() if reasons & reason]
    rest = reasons & ~reduce(or_, _OLDER_REASONS.values())
    return [*told, _SETTINGS_CHANGED] if rest else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Document):
    """Report on registration (FD code 1). Raises InvalidDocument with all problems at once."""

    kind: ClassVar[DocumentKind] = DocumentKind.REGISTRATION

    user: str
    """Tag 1048: the organisation, or surname, name and patronymic of an ИП."""
    user_inn: str
    """Tag 1018."""
    kkt_reg_id: str
    """Tag 1037, RNM: 10 digits and the 6 digits that check them with INN and serial number."""
    kkt_number: str
    """Tag 1013, the till's serial number."""
    taxation_types: frozenset[TaxationType]
    """Tag 1062."""
    retail_place: str
    """Tag 1187."""
    retail_place_address: str
    """Tag 1009."""
    cashier: Cashier
    """Who makes the report."""
    ofd_name: str | None = None
    """Tag 1046."""
    ofd_inn: str | None = None
    """Tag 1017. Name and INN are required unless the till is offline."""
    fns_url: str = "www.nalog.gov.ru"
    """Tag 1060."""
    seller_address: str | None = None
    """Tag 1117, the sender's e-mail."""
    machine_number: str | None = None
    """Tag 1036; required in automatic mode, and only there."""
    auto_mode: bool = False
    """Tag 1001."""
    offline_mode: bool = False
    """Tag 1002."""
    encryption_sign: bool = False
    """Tag 1056."""
    usage_condition_signs: UsageCondition = UsageCondition(0)
    """Tag 1290."""

    def __post_init__(self) -> None:
        problems = Problems()
        self._check(problems)
        problems.raise_any()

    def _check(self, problems: Problems) -> None:
        problems.text("user", self.user, 256, required=True)
        self._check_numbers(problems)
        if problems.instance("taxation_types", self.taxation_types, frozenset):
            holds = bool(self.taxation_types) and all(
                isinstance(each, TaxationType) for each in self.taxation_types
            )
            problems.check(holds, "taxation_types", self.taxation_types, "no_tax_system")
        problems.text("retail_place", self.retail_place, 256, required=True)
        problems.text("retail_place_address", self.retail_place_address, 256, required=True)
        problems.instance("cashier", self.cashier, Cashier)
        for name in ("auto_mode", "offline_mode", "encryption_sign"):
            problems.instance(name, getattr(self, name), bool)
        problems.instance("usage_condition_signs", self.usage_condition_signs, UsageCondition)
        problems.address("fns_url", self.fns_url, 256, required=True)
        problems.address("seller_address", self.seller_address, 64)
        self._check_mode(problems)

    def _check_numbers(self, problems: Problems) -> None:
        _check_inn(problems, "user_inn", self.user_inn)
        if self.ofd_inn is not None:
            _check_inn(problems, "ofd_inn", self.ofd_inn)
        serial = problems.text("kkt_number", self.kkt_number, 20, required=True)
        if problems.text("kkt_reg_id", self.kkt_reg_id, 16, required=True) and serial:
            holds = identity.is_kkt_reg_id(self.kkt_reg_id, str(self.user_inn), self.kkt_number)
            problems.check(holds, "kkt_reg_id", self.kkt_reg_id, "wrong_kkt_reg_id")

    def _check_mode(self, problems: Problems) -> None:
        online = self.offline_mode is False
        problems.text("ofd_name", self.ofd_name, 256, required=online)
        if online and self.ofd_inn is None:
            problems.add("ofd_inn", None, "ofd_required")
        automatic = self.auto_mode is True
        problems.text("machine_number", self.machine_number, 20, required=automatic)
        if self.auto_mode is False and self.machine_number is not None:
            problems.add("machine_number", self.machine_number, "only_automatic")

    def to_json(self) -> dict[str, Any]:
        return {
            **without_none(
                user=self.user,
                userInn=self.user_inn,
                kktRegId=self.kkt_reg_id,
                kktNumber=self.kkt_number,
                taxationType=reduce(or_, map(int, self.taxation_types)),
                retailPlace=self.retail_place,
                retailPlaceAddress=self.retail_place_address,
                ofdName=self.ofd_name,
                ofdInn=self.ofd_inn,
                fnsUrl=self.fns_url,
                sellerAddress=self.seller_address,
                machineNumber=self.machine_number,
                autoMode=int(self.auto_mode),
                offlineMode=int(self.offline_mode),
                encryptionSign=int(self.encryption_sign),
                usageConditionSigns=int(self.usage_condition_signs),
            ),
            **self.cashier.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        problems = Problems()
        data = json_object(data)
        cashier = problems.attempt("cashier", lambda: Cashier.from_json(data))
        parts = cls._parts_from_json(data)
        made = problems.attempt("", lambda: cls(cashier=cashier or STAND_IN, **parts))
        return problems.settle(made)

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        conditions = data.get("usageConditionSigns", 0)
        return {
            "user": raw(data, "user"),
            "user_inn": stripped(raw(data, "userInn")),
            "kkt_reg_id": stripped(raw(data, "kktRegId")),
            "kkt_number": raw(data, "kktNumber"),
            "taxation_types": _taxation_types(data.get("taxationType")),
            "retail_place": raw(data, "retailPlace"),
            "retail_place_address": raw(data, "retailPlaceAddress"),
            "ofd_name": data.get("ofdName"),
            "ofd_inn": stripped(data.get("ofdInn")),
            "fns_url": raw(data, "fnsUrl"),
            "seller_address": data.get("sellerAddress"),
            "machine_number": data.get("machineNumber"),
            "auto_mode": flag_from_json(data.get("autoMode")),
            "offline_mode": flag_from_json(data.get("offlineMode")),
            "encryption_sign": flag_from_json(data.get("encryptionSign")),
            "usage_condition_signs": UsageCondition(conditions)
            if is_integer(conditions)
            else conditions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reregistration(Registration):
    """Report on changed registration (FD code 11), also made when the drive is replaced."""

    kind: ClassVar[DocumentKind] = DocumentKind.REREGISTRATION

    correction_kkt_reason_code: ReregistrationReason
    """Tag 1205."""

    def _check(self, problems: Problems) -> None:
        Registration._check(self, problems)
        reason = self.correction_kkt_reason_code
        field = "correction_kkt_reason_code"
        if problems.instance(field, reason, ReregistrationReason):
            problems.check(bool(reason), field, reason, "no_reason")

    def to_json(self) -> dict[str, Any]:
        reason = int(self.correction_kkt_reason_code)
        return {**Registration.to_json(self), "correctionKktReasonCode": reason}

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        reason = raw(data, "correctionKktReasonCode")
        if reason is None:
            reason = _reasons_of_codes(data.get("correctionReasonCode"))
        return {
            **super(Reregistration, cls)._parts_from_json(data),
            "correction_kkt_reason_code": ReregistrationReason(reason)
            if is_integer(reason)
            else reason,
        }


def _reasons_of_codes(codes: Any) -> Any:
    """Tag 1205 by what 1101 of FFD 1.05 says; None where that is no list of its codes.

    Code 3 does not tell user from place: it counts as both.
    """
    known = {**_OLDER_REASONS, _SETTINGS_CHANGED: ReregistrationReason.OTHER}
    if (
        not isinstance(codes, list)
        or not codes
        or not all(is_integer(code) and code in known for code in codes)
    ):
        return None
    return int(reduce(or_, (known[code] for code in codes)))


def _check_inn(problems: Problems, field: str, value: Any) -> None:
    if problems.text(field, value, 12, required=True):
        problems.check(identity.is_inn(value), field, value, "wrong_inn")


def _taxation_types(bits: Any) -> Any:
    if not is_integer(bits) or bits < 0 or bits & ~reduce(or_, TaxationType):
        return bits
    return frozenset(each for each in TaxationType if bits & each)
