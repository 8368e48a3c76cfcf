"""Sentences for the codes of ``kkt/``: plain code speaks codes, people read words.

Each table maps a code to a sentence; its parameters are those that come with the code.
"""

import re
from datetime import date
from decimal import Decimal
from enum import Enum, EnumType

from odoo.tools import LazyTranslate, format_date, formatLang

from ..kkt.device.errors import REASONS, DeviceError, LinkFailed
from ..kkt.fiscal.money import Kopecks
from ..kkt.flow.errors import TillRefused
from ..kkt.ofd.endpoint import BadSetting

_lt = LazyTranslate(__name__)

STOPS = {
    "another_drive": _lt(
        "Till %(till)s has another drive: %(found)s instead of %(known)s. An administrator must"
        " confirm the replacement."
    ),
    "drive_behind": _lt(
        "The drive of till %(till)s is behind our records: its last FD is %(found)s, ours"
        " %(known)s. Was its memory or this database restored from a copy?"
    ),
    "drive_closed": _lt(
        "The archive of drive %(found)s is closed: it signs nothing any more. Put a new one in."
    ),
    "drive_of_another_till": _lt(
        "Drive %(found)s belongs to till %(till)s. Do both tills have the same address?"
    ),
    "lane_lost": _lt("Another process works with this till now."),
    "lost_twice": _lt(
        "The till has lost the same document twice and signed neither. Check its cable and power."
    ),
    "shift_not_opened": _lt("The shift could not be opened. %(why)s"),
    "still_at_work": _lt("The till is still at work on the last document."),
    "till_busy": _lt("The till is busy with another document."),
    "till_silent": _lt("The till %(till)s does not answer. %(why)s"),
    "undecided": _lt("It is not known yet whether the till has signed the last document. %(why)s"),
}
"""Why a lane stands still, by ``kkt.flow.errors.LaneStopped.code``."""

UNSERVABLE = {
    "opening_conflict": _lt(
        "No shift can be opened for this document: another document has the key that its opening"
        " needs. Open the shift by hand and try again, or give this document up and ask for it"
        " under another key."
    ),
}
"""Why one row cannot be served, by ``kkt.flow.errors.Unservable.code``."""

LINKS = {
    "memory_busy": _lt("Another process works with the virtual till's memory (%(why)s)."),
    "memory_damaged": _lt("The virtual till's memory is damaged (%(why)s)."),
    "memory_missing": _lt("The virtual till has no memory at %(name)s."),
    "memory_not_made": _lt("The virtual till's memory cannot be made (%(why)s)."),
    "memory_not_written": _lt("The virtual till could not finish writing (%(why)s)."),
    "memory_unreadable": _lt("What is at %(name)s is no memory of a virtual till (%(why)s)."),
    "memory_version": _lt("The virtual till's memory is of another version, %(version)s."),
    "no_answer": _lt("The till took the command and did not answer."),
    "not_in_time": _lt("The till did not get round to the command in time."),
    "silent": _lt("Nothing comes from the till: check its power and cable."),
    "too_late": _lt("The time for this document was over before it was sent."),
}
"""Why a link failed, by ``kkt.device.errors.LinkFailed.reason``."""


ENDPOINTS = {
    "address": _lt("Address: it begins with http:// or https:// and names a host."),
    "address_extra": _lt("Address: no user or password, no ? and no # in it, please."),
    "https_only": _lt("Address: that of a head office begins with https://."),
    "host_name": _lt(
        "Address: no host can have this name; between two dots are 63 characters at most, in all"
        " 253."
    ),
    "inside": _lt(
        "Address: %(address)s is inside of this machine or its network. If the OFD is reached"
        " there, name its host in odoo.conf (kkt_ofd_hosts)."
    ),
    "link_local": _lt("Address: %(address)s is no address of an OFD."),
    "proxy": _lt("Proxy: its address begins with http:// or https:// and names a host."),
    "proxy_plain": _lt("Proxy: only an https address may be reached through one."),
    "token": _lt("Token: only Latin letters, digits and signs can be sent."),
}
"""Why an OFD's settings cannot be used, by ``kkt.ofd.endpoint.BadSetting.code``."""

