"""The tags of fiscal documents: number, FNS's JSON name, type and size, and what stands in what.

Names and sizes are those of FFD 1.05 and 1.2 (order of FNS ЕД-7-20/662@ with its amendments), the
tags of 2025 and 2026 included. A name means a tag only within its parent: ``totalSum`` is 1020 in
a receipt and 1201 in a counter. Names that FNS's JSON lacks are ours; `docs/FISCAL.md` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType


class ValueType(Enum):
    """How a value is written in bytes and in JSON."""

    UINT = auto()
    """Little-endian of exactly `size` bytes; an integer."""
    VLN = auto()
    """Little-endian in the fewest bytes, at most `size`; an integer (sums: kopecks)."""
    FVLN = auto()
    """A byte with the number of decimals, then as VLN; a decimal string."""
    TEXT = auto()
    """CP866, at most `size` bytes; a string."""
    PADDED = auto()
    """CP866, padded on the right with spaces to `size`; a string without the padding."""
    TIME = auto()
    """Seconds since 1970 by the place's own clock, 4 bytes; ``YYYY-MM-DDTHH:MM:SS``."""
    BYTES = auto()
    """Raw; a hexadecimal string."""
    FISCAL_SIGN = auto()
    """Six bytes; the number of the last four, big-endian, as printed."""
    PRODUCT_CODE = auto()
    """As TEXT; an object with ``rawProductCode`` and what could be read from it."""
    STLV = auto()
    """Elements again; an object."""


@dataclass(frozen=True, slots=True)
class Tag:
    number: int
    name: str
    type: ValueType
    size: int
    """Bytes: exact for UINT, PADDED, TIME, FISCAL_SIGN; the most allowed for the others."""
    repeated: bool = False
    """Several in one parent: a list in JSON."""


def _tags(kind: ValueType, rows: str) -> dict[int, Tag]:
    """Read lines of ``number name size [*]``; a star marks a tag that may be repeated."""
    tags = {}
    for row in rows.split("\n"):
        if row.strip():
            number, name, size, *star = row.split()
            tags[int(number)] = Tag(int(number), name, kind, int(size), bool(star))
    return tags


