"""Our Russian of Odoo's own words: the catalogue ``i18n_odoo/ru.po``, as a web client wants it.

Odoo leaves many words of the point of sale in English and translates others by their wrong
sense. An entry of the catalogue is one of Odoo's .pot, with its comments, and our Russian.
"""

import functools
import re
from types import MappingProxyType

import polib

from odoo.tools.misc import file_path

LANGUAGE = "ru_RU"
CATALOGUE = "optics_pos_ru54fz/i18n_odoo/ru.po"

_IN_CODE = re.compile(r"code:addons/(\w+)/")
_IN_DATABASE = re.compile(r"model(?:_terms)?:[\w.]+,\w+:(\w+)\.")


@functools.cache
def web_terms():
    """Return the terms of JavaScript and its templates: module → English → ours.

    Read once a process: a new file comes with a new start, as all code does.
    """
    terms = {}
    for entry in polib.pofile(file_path(CATALOGUE)):
        if "odoo-javascript" in entry.comment:
            for module in _modules(entry, _IN_CODE):
                terms.setdefault(module, {})[entry.msgid] = entry.msgstr
    return MappingProxyType(terms)


@functools.cache
def modules_with_stored_terms():
    """Return the modules whose views, fields and menus the catalogue has words for."""
    entries = polib.pofile(file_path(CATALOGUE))
    return frozenset().union(*(_modules(entry, _IN_DATABASE) for entry in entries))


def supplemented(theirs, ours):
    """Return Odoo's ``{"messages": ...}`` of a module with `ours` in place of its own.

    A new one: what Odoo gave is its cache, for all databases and languages.
    """
    kept = [message for message in theirs["messages"] if message["id"] not in ours]
    added = [{"id": english, "string": russian} for english, russian in ours.items()]
    return {**theirs, "messages": (*kept, *added)}


def _modules(entry, pattern):
    found = (pattern.match(where) for where, _line in entry.occurrences)
    return {match[1] for match in found if match}
