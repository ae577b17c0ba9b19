"""What is chosen beside the file of an import of experts, and who may choose it.

Whoever draws must not choose, by a list of his own, from whom: what he imports waits to be approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from expertpool.accounts.models import User
from expertpool.accounts.queries import departments_within
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.experts import needs_department

STATUSES = ((ExpertStatus.FORMAL, "在库，可以被抽取"), (ExpertStatus.PENDING, "待审核"))
NO_DEPARTMENT = "您只能查看本部门的专家，而您的账号没有可用的部门：请系统管理员先为您设置所属部门，否则导入后您看不到这些专家。"
OPTIONS = {
    "status": forms.ChoiceField(label="导入后的状态", choices=STATUSES, initial="formal"),
    "accounts": forms.BooleanField(
        label="同时开通账号",
        required=False,
        help_text="每位专家得到一个账号，激活链接发到其邮箱；密码由本人设置。",
    ),
}


def options_for(user: User) -> Mapping[str, Any]:
    """Return the choices of ``user``."""
    shown: dict[str, Any] = dict(OPTIONS)
    if not _fills_the_pool(user):
        shown["status"] = forms.ChoiceField(
            label="导入后的状态",
            choices=STATUSES[1:],
            help_text="您没有新增或审核专家的权限：导入的专家由有权限的人员审核通过后，才能被抽取。",
        )
    if not user.has_permission("experts.edit"):
        del shown["accounts"]
    if needs_department(user):
        rows = dict(departments_within(user, "experts.view").values_list("pk", "name"))
        shown["department"] = forms.ChoiceField(
            label="所属部门",
            choices=[(str(pk), name) for pk, name in rows.items()],
            initial=str(user.department_id or ""),
            required=user.department_id not in rows,
            error_messages={"required": NO_DEPARTMENT},
            help_text="导入的专家归入这个部门。" if rows else NO_DEPARTMENT,
        )
    return shown


# What was posted may be another form than was shown, and a right may be gone since.


def status_of(actor: User | None, options: Mapping[str, Any]) -> str:
    """Return with which status the experts of ``actor`` begin."""
    if actor is not None and not _fills_the_pool(actor):
        return ExpertStatus.PENDING
    return options.get("status") or ExpertStatus.FORMAL


def department_of(actor: User | None, options: Mapping[str, Any]) -> int | None:
    """Return (id) into which department the experts of ``actor`` go: his own where he chose none."""
    if actor is None:
        return None
    chosen = options.get("department")
    if chosen and departments_within(actor, "experts.view").filter(pk=chosen).exists():
        return int(chosen)
    return actor.department_id


def opens_accounts(actor: User | None, options: Mapping[str, Any]) -> bool:
    """Tell whether they get accounts."""
    may = actor is None or actor.has_permission("experts.edit")
    return may and bool(options.get("accounts"))


def _fills_the_pool(user: User) -> bool:
    return user.has_permission("experts.add") or user.has_permission("experts.edit")