TAGS: Mapping[int, Tag] = MappingProxyType(
    _tags(
        ValueType.UINT,
        """
        1001 autoMode 1
        1002 offlineMode 1
        1022 ofdResponseCode 1
        1038 shiftNumber 4
        1040 fiscalDocumentNumber 4
        1042 requestNumber 4
        1050 fiscalDriveExhaustionSign 1
        1051 fiscalDriveReplaceRequiredSign 1
        1052 fiscalDriveMemoryExceededSign 1
        1053 ofdResponseTimeoutSign 1
        1054 operationType 1
        1055 appliedTaxationType 1
        1056 encryptionSign 1
        1057 paymentAgentType 1
        1062 taxationType 1
        1097 notTransmittedDocumentsQuantity 4
        1101 correctionReasonCode 1 *
        1108 internetSign 1
        1109 serviceSign 1
        1110 bsoSign 1
        1111 documentsQuantity 4
        1116 notTransmittedDocumentNumber 4
        1118 receiptQuantity 4
        1125 internetPayment 1
        1126 lotterySign 1
        1134 totalReceiptBsoCount 4
        1135 receiptBsoCount 4
        1144 receiptCorrectionCount 4
        1173 correctionType 1
        1189 documentKktVersion 1
        1190 documentFdVersion 1
        1193 gamblingSign 1
        1199 nds 1
        1205 correctionKktReasonCode 4
        1206 operatorMessage 1
        1207 exciseDutyProductSign 1
        1209 fiscalDocumentFormatVer 1
        1212 productType 1
        1213 fdKeyResource 2
        1214 paymentType 1
        1221 printInMachineSign 1
        1222 paymentAgentByProductType 1
        1271 operationId 1
        1290 usageConditionSigns 4
        2102 labelCodeProcesMode 1
        2104 undeliveredNotificationsNumber 4
        2106 checkingProdInformationResult 1
        2107 checkingLabeledProdResult 1
        2108 itemsQuantityMeasure 1
        2112 invalidLabelCodesSign 1
        2113 invalidRequestsNotificationsSign 1
        """,
    )
    | _tags(
        ValueType.VLN,
        """
        1020 totalSum 6
        1031 cashTotalSum 6
        1043 sum 6
        1079 price 6
        1081 ecashTotalSum 6
        1102 nds18 6
        1103 nds10 6
        1104 nds0 6
        1105 ndsNo 6
        1106 nds18118 6
        1107 nds10110 6
        1120 ndsSum 6
        1136 cashSum 6
        1138 ecashSum 6
        1139 tax18Sum 6
        1140 tax10Sum 6
        1141 tax18118Sum 6
        1142 tax10110Sum 6
        1143 tax0Sum 6
        1183 taxFreeSum 6
        1198 unitNds 6
        1200 ndsSum 6
        1201 totalSum 6
        1215 prepaidSum 6
        1216 creditSum 6
        1217 provisionSum 6
        1218 prepaidSum 6
        1219 creditSum 6
        1220 provisionSum 6
        1229 exciseDuty 6
        1293 numerator 8
        1294 denominator 8
        """,
    )
    | _tags(ValueType.FVLN, "1023 quantity 8")
    | _tags(
        ValueType.TEXT,
        """
        1005 transferOperatorAddress 256
        1008 buyerPhoneOrAddress 64
        1009 retailPlaceAddress 256
        1013 kktNumber 20
        1021 operator 64
        1026 transferOperatorName 64
        1030 name 128
        1036 machineNumber 20
        1044 paymentAgentOperation 24
        1046 ofdName 256
        1048 user 256
        1060 fnsUrl 256
        1073 paymentAgentPhone 19 *
        1074 paymentOperatorPhone 19 *
        1075 transferOperatorPhone 19 *
        1085 propertyName 64
        1086 propertyValue 256
        1117 sellerAddress 64
        1171 providerPhone 19 *
        1179 correctionDocumentNumber 32
        1187 retailPlace 256
        1188 kktVersion 8
        1191 propertiesItem 64
        1192 propertiesData 16
        1197 unit 16
        1225 providerName 256
        1227 buyer 256
        1231 customEntryNum 32
        1243 buyerBirthday 10
        1246 buyerDocumentData 64
        1254 buyerAddress 256
        1262 idFoiv 3
        1263 foundationDocDateTime 10
        1264 foundationDocNumber 32
        1265 industryPropValue 256
        1272 operationData 64
        1274 additionalPropsFRC 32
        1276 additionalPropsOS 32
        1278 additionalPropsCS 32
        1280 additionalPropsCSR 32
        1282 additionalPropsCA 32
        1292 fractionalPart 24
        2115 controlCode 4
        """,
    )
    | _tags(
        ValueType.PADDED,
        """
        1016 transferOperatorInn 12
        1017 ofdInn 12
        1018 userInn 12
        1037 kktRegId 20
        1041 fiscalDriveNumber 16
        1203 operatorInn 12
        1226 providerInn 12
        1228 buyerInn 12
        1230 originCountryCode 3
        1244 buyerCitizenship 3
        1245 buyerDocumentCode 2
        """,
    )
    | _tags(
        ValueType.TIME,
        """
        1012 dateTime 4
        1098 notTransmittedDocumentsDateTime 4
        1178 correctionDocumentDate 4
        1273 dateTime 4
        """,
    )
    | _tags(
        ValueType.BYTES,
        """
        1078 operatorFiscalSign 18
        1162 productCode 32
        1275 additionalDataFRC 32
        1277 additionalDataOS 32
        1279 additionalDataCS 32
        1281 additionalDataCSR 32
        1283 additionalDataCA 32
        """,
    )
    | _tags(ValueType.FISCAL_SIGN, "1077 fiscalSign 6")
    | _tags(
        ValueType.PRODUCT_CODE,
        """
        1300 undefined 32
        1301 ean8 8
        1302 ean13 13
        1303 itf14 14
        1304 gs1 38
        1305 gs1m 38
        1306 kmk 38
        1307 mi 20
        1308 egais2 23
        1309 egais3 14
        1320 f1 32
        1321 f2 32
        1322 f3 32
        1323 f4 32
        1324 f5 32
        1325 f6 32
        """,
    )
    | _tags(
        ValueType.STLV,
        """
        1059 items 1024 *
        1068 messageToDrive 169
        1084 properties 320
        1115 amountsReceiptNds 320
        1119 amountsNds 40 *
        1129 sellOper 116
        1130 sellReturnOper 116
        1131 buyOper 116
        1132 buyReturnOper 116
        1133 receiptCorrection 216
        1145 sellCorrection 32
        1146 buyCorrection 32
        1157 fiscalDriveSumReports 708
        1158 notTransmittedDocumentsSumReports 708
        1163 productCodeNew 256
        1174 correctionBase 292
        1194 shiftSumReports 708
        1223 paymentAgentData 512
        1224 providerData 512
        1232 sellReturnCorrection 32
        1233 buyReturnCorrection 32
        1256 buyerInformation 1024
        1260 itemsIndustryDetails 317 *
        1261 industryReceiptDetails 317 *
        1270 operationalDetails 144
        1291 labeledProdFractionalQuantity 52
        """,
    )
)

