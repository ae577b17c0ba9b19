"""Searches of the list that are kept under a name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import SavedSearch


@transaction.atomic
def save_search(*, search: SavedSearch, actor: User, now: datetime) -> SavedSearch:
    """Keep a new search of ``actor``. Refuses an empty one, and a name that he has (ValidationError)."""
    if not search.query:
        raise ExpertRefused("现在没有筛选条件，请先设置条件再保存。")
    search.owner, search.created_at = actor, now
    search.full_clean()
    search.save()
    return search


def delete_search(*, search: SavedSearch, actor: User) -> None:
    """Forget a search of ``actor``; those that others share are theirs (ExpertRefused)."""
    if search.owner_id != actor.pk:
        raise ExpertRefused("这是别人共享的常用查询，只有保存人可以删除。")
    search.delete()
