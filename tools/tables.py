"""Write config/tables.sql, the tables that an empty database begins with: `make tables`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django

TARGET = Path(__file__).resolve().parent.parent / "config/tables.sql"
HEAD = """\
-- What the migrations make of an empty database (docs/decisions/0190). Written by `make tables`.
SET LOCAL check_function_bodies = false;
"""
# For people, or for the session of whoever reads the dump, some of which older servers do not know.
NOT_KEPT = re.compile(
    r"^(--|SELECT pg_catalog\.set_config\(|SET (\w+_timeout|client_\w+|default_\w+|row_security"
    r"|standard_conforming_strings|check_function_bodies|xmloption) )"
)
ROWS = ("--no-privileges", "--rows-per-insert=500", "--exclude-table-data=django_migrations")


def begin() -> None:
    """Make one table in the empty database of the settings: then its migrations make all others."""
    from django.db import connection  # noqa: PLC0415 - needs Django
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415 - as above

    MigrationRecorder(connection).ensure_schema()


def migrate_each() -> None:
    """Bring it up to date by its migrations, one after the other."""
    from django.core.management import call_command  # noqa: PLC0415 - needs Django

    begin()
    call_command("migrate", verbosity=0, interactive=False)


def dump(*options: str) -> str:
    """Return what `pg_dump` says of the database of the settings."""
    from django.db import connection  # noqa: PLC0415 - needs Django

    from config.environment import HOME  # noqa: PLC0415 - is chosen below
    from config.postgres import EmbeddedServer  # noqa: PLC0415 - as above

    at = connection.settings_dict
    address = ("-h", at["HOST"], "-p", at["PORT"], "-U", at["USER"], "-d", at["NAME"])
    kinds = ("--no-owner", "--no-comments")
    text = EmbeddedServer(HOME).run_tool("pg_dump", *address, *kinds, *options)
    # A word of its client that is another each time.
    return re.sub(r"^\\(un)?restrict .*\n", "", text, flags=re.MULTILINE)


def first_tables() -> str:
    """Return the file, from a database that nothing but its migrations has filled."""
    from django.db import connection  # noqa: PLC0415 - needs Django
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415 - as above
    from django.db.models.signals import post_migrate  # noqa: PLC0415 - as above

    post_migrate.receivers.clear()  # what is loaded after them is loaded then, too
    post_migrate.sender_receivers_cache.clear()
    migrate_each()
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    lines = [line for line in dump(*ROWS).splitlines() if not NOT_KEPT.match(line)]
    tables = re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip()
    rows = ",\n".join(f"    ('{app}', '{name}', now())" for app, name in applied)
    noted = f"INSERT INTO public.django_migrations (app, name, applied) VALUES\n{rows};\n"
    return f"{HEAD}\n{tables}\n\n{noted}"


def main() -> None:
    with TemporaryDirectory(prefix="expertpool-tables-") as home:
        Path(home).chmod(0o755)
        os.environ["EXPERTPOOL_HOME"] = f"{home}/var"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
        from config.database import database_running  # noqa: PLC0415 - reads where HOME is

        django.setup()
        with database_running(durable=False):
            Path((sys.argv[1:2] or [str(TARGET)])[0]).write_text(first_tables())


if __name__ == "__main__":
    main()
