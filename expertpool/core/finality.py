"""What has ended stays so: a column that, once it says something, the database lets nobody write otherwise.

A row that this system once wrote has a proof that holds for ever: whoever kept it would write it back, and
what was revoked or ended lived again. A model says which of its columns say an end::

    never = ("DELETE",)  # else the row of before came back as a new one
    final = ("ended_at",)

and a migration puts it into the database by `stays`. Whoever owns the tables switches triggers off: where
an end shuts somebody out, the log is asked as well (`audit.queries.is_ended_by_log`, docs/decisions/0198).
"""

from __future__ import annotations

from django.db.migrations import RunSQL

FUNCTION = """
CREATE FUNCTION core_ends_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what has ended in % stays so', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
NO_FUNCTION = "DROP FUNCTION core_ends_stay();"
TRIGGER = """
CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} FOR EACH ROW
    WHEN (nullif(OLD.{column}::text, '') IS NOT NULL AND OLD.{column} IS DISTINCT FROM NEW.{column})
    EXECUTE FUNCTION core_ends_stay();
"""


GROWS = """
CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} FOR EACH ROW
    WHEN (NEW.{column} < OLD.{column}) EXECUTE FUNCTION core_ends_stay();
"""


ONCE = """
CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW
    WHEN (OLD.{column} IS NOT NULL) EXECUTE FUNCTION core_ends_stay();
"""


def trigger_of(table: str, column: str) -> str:
    """Return the name of the trigger that keeps ``column``."""
    return f"{table}_{column}_stays"


def stays(table: str, *columns: str) -> RunSQL:
    """Return the operation of a migration by which each of ``columns``, once it is neither null nor empty, never
    changes. The migration depends on ``core`` 0017."""
    names = [(trigger_of(table, one), one) for one in columns]
    return RunSQL(
        "".join(TRIGGER.format(name=name, column=one, table=table) for name, one in names),
        "".join(f"DROP TRIGGER {name} ON {table};" for name, _ in names),
    )


def grows(table: str, column: str) -> RunSQL:
    """Return the operation of a migration by which the number in ``column`` never gets less: of a row that changes,
    an old proof, which names the number of then, is old."""
    name = trigger_of(table, column)
    return RunSQL(
        GROWS.format(name=name, column=column, table=table), f"DROP TRIGGER {name} ON {table};"
    )


def kept(table: str, column: str) -> RunSQL:
    """Return the operation of a migration by which no row is deleted of which ``column`` says something: drafts may
    go, and what went out would come back as new."""
    name = f"{table}_kept"
    return RunSQL(
        ONCE.format(name=name, column=column, table=table), f"DROP TRIGGER {name} ON {table};"
    )
