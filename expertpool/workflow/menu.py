from __future__ import annotations

from expertpool.core.registry import MenuItem
from expertpool.workflow.queries.matters import codes_of_matters
from expertpool.workflow.queries.todo import codes_to_decide

ITEMS = (
    MenuItem(
        "approvals",
        "待我审批",
        "rubber-stamp",
        "workflow:approval_list",
        permissions=(codes_to_decide,),
        order=15,
        group="home",
        is_fixed=True,
    ),
    MenuItem(
        "two_person_requests",
        "待我确认的申请",
        "user-check",
        "workflow:request_list",
        permissions=(codes_of_matters,),
        order=20,
        group="home",
        is_fixed=True,
    ),
    MenuItem(
        "workflow",
        "审批流程",
        "git-branch",
        "workflow:flow_list",
        permissions=("workflow.manage",),
        order=57,
        active=("workflow:flow",),
        group="system",
        is_fixed=True,
    ),
)
