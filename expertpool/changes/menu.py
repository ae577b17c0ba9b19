"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.changes.queries import RIGHT, requests_to_decide
from expertpool.core.registry import MOST_WAITING, MenuItem

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
        count=WaitingFor(lambda user, now: requests_to_decide(user)[:MOST_WAITING]),
        active=("changes:detail", "changes:decide"),
        group="experts",
        is_fixed=True,
    ),
)