PROBLEMS = {
    # Any value
    "required": _lt("must be filled in"),
    "empty": _lt("must not be empty"),
    "unknown_choice": _lt("must be one of: %(choices)s"),
    "wrong_type": _lt("cannot be read (%(type)s is expected)"),
    "not_an_object": _lt("cannot be read: several values with their names are expected"),
    "not_a_json_object": _lt("cannot be read: a JSON object is expected"),
    "told_twice": _lt("must be given once"),
    "unnamed_field": _lt("cannot be read: a field in it has no name"),
    "too_deep": _lt("cannot be read: parts within parts go deeper than %(most)s levels"),
    # Texts
    "not_text": _lt("must be a text"),
    "control_characters": _lt(
        "must not have tabs, line breaks or other characters that cannot be printed"
    ),
    "unprintable": _lt("must have characters that can be printed"),
    "not_stored_as_it_is": _lt("has letters or signs that a till cannot store"),
    "too_long": _lt("must not be longer than %(longest)s characters"),
    "too_long_text": _lt("must be a text of at most %(longest)s characters"),
    "too_long_with_name": _lt("must not be longer than %(longest)s characters with its name"),
    "wrong_digits": _lt("must have %(count)s digits and nothing else"),
    "too_many_digits": _lt("must have digits only, at most %(most)s"),
    # Numbers and days
    "not_a_number": _lt("must be a number"),
    "not_positive": _lt("must be more than zero"),
    "not_a_flag": _lt("must be yes or no"),
    "not_a_byte": _lt("must be a number from 0 to 255"),
    "not_a_date": _lt("must be a date"),
    "not_a_day": _lt("must be the day of the settlement"),
    "before_online_tills": _lt("must not be before %(first)s: no till was online then"),
    "no_country": _lt("is the code of no country"),
    "has_a_time": _lt("must be a date without a time"),
    "after_today": _lt("must not be after today, %(today)s"),
    "not_a_moment": _lt("must be a time with its zone"),
    "not_within": _lt("must be a number from %(least)s to %(most)s"),
    "too_many": _lt("must be at most %(most)s"),
    # Sums
    "not_kopecks": _lt("must be a whole number of kopecks"),
    "not_an_amount": _lt("must be an amount in roubles, not negative, with at most two decimals"),
    "amount_too_large": _lt("must be an amount from %(least)s to %(most)s"),
    "sum_too_small": _lt("must not be less than %(least)s"),
    "sum_too_large": _lt("must be an amount from %(least)s to %(most)s"),
    # People
    "wrong_inn": _lt("is no INN: 10 or 12 digits with the right check digits"),
    "wrong_inn_of_person": _lt("is no INN of a person: 12 digits with the right check digits"),
    "wrong_contact": _lt("must be a phone number such as +79001234567, or an e-mail address"),
    "not_a_phone": _lt("must be a phone number such as +79001234567"),
    "not_an_email": _lt("must be an e-mail address"),
    "two_contacts": _lt("a receipt has either the phone number or the e-mail address"),
    "contact_required": _lt("must be filled in when the settlement is made on the Internet"),
    "site_required": _lt("must name the site when the settlement is made on the Internet"),
    "unknown_papers": _lt("must be a code of identity papers: %(codes)s"),
    "papers_required": _lt("must be filled in: kind and data of identity papers go together"),
    "buyer_name_required": _lt("must be filled in together with the buyer's INN or papers"),
    # Lines
    "no_items": _lt("name what was settled, a line for each thing"),
    "no_listed_items": _lt("there must be at least one line"),
    "not_a_list": _lt("cannot be read: a list is expected"),
    "wrong_quantity": _lt("must be more than 0 and less than %(limit)s"),
    "too_many_decimals": _lt("must have at most %(most)s decimals"),
    "not_price_by_quantity": _lt("must be price by quantity, rounded: %(total)s"),
    "wrong_vat": _lt("must be the VAT of the line, %(vat)s"),
    "unknown_rate": _lt("is no known VAT rate (%(rates)s)"),
    "prepayment_rate": _lt("a prepayment has the rate %(rate)s"),
    "rate_outdated": _lt("%(rate)s is not lawful on what is supplied from %(since)s on"),
    "rate_of_another_day": _lt("on the date of the settlement, %(day)s, it was %(rate)s"),
    "generic_product_type": _lt("must be “Payment” for an advance or the payment of a credit"),
    "not_one_product_code": _lt("must have one kind of code"),
    "marking_code_required": _lt(
        "must be filled in: goods of the kind %(product_type)s leave with their marking code"
    ),
    "gs1_unknown_part": _lt("is no marking code: “%(text)s” begins no part of one. Scan it again"),
    "gs1_repeated_part": _lt("is no marking code: a part stands there twice. Scan it again"),
    "gs1_lacking_part": _lt("is no marking code: GTIN or serial number is missing. Scan it again"),
    "gs1_check_digit": _lt(
        "is no marking code: the check digit of GTIN %(gtin)s is wrong. Scan it again"
    ),
    "gs1_zero_gtin": _lt("is no marking code: its GTIN is all zeros. Scan it again"),
    "gs1_lost_separator": _lt(
        "is no marking code: the scanner drops the separator (GS). Set the scanner up to send it,"
        " then scan the code again"
    ),
    "gs1_lacking_tail": _lt(
        "is no whole marking code: its crypto tail is missing. Scan the square code on the package"
    ),
    "gs1_digits": _lt(
        "is no marking code: part %(identifier)s needs %(count)s digits, not “%(value)s”. Scan it"
        " again"
    ),
    "gs1_length": _lt(
        "is no marking code: part %(identifier)s has %(length)s characters, 1 to %(longest)s may"
        " be. Does the scanner leave out the separators?"
    ),
    "gs1_characters": _lt(
        "is no marking code: part %(identifier)s has characters that none has. Does the scanner"
        " type with the Russian keyboard?"
    ),
    "gs1_serial_characters": _lt(
        "is no marking code: “%(found)s” stands in its serial number, where it may not. Is the"
        " scanner set up for another keyboard or separator?"
    ),
    "marking_code_twice": _lt(
        "is that of line %(line)s already: each piece has a marking code of its own"
    ),
    "not_one_piece": _lt("must be 1: each piece has a marking code of its own"),
    # Receipts
    "place_of_another_sale": _lt("only a settlement on the Internet has a place of its own"),
    "payments_not_the_total": _lt("must come to the total of the lines, %(total)s"),
    "not_the_lines": _lt("must be the total of the lines, %(total)s"),
    "not_the_items": _lt("must be the total of the lines, %(total)s"),
    "wrong_credit": _lt("must be what leaves on credit by the lines, %(credit)s"),
    "wrong_part_of_credit": _lt(
        "must be more than %(more_than)s and less than %(less_than)s: by the lines a part is paid,"
        " the rest leaves on credit"
    ),
    # Purchases in several receipts
    "purchase_required": _lt("must be filled in with the stage %(stage)s"),
    "stage_of_no_sale": _lt("only sales have one; a return names its receipt"),
    "prepaid_not_signed": _lt("must not take off more than is prepaid, %(signed)s"),
    "prepaid_left_out": _lt("must take off what is prepaid first, at least %(least)s"),
    "more_than_unpaid": _lt("must be more than zero and at most what is left to pay, %(unpaid)s"),
    "more_than_due": _lt("must not be more than the %(due)s that are due"),
    "less_than_due": _lt("must not be less than the %(due)s that are due"),
    "more_than_owed": _lt("must be more than zero and at most what is owed, %(owed)s"),
    "payment_computed": _lt(
        "only the money is given; prepayment and credit follow from the signed receipts"
    ),
    # Returns
    "stage_of_return": _lt("a return has none: it names its receipt only"),
    "original_of_sale": _lt("a sale takes no earlier receipt back"),
    "original_not_signed": _lt("no signed receipt has this key"),
    "original_named_twice": _lt("must be left empty: the receipt is named by its key"),
    "original_unnamed": _lt("must be filled in, unless the receipt is named by its key"),
    "another_operation": _lt("does not give back a receipt of the kind “%(operation)s”"),
    "taken_back": _lt(
        "a correction takes this receipt back; return what the correction has set right"
    ),
    "nothing_left": _lt("all of the receipt is taken back already"),
    "not_original_lines": _lt("cannot be read: lines of the receipt are expected"),
    "not_a_line_number": _lt("must be the number of a line of the receipt, from 1"),
    "no_such_line": _lt("the receipt has lines 1 to %(last)s"),
    "more_than_left": _lt("of line %(line)s only %(left)s can still be taken back"),
    "prepayment_kept": _lt("a prepayment that is given back cannot stay as one"),
    "prepayment_settled": _lt(
        "of what was prepaid only %(left)s are not settled yet; the rest comes back with the goods"
    ),
    "not_what_is_due": _lt("must come to %(due)s"),
    "not_what_is_left_of_credit": _lt(
        "must come to %(due)s: of %(total)s the buyer still owes %(credit)s"
    ),
    # Payments of a call
    "not_payments": _lt("cannot be read: a list of payments is expected"),
    "payments_told_twice": _lt("the way of payment is given twice"),
    "unknown_field": _lt("there is no such field"),
    # Corrections
    "not_by_order": _lt("only a correction by order of the tax office has one"),
    "not_by_order_1179": _lt("only a correction by order of the tax office has one (tag 1179)"),
    "not_a_document_number": _lt("must be the number of a document"),
    "not_from_one": _lt("must be a whole number from 1 to %(most)s"),
    "another_sign": _lt("FD %(fd_number)s of this drive has another one"),
    "original_required": _lt("must be filled in together with the data of the wrong receipt"),
    "original_known": _lt("must be left empty: the wrong receipt is known here"),
    "not_a_wrong_receipt": _lt("cannot be read: what the wrong receipt says is expected"),
    "older_format_operation": _lt("a till of FFD 1.05 corrects only sales and purchases"),
    "older_format_error": _lt(
        "a till of FFD 1.05 corrects an error by an ordinary return and a new receipt"
    ),
    "older_format_order": _lt(
        "a till of FFD 1.05 corrects an error by ordinary receipts, which name no order"
    ),
    # Registration of a till, regime of its user
    "no_tax_system": _lt("choose at least one tax system"),
    "no_reason": _lt("choose at least one reason"),
    "wrong_kkt_reg_id": _lt(
        "must be the 16 digits that the tax office gave to this INN and serial number"
    ),
    "ofd_required": _lt("must be filled in unless the till works offline"),
    "only_automatic": _lt("only a till in an automatic device has one"),
    "unlawful_tax_system": _lt("must be ОСН, УСН, ЕСХН or ПСН"),
}
"""What is wrong with a value, by the codes of ``kkt.fiscal.rules.RULES``; a field stands before."""

