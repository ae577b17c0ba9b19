"""What of the record itself goes when the personal data of an expert are erased (个人信息保护法 第四十七条).

What stays is a tombstone: the number, by which records of draws name him, the times, and the name as long as law
wants it kept. The caller (`privacy`) has seen to it that he left the pool and that two persons agreed.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.accounts.services.users import end_access, follow_file
from expertpool.audit.services import record
from expertpool.core.subjects import File
from expertpool.customforms.models import FieldFile
from expertpool.customforms.queries.files import files_named
from expertpool.customforms.services.files import forget_files
from expertpool.experts.models import (
    AvoidanceRemoval,
    AvoidanceUnit,
    BlacklistAppeal,
    BlacklistEntry,
    Expert,
    Leave,
    ToldApart,
    UntoldVersion,
)
from expertpool.experts.occasions import ACCOUNT
from expertpool.experts.queries.criteria import SUBJECT
from expertpool.experts.queries.erasing import Eraser, name_needed_until
from expertpool.files.queries import attachments_of
from expertpool.files.services import remove_all_attachments
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from expertpool.notifications.services.deletion import delete_messages
from expertpool.workflow.queries.notices import telling
from expertpool.workflow.services.forgetting import forget_notices

ERASED = "已抹去"
NAMELESS = "已抹去的专家"
WHY = "抹去个人信息"
# Columns of the tombstone: all others are emptied, also one that comes with a new field.
STAYS = frozenset(
    {
        *("id", "number", "kind", "source", "department", "created_at", "created_by", "updated_at"),
        *("name", "name_index", "name_until", "erased_at", "merged_into"),
        *("status", "status_before_deletion", "deleted_at", "deleted_by"),
        *("user", "account_proof", "link_sent_at", "activated_at"),
    }
)


def _erase_record(expert: Expert, actor: User | None, now: datetime) -> None:
    """Leave of the row of ``expert`` its number, times and status, and the name as long as law wants it."""
    for column in Expert._meta.local_concrete_fields:
        if column.name not in STAYS:
            setattr(expert, column.name, None if column.null else column.get_default())
    if name_needed_until(expert) is None:
        expert.name = NAMELESS
    expert.erased_at = expert.erased_at or now
    expert.updated_at = now
    expert.save()


def forget_name(expert: Expert, *, now: datetime) -> None:
    """Take the name of a tombstone, too, once law wants it no more."""
    expert.name, expert.name_until, expert.updated_at = NAMELESS, None, now
    expert.save(update_fields=["name", "name_index", "name_until", "updated_at"])


def _count_versions(expert: Expert) -> int:
    return expert.versions.count()


def _erase_versions(expert: Expert, actor: User | None, now: datetime) -> None:
    UntoldVersion.objects.filter(version__expert=expert).delete()
    for version in expert.versions.all():
        # The trigger lets nothing else of a version be written, and this of erased experts alone.
        version.snapshot, version.note = "{}", ""
        version.save(update_fields=["snapshot", "note"])


def _ties(expert: Expert) -> Q:
    return Q(first=expert) | Q(second=expert)


def _count_parts(expert: Expert) -> int:
    rows = (AvoidanceUnit, AvoidanceRemoval, Leave, BlacklistEntry)
    apart = ToldApart.objects.filter(_ties(expert)).count()
    links = expert.specialty_links.count() + expert.tags.count()
    return links + apart + sum(one.objects.filter(expert=expert).count() for one in rows)


def _erase_parts(expert: Expert, actor: User | None, now: datetime) -> None:
    expert.specialty_links.all().delete()
    expert.tags.clear()
    ToldApart.objects.filter(_ties(expert)).delete()
    AvoidanceUnit.objects.filter(expert=expert).delete()
    for removal in AvoidanceRemoval.objects.filter(expert=expert):
        # As of appeals below.
        proof = ["proof"] if removal.is_sound else []
        removal.target, removal.reason, removal.note = ERASED, "", ""
        removal.save(update_fields=["target", "reason", "note", *proof])
    for leave in Leave.objects.filter(expert=expert):
        leave.reason = ""
        leave.save(update_fields=["reason"])  # which makes no proof
    for appeal in BlacklistAppeal.objects.filter(entry__expert=expert):
        # What nobody said is not vouched for by what becomes of it.
        proof = ["proof"] if appeal.is_sound else []
        appeal.reason, appeal.note = "", ""
        appeal.save(update_fields=["reason", "note", *proof])
    for entry in BlacklistEntry.objects.filter(expert=expert):
        proof = ["version", "proof"] if entry.is_sound else []
        entry.version += 1
        entry.reason, entry.evidence, entry.removal_reason = ERASED, "", ""
        entry.save(update_fields=["reason", "evidence", "removal_reason", *proof])


def _field_files(expert: Expert) -> list[FieldFile]:
    """Return the files that ``expert`` has as values of fields, and had: each version names its own."""
    extra = (expert.extra or {}).items()
    named = {(code, value["id"]) for code, value in extra if _is_file(value)}
    for version in expert.versions.all():
        words = json.loads(version.snapshot).items()
        named |= {(code, key) for code, word in words if (key := File.key_in(word))}
    return files_named(SUBJECT, named)


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), int)


def _count_files(expert: Expert) -> int:
    return attachments_of(expert).count() + len(_field_files(expert))


def _erase_files(expert: Expert, actor: User | None, now: datetime) -> None:
    remove_all_attachments(subject=expert, actor=None, now=now, note=WHY)
    forget_files(_field_files(expert), now=now, note=WHY)


def _count_notices(expert: Expert) -> int:
    return telling(SUBJECT).filter(approval__subject_id=expert.pk).count()


def _erase_notices(expert: Expert, actor: User | None, now: datetime) -> None:
    forget_notices(SUBJECT, [expert.pk])


def _messages(expert: Expert) -> Any:
    # Those about where he is reached, too: they went to no account, and the last one to the number before.
    subjects = (Expert._meta.label_lower, ACCOUNT)
    about = Q(about_type__in=subjects, about_id=str(expert.pk))
    if expert.user is not None and is_outsider(expert.user):
        about |= Q(recipient_key=recipient_key(expert.user.username))
    return Message.objects.filter(about, deleted_at__isnull=True)


def erase_messages(expert: Expert, actor: User | None, now: datetime) -> None:
    delete_messages(messages=_messages(expert), reason=WHY, actor=actor, now=now)


def _count_account(expert: Expert) -> int:
    return int(expert.user is not None and is_outsider(expert.user) and expert.user.is_active)


def _erase_account(expert: Expert, actor: User | None, now: datetime) -> None:
    """Close the account that is an expert's and nothing else; of a colleague's the record is taken away alone."""
    user = expert.user
    if user is None:
        return
    if not is_outsider(user):
        expert.user, expert.account_proof = None, None
        expert.save(update_fields=["user", "account_proof"])
        return
    follow_file(user=user, phone="", email="", actor=None, now=now)
    # Not deleted: what he did stands in the log under it.
    User.objects.filter(pk=user.pk).update(is_active=False, name=NAMELESS)
    end_access(user=user, actor=None, now=now)
    record("user.disable", actor=None, now=now, subject=user, note=WHY)


ERASERS = (
    Eraser("experts.record", "档案的各项内容、检索索引", 50, (), lambda _expert: 1, _erase_record),
    Eraser("experts.files", "附件和照片", 10, (), _count_files, _erase_files),
    Eraser("experts.notices", "入库公示的内容、收到的异议", 12, (), _count_notices, _erase_notices),
    Eraser(
        "experts.parts",
        "专业、分组、回避、请假、黑名单的文字",
        20,
        (
            "experts.ExpertSpecialty",
            "experts.ToldApart",
            "experts.AvoidanceUnit",
            "experts.AvoidanceRemoval",
            "experts.Leave",
            "experts.BlacklistEntry",
        ),
        _count_parts,
        _erase_parts,
    ),
    Eraser(
        "experts.versions",
        "历史版本的内容",
        90,
        ("experts.ExpertVersion",),
        _count_versions,
        _erase_versions,
    ),
    Eraser(
        "experts.messages",
        "通知正文（发给他的，和写给办理人、有关他档案的）",
        30,
        (),
        lambda expert: _messages(expert).count(),
        erase_messages,
    ),
    Eraser("experts.account", "登录账号", 40, (), _count_account, _erase_account),
)
