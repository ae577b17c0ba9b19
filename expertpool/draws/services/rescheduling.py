"""改期: the panel of running or ended draws sits at another time or place, and everybody is asked anew;
whom no letter reached yet is invited as ever.

Seal, order and seats stay. Who cannot come at the new time is asked like everybody else and says so
himself: what the pool knows of him would tell whoever moves the time, while names are sealed, who sits
(docs/decisions/0063). One person puts a review off; that it takes place earlier is confirmed by
another (`draws.services.earlier`).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer_batch
from expertpool.core.locks import lock_transaction
from expertpool.core.text import SAY_MORE, if_seen, is_reason, moment_text, too_long
from expertpool.draws.enums import (
    SEATED_STATES,
    ActionCode,
    InvitationState,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import RescheduleRefused
from expertpool.draws.models import (
    WHEN,
    WHERE,
    AnswerRequest,
    Draw,
    DrawPlan,
    Invitation,
    Rescheduling,
)
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.clock import reveal_time
from expertpool.draws.queries.ending import BY_MOVE
from expertpool.draws.queries.meetings import next_opening, words_of
from expertpool.draws.queries.policy import held_to
from expertpool.draws.queries.reach import may_know
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.queries.sitting import lines_of
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import CONFIRMATION, Hand
from expertpool.draws.services.holding import SEATING_LOCK, free, hold_anew
from expertpool.draws.services.inviting import write_again, write_invitations
from expertpool.draws.services.locking import lock_panel
from expertpool.draws.services.picked_seats import finish_if_settled
from expertpool.draws.services.reveal import FIELDS, as_recorded, defer_release, set_reveal
from expertpool.draws.services.seating import carry_on, reopen
from expertpool.draws.services.state import append_events, at_head, load_state
from expertpool.draws.services.telling import tell_moved
from expertpool.draws.services.written import write_lines
from expertpool.notifications.services.delivery import cancel_messages
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import faults_of
from expertpool.projects.services.rescheduling import reschedule_project
from expertpool.workflow.services.two_persons import end_with_subject

Words = dict[str, str]


@dataclass(frozen=True)
class NewMeeting:
    """When and where the review of one project takes place from now on."""

    project_id: int
    opening_at: datetime
    place: str


@dataclass(frozen=True)
class Move:
    """What is new of a panel's ``meetings``, why, and whose step it is: ``hand`` is that of whoever
    moves them, ``confirmed_by`` who agreed where that takes two."""

    meetings: Sequence[NewMeeting]
    reason: str
    hand: Hand
    moved_by: User
    confirmed_by: User | None = None

    @property
    def actor(self) -> User:
        """By whom the log says that it was done: it was not, before he agreed."""
        return self.confirmed_by or self.moved_by


@transaction.atomic
def reschedule(
    *,
    draw: Draw,
    meetings: Sequence[NewMeeting],
    reason: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
    moves: int | None = None,
) -> list[Rescheduling]:
    """Let the panel to which ``draw`` belongs sit at later times or other places: that of its
    projects, which keep their approval. Changes all valid draws of the panel; logs why; tells
    supervisors. ``moves`` is how often it had been moved by what the caller has read; None: as it stands.

    Who sits keeps his seat and is asked anew, whether he had agreed or not; his days are held for
    the new time. Names open by the new time; those of a public list are sealed until then. Refuses
    (RescheduleRefused) without a reason, without a change, a time that is over or earlier than
    before, meetings that overlap at different places, a move since, and a draw that `queries.actions`
    does not allow it for.
    """
    draws = lock_panel(draw, archived=RescheduleRefused(ARCHIVED))
    check_seen(next(one for one in draws if one.pk == draw.pk), moves)
    for one in draws:
        check_action(ActionCode.RESCHEDULE, one, actor=actor, now=now)
    projects = draws[0].covered
    new = changed_meetings(projects, meetings, now=now)
    if is_earlier(projects, new):
        # Names would be public before their time, by the hand of one person.
        raise RescheduleRefused("改到更早的时间，须提交申请并由监督人确认。")
    hand = Hand(StepVia.PAGE, StepReason.RESCHEDULED, actor)
    move = Move(new, checked_reason(reason), hand, moved_by=actor)
    return move_panel(draws, move, now=now, entropy=entropy)


def check_seen(draw: Draw, moves: int | None) -> None:
    """Refuse (RescheduleRefused) to move ``draw`` by what was read before its last move."""
    if moves is None or moves == draw.moves:
        return
    if moves > draw.moves:
        raise RescheduleRefused(
            f"填写的改期次数是 {moves}，本次抽取只改过 {draw.moves} 次。请重新读取后再改期。"
        )
    last = draw.reschedulings.select_related("moved_by", "confirmed_by").last()
    said = (
        f"{last.hands} 于 {moment_text(last.moved_at)} 改期（{last.words}）" if last else "没有改期"
    )
    raise RescheduleRefused(f"抽取在您读取之后有变动：{said}。请重新读取后再改期。")


def checked_reason(reason: str) -> str:
    """Return the ``reason`` to keep; refuses (RescheduleRefused) that there is none, or too much of it."""
    if not is_reason(reason):
        raise RescheduleRefused(f"请写明改期的原因{SAY_MORE}。")
    if refusal := too_long(reason, 200):
        raise RescheduleRefused(f"改期的原因{refusal}")
    return reason.strip()


def changed_meetings(
    projects: Sequence[Project], meetings: Sequence[NewMeeting], *, now: datetime
) -> list[NewMeeting]:
    """Return those of ``meetings`` that are new to ``projects``. Refuses (RescheduleRefused) that none
    is, a review that began, and a time that is over; (ValidationError) a project that the panel does not review, and
    one that is named twice."""
    _check_named(projects, meetings)
    wanted = {one.project_id: one for one in meetings}
    changed = []
    for project in projects:
        one = wanted.get(project.pk)
        if one is None or (one.opening_at, one.place.strip()) == (
            project.opening_at,
            project.place,
        ):
            continue
        if not if_seen(one.place):
            raise RescheduleRefused("请填写评审地点。")
        if project.opening_at <= now:
            raise RescheduleRefused(f"「{project.name}」的评审已经开始，不能再改期。")
        if one.opening_at <= now:
            raise RescheduleRefused("新的评审开始时间已过，请改为以后的时间。")
        changed.append(one)
    if not changed:
        raise RescheduleRefused("评审时间、地点都没有变化，无需改期。")
    return changed


def _check_named(projects: Sequence[Project], meetings: Sequence[NewMeeting]) -> None:
    known, seen, faults = {project.pk: project.name for project in projects}, set[int](), {}
    for at, one in enumerate(meetings):
        if one.project_id not in known:
            faults[f"meetings.{at}.project_id"] = (
                f"项目 {one.project_id} 不属于这次抽取，不能一起改期。"
            )
        elif one.project_id in seen:
            faults[f"meetings.{at}.project_id"] = (
                f"项目 {one.project_id}（{known[one.project_id]}）写了两次，请只留一个时间、地点。"
            )
        seen.add(one.project_id)
    if faults:
        raise ValidationError(faults)


def is_earlier(projects: Sequence[Project], meetings: Sequence[NewMeeting]) -> bool:
    """Tell whether any of ``projects`` would be reviewed earlier than now said."""
    openings = {project.pk: project.opening_at for project in projects}
    return any(
        one.project_id in openings and one.opening_at < openings[one.project_id] for one in meetings
    )


def words_before(projects: Sequence[Project]) -> Words:
    """Return when and where ``projects`` are reviewed, in words."""
    words = words_of(projects)
    return {WHEN: words["评审时间"], WHERE: words["评审地点"]}


def words_after(projects: Sequence[Project], meetings: Sequence[NewMeeting]) -> Words:
    """Return the same once ``meetings`` count. Refuses (RescheduleRefused) those that one panel cannot
    attend."""
    moved = {project.pk: copy(project) for project in projects}
    for one in meetings:
        moved[one.project_id].opening_at = one.opening_at
        moved[one.project_id].place = one.place.strip()
    if faults := faults_of([*moved.values()], may_part=False):
        raise RescheduleRefused("；".join(faults) + "。")
    return words_before([*moved.values()])


def move_panel(
    draws: Sequence[Draw], move: Move, *, now: datetime, entropy: Entropy
) -> list[Rescheduling]:
    """Move the panel of ``draws``, which are locked and may be moved, ask everybody anew and tell who has to know."""
    lock_transaction(SEATING_LOCK)
    projects = draws[0].covered
    before, after = words_before(projects), words_after(projects, move.meetings)
    _move_projects(projects, move, now=now)
    for one in draws:
        one.project.refresh_from_db()
    seated = {one.pk: _seated(one) for one in draws}
    # All of them first: nobody's old days are in the way of anybody's new ones.
    for one in draws:
        free(one, seated[one.pk], now=now)
    moved = [
        Rescheduling.objects.create(
            draw=one,
            before=before,
            after=after,
            reason=move.reason,
            moved_by=move.moved_by,
            confirmed_by=move.confirmed_by,
            moved_at=now,
        )
        for one in draws
    ]
    for row in moved:
        _ask_anew(row, move, seated[row.draw_id], now=now, entropy=entropy)
    tell_moved(moved, now=now)
    return moved


def _move_projects(projects: Sequence[Project], move: Move, *, now: datetime) -> None:
    by_key = {project.pk: project for project in projects}
    for new in move.meetings:
        try:
            reschedule_project(
                project=by_key[new.project_id],
                opening_at=new.opening_at,
                place=new.place.strip(),
                reason=move.reason,
                actor=move.actor,
                now=now,
            )
        except ValidationError as error:
            raise RescheduleRefused("；".join(_named(error))) from error


def _named(error: ValidationError) -> list[str]:
    """Return what is wrong with a project, each with the name of its field."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    labels = {field.name: str(field.verbose_name) for field in Project._meta.concrete_fields}
    return [
        text if text.startswith(label := labels.get(name, "")) else f"{label}{text}"
        for name, texts in error.message_dict.items()
        for text in texts
    ]


