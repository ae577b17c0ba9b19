"""What is chosen beside the file of an import of experts, and who may choose it.

Whoever draws must not choose, by a list of his own, from whom: what is imported waits for somebody else to admit it,
unless the office lets those who may admit do so by the import (docs/decisions/0224).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import active_departments, departments_within, scope_q
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.admission import RIGHT, admits_at_once
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


class _Waiting(forms.ChoiceField):
    """One answer, whatever a page that was opened before posts."""

    def clean(self, value: Any) -> str:
        return ExpertStatus.PENDING


def options_for(user: User) -> Mapping[str, Any]:
    """Return the choices of ``user``."""
    shown: dict[str, Any] = dict(OPTIONS)
    if not admits_at_once(user, user.department_id, now=timezone.now()):
        shown["status"] = _Waiting(
            label="导入后的状态",
            choices=STATUSES[1:],
            help_text="导入的专家由其他有「审核专家入库」权限的人员审核通过后，才能被抽取；可以一次审核全部。",
        )
    if not user.has_permission("experts.edit"):
        del shown["accounts"]
    if needs_department(user):
        rows = dict(departments_into(user).values_list("pk", "name"))
        shown["department"] = forms.ChoiceField(
            label="所属部门",
            choices=[(str(pk), name) for pk, name in rows.items()],
            initial=str(user.department_id or ""),
            required=user.department_id not in rows,
            error_messages={"required": NO_DEPARTMENT},
            help_text="导入的专家归入这个部门；表中“所属部门”一列写了的，按表。"
            if rows
            else NO_DEPARTMENT,
        )
    return shown


# What was posted may be another form than was shown, and a right may be gone since.


def status_in(
    actor: User | None, options: Mapping[str, Any], department: int | None, *, now: datetime
) -> str:
    """Return with which status the experts of ``actor`` begin whom he puts into ``department``."""
    if actor is not None and not _admits_into(actor, department, now):
        return ExpertStatus.PENDING
    return options.get("status") or ExpertStatus.FORMAL


def departments_into(actor: User | None) -> QuerySet[Department]:
    """Return the departments into which ``actor`` may put whom he imports; all where a command does."""
    return departments_within(actor, "experts.view") if actor else active_departments()


def department_of(actor: User | None, options: Mapping[str, Any]) -> int | None:
    """Return (id) into which department the experts of ``actor`` go: his own where he chose none."""
    if actor is None:
        return None
    chosen = options.get("department")
    if chosen and departments_into(actor).filter(pk=chosen).exists():
        return int(chosen)
    return actor.department_id


def opens_accounts(actor: User | None, options: Mapping[str, Any]) -> bool:
    """Tell whether they get accounts."""
    may = actor is None or actor.has_permission("experts.edit")
    return may and bool(options.get("accounts"))


def _admits_into(user: User, department: int | None, now: datetime) -> bool:
    """Tell whether those whom ``user`` puts into ``department`` are members at once."""
    if not admits_at_once(user, department, now=now):
        return False
    # By the right to admit, which may reach less far than that to import.
    everywhere = not scope_q(user, RIGHT)
    reached = departments_within(user, RIGHT).values_list("pk", flat=True)
    return everywhere or department in set(reached)
