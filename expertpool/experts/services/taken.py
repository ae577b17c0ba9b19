"""A phone, mail or number of a document that is somebody else's already: who is told what, and how often."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import Telling, few_refusals
from expertpool.core.visibility import Level, level_for
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.accounts import account_by
from expertpool.experts.queries.experts import (
    expert_by_email,
    expert_by_id_number,
    expert_by_phone,
    experts_visible_to,
)
from expertpool.experts.services.alike import LooksAlike
from expertpool.experts.services.contacts import CONTACTS
from expertpool.experts.settings import TAKEN_PER_HOUR

# In the pool only once, and phone and mail nowhere else.
UNIQUE = {"phone": "手机号", "id_number": "证件号码", "email": "邮箱"}
_FIND = {"phone": expert_by_phone, "id_number": expert_by_id_number, "email": expert_by_email}
UNSEEN = "duplicate_unseen"
UNCHECKED = "专家库或登录账号中已有，只能属于一个人；您不能查看完整{}，请由能查看的人核对（谁能查看，在「角色」中设置）。"
UNNAMED = "该{}在专家库中已有，不能再次登记。您不能查看完整号码，请由能查看的人核对（谁能查看，在「角色」中设置）；本次已记入日志。"


def is_plain(user: User, field: str) -> bool:
    """Tell whether ``user`` sees the numbers of ``field`` as they are."""
    return level_for(user, f"experts.{field}") is Level.PLAIN


@contextmanager
def few_taken(actor: User | None, *, now: datetime) -> Iterator[None]:
    """Run a change of the pool as one transaction, in which ``actor`` learns by a refusal that a number
    is taken, or that somebody alike is there whom he may not see. Each such is logged; after so many
    within an hour as the office says nothing is looked up for him (ExpertRefused).
    """
    with few_refusals(TELLING, actor=actor, now=now) if actor else transaction.atomic():
        yield


def taken_errors(
    expert: Expert,
    actor: User | None,
    *,
    faults: Collection[str] = (),
    stay: Collection[str] = (),
) -> dict[str, Any]:
    """Return which of the numbers of ``expert`` are another's already, by field.

    Numbers that ``stay``, or have ``faults`` themselves, are not looked up; those that ``actor`` may not see plain
    only once nothing else is wrong: else he asked without a record coming of it.
    """
    errors: dict[str, Any] = {}
    opened = {field: actor is None or is_plain(actor, field) for field in UNIQUE}
    # Those that he sees first: they say whose the record is, and there is nothing left to withhold.
    for field in sorted(UNIQUE, key=lambda one: not opened[one]):
        label, is_open = UNIQUE[field], opened[field]
        if field in stay:
            continue
        if (field in faults) if is_open else bool(faults or errors):
            continue
        value = getattr(expert, field)
        owner = _FIND[field](value)
        if owner is None or owner.pk == expert.pk:
            holder = account_by(field, value) if field in CONTACTS else None
            if holder is None or holder.pk == expert.user_id or _has_already(expert, field):
                continue
            message = _whose_account(label, holder, actor) if is_open else ""
            message = message or UNNAMED.format(label)
            errors[field] = ValidationError(message, code="duplicate" if is_open else UNSEEN)
            continue
        if _has_already(expert, field):
            continue
        # Who typed name and number of somebody whom he may see learns nothing by being told where he is.
        is_named = is_open or owner.name == expert.name
        message = _whose(label, owner, actor) if is_named else UNNAMED.format(label)
        errors[field] = ValidationError(message, code="duplicate" if is_open else UNSEEN)
    return errors


def whose(field: str, value: str, actor: User) -> str:
    """Say whose a number of ``field`` is, as far as ``actor`` may see him; empty: nobody's."""
    label = UNIQUE[field]
    if owner := _FIND[field](value):
        return _whose(label, owner, actor)
    holder = account_by(field, value) if field in CONTACTS else None
    return _whose_account(label, holder, actor) if holder else ""


def whose_by_name(field: str, value: str, name: str, actor: User) -> str:
    """Say whose a number of ``field`` is to somebody who may not see it, where he gives the ``name`` of its owner, whom
    he may see; else who can find out."""
    owner = _FIND[field](value)
    is_named = owner is not None and owner.name == name
    if owner and is_named and experts_visible_to(actor).filter(pk=owner.pk).exists():
        return _whose(UNIQUE[field], owner, actor)
    return UNCHECKED.format(UNIQUE[field])


def _has_already(expert: Expert, field: str) -> bool:
    """Tell whether ``expert`` is stored with this value: from before it was refused, it stays."""
    index = {f"{field}_index": getattr(expert, f"{field}_index")}
    return expert.pk is not None and Expert.objects.filter(pk=expert.pk, **index).exists()


def _unseen(error: Exception) -> str:
    """Say of what ``error`` tells that it is in the pool to somebody who may not see it; empty: of nothing."""
    if isinstance(error, LooksAlike):
        return "疑似重复" if error.tells_unseen else ""
    by_field = getattr(error, "error_dict", {})
    fields = [
        field for field in UNIQUE if any(one.code == UNSEEN for one in by_field.get(field, ()))
    ]
    return "、".join(UNIQUE[field] for field in fields)


TELLING = Telling(
    "expert.taken",
    TAKEN_PER_HOUR,
    _unseen,
    lambda most: ExpertRefused(
        f"您一小时内登记的号码已有 {most} 次与库中重复，请稍后再试，或联系管理员核对。"
    ),
)


def _whose_account(label: str, holder: User, actor: User | None) -> str:
    """Say whose account has a number as far as ``actor`` manages accounts, and what to do."""
    named = actor is not None and actor.has_permission("accounts.users")
    whose = f"登录账号“{holder.username}”（{holder.name}）" if named else "另一个登录账号"
    return (
        f"该{label}已由{whose}使用，一个号码只属于一个人。是同一个人的，请先在用户管理中清空该账号的{label}，"
        "保存后再在专家档案中关联该账号；不是的请核对。"
    )


def _whose(label: str, owner: Expert, actor: User | None) -> str:
    """Name the owner of a number as far as ``actor`` may see him, and say what to do."""
    # Whose number it is would tell somebody who may not know that he is in the pool; so would into whom
    # he was merged.
    named = {owner.pk, owner.merged_into_id or owner.pk}
    seen = experts_visible_to(actor).filter(pk__in=named).count() if actor else 0
    if seen < len(named):
        return f"该{label}已属于另一位专家（不在您的查看范围内），请联系管理员处理。"
    if owner.merged_into is not None:
        return f"该{label}属于已合并的专家{owner}，请直接修改档案{owner.merged_into}。"
    if owner.status == ExpertStatus.DELETED:
        return f"该{label}属于已删除的专家{owner}，请在“已删除”中恢复该档案；类别填错了的，恢复后在该档案的菜单中改为另一类。"
    status = owner.get_status_display()
    return f"该{label}已属于专家{owner}，状态为{status}，请直接修改该档案。"