_INDUSTRY = (1262, 1263, 1264, 1265)
_OPERATION_COUNTER = (
    *(1135, 1136, 1138, 1139, 1140, 1141, 1142, 1143, 1183, 1201),
    *(1218, 1219, 1220),
)
_CORRECTION_COUNTER = (1135, 1201)
_COUNTERS = (1129, 1130, 1131, 1132, 1133, 1134)

_MEMBERS: Mapping[int, tuple[int, ...]] = {
    1059: (
        *(1023, 1030, 1043, 1079, 1162, 1163, 1191, 1197, 1198, 1199, 1200, 1212, 1214),
        *(1222, 1223, 1224, 1226, 1229, 1230, 1231, 1260, 1291, 2102, 2106, 2108, 2115),
    ),
    1068: (1022,),
    1084: (1085, 1086),
    1115: (1119,),
    1119: (1199, 1120),
    1129: _OPERATION_COUNTER,
    1130: _OPERATION_COUNTER,
    1131: _OPERATION_COUNTER,
    1132: _OPERATION_COUNTER,
    1133: (1144, 1145, 1146, 1232, 1233),
    1145: _CORRECTION_COUNTER,
    1146: _CORRECTION_COUNTER,
    1157: _COUNTERS,
    1158: (1144, 1145, 1146, 1232, 1233),
    1163: tuple(tag.number for tag in TAGS.values() if tag.type is ValueType.PRODUCT_CODE),
    1174: (1178, 1179),
    1194: _COUNTERS,
    1223: (1005, 1016, 1026, 1044, 1073, 1074, 1075),
    1224: (1171, 1225),
    1232: _CORRECTION_COUNTER,
    1233: _CORRECTION_COUNTER,
    1256: (1227, 1228, 1243, 1244, 1245, 1246, 1254),
    1260: _INDUSTRY,
    1261: _INDUSTRY,
    1270: (1271, 1272, 1273),
    1291: (1292, 1293, 1294),
}

DOCUMENT = 0
"""Stands for the parent of a document's own tags."""

_ALSO_IN_DOCUMENT = {1005, 1016, 1026, 1044, 1073, 1074, 1075, 1171, 1227, 1228}
"""FFD 1.05 has the agents' and the buyer's tags beside the lines, 1.2 within others."""


def _by_parent() -> dict[int, dict[str, Tag]]:
    nested = {number for numbers in _MEMBERS.values() for number in numbers}
    own = TAGS.keys() - (nested - _ALSO_IN_DOCUMENT)
    parents = {DOCUMENT: {TAGS[number].name: TAGS[number] for number in sorted(own)}}
    for parent, numbers in _MEMBERS.items():
        parents[parent] = {TAGS[number].name: TAGS[number] for number in numbers}
    return parents


_NAMED = _by_parent()
_NUMBERED = {
    parent: {tag.number: tag for tag in named.values()} for parent, named in _NAMED.items()
}


def by_name(parent: int, name: str) -> Tag | None:
    """The tag that a JSON name means within a parent (:data:`DOCUMENT` or an STLV tag)."""
    return _NAMED[parent].get(name)


def by_number(parent: int, number: int) -> Tag | None:
    """The tag of a number if it may stand in the parent."""
    return _NUMBERED[parent].get(number)


def members(parent: int) -> tuple[Tag, ...]:
    """All tags that may stand in a parent."""
    return tuple(_NAMED[parent].values())