def _seated(draw: Draw) -> list[Invitation]:
    return [row for row in lines_of([draw]) if row.state in SEATED_STATES]


def _ask_anew(
    moved: Rescheduling,
    move: Move,
    rows: Sequence[Invitation],
    *,
    now: datetime,
    entropy: Entropy,
) -> None:
    draw = moved.draw
    hold_anew(draw, rows, now=now)
    for kind in BY_MOVE:
        end_with_subject(kind, draw, why="评审已改期", now=now)
    opens_at = _opens_at(draw, now=now)
    head = _write(draw, move.hand, opens_at, now=now)
    closing = next_opening(draw.covered, now=now)
    for row in rows:
        cancel_messages(about=row)
        end_with_subject(AnswerRequest, row, why="评审已改期，重新询问专家", now=now)
    know, answered = may_know(rows), {row.pk: row.replied_at for row in rows}
    again = [row for row in rows if row.pk in know]
    first = [row for row in rows if row.pk not in know]
    asked = {
        "state": InvitationState.INVITED,
        "reminded_at": None,
        "reached_at": None,
        "deadline_at": closing,  # until a letter has gone out: `services.clock`
        "time_left": None,
        "signed_in_at": None,
        "replied_at": None,
        "replied_via": "",
        "reason": "",
        "witness": "",
        "changed_by": None,
    }
    write_lines(again, asked_again_at=now, **asked)
    write_lines(first, **asked)
    key = f"rescheduled:{moved.pk}"
    write_again(again, key=key, now=now, entropy=entropy, answered=answered)
    write_invitations(first, key=f"invitation:{moved.pk}", now=now, entropy=entropy)
    jobs = [{"invitation_id": row.pk} for row in rows]
    defer_batch("draws.expire_invitation", jobs, at=closing)
    # Not how many of them knew of the review: it follows from who could be reached.
    after = moved.after | {"重新询问的专家": len(rows)} | at_head(head)
    if move.confirmed_by:
        after |= {"申请人": move.moved_by.name, CONFIRMATION: move.hand.witness}
    record(
        "draw.reschedule",
        actor=move.actor,
        now=now,
        subject=draw,
        before=moved.before,
        after=after,
        note=moved.reason,
    )
    _move_reveal(draw, opens_at, move.actor, now=now)
    reopen(draw, now=now)
    if not rows:  # nobody answers: what is due follows at once
        if draw.is_random:
            carry_on(draw, now=now, entropy=entropy)
        else:
            finish_if_settled(draw, now=now)


