"""What is chosen beside the file of an import of experts, and who may choose it.

Whoever draws must not choose, by a list of his own, from whom: what he imports waits to be approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertStatus

STATUSES = ((ExpertStatus.FORMAL, "在库，可以被抽取"), (ExpertStatus.PENDING, "待审核"))
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
    return shown


# What was posted may be another form than was shown, and a right may be gone since.


def status_of(actor: User | None, options: Mapping[str, Any]) -> str:
    """Return with which status the experts of ``actor`` begin."""
    if actor is not None and not _fills_the_pool(actor):
        return ExpertStatus.PENDING
    return options.get("status") or ExpertStatus.FORMAL


def opens_accounts(actor: User | None, options: Mapping[str, Any]) -> bool:
    """Tell whether they get accounts."""
    may = actor is None or actor.has_permission("experts.edit")
    return may and bool(options.get("accounts"))


def _fills_the_pool(user: User) -> bool:
    return user.has_permission("experts.add") or user.has_permission("experts.edit")
