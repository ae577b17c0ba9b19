"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MOST_WAITING, MenuGroup, MenuItem
from expertpool.experts.queries.admission import admissions_at_step_of

GROUP = MenuGroup("experts", "专家库管理", 10)
ITEMS = (
    MenuItem(
        "experts",
        "专家信息",
        "users",
        "experts:list",
        permissions=("experts.view",),
        order=10,
        # To which of them he may agree himself is asked where he looks: each page has this number.
        count=WaitingFor(lambda user, now: admissions_at_step_of(user)[:MOST_WAITING]),
        active=("experts:detail", "experts:package", "experts:update", "experts:update_run"),
        group="experts",
        api=("experts", "expert-fields"),
    ),
    MenuItem(
        "experts.import",
        "批量导入",
        "file-import",
        "experts:import",
        permissions=("experts.import",),
        order=20,
        active=("experts:import_run", "experts:import_mapping"),
        group="experts",
    ),
    MenuItem(
        "experts.health",
        "专家库体检",
        "clipboard-check",
        "experts:health",
        permissions=("experts.view",),
        order=25,
        active=("experts:thin", "experts:employers", "experts:assign_employer"),
        group="experts",
    ),
    MenuItem(
        "experts.tags",
        "专家分组",
        "tags",
        "experts:tag_list",
        permissions=("experts.tags",),
        order=30,
        group="experts",
    ),
    MenuItem(
        "experts.sharing",
        "专家共享",
        "share",
        "experts:sharing",
        permissions=("experts.sharing",),
        order=35,
        group="experts",
    ),
    MenuItem(
        "experts.leaves",
        "请假管理",
        "calendar-off",
        "experts:leave_list",
        permissions=("experts.leave",),
        api=("leaves",),
        order=40,
        group="experts",
    ),
    MenuItem(
        "experts.blacklist",
        "黑名单",
        "user-x",
        "experts:blacklist",
        permissions=("experts.blacklist",),
        order=50,
        active=("experts:blacklist_entry", "experts:appeal_decide"),
        group="experts",
    ),
    MenuItem(
        "experts.changes",
        "变更记录",
        "history",
        "experts:changes",
        permissions=("experts.view",),
        order=52,
        active=("experts:versions",),
        group="experts",
    ),
    MenuItem(
        "experts.alike",
        "疑似重复",
        "users",
        "experts:alike",
        permissions=("experts.edit",),
        order=55,
        active=("experts:apart",),
        group="experts",
    ),
    MenuItem(
        "experts.deleted",
        "已删除专家",
        "archive",
        "experts:deleted",
        permissions=("experts.delete",),
        order=60,
        group="experts",
    ),
)
