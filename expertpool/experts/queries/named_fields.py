"""What of this app names custom fields, and has files of theirs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from expertpool.customforms.registry import FieldUse, FileHolder
from expertpool.experts.models import Expert, SavedSearch
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.experts.queries.files import may_view_files


def searches_naming(subject: str, code: str) -> list[str]:
    """Return the saved searches whose condition asks the field ``code``, in words."""
    if subject != SUBJECT:
        return []
    # By the quoted code first: then only few are read.
    rows = SavedSearch.objects.filter(query__contains=f"%22{code}%22").select_related("owner")
    return [f"{one.owner}的常用查询“{one}”" for one in rows if code in _fields(one.query)]


def _fields(query: str) -> set[str]:
    found: set[str] = set()
    for text in parse_qs(query).get("where", []):
        stack = [json.loads(text)]
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack += node
            elif isinstance(node, dict):
                found.add(str(node.get("field", "")))
                stack += node.values()
    return found


def may_view_expert_file(user: Any, subject: str, code: str, pk: int) -> bool:
    """Tell whether a record that ``user`` may see has the file as its field ``code``: his own, or one within
    his right, if he may see scans at all."""
    if subject != SUBJECT:
        return False
    held = Expert.objects.filter(extra__contains={code: {"id": pk}})
    if user.has_permission("experts.self"):
        own = expert_for(user)
        if own is not None and held.filter(pk=own.pk).exists():
            return True
    if not (user.has_permission("experts.view") and may_view_files(user)):
        return False
    return experts_visible_to(user).filter(pk__in=held.order_by().values("pk")).exists()


USE = FieldUse("experts", mentions=searches_naming)
FILES = FileHolder("experts", may_view_expert_file)
