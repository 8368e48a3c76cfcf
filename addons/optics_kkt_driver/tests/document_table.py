"""Every kind of document a shop meets (54-FZ, FFD 1.2): how it is asked for, what must be signed.

`signed` is written out by hand from the tables of the format, in FNS's JSON names, without what
the till itself adds. Sums are kopecks; VAT of 5,000.00 at 22 % is 901.64.
"""

from dataclasses import dataclass, field
from datetime import date

from ..kkt.fiscal.document import (
    Buyer,
    Cashier,
    CashIn,
    CashOut,
    Copy,
    Correction,
    Item,
    Payments,
    Receipt,
    SettlementState,
    ShiftClosing,
    ShiftOpening,
    XReport,
)
from ..kkt.fiscal.vocabulary import (
    CorrectionType,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
    TaxationType,
)

OF_THE_TILL = {
    *("code", "fiscalDocumentFormatVer", "user", "userInn", "kktRegId", "fiscalDriveNumber"),
    *("fiscalDocumentNumber", "dateTime", "shiftNumber", "requestNumber", "retailPlaceAddress"),
    *("fnsUrl", "fiscalSign", "properties", "sellerAddress", "checkingLabeledProdResult"),
}
"""What the till or the lane adds to what was asked for (`properties`: our own key, 1084)."""

CASHIER = Cashier("Кассир Иванова", "500100732259")
CASHIER_API = {"position": "Кассир", "name": "Иванова", "inn": "500100732259"}
CASHIER_TAGS = {"operator": "Кассир Иванова", "operatorInn": "500100732259"}

SUNGLASSES = Item.priced("Очки солнцезащитные", 500000, Nds.NDS_22)
FRAME = Item.priced("Оправа", 400000, Nds.NDS_NO)
LENSES = Item.priced("Линза", 175000, Nds.NDS_NO, 2)
SUNGLASSES_API = {"name": "Очки солнцезащитные", "price": 5000, "tax_rate": 22}
ORDER_API = [
    {"name": "Оправа", "price": 4000, "tax_rate": "none"},
    {"name": "Линза", "price": "1750.00", "quantity": 2, "tax_rate": "none"},
    SUNGLASSES_API,
]
"""Glasses to order for 7,500 without VAT and sunglasses for 5,000 at 22 %: 12,500 in all."""


@dataclass
class Row:
    """One document. `value` is what models are given, `path` and `body` what the API is."""

    name: str
    signed: dict
    value: object = None
    path: str = "receipt"
    body: dict = field(default_factory=dict)
    before: tuple = ()
    """Rows of :data:`DOCUMENTS` that must have been signed for this call to be possible."""


def receipt(items, payments, operation=OperationType.SALE, **more):
    return Receipt(operation, TaxationType.OSN, tuple(items), payments, CASHIER, **more)


def line(name, price, total, nds, *, quantity="1", kind=4, product=1, vat=None, **more):
    """Tags of one line as signed."""
    tags = {
        "name": name,
        "price": price,
        "quantity": quantity,
        "sum": total,
        "nds": nds,
        "paymentType": kind,
        "productType": product,
        "itemsQuantityMeasure": 0,
        **more,
    }
    return tags if vat is None else {**tags, "ndsSum": vat}


def settlement(operation, items, total, **tags):
    """Tags of a receipt or correction; the five payments are always there."""
    payments = dict.fromkeys(
        ("cashTotalSum", "ecashTotalSum", "prepaidSum", "creditSum", "provisionSum"), 0
    )
    return {
        "operationType": operation,
        "appliedTaxationType": 1,
        "items": items,
        "totalSum": total,
        **payments,
        **CASHIER_TAGS,
        "retailPlace": "Салон оптики",
        **tags,
    }


def later_vat(nds, vat):
    """Tags 1115 and 1119."""
    return {"amountsReceiptNds": {"amountsNds": [{"nds": nds, "ndsSum": vat}]}}


