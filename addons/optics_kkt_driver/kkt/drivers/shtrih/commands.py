"""The till's commands as data: code, what is asked, what is answered, and how long it may take.

Source: Shtrih-M protocol v1.17; time limits are those of the maker's own driver. Both ends read
this table: the driver encodes requests and decodes answers, the emulator the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .layout import (
    REST,
    Clock,
    DayFirst,
    Digits,
    Layout,
    Moment,
    Numbers,
    Optional,
    Raw,
    Text,
    UInt,
    YearFirst,
)


class Password(Enum):
    """Whose password stands before the request's fields."""

    NONE = "none"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    """Of the till's system administrator."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its answer begins with the code and an error byte, which are not in `answer`."""

    code: bytes
    """One byte, or FFh and another one."""
    name: str
    request: Layout
    answer: Layout
    password: Password = Password.OPERATOR
    timeout: float = 10.0
    """Seconds from the frame's acknowledgement to the answer."""
    changes: bool = True
    """It changes what the till holds: silence after it is never answered by sending it again."""

    @property
    def label(self) -> str:
        """As the protocol writes it: ``10h``, ``FF46h``."""
        return f"{self.code.hex().upper()}h"


PASSWORD = UInt("password", 4)
OPERATOR = UInt("operator", 1)
_NOTHING = Layout()
_DONE = Layout(OPERATOR)
_ADMIN = Password.ADMINISTRATOR

# State ------------------------------------------------------------------------------------------

SHORT_STATUS = Command(
    b"\x10",
    "short status",
    _NOTHING,
    Layout(
        OPERATOR,
        UInt("flags", 2),
        UInt("mode", 1),
        UInt("submode", 1),
        UInt("operations_low", 1),
        UInt("battery", 1),
        UInt("power", 1),
        Raw("old_errors", 2),
        UInt("operations_high", 1),
        Raw("reserved", 3),
        UInt("last_print_result", 1),
        required=10,
    ),
    timeout=3.0,
    changes=False,
)
FULL_STATUS = Command(
    b"\x11",
    "full status",
    _NOTHING,
    Layout(
        OPERATOR,
        Text("firmware", 2),
        UInt("build", 2),
        DayFirst("firmware_date", 3),
        UInt("hall", 1),
        UInt("document_number", 2),
        UInt("flags", 2),
        UInt("mode", 1),
        UInt("submode", 1),
        UInt("port", 1),
        Raw("old_version", 2),
        UInt("old_build", 2),
        DayFirst("old_date", 3),
        DayFirst("date", 3),
        Clock("time", 3),
        UInt("old_flags", 1),
        UInt("serial_low", 4),
        UInt("last_closed_shift", 2),
        UInt("old_free", 2),
        UInt("reregistrations", 1),
        UInt("reregistrations_left", 1),
        UInt("inn", 6),
        UInt("serial_high", 2),
        required=22,
    ),
    timeout=3.0,
    changes=False,
)
MODEL_PARAMETERS = Command(
    b"\xf7",
    "model parameters",
    Layout(UInt("kind", 1)),
    Layout(
        UInt("flags", 8),
        UInt("width_font_1", 1),
        UInt("width_font_2", 1),
        UInt("graphics_line", 1),
        UInt("inn_digits", 1),
        UInt("rnm_digits", 1),
        UInt("long_rnm_digits", 1),
        UInt("long_serial_digits", 1),
        UInt("tax_password", 4),
        UInt("administrator_password", 4),
        UInt("bluetooth_table", 1),
        UInt("tax_field", 1),
        UInt("longest_command", 2),
        required=1,
    ),
    password=Password.NONE,
    timeout=3.0,
    changes=False,
)
DEVICE = Command(
    b"\xfc",
    "device",
    _NOTHING,
    Layout(
        UInt("type", 1),
        UInt("subtype", 1),
        UInt("protocol", 1),
        UInt("protocol_minor", 1),
        UInt("model", 1),
        UInt("language", 1),
        Text("name", REST),
    ),
    password=Password.NONE,
    timeout=3.0,
    changes=False,
)
ERROR_TEXT = Command(
    b"\x6b",
    "text of an error",
    Layout(UInt("code", 1)),
    Layout(Text("text", REST)),
    password=Password.NONE,
    changes=False,
)

# Settings, clock, registers ---------------------------------------------------------------------

