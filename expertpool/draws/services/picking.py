"""人工抽取 and 专家分配: persons choose, a second person confirms, the chosen are invited.

No draw: nothing is sealed and nothing can be verified. Allowed only where the options of the
regime say so, with a reason and an approval number, which are kept for good; whoever may not be
drawn may not be chosen either. See docs/decisions/0011-manual-ways.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services import proven, record
from expertpool.core.criteria import explain, parse
from expertpool.core.locks import lock_transaction
from expertpool.core.text import SAY_MORE, if_seen, is_reason
from expertpool.draws.enums import ActionCode, DrawKind, DrawStatus
from expertpool.draws.exceptions import PickRefused
from expertpool.draws.models import Draw, DrawPlan, PickRequest
from expertpool.draws.models.rescheduling import words_of_move
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.asked_fields import check_named, conditions_of
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.eligibility import Eligibility, evaluate
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.picking import experts_to_show, seats_of
from expertpool.draws.queries.plan_versions import approved_version
from expertpool.draws.queries.readiness import ARCHIVED, check_manual_ways, check_ready
from expertpool.draws.queries.tries import check_tries
from expertpool.draws.services.covering import cover, lock_projects, move_projects, superseded
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import CONFIRMATION, confirmation_of
from expertpool.draws.services.holding import SEATING_LOCK
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.pick_checks import (
    Pick,
    check_experts,
    check_free,
    check_seats,
    check_words,
)
from expertpool.draws.services.picked_seats import seat_picks
from expertpool.draws.services.refusals import tell_held
from expertpool.draws.services.rescheduling import words_before
from expertpool.draws.services.reveal import defer_release, set_reveal
from expertpool.draws.services.sealing import further_of_batch, hash_of_new_draws, next_number
from expertpool.draws.services.status import set_draw_status
from expertpool.draws.services.tallies import note_count
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import ask, settle

LOOKED = "查看待确认的人选"


@transaction.atomic
def request_picks(
    *,
    project: Project,
    kind: DrawKind,
    picks: Sequence[Pick],
    reason: str,
    approval_number: str,
    actor: User,
    now: datetime,
) -> PickRequest:
    """Propose the first list for ``project``, with all of its batch; confirmed, it takes the place of a draw.

    Refuses (PickRefused) where the regime does not allow it, without reason or approval number, a
    list that does not fill the seats exactly, texts that name somebody chosen, and experts who may not be drawn, with the reason;
    and (DrawNotReady, DrawInProgress) what a draw would be refused for.
    """
    projects = lock_projects(project)
    if kind == DrawKind.RANDOM:
        raise PickRefused("随机抽取由系统抽取专家，不能人工指定。")
    check_manual_ways(project, now=now)
    if not is_reason(reason) or not any(map(str.isalnum, if_seen(approval_number))):
        raise PickRefused(f"请写明不能随机抽取的理由{SAY_MORE}和批准文号。")
    plan = check_ready(projects, now=now)
    check_named(conditions_of(plan, None), viewer=actor)
    # For the number, too: see `next_number`.
    lock_transaction(SEATING_LOCK)
    check_seats(plan, picks, seats_of(plan), exactly=True)
    check_words(picks, reason, approval_number)
    check_experts(plan, picks, draw=None, now=now)
    found = evaluate(plan, now=now)
    number = next_number(now, "M")
    draw = Draw(
        number=number,
        project=plan.project,
        kind=kind,
        rule_content=_rule(
            plan, projects, found, number, kind, reason.strip(), approval_number.strip()
        ),
        candidate_count=len(found.eligible),
        # Nothing is drawn, so there is no secret to reveal.
        nonce=b"",
        sealed_at=now,
        operator=actor,
    )
    opening = next_opening(projects, now=now)
    opens_at = opening - timedelta(hours=plan.reveal_hours)
    set_reveal(draw, reveal_at=opens_at, opening=opening, by=actor)
    draw.save(force_insert=True)
    cover(draw, projects)
    move_projects(draw, actor=actor, now=now)
    return _request(draw, picks, reason, actor=actor, now=now)


@transaction.atomic
def request_more(
    *, draw: Draw, picks: Sequence[Pick], reason: str, actor: User, now: datetime
) -> PickRequest:
    """Propose experts for seats that became free; nobody is ever put there by itself.

    Refuses (PickRefused) as `request_picks` does, more experts than free seats, those who were on
    the list before, and a list that is void, over, or has another choice waiting; and, while its names are
    sealed, whoever has not seen all of them.
    """
    draw = _lock(draw)
    check_action(ActionCode.PICK_MORE, draw, actor=actor, now=now)
    if not is_reason(reason):
        raise PickRefused(f"请写明另选的理由{SAY_MORE}。")
    lock_transaction(SEATING_LOCK)
    plan = DrawPlan.objects.select_related("project__purchaser").get(project=draw.project)
    free = {group.code: group.lack for group in board_of(draw).groups}
    check_seats(plan, picks, free, exactly=False)
    check_words(picks, reason, draw=draw)
    check_experts(plan, picks, draw=draw, now=now)
    return _request(draw, picks, reason, actor=actor, now=now)


def agree_to_picks(
    *, request: PickRequest, actor: User, now: datetime, entropy: Entropy
) -> PickRequest:
    """Confirm what another person chose: the chosen are seated and invited.

    Refuses (PickRefused) the person who chose, a request that was settled, who has not looked whom it names for
    the review as it stands, and experts who may not be seated any more; (HeldRefused) where that may not be told, and (DrawNotReady) whoever came
    upon that too often: a list of one would be an answer about one.
    """
    with (
        tell_held(project=request.draw.project, actor=actor, now=now, attempt="确认人工选定的人选"),
        transaction.atomic(),
    ):
        return _agree(request, actor, now, entropy)


def _agree(request: PickRequest, actor: User, now: datetime, entropy: Entropy) -> PickRequest:
    draw = _lock(request.draw)
    check_action(ActionCode.AGREE_PICKS, draw, actor=actor, now=now)
    _check_looked(request, draw, actor)
    settle(request, agree=True, note="", actor=actor, now=now, refused=PickRefused)
    lock_transaction(SEATING_LOCK)
    plan = DrawPlan.objects.select_related("project__purchaser").get(project=draw.project)
    picks = _open(request)
    # Once more: since they were chosen somebody may have gone on leave or been seated elsewhere.
    levels = check_experts(plan, picks, draw=draw, now=now)
    # Only now, before two persons: whoever chooses alone would find out who sits elsewhere.
    check_tries(draw.project, actor, approved_version(plan), now=now)
    check_free(plan, picks, now=now)
    if draw.status == DrawStatus.SEALED:
        set_draw_status(draw, DrawStatus.INVITING, actor=actor, now=now)
        # Confirmed after that time, the names are public at once.
        defer_release(draw, now=now)
    seat_picks(draw=draw, plan=plan, picks=picks, levels=levels, now=now, entropy=entropy)
    after = {"人数": len(picks), CONFIRMATION: confirmation_of(request)}
    record("draw.pick_agree", actor=actor, now=now, subject=draw, after=after)
    return request


@transaction.atomic
def turn_down_picks(*, request: PickRequest, note: str, actor: User, now: datetime) -> PickRequest:
    """Refuse what another person chose, with a reason; a first list is given up with it.

    Refuses (PickRefused) the person who chose, and a request that was settled.
    """
    if not if_seen(note):
        raise PickRefused("请写明不同意的原因。")
    draw = _lock(request.draw)
    settle(request, agree=False, note=note, actor=actor, now=now, refused=PickRefused)
    give_up_picks(request=request, actor=actor, now=now)
    record("draw.pick_refuse", actor=actor, now=now, subject=draw, note=note.strip())
    return request


def give_up_picks(*, request: PickRequest, actor: User | None, now: datetime) -> None:
    """End a first list of which nothing was confirmed, with its ``request``; the project can be
    drawn again. Of a list that stands nothing changes. The caller holds the draw's lock."""
    draw = Draw.objects.select_related("project").get(pk=request.draw_id)
    if draw.status == DrawStatus.SEALED:
        set_draw_status(draw, DrawStatus.ABANDONED, actor=actor, now=now)


