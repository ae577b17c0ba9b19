"""What a person with a dump reads of the names of experts: where they still stand in clear, each with its reason."""

from __future__ import annotations

from django.db import connection

# Where a name still stands in clear, and why (docs/security.md). It may only become shorter.
NAMES = {
    "accounts_user.name": "the account of an expert: users are listed, sorted and searched by name",
    "audit_entry.actor_name": "the log's chain lets nothing change",
    "audit_entry.after": "the same",
    "audit_entry.before": "the same",
    "audit_entry.note": "the same",
    "audit_entry.subject_label": "the same",
    "draws_invitation.released_as": "who sat, as it was released",
    "experts_expertversion.actor_name": "what an expert changed by his account",
    "fees_feeline.said": "whose letter it was",
    "joining_application.name": "who applies is searched by name",
}
# Tables in which an employer stands in clear: the directory itself, what was released, what was applied and logged.
EMPLOYERS = {"audit_entry", "directory_unit", "draws_invitation", "joining_application"}
# A name that is also a word.
WORDS = {"directory_specialty.name"}
_COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type = 'bytea'
FROM information_schema.columns c
JOIN pg_tables t ON t.tablename = c.table_name AND t.schemaname = c.table_schema
WHERE c.table_schema = 'public' AND c.data_type IN
    ('bytea', 'character varying', 'text', 'jsonb', 'json', 'ARRAY', 'character')
"""


def _escaped(word: str) -> str:
    """Return ``word`` as the database writes bytes that are no ASCII."""
    return "".join(f"\\{byte:03o}" if byte > 127 else chr(byte) for byte in word.encode())


def told_by(words: list[str]) -> dict[str, str]:
    """Return the columns in which one of ``words`` stands, each with a value."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for table, column, is_bytes in cursor.fetchall():
            said = f"encode(\"{column}\", 'escape')" if is_bytes else f'"{column}"::text'
            looked = [_escaped(word) if is_bytes else word for word in words]
            cursor.execute(
                f'SELECT {said} FROM "{table}"'  # noqa: S608 (names of the catalogue)
                f" WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS word"
                f" WHERE position(word IN {said}) > 0) LIMIT 1",
                [looked],
            )
            if row := cursor.fetchone():
                found[f"{table}.{column}"] = str(row[0])[:200]
    return found