WRITE_TABLE = Command(
    b"\x1e",
    "write a table",
    Layout(UInt("table", 1), UInt("row", 2), UInt("field", 1), Raw("value", REST)),
    _NOTHING,
    password=_ADMIN,
)
READ_TABLE = Command(
    b"\x1f",
    "read a table",
    Layout(UInt("table", 1), UInt("row", 2), UInt("field", 1)),
    Layout(Raw("value", REST)),
    password=_ADMIN,
    changes=False,
)
TABLE_STRUCTURE = Command(
    b"\x2d",
    "structure of a table",
    Layout(UInt("table", 1)),
    Layout(Text("name", 40), UInt("rows", 2), UInt("fields", 1)),
    password=_ADMIN,
    changes=False,
)
FIELD_STRUCTURE = Command(
    b"\x2e",
    "structure of a field",
    Layout(UInt("table", 1), UInt("field", 1)),
    Layout(Text("name", 40), UInt("type", 1), UInt("size", 1), Raw("limits", REST)),
    password=_ADMIN,
    changes=False,
)
MONEY_REGISTER = Command(
    b"\x1a",
    "money register",
    Layout(UInt("number", 1), UInt("number_high", 1), required=1),
    Layout(OPERATOR, UInt("value", 6)),
    changes=False,
)
OPERATION_REGISTER = Command(
    b"\x1b",
    "operation register",
    Layout(UInt("number", 1), UInt("number_high", 1), required=1),
    Layout(OPERATOR, UInt("value", 2)),
    changes=False,
)
SET_TIME = Command(b"\x21", "set time", Layout(Clock("time", 3)), _NOTHING, password=_ADMIN)
SET_DATE = Command(b"\x22", "set date", Layout(DayFirst("date", 3)), _NOTHING, password=_ADMIN)
CONFIRM_DATE = Command(
    b"\x23", "confirm date", Layout(DayFirst("date", 3)), _NOTHING, password=_ADMIN
)

# Paper ------------------------------------------------------------------------------------------

BEEP = Command(b"\x13", "beep", _NOTHING, _DONE)
GET_PORT = Command(
    b"\x15",
    "port parameters",
    Layout(UInt("port", 1)),
    Layout(UInt("baud", 1), UInt("timeout", 1)),
    password=_ADMIN,
    changes=False,
)
CUT = Command(b"\x25", "cut", Layout(UInt("type", 1)), _DONE)
FONT = Command(
    b"\x26",
    "font",
    Layout(UInt("font", 1)),
    Layout(UInt("width", 2), UInt("char_width", 1), UInt("char_height", 1), UInt("fonts", 1)),
    password=_ADMIN,
    timeout=5.0,
    changes=False,
)
OPEN_DRAWER = Command(b"\x28", "open the drawer", Layout(UInt("drawer", 1)), _DONE)
FEED = Command(b"\x29", "feed", Layout(UInt("flags", 1), UInt("lines", 1)), _DONE)
PRINT_BOLD = Command(b"\x12", "print bold", Layout(UInt("flags", 1), Text("text", REST)), _DONE)
PRINT_LINE = Command(b"\x17", "print", Layout(UInt("flags", 1), Text("text", REST)), _DONE)
PRINT_FONT = Command(
    b"\x2f",
    "print in a font",
    Layout(UInt("flags", 1), UInt("font", 1), Text("text", REST)),
    _DONE,
)
CONTINUE_PRINT = Command(b"\xb0", "continue print", _NOTHING, _DONE)
REPEAT = Command(b"\x8c", "repeat the last document", _NOTHING, _DONE)

# The day ----------------------------------------------------------------------------------------

OPEN_SHIFT = Command(b"\xe0", "open the shift", _NOTHING, _DONE, timeout=120.0)
X_REPORT = Command(b"\x40", "X report", _NOTHING, _DONE, password=_ADMIN, timeout=30.0)
Z_REPORT = Command(b"\x41", "Z report", _NOTHING, _DONE, password=_ADMIN, timeout=65.0)
CASH_IN = Command(
    b"\x50", "cash in", Layout(UInt("sum", 5)), Layout(OPERATOR, UInt("document_number", 2))
)
CASH_OUT = Command(
    b"\x51", "cash out", Layout(UInt("sum", 5)), Layout(OPERATOR, UInt("document_number", 2))
)

# The receipt ------------------------------------------------------------------------------------