def _check_looked(request: PickRequest, draw: Draw, user: User) -> None:
    """Refuse (PickRefused) ``user`` who has not looked, by the log, whom ``request`` for ``draw`` names, or has only
    before the review was moved: whether somebody fits is a question of when and where (docs/decisions/0619)."""
    rows = Entry.objects.filter(
        action="draw.pick_look",
        actor=user,
        subject_type="draws.draw",
        subject_id=str(draw.pk),
        at__gte=request.requested_at,
        note=LOOKED,
    )
    seen = [entry.after for entry in proven(rows.order_by("pk")) if entry.after]
    if not seen:
        raise PickRefused("请先点「查看人选」，看过是哪些专家再确认。")
    stands = words_before(draw.covered)
    if stands not in seen:
        moved = words_of_move(seen[-1], stands)
        raise PickRefused(f"您查看人选之后评审改期了（{moved}），请重新查看人选，再确认。")


@transaction.atomic
def read_picks(*, request: PickRequest, actor: User, now: datetime) -> list[tuple[str, Expert]]:
    """Return whom ``request`` names, with the name of the group, and log the look, with when and where the review is.

    Only for its author and for those who confirm it: the caller checks that.
    """
    draw = request.draw
    review = words_before(draw.covered)
    record("draw.pick_look", actor=actor, now=now, subject=draw, after=review, note=LOOKED)
    names = draw.rule.group_names
    picks = _open(request)
    experts = experts_to_show([pick.expert_id for pick in picks])
    return [(names[pick.group], experts[pick.expert_id]) for pick in picks]


