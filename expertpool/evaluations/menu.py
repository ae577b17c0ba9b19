"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.queries import WaitingFor
from expertpool.core.registry import MOST_WAITING, MenuGroup, MenuItem
from expertpool.evaluations.permissions import ANSWER, MANAGE, RATE, VIEW
from expertpool.evaluations.queries.caution_objections import caution_objections_waiting
from expertpool.evaluations.queries.own import objections_waiting
from expertpool.evaluations.queries.windows import to_rate

GROUP = MenuGroup("evaluations", "综合评价", 27)
ITEMS = (
    MenuItem(
        "evaluations",
        "项目评价",
        "star",
        "evaluations:list",
        permissions=(VIEW, RATE),
        order=10,
        count=WaitingFor(lambda user, now: to_rate(user, now)[:MOST_WAITING]),
        active=("evaluations:detail", "evaluations:extend", "evaluations:sanction"),
        group="evaluations",
        kept_for=("evaluations.sanction", "audit.view"),
    ),
    MenuItem(
        "evaluations.ratings",
        "评价记录",
        "list-details",
        "evaluations:ratings",
        permissions=(VIEW,),
        order=20,
        group="evaluations",
    ),
    MenuItem(
        "evaluations.measures",
        "参评情况",
        "chart-bar",
        "evaluations:measures",
        permissions=(VIEW,),
        order=25,
        group="evaluations",
    ),
    MenuItem(
        "evaluations.objections",
        "评价申诉",
        "message-circle",
        "evaluations:objections",
        permissions=(ANSWER,),
        order=30,
        count=WaitingFor(lambda user, now: objections_waiting(user)[:MOST_WAITING]),
        active=("evaluations:answer",),
        group="evaluations",
        is_fixed=True,
    ),
    MenuItem(
        "evaluations.caution_objections",
        "警告申诉",
        "alert-triangle",
        "evaluations:caution_objections",
        permissions=(ANSWER,),
        order=31,
        count=WaitingFor(lambda user, now: caution_objections_waiting(user)[:MOST_WAITING]),
        active=("evaluations:caution_answer",),
        group="evaluations",
        is_fixed=True,
    ),
    MenuItem(
        "my_evaluations",
        "我的评价",
        "star",
        "evaluations:own",
        permissions=("experts.self",),
        order=54,
        active=("evaluations:own_",),
        group="home",
        is_fixed=True,
    ),
    MenuItem(
        "evaluations.forms",
        "评价表",
        "forms",
        "evaluations:forms",
        permissions=(MANAGE,),
        order=90,
        active=("evaluations:form_",),
        group="evaluations",
    ),
)