FIELDS = {
    # Receipts and corrections
    "operation_type": _lt("kind of settlement"),
    "applied_taxation_type": _lt("tax system"),
    "items": _lt("lines"),
    "payments": _lt("payments"),
    "total": _lt("total"),
    "total_sum": _lt("total"),
    "user_attribute": _lt("additional detail"),
    "properties_data": _lt("additional detail (tag 1192)"),
    "internet_payment": _lt("settlement on the Internet"),
    "retail_place": _lt("place of settlements"),
    "stated_total": _lt("total as signed"),
    "stated_vat": _lt("VAT as signed"),
    "original": _lt("receipt that is taken back"),
    "settlement": _lt("settlement"),
    "settled_on": _lt("date of the settlement"),
    "correction_type": _lt("kind of correction"),
    "correction_base": _lt("reason of the correction"),
    "correction_document_date": _lt("date of the settlement"),
    "correction_document_number": _lt("number of the order"),
    "order_number": _lt("number of the order"),
    "wrong": _lt("signed with an error"),
    "fn_number": _lt("FN"),
    "fd_number": _lt("FD"),
    "fpd": _lt("FPD"),
    # Lines
    "name": _lt("name"),
    "price": _lt("price"),
    "quantity": _lt("quantity"),
    "sum": _lt("sum"),
    "nds": _lt("VAT rate"),
    "nds_sum": _lt("sum of VAT"),
    "payment_type": _lt("way of settlement"),
    "product_type": _lt("kind of item"),
    "items_quantity_measure": _lt("unit"),
    "properties_item": _lt("additional detail of the line"),
    "origin_country_code": _lt("country of origin"),
    "custom_entry_num": _lt("customs declaration"),
    "excise_duty": _lt("excise duty"),
    "marking_code": _lt("marking code"),
    "product_code": _lt("product code"),
    "checking_prod_information_result": _lt("result of checking the marking code"),
    "kind": _lt("kind"),
    "value": _lt("value"),
    "line": _lt("number of the line"),
    # Payments
    "cash": _lt("in cash"),
    "ecash": _lt("non-cash"),
    "prepaid": _lt("prepaid"),
    "credit": _lt("on credit"),
    "provision": _lt("counter-provision"),
    # People
    "cashier": _lt("cashier"),
    "operator": _lt("position and surname"),
    "operator_inn": _lt("INN"),
    "buyer": _lt("buyer"),
    "phone_or_address": _lt("phone number or e-mail"),
    "inn": _lt("INN"),
    "birthday": _lt("date of birth"),
    "citizenship": _lt("citizenship"),
    "document_code": _lt("kind of identity paper"),
    "document_data": _lt("identity paper"),
    "address": _lt("address"),
    # Registration of a till, regime of its user
    "user": _lt("organisation"),
    "user_inn": _lt("INN of the organisation"),
    "kkt_reg_id": _lt("registration number of the till"),
    "kkt_number": _lt("serial number of the till"),
    "taxation_types": _lt("tax systems"),
    "taxation_type": _lt("tax system"),
    "retail_place_address": _lt("address of settlements"),
    "ofd_name": _lt("OFD"),
    "ofd_inn": _lt("INN of the OFD"),
    "fns_url": _lt("site of the tax service"),
    "seller_address": _lt("e-mail of the sender"),
    "machine_number": _lt("number of the automatic device"),
    "auto_mode": _lt("automatic mode"),
    "offline_mode": _lt("offline mode"),
    "encryption_sign": _lt("encryption"),
    "usage_condition_signs": _lt("conditions of use"),
    "correction_kkt_reason_code": _lt("reason of the registration"),
    "since": _lt("in force since"),
    "vat": _lt("VAT"),
}
"""What people call the parts of a problem's path. `right`, the side that is meant, has no name."""

