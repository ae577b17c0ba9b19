"""The menu entries of this app."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.changes.models import ChangeRequest
from expertpool.changes.queries import RIGHT, requests_to_decide
from expertpool.core.registry import MOST_WAITING, MenuItem


def waiting_for_user(user: User) -> QuerySet[ChangeRequest]:
    return requests_to_decide(user)[:MOST_WAITING]


ITEMS = (
    MenuItem(
        "my_file",
        "我的档案",
        "id-badge-2",
        "changes:file",
        permissions=("experts.self",),
        order=25,
        active=("changes:edit", "changes:photo", "changes:career", "changes:work"),
        group="home",
    ),
    MenuItem(
        "changes",
        "变更申请",
        "replace",
        "changes:list",
        permissions=(RIGHT,),
        order=15,
        count=waiting_for_user,
        active=("changes:detail", "changes:decide"),
        group="experts",
    ),
)
