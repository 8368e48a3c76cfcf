"""What each rule says in English, by its code: for logs, tests and the API's answers.

People who read another language are told in their own words by whoever knows them: plain code gives
the code and what goes into the sentence. ``{total}`` of a sum reads roubles, ``{total:d}`` kopecks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

RULES: Mapping[str, str] = {
    # Any value
    "required": "is required",
    "empty": "must not be empty",
    "unknown_choice": "must be one of {choices}",
    "wrong_type": "must be a {type}",
    "not_an_object": "must be an object",
    "not_a_json_object": "must be a JSON object",
    "told_twice": "must be told once",
    "unnamed_field": "must not hold a field without a name",
    "too_deep": "must not be nested deeper than {most} levels",
    # Texts
    "not_text": "must be a string",
    "control_characters": "must not hold control characters",
    "unprintable": "must hold something printable",
    "not_stored_as_it_is": "has characters that a till cannot store (code page CP866)",
    "too_long": "at most {longest} characters",
    "too_long_text": "must be a text of at most {longest} characters",
    "too_long_with_name": "at most {longest} characters together with the name",
    "wrong_digits": "must be {count} digits",
    "no_country": "is no country's code",
    "too_many_digits": "must be at most {most} digits",
    # Numbers and days
    "not_a_number": "must be a number",
    "not_positive": "must be more than zero",
    "not_a_flag": "must be true or false",
    "not_a_byte": "must be one byte",
    "not_a_date": "must be a date",
    "not_a_day": "must be the day of the settlement, YYYY-MM-DD",
    "has_a_time": "must be a date without time",
    "before_online_tills": "must not be before {first:%d.%m.%Y}: no till was online then",
    "after_today": "must not be after today, {today:%d.%m.%Y}",
    "not_a_moment": "must be a time with its zone, such as 2026-11-30T07:20:00Z",
    "not_within": "must be a number from {least} to {most}",
    "too_many": "must be at most {most}",
    # Sums
    "not_kopecks": "must be an integer number of kopecks",
    "not_an_amount": "must be an amount in roubles, not negative, at most two decimals",
    "amount_too_large": "must be an amount in roubles from {least} to {most}",
    "sum_too_small": "must be a sum of at least {least:d} kopecks",
    "sum_too_large": "must be a sum of at least {least:d} kopecks and at most {most:d}",
    # People
    "wrong_inn": "must be an INN of 10 or 12 digits with right check digits",
    "wrong_inn_of_person": "must be an INN of 12 digits with right check digits",
    "wrong_contact": "must be +<10 to 15 digits> or an e-mail address",
    "not_a_phone": "must be +<10 to 15 digits>",
    "not_an_email": "must be an e-mail address",
    "two_contacts": "a receipt holds one of email and phone",
    "contact_required": "is required for a settlement on the Internet (1125)",
    "site_required": "is required for a settlement on the Internet (1125): the site",
    "unknown_papers": "must be a kind of papers (1245): {codes}",
    "papers_required": "is required: kind and data of papers (1245, 1246) go together",
    "buyer_name_required": "is required with the buyer's INN or papers (tag 1256)",
    # Lines
    "no_items": "must be a tuple of at least one Item",
    "no_listed_items": "must be a list of at least one item",
    "not_a_list": "must be a list",
    "wrong_quantity": "must be more than 0 and less than {limit}",
    "too_many_decimals": "at most {most} decimals",
    "not_price_by_quantity": "must be price x quantity rounded half up, {total:d}",
    "wrong_vat": "must be the VAT of the line, {vat:d}, give or take a kopeck of rounding",
    "unknown_rate": "is not a known VAT rate ({rates})",
    "prepayment_rate": "a prepayment is taxed at the calculated rate, code {rate:d}",
    "rate_outdated": "{rate.label} is not lawful on supplies from {since:%d.%m.%Y}",
    "rate_of_another_day": "must be {rate.label}, that of the settlement's date, {day:%d.%m.%Y}",
    "generic_product_type": (
        "must be 10 (payment) where 1214 is 3 (advance) or 7 (payment of credit)"
    ),
    "not_one_product_code": "must be an object with one kind of code",
    "marking_code_required": "is required where 1212 is {product_type:d} and the goods leave",
    "gs1_unknown_part": "is no GS1 code: no application identifier at {text!r}",
    "gs1_repeated_part": "is no GS1 code: an application identifier stands there twice",
    "gs1_lacking_part": "is no GS1 code: GTIN (01) and serial number (21) are required",
    "gs1_check_digit": "is no GS1 code: the check digit of GTIN {gtin} is wrong",
    "gs1_zero_gtin": "is no GS1 code: a GTIN of zeros is no good's",
    "gs1_lost_separator": (
        "is no GS1 code: the scanner drops the separator (GS) before the crypto tail"
    ),
    "gs1_lacking_tail": "has no crypto tail (91 and 92, or 93): it is no whole marking code",
    "gs1_digits": "is no GS1 code: ({identifier}) needs {count} digits, not {value!r}",
    "gs1_length": ("is no GS1 code: ({identifier}) has {length} characters, 1 to {longest} may be"),
    "gs1_characters": "is no GS1 code: ({identifier}) must be printable ASCII",
    "gs1_serial_characters": (
        "is no GS1 code: {found!r} stands in the serial number (21) and is none of GS1's set 82"
    ),
    "marking_code_twice": "is that of line {line} already: each piece has a code of its own",
    "not_one_piece": "must be 1: each piece has a marking code of its own",
    # Receipts
    "place_of_another_sale": "only a settlement on the Internet (1125) has a place of its own",
    "payments_not_the_total": "must add up to the total, {total:d} kopecks",
    "not_the_lines": "must be the sum of the lines, {total:d}",
    "not_the_items": "must be the sum of the items, {total}",
    "wrong_credit": "must be {credit:d}, the sum of the lines with 1214 = 6",
    "wrong_part_of_credit": (
        "must be more than {more_than:d} and less than {less_than:d}, by 1214 = 5 and 6"
    ),
    # Purchases in several receipts
    "purchase_required": "is required with the stage {stage}",
    "stage_of_no_sale": "goes with sales; a return names its original",
    "prepaid_not_signed": "at most what is prepaid, {signed}",
    "prepaid_left_out": "at least {least}, what is prepaid comes first",
    "more_than_unpaid": "must be more than zero and at most what is left to pay, {unpaid}",
    "more_than_due": "more than the {due} that is due",
    "less_than_due": "less than the {due} that is due",
    "more_than_owed": "must be more than zero and at most what is owed, {owed}",
    "payment_computed": "is computed from the purchase's signed documents: give the money only",
    # Returns
    "stage_of_return": "a return names its original only",
    "original_of_sale": "a sale has no original",
    "original_not_signed": "is no key of a signed receipt",
    "original_named_twice": "the original is named by its key as well: one of both",
    "original_unnamed": "is required, unless the original is named by its key",
    "another_operation": "does not return a document of kind {operation.label}",
    "taken_back": "is taken back by a correction: return what the correction has set right",
    "nothing_left": "nothing of the original is left to return",
    "not_original_lines": "must be a list of lines of the original",
    "not_a_line_number": "must be the number of a line of the original, from 1",
    "no_such_line": "the original has lines 1 to {last}",
    "more_than_left": "at most {left:f} of line {line} is left",
    "prepayment_kept": "a returned prepayment cannot stay as one",
    "prepayment_settled": (
        "of what was prepaid {left} is not settled yet; the rest comes back with the goods"
    ),
    "not_what_is_due": "must come to {due}",
    "not_what_is_left_of_credit": "must come to {due}, {credit} of {total} are struck off",
    # Payments of a call
    "not_payments": "must be a list of payments",
    "payments_told_twice": "payment_method is given as well: one of both",
    "unknown_field": "is not a field of this call",
    # Corrections
    "not_by_order": "only a correction by order has one",
    "not_by_order_1179": "only a correction by order has one (1179)",
    "not_a_document_number": "must be the number of a document",
    "not_from_one": "must be a whole number from 1 to {most}",
    "another_sign": "FD {fd_number} of this drive has another one",
    "original_required": "is required with the data of the wrong receipt",
    "original_known": "the wrong receipt is known here",
    "not_a_wrong_receipt": "must be an object: what the wrong receipt says",
    "older_format_operation": "FFD 1.05 corrects only sales (1) and purchases (3)",
    "older_format_error": (
        "in FFD 1.05 an error is corrected by an ordinary return and a new receipt, both with 1192"
    ),
    "older_format_order": "has no order (1179): FFD 1.05 corrects errors by ordinary receipts",
    # Registration of a till, regime of its user
    "no_tax_system": "must name at least one TaxationType",
    "no_reason": "must name at least one reason",
    "wrong_kkt_reg_id": (
        "must be 16 digits, the last six checking the others with INN and serial number"
    ),
    "ofd_required": "is required unless the till is offline",
    "only_automatic": "only in automatic mode",
    "unlawful_tax_system": "must be ОСН, УСН, ЕСХН or ПСН",
}


def rule_text(code: str, params: Mapping[str, Any]) -> str:
    """What a broken rule says in English. Raises KeyError for an unknown code or lacking params."""
    return RULES[code].format_map({name: _plain(value) for name, value in params.items()})


def _plain(value: Any) -> Any:
    """A parameter as a template takes it: classes by name, several values in one text."""
    if isinstance(value, type):
        choices = f": {_listed(value)}" if issubclass(value, Enum) else ""
        return f"{value.__name__}{choices}"
    return _listed(value) if isinstance(value, tuple) else value


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(str(each.value if isinstance(each, Enum) else each) for each in values)