HISTORY = {
    "baseline FD {number}": _lt("Sent to the till; its last FD was %(number)s"),
    "answered": _lt("The till has answered"),
    "no answer was stored": _lt("No answer came: the till is asked"),
    "found on the drive": _lt("Found on the drive"),
    "the drive does not give its bytes: {why}": _lt(
        "The drive does not give the document's bytes: %(why)s"
    ),
    "what the drive gives are no bytes of a document": _lt(
        "What the drive has given are no bytes of a document"
    ),
    "the drive gives the bytes of another document": _lt(
        "The drive has given the bytes of another document"
    ),
    "the till has no such document": _lt("The till has no such document"),
    "the deadline has not passed": _lt("Its deadline has not passed yet"),
    "it signs nothing": _lt("It signs nothing, so it is printed again"),
    "the till has another drive now, {number}": _lt("The till has another drive now: %(number)s"),
    "the drive knows FD {found}, it had {known}": _lt(
        "The drive's last FD is %(found)s; it was %(known)s before"
    ),
    "more than one document may be ours": _lt("More than one document may be it"),
    "our document had no tag": _lt("One document looks like it, and none carries its key"),
    "it is never sent: {why}": _lt("It was never sent: %(why)s"),
    "acknowledged": _lt("The OFD has it"),
    "had it already": _lt("The OFD had it already"),
    "the till has sent it": _lt("The till itself has sent it to the OFD"),
    "retry": _lt("Tried once more"),
    "the OFD takes documents again": _lt("The OFD takes documents again: sent once more"),
}
"""Why a row has moved, as plain code says it and as people read it."""

