"""What PostgreSQL itself refuses on fiscal documents and their history, whoever asks: triggers.

The owner of a table may switch its triggers off; that is a deed, not an accident.
"""

from odoo.tools import SQL

from ..kkt.flow.states import SIGNED, TRANSITIONS, State

HISTORY = "fiscal_document_event"


def guard_documents(cr, sent, signed, kept):
    """Keep rows of documents, what was sent to a till, what was signed, and the table of states.

    :param sent: names of the columns that stay from the moment when a row is not `queued` any more
    :param signed: names of the columns that stay once the drive has signed
    :param kept: names of the columns that stay once they are not empty
    """
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION fiscal_document_guard() RETURNS trigger AS $$
            BEGIN
                IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
                    RAISE EXCEPTION 'fiscal documents are never deleted';
                END IF;
                IF OLD.state <> %(queued)s AND %(sent_changes)s THEN
                    RAISE EXCEPTION 'fiscal document %% was sent: it cannot be changed', OLD.id;
                END IF;
                IF OLD.state IN %(signed)s AND (%(signed_changes)s OR %(kept_changes)s) THEN
                    RAISE EXCEPTION 'fiscal document %% is signed: it cannot be changed', OLD.id;
                END IF;
                IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN %(transitions)s THEN
                    RAISE EXCEPTION 'fiscal document %% does not go from %% to %%',
                        OLD.id, OLD.state, NEW.state;
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql
            """,
            queued=State.QUEUED,
            signed=SIGNED,
            sent_changes=_changes(sent),
            signed_changes=_changes(signed),
            kept_changes=_changes_of_filled(kept),
            transitions=tuple(
                (origin, target) for origin, targets in TRANSITIONS.items() for target in targets
            ),
        )
    )
    _on_table(cr, "fiscal_document", "fiscal_document_guard", "UPDATE OR DELETE")


def guard_history(cr):
    """Keep the history of documents: it is added to, never changed."""
    cr.execute(
        """
        CREATE OR REPLACE FUNCTION fiscal_document_history_guard() RETURNS trigger AS $$
        BEGIN
            RAISE EXCEPTION 'the history of fiscal documents cannot be changed';
        END $$ LANGUAGE plpgsql
        """
    )
    _on_table(cr, HISTORY, "fiscal_document_history_guard", "UPDATE OR DELETE")


def _changes(columns):
    """Return the condition that one of these columns becomes another value."""
    old = SQL(", ").join(SQL("OLD.%s", SQL.identifier(name)) for name in sorted(columns))
    new = SQL(", ").join(SQL("NEW.%s", SQL.identifier(name)) for name in sorted(columns))
    return SQL("(%s) IS DISTINCT FROM (%s)", old, new)


def _changes_of_filled(columns):
    """Return the condition that one of these columns was filled and becomes another value."""
    each = (
        SQL(
            "(OLD.%(name)s IS NOT NULL AND %(changes)s)",
            name=SQL.identifier(name),
            changes=_changes([name]),
        )
        for name in sorted(columns)
    )
    return SQL("(%s)", SQL(" OR ").join(each))


def _on_table(cr, table, function, events):
    """Have `function` asked before each row of `table` is changed, and before all are removed."""
    names = {"table": SQL.identifier(table), "function": SQL.identifier(function)}
    cr.execute(
        SQL(
            "CREATE OR REPLACE TRIGGER %(function)s BEFORE %(events)s ON %(table)s"
            " FOR EACH ROW EXECUTE FUNCTION %(function)s()",
            events=SQL(events),
            **names,
        )
    )
    cr.execute(
        SQL(
            "CREATE OR REPLACE TRIGGER %(trigger)s BEFORE TRUNCATE ON %(table)s"
            " FOR EACH STATEMENT EXECUTE FUNCTION %(function)s()",
            trigger=SQL.identifier(f"{function}_all"),
            **names,
        )
    )
