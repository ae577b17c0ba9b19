"""Which files of custom fields this app's records have."""

from __future__ import annotations

from typing import Any

from expertpool.customforms.registry import FileHolder
from expertpool.experts.models import Expert
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.experts import expert_for, experts_visible_to


def may_view_expert_file(user: Any, subject: str, code: str, pk: int) -> bool:
    """Tell whether a record that ``user`` may see has the file as its field ``code``: his own, or one within
    his right. Who reads the field is the field's to say (docs/decisions/0476)."""
    if subject != SUBJECT:
        return False
    held = Expert.objects.filter(extra__contains={code: {"id": pk}})
    if user.has_permission("experts.self"):
        own = expert_for(user)
        if own is not None and held.filter(pk=own.pk).exists():
            return True
    if not user.has_permission("experts.view"):
        return False
    return experts_visible_to(user).filter(pk__in=held.order_by().values("pk")).exists()


FILES = FileHolder("experts", may_view_expert_file)