DELIVERIES = {
    "HTTP {status}": _lt("The OFD answered with status %(status)s"),
    "no connection": _lt("There was no connection to the OFD"),
    "no connection within {seconds} s": _lt("There was no connection to the OFD for %(seconds)s s"),
    "its certificate or encryption is not accepted": _lt(
        "The certificate or the encryption of the OFD is not accepted"
    ),
    "the proxy does not lead there": _lt("The proxy does not lead to the OFD"),
    "the connection was cut": _lt("The connection to the OFD was cut"),
    "no answer within {seconds} s": _lt("The OFD did not answer for %(seconds)s s"),
    "no whole answer within {seconds} s": _lt(
        "The OFD did not finish its answer within %(seconds)s s"
    ),
    "the answer stopped for {seconds} s": _lt("The OFD's answer stopped for %(seconds)s s"),
    "the answer broke off": _lt("The OFD's answer broke off"),
    "the exchange broke off": _lt("The exchange with the OFD broke off"),
    "it is an emulator of an OFD, not an operator": _lt(
        "This is an emulator of an OFD: it delivers nothing to the tax service"
    ),
    "its settings cannot be used": _lt("The settings of the OFD cannot be used"),
}
"""Why the OFD has not taken a document, as ``kkt/ofd`` says it and as people read it."""

