import json
import re
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .optics_person_words import (
    Erasing,
    hinted,
    of_day,
    of_phone,
    of_text,
    ways_of_name,
    words_of_name,
)

CHATTER = frozenset(
    {
        *("mail_message", "mail_mail", "mail_tracking_value", "mail_activity"),
        *("mail_notification", "ir_attachment", "ir_logging", "bus_bus"),
    }
)
"""Where people write of people. A surname alone is looked for here, nowhere else."""
OF_THE_PROGRAM = re.compile(r"(ir|res|product|uom|report|web|digest|spreadsheet|onboarding)_")
"""Tables that hold no words of patients: views, texts, settings, goods. But see CHATTER."""
LITERAL = ("name", "email", "vat", "street", "street2", "ref", "barcode")
"""Fields of a person whose values are looked for as they are."""
OF_PEOPLE = frozenset({"res_partner", "res_users", "res_company"})
"""Others' own names and numbers stay, also where they are the same."""


class OpticsErasureSweep(models.AbstractModel):
    """Takes a person's words out of every text of the database.

    Beside what is linked to the person, texts of anything may name him. What may as well mean
    somebody else (a name that another has, a date, a house) is taken out of linked rows only.
    """

    _name = "optics.erasure.sweep"
    _description = "Search of the database for a person's words"

    @api.model
    def _words(self, patients):
        """Return what is known of a person, now or from earlier values, by kinds."""
        words = defaultdict(set)
        for name in (*LITERAL, "phone"):
            words[name] |= {told for told in patients.mapped(name) if told}
        words["day"] = {day for day in patients.mapped("optics_birthdate") if day}
        earlier = self.env["mail.tracking.value"].search(
            [
                ("mail_message_id.model", "=", "res.partner"),
                ("mail_message_id.res_id", "in", patients.ids),
            ]
        )
        for value in earlier:
            kind = value.field_id.name or (value.field_info or {}).get("name")
            words[kind] |= {told for told in (value.old_value_char, value.new_value_char) if told}
        return words

    @api.model
    def _patterns(self, words, patients):
        """Return what is looked for anywhere, in chatter, and in what is linked to a person."""
        ours = SharedWords(self.env, patients)
        ways = {way for name in words["name"] for way in ways_of_name(name)}
        single = {word for name in words["name"] for word in words_of_name(name)}
        anywhere = [
            *(of_text(way) for way in ways if not ours.are_shared("name", way)),
            *(of_text(way) for way in ours.only(words, "email")),
            *(of_phone(way) for way in ours.only(words, "phone")),
        ]
        chatter = [of_text(word) for word in single if not ours.are_shared("name", word)]
        told = {word for name in LITERAL for word in words[name]} | single
        linked = [
            *(of_text(way) for way in ways),
            *(of_text(way) for way in told),
            *(of_phone(way) for way in words["phone"]),
            *(of_day(day) for day in words["day"]),
        ]
        return [
            [one for found in kinds for one in found]
            for kinds in (anywhere, anywhere + chatter, linked)
        ]

    @api.model
    def _linked(self, patients):
        """Return the ids of rows that a foreign key ties to a person: by tables, and his own."""
        self.env.cr.execute(
            """
            SELECT source.relname, key.attname FROM pg_constraint link
            JOIN pg_class source ON source.oid = link.conrelid
            JOIN pg_attribute key ON key.attrelid = link.conrelid AND key.attnum = link.conkey[1]
            JOIN pg_attribute id ON id.attrelid = link.conrelid AND id.attname = 'id'
            WHERE link.contype = 'f' AND link.confrelid = 'res_partner'::regclass
            """
        )
        linked, own = defaultdict(set), defaultdict(set)
        for table, column in self.env.cr.fetchall():
            if table in OF_PEOPLE:
                continue
            sql = SQL(
                "SELECT id FROM %s WHERE %s IN %s",
                *(SQL.identifier(table), SQL.identifier(column), patients._ids),
            )
            ids = {row_id for (row_id,) in self.env.execute_query(sql)}
            linked[table] |= ids
            if column in ("partner_id", "patient_id"):
                own[table] |= ids
        return linked, own

    @api.model
    def _untouched_tables(self):
        """Return tables that stay as they are by law, or that are no texts about people.

        Other addons add theirs, each kept by what ``res.partner._erasure_kept`` tells.
        """
        return {"optics_patient_archive", "optics_consent_purpose", "optics_erasure"}

    @api.model
    def _sweep(self, patterns, linked):
        """Take the words out of all texts; `linked` are ids of rows by tables."""
        anywhere, chatter, in_linked = patterns
        untouched = self._untouched_tables()
        for table, columns in self._text_columns().items():
            if table in untouched:
                continue
            if in_linked and linked.get(table):
                condition = SQL("id IN %s", tuple(linked[table]))
                self._clean(table, columns, in_linked, condition)
            if table in CHATTER and chatter:
                self._clean(table, columns, chatter)
            elif table == "res_partner" and anywhere:
                self._clean(table, {"comment": "text"}, anywhere)
            elif anywhere and not OF_THE_PROGRAM.match(table):
                self._clean(table, columns, anywhere)

    @api.model
    def _text_columns(self):
        """Return the columns that hold text, with their types, of each table that has ids."""
        self.env.cr.execute(
            """
            SELECT source.relname, attname, typname FROM pg_attribute
            JOIN pg_class source ON source.oid = attrelid
            JOIN pg_type ON pg_type.oid = atttypid
            WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0
                AND typname IN ('varchar', 'text', 'bpchar', 'json', 'jsonb')
                AND NOT attisdropped AND EXISTS (
                    SELECT FROM pg_attribute id WHERE id.attrelid = source.oid AND id.attname = 'id'
                )
            """
        )
        columns = defaultdict(dict)
        for table, column, kind in self.env.cr.fetchall():
            columns[table][column] = kind
        return columns

    @api.model
    def _clean(self, table, columns, words, condition=None):
        names = [SQL.identifier(column) for column in columns]
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s WHERE (%s) AND %s",
                *(SQL(", ").join(names), SQL.identifier(table)),
                SQL(" OR ").join(hinted(name, words) for name in names),
                condition or SQL("TRUE"),
            )
        )
        erase = Erasing(words)
        for row_id, *values in rows:
            pairs = [
                SQL("%s = %s", name, json.dumps(new) if kind.startswith("json") else new)
                for name, kind, old in zip(names, columns.values(), values, strict=True)
                if (new := erase(old)) != old
            ]
            if pairs:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s WHERE id = %s",
                        *(SQL.identifier(table), SQL(", ").join(pairs), row_id),
                    )
                )


class SharedWords:
    """Tells which of a person's words another one has too: those do not mean him alone."""

    def __init__(self, env, patients):
        self.others = env["res.partner"].sudo().with_context(active_test=False)
        self.ids = patients.ids

    def are_shared(self, name, words):
        """Tell whether somebody else's field has all the words, in whatever order."""
        told = words.split() if name == "name" else [words]
        domain = [("id", "not in", self.ids), *((name, "ilike", word) for word in told)]
        return bool(self.others.search_count(domain, limit=1))

    def only(self, words, name):
        """Return the values of a field that nobody else has."""
        return [told for told in words[name] if not self.are_shared(name, told)]