ONLY_22 = {"nds0": 0, **later_vat(11, 90164)}
"""At least one of 1102–1107 must be there: with 1115 alone, 1104 = 0 is sent."""
SUNGLASSES_LINE = line("Очки солнцезащитные", 500000, 500000, 11, vat=90164)
HANDED_OVER = [
    line("Оправа", 400000, 400000, 6),
    line("Линза", 175000, 350000, 6, quantity="2"),
    SUNGLASSES_LINE,
]
MARKING = "0104603988030128215kdQ-\x1d91EE10\x1d92ZGVtb25zdHJhdGlvbg=="

OPENING = [
    Row("open shift", CASHIER_TAGS, value=ShiftOpening(CASHIER), path=""),
    Row(
        "cash in",
        {"sum": 1000050, **CASHIER_TAGS},
        value=CashIn(1000050, CASHIER),
        path="cash_in",
        body={"amount": "10000.50", "reason": "Размен"},
    ),
]
RECEIPTS = [
    Row(
        "sale",
        settlement(1, [SUNGLASSES_LINE], 500000, ecashTotalSum=500000, **ONLY_22),
        value=receipt([SUNGLASSES], Payments(ecash=500000)),
        body={"items": [SUNGLASSES_API], "total": 5000, "payment_method": "card"},
    ),
    Row(
        "sale, paid in several ways, contact of the buyer",
        settlement(
            1,
            [SUNGLASSES_LINE],
            500000,
            cashTotalSum=120000,
            ecashTotalSum=350000,
            provisionSum=30000,
            buyerPhoneOrAddress="+79001234567",
            **ONLY_22,
        ),
        value=receipt(
            [SUNGLASSES],
            Payments(cash=120000, ecash=350000, provision=30000),
            buyer=Buyer("+79001234567"),
        ),
        body={
            "items": [SUNGLASSES_API],
            "total": 5000,
            "payments": [
                {"method": "cash", "amount": 1200},
                {"method": "card", "amount": 3000},
                {"method": "sbp", "amount": "500.00"},
                {"method": "other", "amount": 300},
            ],
            "customer": {"phone": "+79001234567"},
        },
    ),
    Row(
        "sale of an imported frame to an organisation",
        settlement(
            1,
            [
                line(
                    *("Оправа", 400000, 400000, 6),
                    originCountryCode="380",
                    customEntryNum="10702070/150326/0012345",
                )
            ],
            400000,
            ecashTotalSum=400000,
            buyerInformation={"buyer": 'ООО "Ромашка"', "buyerInn": "7707083893"},
            ndsNo=400000,
        ),
        value=receipt(
            [
                Item.priced(
                    *("Оправа", 400000, Nds.NDS_NO),
                    origin_country_code="380",
                    custom_entry_num="10702070/150326/0012345",
                )
            ],
            Payments(ecash=400000),
            buyer=Buyer(name='ООО "Ромашка"', inn="7707083893"),
        ),
        body={
            "items": [
                {
                    **ORDER_API[0],
                    "country": "380",
                    "customs_declaration": "10702070/150326/0012345",
                }
            ],
            "total": 4000,
            "payment_method": "card",
            "customer": {"name": 'ООО "Ромашка"', "inn": "7707083893"},
        },
    ),
    Row(
        "sale on the Internet",
        settlement(
            1,
            [SUNGLASSES_LINE],
            500000,
            ecashTotalSum=500000,
            buyerPhoneOrAddress="anna@example.com",
            internetPayment=1,
            **{**ONLY_22, "retailPlace": "https://optika.example"},
        ),
        value=receipt(
            [SUNGLASSES],
            Payments(ecash=500000),
            buyer=Buyer("anna@example.com"),
            internet_payment=True,
            retail_place="https://optika.example",
        ),
        body={
            "items": [SUNGLASSES_API],
            "total": 5000,
            "payment_method": "card",
            "customer": {"email": "anna@example.com"},
            "internet_site": "https://optika.example",
        },
    ),
    Row(
        "sale of a marked good",
        settlement(
            1,
            [
                line(
                    *("Антисептик", 10000, 10000, 11),
                    product=33,
                    vat=1803,
                    labelCodeProcesMode=0,
                    productCodeNew={
                        "gs1m": {
                            "rawProductCode": "0104603988030128215kdQ-",
                            "gtin": "04603988030128",
                            "sernum": "5kdQ-",
                        }
                    },
                )
            ],
            10000,
            cashTotalSum=10000,
            nds0=0,
            **later_vat(11, 1803),
        ),
        value=receipt(
            [
                Item.priced(
                    *("Антисептик", 10000, Nds.NDS_22),
                    product_type=ProductType.COMMODITY_WITH_MARKING_CODE,
                    marking_code=MARKING,
                )
            ],
            Payments(cash=10000),
        ),
        body={
            "items": [
                {
                    "name": "Антисептик",
                    "price": 100,
                    "tax_rate": 22,
                    "product_type": 33,
                    "marking_code": MARKING,
                }
            ],
            "total": 100,
            "payment_method": "cash",
        },
    ),
    Row(
        "return of sale",
        settlement(2, [SUNGLASSES_LINE], 500000, ecashTotalSum=500000, **ONLY_22),
        value=receipt([SUNGLASSES], Payments(ecash=500000), OperationType.SALE_RETURN),
        body={
            "type": "refund",
            "original": {"key": "sale"},
            "total": 5000,
            "payment_method": "card",
        },
        before=("sale",),
    ),
    Row(
        "purchase",
        settlement(
            3, [line("Оправа б/у", 50000, 50000, 6)], 50000, cashTotalSum=50000, ndsNo=50000
        ),
        value=receipt(
            [Item.priced("Оправа б/у", 50000, Nds.NDS_NO)],
            Payments(cash=50000),
            OperationType.PURCHASE,
        ),
        body={
            "type": "purchase",
            "items": [{"name": "Оправа б/у", "price": 500, "tax_rate": "none"}],
            "total": 500,
            "payment_method": "cash",
        },
    ),
    Row(
        "return of purchase",
        settlement(
            4, [line("Оправа б/у", 50000, 50000, 6)], 50000, cashTotalSum=50000, ndsNo=50000
        ),
        value=receipt(
            [Item.priced("Оправа б/у", 50000, Nds.NDS_NO)],
            Payments(cash=50000),
            OperationType.PURCHASE_RETURN,
        ),
        body={
            "type": "purchase_refund",
            "original": {"key": "purchase"},
            "total": 500,
            "payment_method": "cash",
        },
        before=("purchase",),
    ),
    Row(
        "advance",
        settlement(
            1,
            [line("Аванс", 300000, 300000, 12, kind=3, product=10, vat=54098)],
            300000,
            cashTotalSum=300000,
            nds0=0,
            **later_vat(12, 54098),
        ),
        value=receipt(
            [
                Item.priced(
                    *("Аванс", 300000, Nds.NDS_22_122),
                    payment_type=PaymentType.ADVANCE,
                    product_type=ProductType.PAYMENT,
                )
            ],
            Payments(cash=300000),
        ),
        body={"stage": "advance", "purchase": "З-1", "total": 3000, "payment_method": "cash"},
    ),
    Row(
        # 4,000 spread over 4,000 + 3,500 + 5,000: 1,280 + 1,120 + 1,600.
        "part prepayment",
        settlement(
            1,
            [
                line("Оправа", 128000, 128000, 6, kind=2),
                line("Линза", 56000, 112000, 6, kind=2, quantity="2"),
                line("Очки солнцезащитные", 160000, 160000, 12, kind=2, vat=28852),
            ],
            400000,
            ecashTotalSum=400000,
            ndsNo=240000,
            **later_vat(12, 28852),
        ),
        value=receipt(
            [
                Item.priced("Оправа", 128000, Nds.NDS_NO, payment_type=PaymentType.PREPAYMENT),
                Item.priced("Линза", 56000, Nds.NDS_NO, 2, payment_type=PaymentType.PREPAYMENT),
                Item.priced(
                    *("Очки солнцезащитные", 160000, Nds.NDS_22_122),
                    payment_type=PaymentType.PREPAYMENT,
                ),
            ],
            Payments(ecash=400000),
        ),
        body={
            "stage": "prepayment",
            "purchase": "З-1",
            "items": ORDER_API,
            "total": 4000,
            "payment_method": "card",
        },
        before=("advance",),
    ),
    Row(
        "handover of what was prepaid in part",
        settlement(
            1,
            HANDED_OVER,
            1250000,
            ecashTotalSum=550000,
            prepaidSum=700000,
            ndsNo=750000,
            **later_vat(11, 90164),
        ),
        value=receipt([FRAME, LENSES, SUNGLASSES], Payments(ecash=550000, prepaid=700000)),
        body={
            "stage": "handover",
            "purchase": "З-1",
            "items": ORDER_API,
            "total": 12500,
            "payments": [{"method": "card", "amount": 5500}],
        },
        before=("advance", "part prepayment"),
    ),
    Row(
        "whole prepayment",
        settlement(
            1,
            [line("Очки солнцезащитные", 500000, 500000, 12, kind=1, vat=90164)],
            500000,
            ecashTotalSum=500000,
            nds0=0,
            **later_vat(12, 90164),
        ),
        value=receipt(
            [
                Item.priced(
                    *("Очки солнцезащитные", 500000, Nds.NDS_22_122),
                    payment_type=PaymentType.FULL_PREPAYMENT,
                )
            ],
            Payments(ecash=500000),
        ),
        body={
            "stage": "prepayment",
            "purchase": "З-2",
            "items": [SUNGLASSES_API],
            "total": 5000,
            "payment_method": "sbp",
        },
    ),
    Row(
        "return of a prepayment",
        settlement(
            2,
            [line("Очки солнцезащитные", 500000, 500000, 12, kind=1, vat=90164)],
            500000,
            cashTotalSum=500000,
            nds0=0,
            **later_vat(12, 90164),
        ),
        value=receipt(
            [
                Item.priced(
                    *("Очки солнцезащитные", 500000, Nds.NDS_22_122),
                    payment_type=PaymentType.FULL_PREPAYMENT,
                )
            ],
            Payments(cash=500000),
            OperationType.SALE_RETURN,
        ),
        body={
            "type": "refund",
            "original": {"key": "whole prepayment"},
            "total": 5000,
            "payment_method": "cash",
        },
        before=("whole prepayment",),
    ),
    Row(
        "handover, partly on credit",
        settlement(
            1,
            [{**each, "paymentType": 5} for each in HANDED_OVER],
            1250000,
            cashTotalSum=250000,
            creditSum=1000000,
            ndsNo=750000,
            **later_vat(11, 90164),
        ),
        value=receipt(
            [
                Item.priced(
                    *(each.name, each.price, each.nds, each.quantity),
                    payment_type=PaymentType.PARTIAL_PAYMENT_AND_CREDIT,
                )
                for each in (FRAME, LENSES, SUNGLASSES)
            ],
            Payments(cash=250000, credit=1000000),
        ),
        body={
            "stage": "handover",
            "purchase": "З-3",
            "items": ORDER_API,
            "total": 12500,
            "payments": [{"method": "cash", "amount": 2500}],
            "on_credit": True,
        },
    ),
    Row(
        # 5,000 of the owed 10,000: 6,000 for goods without VAT and 4,000 at 22 %, so 3,000 + 2,000.
        "payment of a credit",
        settlement(
            1,
            [
                line("Оплата кредита: З-3", 300000, 300000, 6, kind=7, product=10),
                line("Оплата кредита: З-3", 200000, 200000, 11, kind=7, product=10, vat=36066),
            ],
            500000,
            ecashTotalSum=500000,
            ndsNo=300000,
            **later_vat(11, 36066),
        ),
        value=receipt(
            [
                Item.priced(
                    *("Оплата кредита: З-3", price, nds),
                    payment_type=PaymentType.CREDIT_PAYMENT,
                    product_type=ProductType.PAYMENT,
                )
                for price, nds in ((300000, Nds.NDS_NO), (200000, Nds.NDS_22))
            ],
            Payments(ecash=500000),
        ),
        body={
            "stage": "credit_payment",
            "purchase": "З-3",
            "total": 5000,
            "payment_method": "card",
        },
        before=("handover, partly on credit",),
    ),
    Row(
        "handover on credit",
        settlement(
            1,
            [{**SUNGLASSES_LINE, "paymentType": 6}],
            500000,
            creditSum=500000,
            **ONLY_22,
        ),
        value=receipt(
            [
                Item.priced(
                    *("Очки солнцезащитные", 500000, Nds.NDS_22), payment_type=PaymentType.CREDIT
                )
            ],
            Payments(credit=500000),
        ),
        body={
            "stage": "handover",
            "purchase": "З-4",
            "items": [SUNGLASSES_API],
            "total": 5000,
            "on_credit": True,
        },
    ),
]
CORRECTIONS = [
    Row(
        "correction of a settlement without KKT",
        settlement(
            1,
            [SUNGLASSES_LINE],
            500000,
            cashTotalSum=500000,
            correctionType=0,
            correctionBase={"correctionDocumentDate": "2026-03-01T00:00:00"},
            **ONLY_22,
        ),
        value=Correction(
            OperationType.SALE,
            TaxationType.OSN,
            (SUNGLASSES,),
            Payments(cash=500000),
            CASHIER,
            correction_type=CorrectionType.SELF,
            correction_document_date=date(2026, 3, 1),
        ),
        path="correction",
        body={
            "date": "2026-03-01",
            "items": [SUNGLASSES_API],
            "total": 5000,
            "payment_method": "cash",
        },
    ),
    Row(
        "correction by order, of a return in 2025",
        settlement(
            2,
            [line("Очки солнцезащитные", 500000, 500000, 1, vat=83333)],
            500000,
            ecashTotalSum=500000,
            correctionType=1,
            correctionBase={
                "correctionDocumentDate": "2025-12-30T00:00:00",
                "correctionDocumentNumber": "15-05/123",
            },
            nds18=83333,
        ),
        value=Correction(
            OperationType.SALE_RETURN,
            TaxationType.OSN,
            (Item.priced("Очки солнцезащитные", 500000, Nds.NDS_20),),
            Payments(ecash=500000),
            CASHIER,
            correction_type=CorrectionType.INSTRUCTION,
            correction_document_date=date(2025, 12, 30),
            correction_document_number="15-05/123",
        ),
        path="correction",
        body={
            "type": "refund",
            "basis": "order",
            "order_number": "15-05/123",
            "date": "2025-12-30",
            "items": [{**SUNGLASSES_API, "tax_rate": 20}],
            "total": 5000,
            "payment_method": "card",
        },
    ),
    Row(
        "correction that corrects a receipt",
        settlement(
            1,
            [SUNGLASSES_LINE],
            500000,
            cashTotalSum=500000,
            correctionType=0,
            correctionBase={"correctionDocumentDate": "2026-03-01T00:00:00"},
            propertiesData="1234567890",
            **ONLY_22,
        ),
        value=Correction(
            OperationType.SALE,
            TaxationType.OSN,
            (SUNGLASSES,),
            Payments(cash=500000),
            CASHIER,
            correction_type=CorrectionType.SELF,
            correction_document_date=date(2026, 3, 1),
            properties_data="1234567890",
        ),
        path="",
    ),
]
OPERATIONS = [
    Row(
        "cash out",
        {"sum": 50, **CASHIER_TAGS},
        value=CashOut(50, CASHIER),
        path="cash_out",
        body={"amount": "0.50"},
        before=("cash in",),
    ),
    Row("X report", CASHIER_TAGS, value=XReport(CASHIER), path="x_report"),
    Row(
        "copy",
        {"fiscalDocumentNumber": 2, "heading": "КОПИЯ", **CASHIER_TAGS},
        value=Copy(2, CASHIER),
        path="",
    ),
    Row("settlement state", {}, value=SettlementState(CASHIER), path=""),
]
CLOSING = [
    Row("close shift", CASHIER_TAGS, value=ShiftClosing(CASHIER), path="z_report"),
]
DOCUMENTS = {row.name: row for row in (*OPENING, *RECEIPTS, *CORRECTIONS, *OPERATIONS, *CLOSING)}
OF_THE_REPORTS = {
    *("receiptQuantity", "documentsQuantity", "notTransmittedDocumentsQuantity"),
    *("notTransmittedDocumentNumber", "notTransmittedDocumentsDateTime", "shiftSumReports"),
    *("fiscalDriveSumReports", "cashIn", "cashOut", "cashInDrawer", "shiftOpen"),
    *("operationNumber", "copy", "retailPlace"),
    *("kktVersion", "documentKktVersion", "fdKeyResource"),
}
"""What the till adds to documents that are no settlements."""