def _write(draw: Draw, hand: Hand, opens_at: datetime, *, now: datetime) -> str:
    """Say the new times, and when names open by them, in the record of a random draw; the place is a person's words."""
    if not draw.is_random:
        return ""
    meetings = [
        {
            "project": project.number,
            "opening_at": timezone.localtime(project.opening_at).isoformat(timespec="minutes"),
            "duration_minutes": project.duration_minutes,
        }
        for project in draw.covered
    ]
    step = vdraw.reschedule(load_state(draw), meetings, as_recorded(opens_at))
    return append_events(draw, step.events, hand=hand, now=now)


def _opens_at(draw: Draw, *, now: datetime) -> datetime:
    """When names open by the new times: by what was sealed, since a plan can be written beside it later."""
    plan, rule = DrawPlan.objects.get(project_id=draw.project_id), draw.rule
    if rule.policy is not None:
        plan = held_to(plan, rule.policy)
    # Never to be saved.
    plan.reveal_hours = plan.reveal_hours if rule.reveal_hours is None else rule.reveal_hours
    plan.reply_minutes = plan.reply_minutes if rule.reply_minutes is None else rule.reply_minutes
    return reveal_time(plan, draw.covered, rule.policy, now=now)


def _move_reveal(draw: Draw, opens_at: datetime, actor: User, *, now: datetime) -> None:
    """Let names open by the new time, also where they were public: whoever is drawn from now on for
    one who cannot come is as secret as those before him were."""
    set_reveal(draw, reveal_at=opens_at, opening=next_opening(draw.covered, now=now), by=actor)
    draw.save(update_fields=FIELDS)
    defer_release(draw, now=now)