REPORTS = {
    "empty": _lt("Report: the file is empty."),
    "heading_only": _lt("Report: below the headings there is no document."),
    "is_html": _lt("Report: this is a web page. Download it as CSV, JSON or .xlsx."),
    "no_heading": _lt(
        "Report: no line with headings is among the first 50. One of them must name FN, FD and the"
        " sum."
    ),
    "no_list": _lt("Report: the JSON has no list of documents."),
    "not_json": _lt("Report: the JSON breaks off or is damaged. Download it again."),
    "not_workbook": _lt("Report: the file is no workbook of the format .xlsx, or is damaged."),
    "nul_bytes": _lt("Report: the file is no text. Download it as CSV, JSON or .xlsx."),
    "old_excel": _lt("Report: the workbook is of the old format .xls. Save it as .xlsx."),
    "other_headings": _lt(
        "Report: the layout looks for columns that this file does not have: %(fields)s. Choose"
        " another layout, or change this one."
    ),
    "too_large": _lt("Report: the file is larger than 64 MB. Take fewer days."),
    "too_many_rows": _lt("Report: it has more than %(most)s lines. Take fewer days."),
    "two_lists": _lt("Report: the JSON has more than one list of documents."),
    "unpacked_too_large": _lt("Report: the workbook is too large unpacked. Take fewer days."),
}
"""Why a report cannot be read, by ``kkt.reconcile.problems.UNREADABLE``."""

