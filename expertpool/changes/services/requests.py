"""An expert changes his record: what is his own at once, what is not by a request that the office decides by its
flow (docs/decisions/0200, 0201)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, users_with_permission
from expertpool.audit.queries import is_told
from expertpool.audit.services import record
from expertpool.changes.enums import CALLED, RequestState
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.models import ChangeItem, ChangeRequest
from expertpool.changes.occasions import CHANGE_ASKED, CHANGE_OVERTAKEN
from expertpool.changes.queries import RIGHT, labels_of, open_items, value_in
from expertpool.changes.services.values import Asked, NamedEmployer, differing, taken_back
from expertpool.core.jobs import defer
from expertpool.core.subjects import Owner
from expertpool.core.text import if_seen
from expertpool.core.views.parts import digest
from expertpool.core.visibility import told
from expertpool.directory.models import Specialty
from expertpool.directory.queries import title_level
from expertpool.experts.enums import AvoidanceKind, ChangeVia, ExpertStatus
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.owners import owner_of
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.availability import next_day
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.hands import hands_on
from expertpool.experts.services.another import AnotherPerson
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.merging import explain
from expertpool.experts.services.profile import refusals_of, update_expert
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.workflow.enums import Verdict
from expertpool.workflow.exceptions import DecisionRefused
from expertpool.workflow.queries.agreeing import agreed_at_first, agreed_before, why_not_another
from expertpool.workflow.queries.second_person import behind, why_not_second
from expertpool.workflow.services.approvals import (
    decide,
    start_approval,
    why_not_now,
    withdraw_approval,
)

OUTSIDER = "专家账号不能核准变更申请，请使用工作账号。"
SETTLED = "这项申请已经处理或撤回，请刷新页面。"
TAKEN_BACK = "这项申请您已经撤回，明天生效；在此之前管理部门已核准的，以核准为准。"
LED = "这项申请的记录在系统之外被改动过，不能核准：请管理员查看操作日志，再请专家撤回后重新提交。"
HANDS = (
    "您改过这位专家的手机号或邮箱，或近期为他开通账号、发送激活链接（直接或经他人），不能核准他的申请，"
    "须由另一位有权限的人员核准。"
)
MOVED = "申请的内容在您打开之后有变化，请看过现在的内容后重新提交。"


@transaction.atomic
def change_own(
    *, expert: Expert, values: Mapping[str, Any], reason: str = "", actor: User, now: datetime
) -> tuple[list[str], ChangeRequest | None]:
    """Change ``values`` (by code; also ``specialties`` and a `NamedEmployer`) as the expert himself: his own at
    once, for the others he asks, and with them for what of his own waits for one of them. Return the labels of what reads otherwise now, and the request.

    Refuses (ChangeRefused) who is not the expert, a field of the office, one that waits already, and that nothing
    differs; (ValidationError by field) what the record does not take. Tells those who decide.
    """
    expert = _lock(expert)
    if actor.pk != expert.user_id:
        raise ChangeRefused("只有专家本人可以修改自己的档案。")
    if expert.status == ExpertStatus.DELETED:
        raise ChangeRefused("档案已删除，不能修改。")
    owners = {one.code: owner_of(one) for one in EXPERT.fields()}
    # What no declaration names is the office's as well.
    if wrong := [code for code in values if owners.get(code, Owner.OFFICE) == Owner.OFFICE]:
        raise ChangeRefused(f"「{'、'.join(wrong)}」由管理部门填写，不能自行修改。")
    found = differing(expert, dict(values))
    if not found:
        raise ChangeRefused("没有改动：填写的与现在的档案相同。")
    # All of it before any is written: his own and what he asks for are one form.
    _refuse_wrong(expert, {code: values[code] for code in found}, actor, now)
    waiting = open_items(expert)
    if both := [waiting[code] for code in found if code in waiting]:
        raise ChangeRefused(
            f"「{labels_of(both)}」已有待核准的申请，请等待答复，或先撤回再重新申请（撤回可能到明天才生效）。"
        )
    for_office = _for_the_office(found, owners)
    asked = [one for code, one in found.items() if code in for_office]
    own = {code: values[code] for code in found if code not in for_office}
    request = _ask(expert, asked, reason=reason, actor=actor, now=now) if asked else None
    if own:
        update_expert(expert=expert, values=own, actor=actor, now=now, via=ChangeVia.OWN)
    labels = EXPERT.labels()
    return [labels[code] for code in own], request


@transaction.atomic
def ask_others(
    *,
    expert: Expert,
    values: Mapping[str, Any],
    specialties: Iterable[Specialty] | None,
    reason: str,
    found: AnotherPerson,
    actor: User,
    now: datetime,
) -> None:
    """Ask, as the office, for what ``actor`` alone does not change (``found``): ``values`` (by code) of ``expert``.
    Tells those who decide; who agrees is another person (`decide_request`).

    Refuses (ChangeRefused) what waits already, and that nothing differs. The caller has seen that the record takes
    them.
    """
    expert = _lock(expert)
    declared = {one.code for one in EXPERT.fields()}
    asked = {code: value for code, value in values.items() if code in declared}
    if "employer" in asked:
        unit = asked["employer"]
        asked["employer"] = NamedEmployer(unit.name, unit.uscc or "") if unit else NamedEmployer("")
    if specialties is not None:
        asked["specialties"] = list(specialties)
    differ = differing(expert, asked)
    waiting = open_items(expert)
    if both := [waiting[code] for code in differ if code in waiting]:
        raise ChangeRefused(f"「{labels_of(both)}」已有待核准的变更申请，请等待处理。")
    reason = f"{reason.strip()}\n（{found.what}与审核入库时不同，当时姓名为{found.name}）"
    _ask(expert, list(differ.values()), reason=reason, actor=actor, now=now)


def _for_the_office(found: Collection[str], owners: Mapping[str, Owner]) -> set[str]:
    """Return which of what differs is asked for."""
    waits_for = {one.code: one.shown_when.code for one in EXPERT.fields() if one.shown_when}
    asked = {code for code in found if owners[code] == Owner.CONTROLLED}
    while more := {one for one in found if one not in asked and waits_for.get(one) in asked}:
        asked |= more  # the record has it, or has it no more, once the office agrees
    return asked


def _refuse_wrong(expert: Expert, values: dict[str, Any], actor: User, now: datetime) -> None:
    # A copy: the record in hand must not read as if it were changed.
    tried = copy(expert)
    tried.extra = dict(expert.extra)
    plain = {
        code: value
        for code, value in values.items()
        if code != "specialties" and not isinstance(value, NamedEmployer)
    }
    # Whether a number is somebody else's is nobody's to try: the office is told, when it agrees.
    errors = refusals_of(expert=tried, values=plain, actor=actor, now=now, taken=False)
    if "specialties" in values and not values["specialties"]:
        errors["specialties"] = ValidationError("请至少保留一个评审专业。")
    if errors:
        raise ValidationError(errors)


def _ask(
    expert: Expert, asked: list[Asked], *, reason: str, actor: User, now: datetime
) -> ChangeRequest:
    request = ChangeRequest(
        expert=expert, reason=reason.strip(), asked_by=actor, asked_at=now, updated_at=now
    )
    request.full_clean()
    request.save(force_insert=True)
    request.save(update_fields=["proof"])  # which names it by its id
    items = [
        ChangeItem(
            request=request,
            expert=expert,
            field=one.field,
            before=one.before,
            after=one.after,
            value=json.dumps(one.value, ensure_ascii=False),
        )
        for one in asked
    ]
    # Each with what it said before: whoever decides sees both, though the record goes on.
    ChangeItem.objects.bulk_create(items)
    start_approval(subject=request, now=now)
    # What is asked stands in the rows alone, encrypted.
    record("change.ask", actor=actor, now=now, subject=expert, after={"内容": labels_of(items)})
    if _is_known(request):
        tell_office(request_id=request.pk, now=now)
    else:  # the minute would say who is at his account while names are sealed
        defer("changes.tell_asked", at=next_day(now), request_id=request.pk)
    return request


@transaction.atomic
def withdraw_request(*, request: ChangeRequest, actor: User, now: datetime) -> None:
    """Take back, as the expert, what waits; what stands goes on. Of what the office knows it hears on the next day,
    where at once would tell that he is at his account: until then it waits, and a decision counts.

    Refuses (ChangeRefused) another's, what is settled and what he takes back already.
    """
    request = _lock_request(request)
    # Not the expert of it: the office asks, too.
    if actor.pk != request.asked_by_id:
        raise ChangeRefused("只有申请人可以撤回。")
    if request.taken_back_at:
        raise ChangeRefused(TAKEN_BACK)
    what = {"内容": labels_of(request.items.all())}
    entry = record("change.withdraw", actor=actor, now=now, subject=request.expert, after=what)
    if is_told(entry) or not _is_known(request):
        _withdraw(request, now=now)
        return
    ChangeRequest.objects.filter(pk=request.pk).update(taken_back_at=now)
    defer("changes.withdraw", at=next_day(now), request_id=request.pk)


@transaction.atomic
def withdraw_taken_back(*, request_id: int, now: datetime) -> None:
    """End what its expert has taken back, unless it was decided meanwhile; once, however often it is called."""
    try:
        request = _lock_request(ChangeRequest.objects.get(pk=request_id))
    except ChangeRefused:
        return
    if request.taken_back_at:
        _withdraw(request, now=now)


def _withdraw(request: ChangeRequest, *, now: datetime) -> None:
    withdraw_approval(subject=request, now=now)
    _end(request, RequestState.WITHDRAWN, now=now)


def _is_known(request: ChangeRequest) -> bool:
    """Tell whether the office may know of ``request`` already."""
    return told(ChangeRequest.objects.filter(pk=request.pk)).exists()


@transaction.atomic
def decide_request(
    *,
    request: ChangeRequest,
    agree: bool,
    note: str = "",
    reasons: Mapping[str, str] | None = None,
    seen: str = "",
    actor: User,
    now: datetime,
) -> Verdict:
    """Decide at the step at which ``request`` waits; the last one that agrees changes the record, with a version,
    and makes an employer that was left one of avoidance. ``reasons`` say by field why not; ``seen`` is what was shown (`seen_of`).

    Refuses (ChangeRefused) the account of an expert, who is no other person than whoever asks (`_why_not_another`), who may not decide this step, to turn it down without a word,
    a request that somebody has led to another record, what was settled, what has changed since it was shown, and what the record does not take: nothing is decided
    then. The flow tells the expert.
    """
    request = _lock_request(request)
    if is_outsider(actor):
        raise ChangeRefused(OUTSIDER)
    if (request.is_of_office or agree) and (why := _why_not_another(request, actor, now=now)):
        raise ChangeRefused(why)
    items = [one for one in request.items.all() if one.is_open]
    if not request.stands:
        raise ChangeRefused(LED)
    if seen and seen != seen_of(items):
        raise ChangeRefused(MOVED)
    reasons = {code: why.strip() for code, why in (reasons or {}).items() if why.strip()}
    if not agree and not if_seen(note) and not reasons:
        raise ChangeRefused("请填写不同意的原因（意见，或逐项说明），专家据此修改。")
    at_first = _said_at_first(request, actor, now=now) if agree else ""
    try:
        verdict = decide(
            subject=request,
            agree=agree,
            note=note,
            fields={} if agree else reasons,
            actor=actor,
            now=now,
        )
    except DecisionRefused as error:
        raise ChangeRefused(str(error)) from error
    record(
        "change.decide",
        actor=actor,
        now=now,
        subject=request.expert,
        after={"内容": labels_of(items), "结果": CALLED.get(verdict, verdict.label)},
        note="；".join(filter(None, (note.strip(), at_first))),
    )
    if verdict in (Verdict.APPROVED, Verdict.REJECTED):
        state = RequestState.APPROVED if verdict == Verdict.APPROVED else RequestState.REJECTED
        # Before the record changes: what changes it is this request, and not another change.
        _end(request, state, note=note.strip(), by=actor, now=now)
        if verdict == Verdict.APPROVED:
            _apply(request, items, actor=actor, now=now)
    return verdict


def why_not_to_decide(*, request: ChangeRequest, actor: User, now: datetime) -> str:
    """Return why ``actor`` may not decide on ``request`` now at all, before he types anything."""
    if is_outsider(actor):
        return OUTSIDER
    another = _why_not_another(request, actor, now=now) if request.is_of_office else ""
    return another or why_not_now(subject=request, actor=actor, now=now)


def why_not_to_agree(*, request: ChangeRequest, actor: User, now: datetime) -> str:
    """Return why ``actor``, who may turn ``request`` down, may not agree to it."""
    return _why_not_another(request, actor, now=now)


def _why_not_another(request: ChangeRequest, actor: User, *, now: datetime) -> str:
    """Say why ``actor`` may be whoever asks, or one who agreed before him; empty where he is another person. Of what an
    expert asks it matters where somebody of the office had him in hand: wrote where he is reached, or has just let
    him in; or where somebody agreed at a step before."""
    firsts, at = {request.asked_by_id}, request.asked_at
    before = agreed_before(request, actor)
    if not request.is_of_office:
        hands = hands_on(request.expert)
        if actor.pk in hands or behind(actor, firsts, asked_at=at, now=now):
            return HANDS
        if not hands:
            return why_not_another(request, actor, firsts, now=now) if before else ""
        firsts |= hands
    return why_not_second(actor, firsts | before, asked_at=at, now=now)


def _said_at_first(request: ChangeRequest, actor: User, *, now: datetime) -> str:
    """Say, for the record, that ``actor`` agrees after another with an account as new as the installation."""
    if request.is_of_office or not agreed_before(request, actor):
        return ""
    return agreed_at_first(request, actor, now=now)


def approve_request(*, request: ChangeRequest, actor: User, now: datetime) -> Verdict:
    """Agree to one of many that are ticked. Refuses (ChangeRefused) what would make another person of somebody, and what
    is asked as an expert whose phone or mail one person changed alone: that is looked at one by one."""
    if request.is_of_office:
        raise ChangeRefused("修改后可能是另一个人，请打开「对照」看过，逐项核准。")
    if hands_on(request.expert):
        raise ChangeRefused("专家的手机号或邮箱由一人改过，请打开「对照」看过，逐项核准。")
    return decide_request(request=request, agree=True, actor=actor, now=now)


def seen_of(items: Iterable[ChangeItem]) -> str:
    """Return what a page says to have shown: which fields waited."""
    # One that was overtaken meanwhile is agreed to no more: he would decide on less than he has read.
    return digest(",".join(sorted(one.field for one in items if one.is_open)))


def _apply(request: ChangeRequest, items: list[ChangeItem], *, actor: User, now: datetime) -> None:
    expert, held = request.expert, request.expert.employer
    if expert.status == ExpertStatus.DELETED:
        raise ChangeRefused("档案已删除，不能核准；请先恢复档案，或不同意这项申请。")
    try:
        values = {one.field: taken_back(one.field, value_in(one)) for one in items}
        specialties = values.pop("specialties", None)
        # The level follows from the title, where the directory knows it.
        if level := title_level(values.get("title", "")):
            values["title_level"] = level
        day = timezone.localdate(request.asked_at)
        expert = update_expert(
            expert=expert,
            values=values,
            specialties=specialties,
            actor=actor,
            now=now,
            via=ChangeVia.AGREED if request.is_of_office else ChangeVia.REQUEST,
            note=f"{request.asked_by.name if request.is_of_office else '本人'} {day} 申请",
        )
    except ValidationError as error:
        raise ChangeRefused(f"不能这样修改：{explain(error)}") from error
    # What the office corrects, nobody has left.
    left = held is not None and "employer" in values and expert.employer_id != held.pk
    if left and not request.is_of_office:
        _avoid_from_now(expert, held, actor=actor, now=now)


def _avoid_from_now(expert: Expert, unit: Any, *, actor: User, now: datetime) -> None:
    """Keep ``expert`` away from the ``unit`` that he has left: as from others that he left before."""
    today = timezone.localdate(now)
    kind = AvoidanceKind.PAST_EMPLOYER
    known = AvoidanceUnit.objects.filter(expert=expert, unit=unit, kind=kind, is_own=False)
    if known.exists():
        # Longer, never shorter.
        known.filter(end_date__lt=today).update(end_date=today)
        return
    row = AvoidanceUnit(
        expert=expert, unit=unit, kind=kind, end_date=today, note="工作单位变更，由变更申请登记"
    )
    add_avoidance_unit(row=row, actor=actor, now=now)


@transaction.atomic
def overtake(*, expert_id: int, fields: Collection[str], version_id: int, now: datetime) -> None:
    """End what waits of the ``fields`` that a version has just changed otherwise; a request of which nothing is
    left ends, and its expert is told. The caller holds the expert."""
    rows = ChangeItem.objects.filter(expert=expert_id, is_open=True, field__in=fields)
    items = list(rows.select_related("request__expert"))
    keys = [one.pk for one in items]
    ChangeItem.objects.filter(pk__in=keys).update(is_open=False, overtaken_by=version_id)
    for request in {one.request_id: one.request for one in items}.values():
        # The rest of the request still waits, on a page that shows less.
        if request.items.filter(is_open=True).exists():
            ChangeRequest.objects.filter(pk=request.pk).update(updated_at=now)
            continue
        withdraw_approval(subject=request, now=now)
        _end(request, RequestState.OVERTAKEN, now=now)
        _tell_overtaken(request, items, now=now)


def _end(
    request: ChangeRequest,
    state: RequestState,
    *,
    note: str = "",
    by: User | None = None,
    now: datetime,
) -> None:
    request.state, request.note, request.decided_by = state, note, by
    request.ended_at = request.updated_at = now
    # Not its proof: that says who asked, and about whom, and stays.
    request.save(update_fields=["state", "note", "decided_by", "ended_at", "updated_at"])
    ChangeItem.objects.filter(request=request, is_open=True).update(is_open=False)


def _lock(expert: Expert) -> Expert:
    return Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)


def _lock_request(request: ChangeRequest) -> ChangeRequest:
    """Hold the expert, so that nobody else decides, withdraws or changes; refuse what is settled."""
    _lock(request.expert)
    found = ChangeRequest.objects.select_related("expert", "expert__employer", "asked_by").get(
        pk=request.pk
    )
    if not found.is_open:
        raise ChangeRefused(SETTLED)
    return found


# --- who is told ----------------------------------------------------------------------------------


@transaction.atomic
def tell_office(*, request_id: int, now: datetime) -> None:
    """Tell all who may decide what an expert asked, unless it is settled; once, however often it is called."""
    request = ChangeRequest.objects.select_related("expert").get(pk=request_id)
    if not request.is_open:
        return
    expert = request.expert
    words = {
        "申请人": request.asked_by.name if request.is_of_office else "专家本人",
        "专家姓名": expert.name,
        "专家编号": expert.number,
        "内容": labels_of(request.items.all()),
        "链接": page_of(request, absolute=True),
    }
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name),
            context=words | {"收件人": user.name},
            about=expert,
            key=f"{CHANGE_ASKED.code}:{request.pk}:{user.pk}",
        )
        for user in users_with_permission(RIGHT)
        if user.pk != request.asked_by_id
        if not is_outsider(user) and experts_visible_to(user, RIGHT).filter(pk=expert.pk).exists()
    ]
    send_messages(
        occasion=CHANGE_ASKED.code, envelopes=envelopes, channels=[ChannelCode.SITE], now=now
    )


def _tell_overtaken(request: ChangeRequest, items: list[ChangeItem], *, now: datetime) -> None:
    words = {"专家姓名": request.expert.name, "内容": labels_of(items)}
    envelope = Envelope(
        recipient=applicant_of(request),
        context=words,
        about=request.expert,
        key=f"{CHANGE_OVERTAKEN.code}:{request.pk}",
    )
    send_messages(
        occasion=CHANGE_OVERTAKEN.code,
        envelopes=[envelope],
        channels=[ChannelCode.SITE, ChannelCode.EMAIL],
        now=now,
    )


def applicant_of(request: ChangeRequest) -> Recipient:
    """Return who is told what came of ``request``."""
    if request.is_of_office:
        user = request.asked_by
        return Recipient(user.username, user.name, "", user.email)
    return recipient_of(request.expert)


def page_of(request: ChangeRequest, *, absolute: bool = False) -> str:
    """Return the address of the page where the office decides."""
    path = reverse("changes:detail", args=[request.pk])
    return settings.SITE_URL + path if absolute else path