OPEN_RECEIPT = Command(b"\x8d", "open a receipt", Layout(UInt("type", 1)), _DONE)
CANCEL_RECEIPT = Command(b"\x88", "cancel the receipt", _NOTHING, _DONE)
SUBTOTAL = Command(b"\x89", "subtotal", _NOTHING, Layout(OPERATOR, UInt("sum", 5)), changes=False)
OPERATION = Command(
    b"\xff\x46",
    "operation",
    Layout(
        UInt("operation_type", 1),
        UInt("quantity", 6),
        UInt("price", 5),
        Optional("sum", 5),
        Optional("tax", 5),
        UInt("rate", 1),
        UInt("department", 1),
        UInt("payment_type", 1),
        UInt("product_type", 1),
        Text("name", REST),
    ),
    _NOTHING,
    password=_ADMIN,
)
ITEM_TLV = Command(
    b"\xff\x4d", "requisites of the line", Layout(Raw("tlv", REST)), _NOTHING, password=_ADMIN
)
DOCUMENT_TLV = Command(
    b"\xff\x0c", "requisites of the document", Layout(Raw("tlv", REST)), _NOTHING, password=_ADMIN
)
CLOSE_RECEIPT = Command(
    b"\xff\x45",
    "close the receipt",
    Layout(
        Numbers("payments", 80, 16),
        UInt("rounding", 1),
        Numbers("taxes", 30, 6),
        UInt("taxation_type", 1),
        Text("text", REST),
    ),
    Layout(
        UInt("change", 5),
        UInt("fd_number", 4),
        UInt("fiscal_sign", 4),
        Moment("moment", 5),
        required=3,
    ),
    password=_ADMIN,
    timeout=30.0,
)
BEGIN_CORRECTION = Command(b"\xff\x35", "begin a correction", _NOTHING, _NOTHING, password=_ADMIN)
CORRECTION = Command(
    b"\xff\x4a",
    "correction of FFD 1.05",
    Layout(
        UInt("correction_type", 1),
        UInt("operation_type", 1),
        UInt("total", 5),
        Numbers("payments", 25, 5),
        Numbers("taxes", 30, 6),
        UInt("taxation_type", 1),
    ),
    Layout(
        UInt("receipt_number", 2),
        UInt("fd_number", 4),
        UInt("fiscal_sign", 4),
        Moment("moment", 5),
        required=3,
    ),
    password=_ADMIN,
    timeout=30.0,
)


def _old_sale(code: int, name: str) -> Command:
    return Command(
        bytes((code,)),
        name,
        Layout(
            UInt("quantity", 5),
            UInt("price", 5),
            UInt("department", 1),
            Raw("taxes", 4),
            Text("text", REST),
        ),
        _DONE,
    )


SALE = _old_sale(0x80, "sale")
PURCHASE = _old_sale(0x81, "purchase")
SALE_RETURN = _old_sale(0x82, "return of a sale")
PURCHASE_RETURN = _old_sale(0x83, "return of a purchase")
STORNO = _old_sale(0x84, "storno")
CLOSE_OLD = Command(
    b"\x85",
    "close the receipt, four payments",
    Layout(Numbers("payments", 20, 4), UInt("discount", 2), Raw("taxes", 4), Text("text", REST)),
    Layout(OPERATOR, UInt("change", 5)),
    timeout=30.0,
)

# Marking ----------------------------------------------------------------------------------------

CHECK_CODE = Command(
    b"\xff\x61",
    "check a marking code",
    Layout(
        UInt("planned_status", 1),
        UInt("mode", 1),
        UInt("code_size", 1),
        UInt("tlv_size", 1),
        Raw("code_and_tlv", REST),
    ),
    Layout(
        UInt("local_result", 1),
        UInt("reason", 1),
        UInt("code_type", 1),
        UInt("extra_size", 1),
        UInt("drive_code", 1),
        UInt("result", 1),
        Raw("tlv", REST),
        required=1,
    ),
    password=_ADMIN,
    timeout=40.0,
)
BIND_CODE = Command(
    b"\xff\x67",
    "bind a marking code",
    Layout(UInt("code_size", 1), Raw("code", REST)),
    Layout(UInt("code", 2), UInt("type", 1), required=0),
    password=_ADMIN,
    timeout=40.0,
)
ACCEPT_CODE = Command(
    b"\xff\x69",
    "accept or reject a marking code",
    Layout(UInt("decision", 1)),
    Layout(UInt("result", 1), required=0),
    password=_ADMIN,
)

# The drive --------------------------------------------------------------------------------------