BROKEN_LINES = {
    "empty": _lt("it is empty"),
    "no_object": _lt("it is no document"),
    "not_date": _lt("it is no date"),
    "not_fn": _lt("it is no number of a drive (16 digits)"),
    "not_sum": _lt("it is no sum"),
    "not_time": _lt("it is no time"),
    "not_whole": _lt("it is no number of a document"),
    "open_quote": _lt("a quotation mark is never closed"),
    "spreadsheet_destroyed": _lt(
        "a spreadsheet has destroyed the number: download the report again and do not save it in"
        " one, or take another format"
    ),
    "too_long": _lt("it is too long"),
    "too_many_cells": _lt("the line has more cells than there are headings"),
    "unknown_kind": _lt("no kind of document is called so"),
    "unknown_operation": _lt("no kind of settlement is called so"),
}
"""What is wrong with a line of a report, by ``kkt.reconcile.problems.BROKEN``."""

ADVICE = {
    "another_seller": _lt(
        "No till of this company has or had this drive. Was the report of another seller chosen, or"
        " is the till not set up here?"
    ),
    "another_zone": _lt(
        "The report tells the time of another zone (%(hours)+d h for %(count)s documents). Nothing"
        " is to be done, unless the time zone of the till is set wrongly."
    ),
    "broken": _lt("Look at the line of the report; the others were read without it."),
    "different": _lt(
        "Read the document from the drive: what is there counts. If the drive agrees with us, write"
        " to the operator."
    ),
    "missing_here": _lt(
        "Somebody else has signed it on the drive. While the drive stands in its till, read it from"
        " there; else ask the operator for the document and look for what was sold."
    ),
    "missing_there": _lt(
        "The OFD has acknowledged it. Is the report of all tills and of these days? If so, write to"
        " the operator with FN, FD and FPD."
    ),
    "missing_there_waits": _lt(
        "It is not delivered yet, so it cannot be there. See to the delivery, and hold a newer"
        " report against the documents."
    ),
    "not_accepted": _lt("The OFD has not accepted it. See to the document, and send it again."),
    "outside_period": _lt(
        "It is not of these days and not among our documents. Choose the days that the report is of"
        " and hold it again."
    ),
    "twice_there": _lt("The report has it twice. If both have one FPD, nothing is to be done."),
}
"""What is to be done about a finding, by ``kkt.reconcile.matching.FindingCode``."""

LINE = _lt("line %(number)s")
PART = re.compile(r"(?P<name>\w+)(\[(?P<index>\d+)\])?")


def words_of_stop(env, stop):
    """Say in the reader's language why a lane stands still.

    :param stop: ``kkt.flow.errors.LaneStopped``
    """
    if isinstance(stop, TillRefused):
        refusal = stop.refusal
        return words_of_refusal(env, refusal.message, refusal.code, refusal.remedy)
    params = {
        name: words_of_error(env, value) if isinstance(value, DeviceError) else value
        for name, value in stop.params.items()
    }
    return _sentence(env, STOPS[stop.code], params)


def words_of_endpoint(env, error):
    """Say why an OFD's settings cannot be used.

    :param error: ``kkt.ofd.endpoint.BadSetting``
    """
    return _sentence(env, ENDPOINTS[error.code], error.params)


def words_of_report(env, error):
    """Say why nothing of a report was read.

    :param error: ``kkt.reconcile.problems.UnreadableReport``
    """
    labels = env["fiscal.report.layout.column"]._labels()
    fields = tuple(labels[each.value] for each in error.params.get("fields", ()))
    return _sentence(env, REPORTS[error.code], {**error.params, "fields": fields})


def words_of_broken_line(env, code):
    """Say what is wrong with a line of a report."""
    return _sentence(env, BROKEN_LINES[code], {})


def words_of_advice(env, code, params):
    """Say what is to be done about a finding."""
    return _sentence(env, ADVICE[code], params)


def words_of_error(env, error):
    """Say in the reader's language what a till, or the link to it, had against something.

    :param error: ``kkt.device.errors.DeviceError``
    """
    return words_of_stored_error(env, stored_error(error))


