"""What two persons decide about a draw, as `workflow` asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode, InvitationState
from expertpool.draws.exceptions import DrawError, ReplyRefused
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawPlan,
    DrawRequest,
    EmergencyEndRequest,
    EmergencyRequest,
    Invitation,
    PickRequest,
    ReleaseRequest,
    RescheduleRequest,
    VoidRequest,
    WideningRequest,
)
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.meetings import last_closing, next_opening
from expertpool.draws.queries.obstacles import OVER, check_sitting, check_unpublished
from expertpool.draws.queries.plan_versions import makers_of
from expertpool.draws.queries.readiness import ARCHIVED, check_ready, check_widenable
from expertpool.draws.queries.shortfall import Shortfall, shortfall_of
from expertpool.draws.queries.widening import Asked, asked_of, conditions_in_words
from expertpool.draws.services.answers import decide_answer
from expertpool.draws.services.earlier import decide_earlier, first_new_opening
from expertpool.draws.services.emergency import (
    decide_emergency,
    decide_emergency_end,
    request_emergency_end,
)
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.picking import agree_to_picks, give_up_picks, turn_down_picks
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import allowed_before
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.draws.services.widening import decide_widening
from expertpool.projects.queries.batches import members_of
from expertpool.workflow.queries.matters import Matter, Words


def _lock(draw: Draw) -> Draw:
    return lock_draw(draw.pk, archived=DrawError(ARCHIVED))


def _check(code: ActionCode, *, request: DrawRequest, **by: Any) -> None:
    check_action(code, request.draw, **by)


def _decide_picks(*, request: PickRequest, agree: bool, note: str, **by: Any) -> PickRequest:
    if agree:
        return agree_to_picks(request=request, entropy=SystemEntropy(), **by)
    # Nothing keeps from turning down: not even a list that fits no more.
    return turn_down_picks(request=request, note=note, **by)


def _next_opening(asked: DrawRequest, now: datetime) -> datetime:
    """Once the panel sits nobody is asked any more."""
    return next_opening(asked.draw.covered, now=now)


def _matter(**of: Any) -> Matter:
    """What all matters of a draw have in common."""
    return Matter(
        subjects=draws_visible_to,
        name_of=lambda draw: draw.title,
        page=lambda draw: reverse("draws:detail", args=[draw.pk]),
        related=("draw__project",),
        refused=DrawError,
        lock=_lock,
        **of,
    )


PICKS = _matter(
    code="draws.picks",
    model=PickRequest,
    asks="draws.pick",
    decides="draws.confirm_picks",
    order=20,
    icon="users",
    decide=_decide_picks,
    check=lambda **about: _check(ActionCode.AGREE_PICKS, **about),
    given_up=give_up_picks,
    look=lambda asked: reverse("draws:picks", args=[asked.draw_id, asked.pk]),
    # Whoever agrees has to know whom; that he looked is in the log.
    look_label="查看人选（留痕）",
    words=Words(
        label="选定的人选",
        title="人选等待确认",
        agree="确认并邀请",
        question="确认这些人选？确认后立即向他们发出邀请。",
        asked="人选已提交，等待另一位有权限的人员确认后发出邀请。",
        agreed="已确认，邀请已发出。",
        turned_down="已退回人选。",
    ),
)
_VOID_WORDS = Words(
    label="作废抽取",
    title="有人申请作废本次抽取",
    agree="确认作废",
    question="确认作废？受邀专家将被取消，原记录保留可查，原因随抽取记录公开，项目回到未抽取。",
    asked="已申请作废，等待另一人确认。",
    agreed="抽取已作废。",
    turned_down="已退回作废申请。",
)
_VOID_OF_WIDENED = replace(
    _VOID_WORDS,
    question="确认作废？本次补抽邀请的专家将被取消，原记录保留可查，原因随抽取记录公开；"
    "原来的抽取和其中在席的专家不变。",
    agreed="抽取已作废，原来的抽取不变。",
)


def _after_void(asked: VoidRequest, now: datetime) -> str:
    """What can be drawn now: the panel anew, or what the rest of it lacks; else why not."""
    draw = Draw.objects.select_related("project").get(pk=asked.draw_id)  # its project has moved
    what, check = (
        ("再放宽条件补抽", check_widenable) if draw.widens_id else ("重新抽取", check_ready)
    )
    try:
        check(members_of(draw.project), now=now)
    except DrawError as refused:
        return f"现在不能{what}：{refused}"
    return f"可以{what}。"


VOID = _matter(
    code="draws.void",
    model=VoidRequest,
    asks="draws.void",
    decides="draws.void",
    order=30,
    icon="ban",
    tone="danger",
    on_the_spot=True,
    with_objection=True,
    ask=lambda subject, **asked: request_void(draw=subject, **asked),
    decide=decide_void,
    check=lambda **about: _check(ActionCode.DECIDE_VOID, **about),
    words=_VOID_WORDS,
    words_of=lambda asked: _VOID_OF_WIDENED if asked.draw.widens_id else _VOID_WORDS,
    next_step=_after_void,
)
RELEASE = _matter(
    code="draws.release",
    model=ReleaseRequest,
    asks="draws.release",
    decides="draws.release",
    order=40,
    icon="eye",
    tone="danger",
    on_the_spot=True,
    with_objection=True,
    ask=lambda subject, **asked: request_release(draw=subject, **asked),
    decide=decide_release,
    check=lambda **about: _check(ActionCode.DECIDE_RELEASE, **about),
    latest=lambda asked, _now: last_closing(asked.draw.covered),
    words=Words(
        label="提前公开名单",
        title="有人申请提前公开名单",
        agree="确认公开",
        question="确认现在公开名单？公开后不能收回，有权限的人员都能查看姓名。",
        asked="已申请提前公开名单，等待另一人确认。",
        agreed="名单已公开，有权限的人员可以查看姓名。",
        turned_down="已退回提前公开的申请。",
    ),
)
EMERGENCY = _matter(
    code="draws.emergency",
    model=EmergencyRequest,
    asks="draws.run",
    decides="draws.confirm_steps",
    order=10,
    icon="phone",
    tone="danger",
    on_the_spot=True,
    decide=lambda **decided: decide_emergency(entropy=SystemEntropy(), **decided),
    check=lambda **about: _check(ActionCode.DECIDE_EMERGENCY, **about),
    latest=_next_opening,
    details=lambda asked: f"答复时限 {asked.minutes} 分钟",
    words=Words(
        label="转为应急抽取",
        title="有人申请转为应急抽取",
        agree="确认转为应急",
        question="确认转为应急抽取？待答复专家的时限立即提前并通知他们；系统能打电话的先由系统拨打，打不通或没有答复的，经办人可以查看其电话。",
        asked="已申请转为应急抽取，等待监督人确认。",
        agreed="已转为应急抽取。",
        turned_down="已退回应急抽取的申请。",
    ),
)
EMERGENCY_END = _matter(
    code="draws.emergency_end",
    model=EmergencyEndRequest,
    asks="draws.run",
    decides="draws.confirm_steps",
    order=35,
    icon="phone-off",
    on_the_spot=True,
    ask=lambda subject, **asked: request_emergency_end(draw=subject, **asked),
    decide=decide_emergency_end,
    check=lambda **about: _check(ActionCode.END_EMERGENCY, **about),
    latest=_next_opening,
    words=Words(
        label="取消应急抽取",
        title="有人申请取消应急抽取",
        agree="确认取消应急",
        question="确认取消应急抽取？还没有答复的专家恢复方案里的时限并得到通知，此后的邀请也按方案的时限。",
        asked="已申请取消应急抽取，等待监督人确认。",
        agreed="已取消应急抽取。",
        turned_down="已退回取消应急的申请。",
    ),
)


def _planned(asked: WideningRequest) -> tuple[DrawPlan, Shortfall] | None:
    """What whoever asked has seen; nothing once the plan is another, which is then not agreed to."""
    short = shortfall_of(asked.draw.project)
    plan = (
        DrawPlan.objects.select_related("project")
        .filter(project=asked.draw.project_id, version=asked.plan_version)
        .first()
    )
    return (plan, short) if short and plan else None


def _asked(asked: WideningRequest, viewer: User, now: datetime) -> Asked | None:
    planned = _planned(asked)
    return asked_of(*planned, viewer=viewer, now=now) if planned else None


def _widened(asked: WideningRequest) -> str:
    planned = _planned(asked)
    return conditions_in_words(*planned) if planned else ""


WIDENING = _matter(
    code="draws.widening",
    model=WideningRequest,
    asks="draws.run",
    decides="draws.confirm_steps",
    order=25,
    icon="dice-5",
    on_the_spot=True,
    # Who wrote the conditions is no second person to them.
    editors=lambda asked: makers_of(asked.draw, asked.plan_version),
    decide=lambda **decided: decide_widening(entropy=SystemEntropy(), **decided),
    check=lambda **about: _check(ActionCode.DECIDE_WIDENING, **about),
    latest=_next_opening,
    details=lambda asked: f"按方案第 {asked.plan_version} 版",
    told=_widened,
    shows="draws/_widening_asked.html",
    contents=_asked,
    words=Words(
        label="放宽条件补抽",
        title="有人申请按放宽的条件补抽",
        agree="确认补抽",
        question="确认按放宽的条件补抽？确认后立即封存，原抽取和已在席的专家不变。",
        asked="已申请放宽条件补抽，等待监督人确认。",
        agreed="已按放宽的条件封存。",
        turned_down="已退回放宽条件补抽的申请。",
    ),
)

EARLIER = _matter(
    code="draws.earlier",
    model=RescheduleRequest,
    asks="draws.reschedule",
    decides="draws.confirm_steps",
    order=22,
    icon="calendar-event",
    tone="danger",
    on_the_spot=True,
    # Names open earlier by it, as by an early release.
    with_objection=True,
    decide=lambda **decided: decide_earlier(entropy=SystemEntropy(), **decided),
    check=lambda **about: _check(ActionCode.DECIDE_RESCHEDULE, **about),
    latest=lambda asked, _now: first_new_opening(asked),
    details=lambda asked: asked.words,
    words=Words(
        label="提前评审",
        title="有人申请改到更早的时间评审",
        agree="确认提前",
        question="确认改到更早的时间？席位不变，专家逐一重新确认，名单公开时间随之提前。",
        asked="已申请提前评审，等待监督人确认；确认之前时间不变，也不通知专家。",
        agreed="已改期：原有专家保留席位，逐一通知、重新确认。",
        turned_down="已退回提前评审的申请。",
    ),
)


def _check_answer(*, request: AnswerRequest, now: datetime, **_: Any) -> None:
    allowed = allowed_before(InvitationState(request.state))
    if not request.draw.is_valid or request.invitation.state not in allowed:
        raise ReplyRefused(OVER)
    # What is published says who sat: a seat that is given up afterwards would belie it.
    check_unpublished(request.draw)
    check_sitting(request.draw, now=now)


def _answer_ends(asked: AnswerRequest, now: datetime) -> datetime:
    """The deadline of who has not answered, as his page tells it: his own minute would say while names are
    sealed when his letter went out. Of who has, when the panel sits next."""
    opening = next_opening(asked.draw.covered, now=now)
    if asked.invitation.state != InvitationState.INVITED:
        return opening
    line = next(row for row in board_of(asked.draw).lines if row.pk == asked.invitation_id)
    return min(line.told_until or opening, opening)


ANSWER = Matter(
    code="draws.answer",
    model=AnswerRequest,
    asks="draws.record_reply",
    decides="draws.confirm_steps",
    subjects=lambda user, code: Invitation.objects.filter(draw__in=draws_visible_to(user, code)),
    name_of=lambda row: f"{row.draw.title} 第 {row.line} 行",
    page=lambda row: reverse("draws:detail", args=[row.draw_id]),
    related=("invitation__draw__project",),
    refused=DrawError,
    lock=lambda row: _lock(row.draw),
    order=15,
    icon="message-circle",
    on_the_spot=True,
    decide=lambda **decided: decide_answer(entropy=SystemEntropy(), **decided),
    check=_check_answer,
    latest=_answer_ends,
    about=lambda asked: asked.draw,  # letters of an invitation are its expert's
    details=lambda asked: f"第 {asked.invitation.line} 行登记为「{asked.get_state_display()}」",
    words=Words(
        label="代登记答复",
        title="有人申请代专家登记答复",
        agree="确认登记",
        question="确认登记？登记后立即生效，不能撤回。评审开始之前退出的，随机抽取的席位按次序补抽；"
        "人工选定的名单不自动递补，由经办人另选。",
        asked="已申请登记，等待监督人确认；确认之前不生效，答复时限照常。",
        agreed="已登记。",
        turned_down="已退回登记申请。",
    ),
)
MATTERS = (PICKS, VOID, RELEASE, EARLIER, EMERGENCY, EMERGENCY_END, WIDENING, ANSWER)
