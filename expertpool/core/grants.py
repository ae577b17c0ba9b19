"""What the application may do in the database: read and write rows, not what rows are kept by.

Tables belong to the role that migrates. Pages and jobs connect as another (`DATABASE_APPLICATION`), which can
change no table, disable no trigger and run no program of the server, whatever statement is
smuggled in. What a model is never asked for it says itself::

    never = ("UPDATE", "DELETE")

Given anew after each migration; where there is one role for all, it is said (docs/decisions/0093).
"""

from __future__ import annotations

import logging
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg.sql import SQL, Composed, Identifier

ONE_ROLE = (
    "程序使用的数据库账号就是数据表的所有者，能改动表结构、停用触发器；"
    "正式使用请分成两个账号，见 docs/howto/run.md「数据库的两个账号」。"
)

WATCHED = (
    "数据库会让程序账号的每个连接看到别的连接正在执行的语句，其中有尚未公开的人选；"
    "请由数据库管理员执行 ALTER ROLE %s SET track_activities = off，见 docs/howto/run.md「数据库的两个账号」。"
)

HIDDEN = """
    SELECT current_setting('track_activities') = 'off' OR EXISTS (
        SELECT FROM pg_db_role_setting
        LEFT JOIN pg_roles ON pg_roles.oid = setrole
        LEFT JOIN pg_database ON pg_database.oid = setdatabase
        WHERE 'track_activities=off' = ANY (setconfig)
            AND (setrole = 0 OR rolname = %s) AND (setdatabase = 0 OR datname = %s)
    )
"""

logger = logging.getLogger(__name__)


def grant_application(*, using: str, **_: Any) -> None:
    """Give the application's role its rights on what the migrations have made."""
    role = settings.DATABASE_APPLICATION
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user, current_database(), current_schema()")
        owner, database, schema = cursor.fetchone()
        if role not in ("", owner):
            _forget_settings(cursor, role, database)
        _hide_statements(cursor, role or owner, database)
        if role in ("", owner):
            logger.warning(ONE_ROLE)
            return
        for statement in _statements(role, database, schema):
            cursor.execute(statement.as_string(cursor.connection))


def _forget_settings(cursor: Any, role: str, database: str) -> None:
    """Forget what somebody set for all sessions of ``role`` to come, as each role may for itself: with another
    path to the tables no page is there any more, and no start mends it. For a superuser alone, too."""
    if not _is_superuser(cursor):
        return
    for place in ("", " IN DATABASE {database}"):
        text = SQL("ALTER ROLE {role}" + place + " RESET ALL")
        statement = text.format(role=Identifier(role), database=Identifier(database))
        cursor.execute(statement.as_string(cursor.connection))


def _is_superuser(cursor: Any) -> bool:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return bool(cursor.fetchone()[0])


def _hide_statements(cursor: Any, role: str, database: str) -> None:
    """Let no session of ``role`` show the others what it is at: all of them are one role, and values
    stand in the statements. Only a superuser may say so, and no session takes it back."""
    if _is_superuser(cursor):
        text = SQL("ALTER ROLE {role} IN DATABASE {database} SET track_activities = off")
        statement = text.format(role=Identifier(role), database=Identifier(database))
        cursor.execute(statement.as_string(cursor.connection))
    cursor.execute(HIDDEN, [role, database])
    if not cursor.fetchone()[0]:
        logger.warning(WATCHED, role)


def _statements(role: str, database: str, schema: str) -> list[Composed]:
    given = {"role": role, "database": database, "schema": schema}
    names = {name: Identifier(value) for name, value in given.items()}
    common = (
        # Otherwise a temporary table could stand in front of one that a trigger asks.
        "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    )
    less = [
        SQL("REVOKE {rights} ON {table} FROM {role}").format(
            rights=SQL(", ").join(map(SQL, rights)), table=Identifier(table), **names
        )
        for table, rights in withheld().items()
    ]
    return [*(SQL(text).format(**names) for text in common), *less]


def withheld() -> dict[str, tuple[str, ...]]:
    """Return what the application may not do with a table although it is in use, by its name."""
    return {
        model._meta.db_table: rights
        for model in apps.get_models()
        if (rights := getattr(model, "never", ()))
    }
