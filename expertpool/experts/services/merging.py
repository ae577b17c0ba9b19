"""Two records of one person become one: the other is closed, and says which (docs/decisions/0110)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.text import moment_text
from expertpool.experts.enums import ChangeVia, ExpertStatus
from expertpool.experts.events import ExpertsMerged
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.occasions import ACCOUNT, MERGED
from expertpool.experts.queries.alike import two_persons_by, unlike_by
from expertpool.experts.queries.experts import experts_groupable_by
from expertpool.experts.queries.leaves import lasting
from expertpool.experts.queries.pairs import apart_among
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.contacts import contacts_of
from expertpool.experts.services.leave import file_leave
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.reasons import required_reason
from expertpool.experts.services.status import set_status
from expertpool.experts.services.tags import set_tags
from expertpool.experts.services.taken import UNIQUE
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Recipient, send_message

MOST_REASON = 100
SPECIALTIES = "specialties"
JOINED = frozenset((SPECIALTIES,))  # fields that hold several: both records' may stay
# ``removed_at``, too: what its expert has taken away goes where it would have gone.
BROUGHT = ("unit", "person_name", "kind", "start_date", "end_date", "note", "removed_at")
BARRED = {ExpertStatus.FROZEN, ExpertStatus.BLACKLISTED}


@transaction.atomic
def merge_experts(
    *,
    keep: Expert,
    close: Expert,
    taken: Collection[str],
    reason: str,
    joined: Collection[str] = (),
    knowing: bool = False,
    actor: User | None,
    now: datetime,
) -> Expert:
    """Close ``close`` as merged into ``keep``, which gets its fields ``taken`` (codes), and return that; of those ``joined``
    (`JOINED`) it keeps its own beside them.

    Groups, avoidances, and leaves that are not over come along; versions, log, files, letters and seats
    stay with the closed record, which keeps its numbers to be reached by, but for being found. Nothing is
    asked of draws: who sits in a sealed one, a merge does not tell. The owners of both are told. Announces
    ExpertsMerged.
    Refuses (ExpertRefused, ValidationError by field) two kinds, two names with two numbers or birthdays, two of whom one of these differs unless that is
    known (``knowing``), what was told
    apart or merged already, a record to keep that is deleted, one to close that is frozen, blacklisted or has an account, values of one that nobody
    has admitted (`why_nothing_taken`), leaves that overlap, and values that contradict each other.
    """
    reason = required_reason(reason, called="合并原因", most=MOST_REASON)
    rows = Expert.objects.select_for_update(of=("self",)).select_related("user").order_by("pk")
    found = rows.in_bulk([keep.pk, close.pk])
    keep, close = found[keep.pk], found[close.pk]
    require_mergeable(keep, close)
    if taken and (waits := why_nothing_taken(keep, close)):
        raise ExpertRefused(waits)
    unlike = unlike_by(keep, close)
    if unlike and not knowing:
        raise ExpertRefused(
            f"两份档案的{'、'.join(unlike)}不同，请核对；确是同一人的，请勾选后再合并。"
        )
    reached = [(one.pk, one.name, contacts_of(one)) for one in (keep, close)]
    fields = EXPERT.writable()
    values = {code: fields[code].value_of(close) for code in taken if code in fields}
    specialties = list(close.specialties.all()) if SPECIALTIES in taken else None
    if specialties is not None and SPECIALTIES in joined:
        specialties += keep.specialties.all()
    _close(close, into=keep, taken=taken, reason=reason, actor=actor, now=now)
    keep = update_expert(
        expert=keep,
        values=values,
        specialties=specialties,
        actor=actor,
        now=now,
        via=ChangeVia.MERGE,
    )
    _bring_along(close, keep, actor=actor, now=now)
    after = {"并入": str(close)} | ({"不同之处": "、".join(unlike)} if unlike else {})
    record("expert.merge", actor=actor, now=now, subject=keep, after=after, note=reason)
    publish(ExpertsMerged(close.pk, keep.pk))
    for pk, name, contacts in reached:
        _tell(pk, name, contacts, close=close, keep=keep, now=now)
    return keep


def require_mergeable(keep: Expert, close: Expert) -> None:
    """Refuse (ExpertRefused) two records that cannot become one as they are."""
    if keep.pk == close.pk:
        raise ExpertRefused("请选择另一份档案。")
    if apart_among({keep.pk, close.pk}):
        raise ExpertRefused("这两份档案已标明不是同一人；确是同一人的，请先在「疑似重复」中撤回。")
    if keep.kind != close.kind:
        raise ExpertRefused("个人专家和单位专家不能合并。")
    if keep.name != close.name and (told := two_persons_by(keep, close)):
        raise ExpertRefused(
            f"两份档案的姓名和{told}都不同，不是同一人，不能合并；其中一份填错的，请先改正再合并。"
        )
    for one in (keep, close):
        if one.merged_into_id is not None:
            raise ExpertRefused(f"{one}已合并到另一份档案，请选择那一份。")
    if keep.status == ExpertStatus.DELETED:
        raise ExpertRefused(f"{keep}已删除，请先恢复，或保留另一份。")
    stood = _stood(close)
    if close.status in BARRED or stood in BARRED:
        label = ExpertStatus(stood if close.status == ExpertStatus.DELETED else close.status).label
        raise ExpertRefused(f"{close}为“{label}”，请保留这一份，或先解除后再合并。")
    # Whoever is signed in by it goes on being the same person.
    if close.user_id is not None:
        raise ExpertRefused(f"{close}有登录账号，请保留这一份，或先解除账号关联。")


def why_nothing_taken(keep: Expert, close: Expert) -> str:
    """Say why ``keep`` gets no value of ``close``: what nobody has admitted becomes a member's by no merge
    (docs/decisions/0224). Empty: it may."""
    if keep.status == ExpertStatus.PENDING or _stood(close) != ExpertStatus.PENDING:
        return ""
    return (
        f"{close}还没有审核入库，其内容不能并入{keep}：请先审核，决定是否入库；"
        f"只关闭这一份的，各项都保留{keep.name}的内容。"
    )


def _stood(expert: Expert) -> str:
    """Return where ``expert`` stands, or stood before he was deleted."""
    return expert.status_before_deletion or expert.status


def _close(
    close: Expert,
    *,
    into: Expert,
    taken: Collection[str],
    reason: str,
    actor: User | None,
    now: datetime,
) -> None:
    # By what goes over, the other one is found from now on. Its text stays: letters about a seat that he
    # has by this record go where he was asked.
    freed = {f"{code}_index": None for code in UNIQUE if code in taken}
    set_status(
        expert=close,
        to=ExpertStatus.DELETED,
        action="expert.merge",
        actor=actor,
        now=now,
        reason=f"合并至 {into}：{reason}",
        status_before_deletion=close.status_before_deletion or close.status,
        deletion_reason=f"合并至 {into.number}：{reason}",
        deleted_at=now,
        deleted_by=actor,
        merged_into=into,
        **freed,
    )
    # Whoever was merged into it leads to where it is now, in one step.
    Expert.objects.filter(merged_into=close).update(merged_into=into)


def _bring_along(close: Expert, keep: Expert, *, actor: User | None, now: datetime) -> None:
    """Give ``keep`` what keeps ``close`` from draws or puts him into them, each with its entry."""
    for leave in lasting(close.leaves.filter(during__endswith__gt=now)):
        file_leave(
            expert=keep,
            start=leave.during.lower,
            end=leave.during.upper,
            reason=leave.readable_reason,
            actor=actor,
            now=now,
            as_of=leave,
        )
    held = [one for one in keep.avoidance_units.all() if one.removed_at is None]
    for one in close.avoidance_units.all():
        if any(_covers(other, one) for other in held):
            continue
        row = AvoidanceUnit(expert=keep, **{name: getattr(one, name) for name in BROUGHT})
        # Several: whoever worked twice for one unit left it twice.
        add_avoidance_unit(row=row, actor=actor, now=now, several=True)
    may = actor is None or experts_groupable_by(actor).filter(pk=keep.pk).exists()
    if may and (more := close.tags.exclude(pk__in=keep.tags.values("pk"))):
        set_tags(expert=keep, tags=[*keep.tags.all(), *more], actor=actor, now=now)


def _covers(held: AvoidanceUnit, other: AvoidanceUnit) -> bool:
    """Tell whether ``held`` keeps an expert away from all that ``other`` does: one that ended earlier does not."""
    ties = [(one.unit_id, one.person_name, one.kind) for one in (held, other)]
    if ties[0] != ties[1]:
        return False
    if held.end_date is None:
        return True
    return other.end_date is not None and held.end_date >= other.end_date


def _tell(
    pk: int, name: str, contacts: dict[str, str], *, close: Expert, keep: Expert, now: datetime
) -> None:
    """Tell an owner where he was reached: who merges a stranger's record into another is found out."""
    context = {
        "专家姓名": name,
        "关闭的档案": close.number,
        "保留的档案": keep.number,
        "时间": moment_text(now),
    }
    send_message(
        occasion=MERGED.code,
        recipient=Recipient(None, name, contacts["phone"], contacts["email"]),
        channels=ways_outside(MERGED, phone=contacts["phone"], email=contacts["email"]),
        context=context,
        about=(ACCOUNT, pk),
        key=f"merged:{close.pk}:{pk}",
        now=now,
    )


def explain(error: ValidationError) -> str:
    """Return in one sentence which values contradict each other."""
    by_field = getattr(error, "error_dict", None) or {"": error.error_list}
    labels = {field.code: field.label for field in EXPERT.fields()}
    return "".join(
        f"{labels.get(name, '')}：{message}" if name in labels else message
        for name, errors in by_field.items()
        for one in errors
        for message in one.messages
    )
