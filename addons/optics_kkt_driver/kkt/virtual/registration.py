"""How a virtual till is registered, and the numbers that follow from who it is."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..device.refusals import refusal
from ..fiscal.identity import is_inn, kkt_reg_id
from ..fiscal.party import is_email
from ..fiscal.vocabulary import FfdVersion

FNS_URL = "www.nalog.gov.ru"
"""Tag 1060."""
DRIVE_DAYS = 1110
"""Validity of a drive's keys, "36 months" in the makers' papers."""
DRIVE_CAPACITY = 230_000
"""Documents that fit into a drive, by the makers' papers."""
FFD_VERSIONS = {"1.2": FfdVersion.V1_2, "1.05": FfdVersion.V1_05}
"""The formats that a till can be registered with."""


@dataclass(frozen=True, slots=True)
class TillRegistration:
    """What is told to the till when it is registered with the tax service.

    Raises :class:`~..device.errors.Refused` (33h) for what no till would take.
    """

    seed: str
    """Whatever names this till and no other; its numbers are made of it."""
    user: str
    """Tag 1048, the organisation."""
    user_inn: str
    """Tag 1018, 10 or 12 digits."""
    retail_address: str
    """Tag 1009."""
    retail_place: str
    """Tag 1187."""
    taxation_types: int = 1
    """Tag 1062: the bits of all tax systems in use."""
    ofd_name: str = ""
    """Tag 1046."""
    ofd_inn: str = ""
    """Tag 1017."""
    sender_address: str = ""
    """Tag 1117, from which electronic receipts are sent; stands where tag 1008 is an e-mail."""
    timezone: str = "Europe/Moscow"
    """Name of the zone whose local time the till shows and signs."""
    drive: int = 1
    """Which drive in this till's life: a replaced one has another number."""
    ffd_version: str = "1.2"
    """A key of :data:`FFD_VERSIONS`: the format in which this till signs."""

    def __post_init__(self) -> None:
        if not is_inn(self.user_inn):
            raise refusal("33", f"ИНН пользователя {self.user_inn!r}")
        for name in ("user", "retail_address", "retail_place"):
            if not getattr(self, name).strip():
                raise refusal("33", f"не заполнено: {name}")
        if self.sender_address and not is_email(self.sender_address):
            raise refusal("33", f"адрес отправителя {self.sender_address!r}")
        if not 0 < self.taxation_types < 64:
            raise refusal("33", f"системы налогообложения: {self.taxation_types}")
        if self.ffd_version not in FFD_VERSIONS:
            raise refusal("33", f"версия ФФД {self.ffd_version!r}")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise refusal("33", f"часовой пояс {self.timezone!r}") from error

    @property
    def ffd(self) -> FfdVersion:
        """Tag 1209 of what this till signs."""
        return FFD_VERSIONS[self.ffd_version]

    @property
    def kkt_number(self) -> str:
        """Tag 1013, number of the till by its maker: 14 digits."""
        return _digits(self.seed, "kkt", 14)

    @property
    def fn_number(self) -> str:
        """Tag 1041. Numbers that begin with 9999 are of debug drives: no legal force."""
        return f"9999{_digits(f'{self.seed}/{self.drive}', 'fn', 12)}"

    @property
    def kkt_reg_id(self) -> str:
        """Tag 1037, number by the tax service: 16 digits."""
        return kkt_reg_id(_digits(self.seed, "rnm", 10), self.user_inn, self.kkt_number)


def _digits(seed: str, purpose: str, count: int) -> str:
    number = int.from_bytes(sha256(f"{purpose}:{seed}".encode()).digest())
    return f"{number % 10**count:0{count}d}"