FN_STATUS = Command(
    b"\xff\x01",
    "drive's status",
    _NOTHING,
    Layout(
        UInt("phase", 1),
        UInt("document", 1),
        UInt("document_data", 1),
        UInt("shift_open", 1),
        UInt("warnings", 1),
        Moment("moment", 5),
        Digits("fn_number", 16),
        UInt("last_fd", 4),
    ),
    password=_ADMIN,
    changes=False,
)
FN_NUMBER = Command(
    b"\xff\x02", "drive's number", _NOTHING, Layout(Digits("fn_number", 16)), _ADMIN, changes=False
)
FN_VALIDITY = Command(
    b"\xff\x03",
    "drive's validity",
    _NOTHING,
    Layout(YearFirst("valid_until", 3)),
    password=_ADMIN,
    changes=False,
)
FN_VERSION = Command(
    b"\xff\x04",
    "drive's version",
    _NOTHING,
    Layout(Digits("version", 16), UInt("type", 1)),
    password=_ADMIN,
    changes=False,
)
CANCEL_DOCUMENT = Command(
    b"\xff\x08", "cancel the drive's document", _NOTHING, _NOTHING, password=_ADMIN
)
LAST_REGISTRATION = Command(
    b"\xff\x09",
    "last registration",
    _NOTHING,
    Layout(
        Moment("moment", 5),
        Digits("inn", 12),
        Digits("kkt_reg_id", 20),
        UInt("taxation_types", 1),
        UInt("work_mode", 1),
        Raw("rest", REST),
    ),
    password=_ADMIN,
    changes=False,
)
FIND_DOCUMENT = Command(
    b"\xff\x0a",
    "find a document",
    Layout(UInt("fd_number", 4)),
    Layout(
        UInt("type", 1),
        UInt("acknowledged", 1),
        Moment("moment", 5),
        UInt("fd_number", 4),
        UInt("fiscal_sign", 4),
        Raw("rest", REST),
    ),
    password=_ADMIN,
    changes=False,
)
BEGIN_OPENING = Command(b"\xff\x41", "begin opening the shift", _NOTHING, _NOTHING, password=_ADMIN)
BEGIN_CLOSING = Command(b"\xff\x42", "begin closing the shift", _NOTHING, _NOTHING, password=_ADMIN)
BEGIN_SETTLEMENT_STATE = Command(
    b"\xff\x37", "begin the settlement state", _NOTHING, _NOTHING, password=_ADMIN
)
SETTLEMENT_STATE = Command(
    b"\xff\x38",
    "settlement state",
    _NOTHING,
    Layout(
        UInt("fd_number", 4),
        UInt("fiscal_sign", 4),
        UInt("unacknowledged", 4),
        YearFirst("since", 3),
    ),
    password=_ADMIN,
    timeout=30.0,
)
OFD_STATUS = Command(
    b"\xff\x39",
    "exchange with the OFD",
    _NOTHING,
    Layout(
        UInt("status", 1),
        UInt("reading", 1),
        UInt("queue", 2),
        UInt("first_fd", 4),
        Moment("first_moment", 5),
    ),
    password=_ADMIN,
    changes=False,
)
BEGIN_READING = Command(
    b"\xff\x3a",
    "begin reading a document",
    Layout(UInt("fd_number", 4)),
    Layout(UInt("type", 2), UInt("size", 2)),
    password=_ADMIN,
    changes=False,
)
READ_DOCUMENT = Command(
    b"\xff\x3b",
    "read on in a document",
    _NOTHING,
    Layout(Raw("tlv", REST)),
    password=_ADMIN,
)
"""Each call gives the next piece, so it must not be repeated."""
OFD_TICKET = Command(
    b"\xff\x3c",
    "acknowledgement of the OFD",
    Layout(UInt("fd_number", 4)),
    Layout(Raw("ticket", REST)),
    password=_ADMIN,
    changes=False,
)
UNACKNOWLEDGED = Command(
    b"\xff\x3f",
    "unacknowledged documents",
    _NOTHING,
    Layout(UInt("count", 2)),
    password=_ADMIN,
    changes=False,
)
SHIFT_PARAMETERS = Command(
    b"\xff\x40",
    "shift",
    _NOTHING,
    Layout(UInt("open", 1), UInt("shift_number", 2), UInt("receipt_number", 2)),
    password=_ADMIN,
    changes=False,
)

COMMANDS: dict[bytes, Command] = {
    each.code: each for each in list(globals().values()) if isinstance(each, Command)
}
"""All of the above by code."""


def code_of(data: bytes) -> bytes:
    """The code at the beginning of a request or an answer."""
    return data[:2] if data[:1] == b"\xff" else data[:1]
