"""Which departments stand where this system did not put them: rights that reach by the tree leave them out."""

from __future__ import annotations

import logging
from typing import Any

from django.db import connection
from django.db.models import CharField
from django.db.models.expressions import RawSQL

from expertpool.accounts.models import ChosenDepartment, Department, User
from expertpool.core.fields import is_vouched
from expertpool.core.mandates import Mandate

# However old: each of them says how far rights reach.
WRITTEN = (
    Mandate(
        "accounts.departments",
        "部门的位置",
        lambda now: Department.objects.order_by("-pk"),
        is_whole=True,
    ),
    Mandate(
        "accounts.chosen",
        "角色的指定部门",
        lambda now: ChosenDepartment.objects.select_related("rolepermission__role").order_by("-pk"),
        is_whole=True,
    ),
    Mandate(
        "accounts.places",
        "用户所属部门",
        lambda now: User.objects.filter(department__isnull=False).order_by("-pk"),
        by="place_proof",
        is_whole=True,
    ),
)

logger = logging.getLogger(__name__)

# What tells one state of the tree from any other: each is looked through once by a process.
_STATE = """(SELECT encode(sha256(convert_to(
    coalesce(string_agg(ROW(id, parent_id, path, proof)::text, ',' ORDER BY id), ''), 'UTF8')), 'hex')
    FROM accounts_department)"""
_AS_READ = "tree_state"  # where it is kept that was read along with a user
_KEPT = "_forged_departments"  # where what came of it is kept with him
_MOST_KNOWN = 100
_known: dict[str, frozenset[int]] = {}


def tree_state() -> dict[str, RawSQL]:
    """Return what a user is annotated by, so that nothing more is asked of the tree while it stays as it is."""
    return {_AS_READ: RawSQL(_STATE, (), CharField())}  # noqa: S611 (from above)


def forged_departments(user: User) -> frozenset[int]:
    """Return which departments (ids) somebody else than this system put where they stand; asked once of an instance."""
    kept: frozenset[int] | None = getattr(user, _KEPT, None)
    if kept is None:
        state = getattr(user, _AS_READ, None)
        kept = _known[state] if state in _known else _look()
        keep_forged(user, kept)
    return kept


def keep_forged(user: User, forged: frozenset[int]) -> None:
    """Keep with ``user`` what is known of the tree."""
    setattr(user, _KEPT, forged)


def _look() -> frozenset[int]:
    """Look through the tree, as one statement saw it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, parent_id, path, proof, {_STATE} FROM accounts_department")  # noqa: S608 (from above)
        rows = cursor.fetchall()
    if not rows:
        return frozenset()
    state = rows[0][-1]
    if state not in _known:
        forged = frozenset(row[0] for row in rows if not _is_written(*row[:-1]))
        if forged:
            logger.error("departments %s were not put there here", sorted(forged))
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[state] = forged
    return _known[state]


def _is_written(*values: Any) -> bool:
    return is_vouched(Department.from_db(None, ["id", "parent_id", "path", "proof"], values))