def stored_error(error):
    """Return an error as plain JSON, to be put into words later, for whoever reads it then."""
    if isinstance(error, LinkFailed):
        params = {name: str(value) for name, value in error.params.items()}
        return {"reason": error.reason, "params": params}
    return {"message": error.message, "code": error.code, "remedy": error.remedy}


def words_of_move(env, why):
    """Say in the reader's language why a row has moved; what a person has written stays."""
    for told, template in HISTORY.items():
        if found := _told_as(told, why):
            return _sentence(env, template, found.groupdict())
    for reason, told in REASONS.items():
        if found := _told_as(told, why):
            return _sentence(env, LINKS[reason], found.groupdict())
    return words_of_delivery(env, why)


def words_of_delivery(env, reason):
    """Say in the reader's language why a document was not taken; nothing is known of other words.

    :param reason: ``kkt.ofd.answers.Verdict.reason``
    """
    text = re.sub(r"^[A-Z]\w+: ", "", reason or "")
    for told, template in DELIVERIES.items():
        if found := _told_as(told, text):
            return _sentence(env, template, found.groupdict())
    for code, told in BadSetting.TEXTS.items():
        if found := _told_as(told, text):
            return _sentence(env, ENDPOINTS[code], found.groupdict())
    return reason


def _told_as(told, text):
    """Match a text with the words that it was made of, ``{name}`` standing for anything."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(told))
    return re.fullmatch(pattern, text or "")


def words_of_stored_error(env, stored):
    """Say what :func:`stored_error` has kept."""
    if "reason" in stored:
        return _sentence(env, LINKS[stored["reason"]], stored.get("params") or {})
    return words_of_refusal(env, stored["message"], stored["code"], stored["remedy"])


def words_of_refusal(env, message, code, remedy):
    """Say what a till refused, with its code and what to do about it; or why we sent nothing."""
    if code in UNSERVABLE:
        return _sentence(env, UNSERVABLE[code], {})
    parts = (
        env._("The till refused: %s.", message.rstrip(".")),
        code and env._("Code %s.", code),
        remedy,
    )
    return " ".join(part for part in parts if part)


def words_of_problems(env, invalid):
    """Say in the reader's language all that is wrong with a document.

    :param invalid: ``kkt.fiscal.problems.InvalidDocument``
    :return: a sentence for each problem that begins with its field: ``Line 3, price: …``
    """
    return [words_of_problem(env, problem) for problem in invalid.problems]


def words_of_problem(env, problem):
    """Say in the reader's language what is wrong with one value: see :func:`words_of_problems`."""
    rule = _sentence(env, PROBLEMS[problem.code], problem.params)
    field = ", ".join(filter(None, (_label(env, part) for part in PART.finditer(problem.field))))
    return f"{field[0].upper()}{field[1:]}: {rule}" if field else rule


def _label(env, part):
    """Say what people call one part of a path; nothing where there is no name for it."""
    if part["index"]:
        return _sentence(env, LINE, {"number": int(part["index"]) + 1})
    name = part["name"]
    return _sentence(env, FIELDS[name], {}) if name in FIELDS else ""


def _sentence(env, template, params):
    """Fill a sentence in the language of the call, else in that of its user (a call by key)."""
    env = env["base"].with_context(lang=env.lang or env.user.lang).env
    text = env._(template)
    return text % {name: _said(env, value) for name, value in params.items()} if params else text


def _said(env, value):
    """Say a parameter as people of the language of `env` write it."""
    if isinstance(value, Kopecks):
        return formatLang(env, value / 100)
    if isinstance(value, date):
        return format_date(env, value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Enum):
        return getattr(value, "label", value.value)
    if isinstance(value, (tuple, EnumType)):
        return ", ".join(str(_said(env, each)) for each in value)
    return value.__name__ if isinstance(value, type) else value