@transaction.atomic
def look_for_picks(*, plan: DrawPlan, draw: Draw | None, actor: User, now: datetime) -> Eligibility:
    """Return who may be chosen for ``plan`` now, and log the look: whoever chooses sees names.

    Refuses (PickRefused) where the regime does not allow it, whoever may not choose others for ``draw``,
    (DrawNotReady) conditions that name what is gone, and (TooManyCounts) as `note_count`.
    """
    check_manual_ways(plan.project, now=now)
    if draw:
        check_action(ActionCode.PICK_MORE, draw, actor=actor, now=now)
    else:
        check_named(conditions_of(plan, None), viewer=actor)
    note_count(plan.project, "查看可选的专家", actor=actor, now=now)
    found = evaluate(plan, now=now)
    subject = draw or plan.project
    record("draw.pick_look", actor=actor, now=now, subject=subject, note="查看可选的专家")
    return found


def _request(
    draw: Draw, picks: Sequence[Pick], reason: str, *, actor: User, now: datetime
) -> PickRequest:
    content = json.dumps([[pick.expert_id, pick.group] for pick in picks])
    request = PickRequest(draw=draw, picks=content.encode(), reason=reason)
    # Who was chosen is no part of the log: names are sealed as those of a draw.
    chosen = {
        "方式": DrawKind(draw.kind).label,
        "批准文号": draw.rule.approval_number,
        "人数": len(picks),
    }
    ask(request, action="draw.pick", actor=actor, now=now, refused=PickRefused, after=chosen)
    return request


def _open(request: PickRequest) -> list[Pick]:
    content = json.loads(bytes(request.picks))
    return [Pick(expert_id, group) for expert_id, group in content]


def _lock(draw: Draw) -> Draw:
    return lock_draw(draw.pk, archived=PickRefused(ARCHIVED))


def _rule(
    plan: DrawPlan,
    projects: Sequence[Project],
    found: Eligibility,
    number: str,
    kind: DrawKind,
    reason: str,
    approval_number: str,
) -> dict[str, Any]:
    """What the list was chosen by; of the same shape as the rule of a draw where both have it."""
    voided = superseded(projects)
    return {
        "draw_id": number,
        "projects": [project.number for project in projects],
        "kind": kind,
        "hash": hash_of_new_draws(),
        "reason": reason,
        "approval_number": approval_number,
        "supersedes": voided[0].draw.number if voided else None,
        "contributors": [],
        "unit_cap": plan.unit_cap,
        "exclusions": found.exclusion_counts,
        "regime": plan.project.regime,
        "opening_at": plan.project.opening_at.isoformat(timespec="minutes"),
        **(further_of_batch(projects, voided) if len(projects) > 1 else {}),
        "groups": [
            {
                "id": group.code,
                "name": group.name,
                "seats": group.seats,
                "levels": [
                    {
                        "level": level.level,
                        "criteria": level.criteria,
                        "text": explain(parse(SUBJECT, level.criteria)),
                    }
                    for level in group.levels.all()
                ],
            }
            for group in found.groups
        ],
    }
