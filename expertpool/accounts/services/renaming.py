"""A right gets another code: for migrations. Rows say by a key that they were written here, and under which
code; whoever renames them by a statement alone takes the right from everybody (docs/decisions/0168)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from expertpool.accounts.services.tokens import token_proof
from expertpool.core.crypto import proof

RIGHTS = "accounts_rolepermission"
CHOSEN = "accounts_rolepermission_departments"


def rename_permission(old: str, new: str) -> Callable[[Any, Any], None]:
    """Return what a migration runs to give the permission ``old`` the code ``new``: in roles, in tokens and in what
    is known. What was given here under ``old`` is vouched for under ``new``, also where its row has that code
    already; what somebody else wrote is not."""

    def rename(_apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            _rename_rights(cursor, old, new)
            _rename_chosen(cursor, old, new)
            _rename_scopes(cursor, old, new)
            known = "UPDATE accounts_knownpermission AS met SET code = %s WHERE code = %s"
            other = "SELECT FROM accounts_knownpermission WHERE code = %s"
            cursor.execute(f"{known} AND NOT EXISTS ({other})", [new, old, new])

    return rename


def _rename_rights(cursor: Any, old: str, new: str) -> None:
    cursor.execute(
        f"DELETE FROM {RIGHTS} AS given USING {RIGHTS} AS other"  # noqa: S608 (a name of ours)
        " WHERE given.role_id = other.role_id AND given.code = %s AND other.code = %s",
        [old, new],
    )
    cursor.execute(
        "SELECT given.id, role.code, given.scope, given.proof"  # noqa: S608 (a name of ours)
        f" FROM {RIGHTS} AS given JOIN accounts_role AS role ON role.id = role_id WHERE given.code = ANY(%s)",
        [[old, new]],
    )
    for pk, role, scope, written in cursor.fetchall():
        if bytes(written or b"") == proof(RIGHTS, [role, old, scope]):
            written = proof(RIGHTS, [role, new, scope])  # noqa: PLW2901
        cursor.execute(
            f"UPDATE {RIGHTS} SET code = %s, proof = %s WHERE id = %s",  # noqa: S608
            [new, written, pk],
        )


def _rename_chosen(cursor: Any, old: str, new: str) -> None:
    """The departments in which a right holds go along with it."""
    cursor.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = 'proof'",
        [CHOSEN],
    )
    if not cursor.fetchone():
        return  # of a version whose rows have no proofs yet: they get theirs later
    cursor.execute(
        "SELECT chosen.id, role.code, chosen.department_id, chosen.proof"  # noqa: S608 (names of ours)
        f" FROM {CHOSEN} AS chosen JOIN {RIGHTS} AS given ON given.id = rolepermission_id"
        " JOIN accounts_role AS role ON role.id = role_id WHERE given.code = %s",
        [new],
    )
    for pk, role, department, written in cursor.fetchall():
        if bytes(written or b"") == proof(CHOSEN, [role, old, department]):
            made = proof(CHOSEN, [role, new, department])
            cursor.execute(f"UPDATE {CHOSEN} SET proof = %s WHERE id = %s", [made, pk])  # noqa: S608


def _rename_scopes(cursor: Any, old: str, new: str) -> None:
    cursor.execute(
        "SELECT token.id, token.digest, person.username, token.scopes::text, token.expires_at,"
        " token.confirmed_at, token.proof FROM accounts_apitoken AS token"
        " JOIN accounts_user AS person ON person.id = token.user_id WHERE token.scopes ?| %s",
        [[old, new]],
    )
    for pk, digest, username, text, *times, written in cursor.fetchall():
        scopes = json.loads(text)
        held = [old if one == new else one for one in scopes]
        named = [new if one == old else one for one in scopes]
        if bytes(written or b"") == token_proof(digest, username, held, *times):
            written = token_proof(digest, username, named, *times)  # noqa: PLW2901
        cursor.execute(
            "UPDATE accounts_apitoken SET scopes = %s::jsonb, proof = %s WHERE id = %s",
            [json.dumps(named), written, pk],
        )
