"""Draws for the demonstration, made and answered through the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.directory.models import Specialty
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import plan_for
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert, Tag
from expertpool.projects.models import Project

SCHEME = "ndrc2018"
TAG = "信息化验收组"
# Of a group of which few sit, nobody knows who does, though he knows that all were asked.
IN_GROUP, SEATS = 12, 4
PAUSE = timedelta(minutes=4)


@transaction.atomic
def ensure_demo_draws(
    *,
    projects: Sequence[Project],
    operator: User,
    supervisor: User,
    expert: Expert | None,
    now: datetime,
    entropy: Entropy,
) -> list[Draw]:
    """Plan the first three projects, the batch and the last four, draw all but the first; running
    it again changes nothing.

    The first stays 未抽取, ready to try; the second is 抽取中, with answers and a standby who moved up; of
    the third all have agreed but ``expert`` (the demo account), who still may;
    the panel of the batch has agreed; that of the last but three is one short, to be widened, with fewer
    candidates than usual, which ``supervisor`` has approved. The last but two was
    reviewed weeks ago, the last but one the day before yesterday, without ``expert``, the last yesterday, by many.
    """
    undrawn, running, reviewed = projects[:3]
    widened, over, recent, shared_out = projects[-4:]
    lead = next(project for project in projects if project.leads_batch)
    if plan_for(undrawn) is not None:
        return []
    groups = [
        GroupInput("工程技术", 3, [_branch("A", "3"), _branch("A", "2")]),
        GroupInput("工程经济", 2, [_branch("A", "3")]),
    ]
    both = PlanInput(contributors=["operator", "supervisor"])
    save_plan(project=undrawn, settings=both, groups=groups, actor=operator, now=now)
    goods = [GroupInput("货物", 5, [_branch("B", "3"), _branch("B", "2")], standby_seats=1)]
    alone = PlanInput(reply_minutes=24 * 60, reveal_hours=24)
    started = now - timedelta(hours=1)
    first = _draw(running, alone, goods, operator, now=started, entropy=entropy)
    lines = list(Invitation.objects.filter(draw=first))
    for line, minutes, accept in zip(lines, (9, 23, 41), (True, True, False), strict=False):
        at = started + timedelta(minutes=minutes)
        _answer(line, accept=accept, now=at, entropy=entropy)
    tag = _demo_tag(expert)
    invited = [GroupInput("验收", SEATS, [_tagged(tag)])]
    free = PlanInput(unit_cap=None, reply_minutes=24 * 60)
    second = _draw(reviewed, free, invited, operator, now=started, entropy=entropy)
    at = _decline_until_asked(second, expert, started, entropy)
    _agree([row for row in _waiting(second) if not _is_of(row, expert)], at, entropy)
    shared = [GroupInput("教学设备", 3, [_branch("B", "2")])]
    third = _draw(lead, alone, shared, operator, now=started, entropy=entropy)
    narrow = {"all": [_tagged(tag), {"field": "title_level", "op": "gte", "value": "2"}]}
    wanted = [GroupInput("验收", SEATS + 2, [narrow])]
    fourth = _draw(
        widened, free, wanted, operator, now=started, entropy=entropy, approved_by=supervisor
    )
    _agree(_waiting(third), started, entropy)
    at = _decline_until_asked(fourth, expert, started, entropy)
    _agree(sorted(_waiting(fourth), key=lambda row: not _is_of(row, expert))[:-1], at, entropy)
    while rows := _waiting(fourth):
        at += PAUSE
        _answer(rows[0], accept=False, now=at, entropy=entropy)
    fifth = _review(over, free, invited, operator, expert, entropy=entropy)
    bought = [GroupInput("检验设备", 3, [_branch("B", "2")])]
    sixth = _review(recent, free, bought, operator, None, entropy=entropy)
    topics = [GroupInput("课题", 6, [_branch("B", "2")])]
    seventh = _review(shared_out, free, topics, operator, None, entropy=entropy)
    return [first, second, third, fourth, fifth, sixth, seventh]


def _review(
    project: Project,
    settings: PlanInput,
    groups: Sequence[GroupInput],
    operator: User,
    expert: Expert | None,
    *,
    entropy: Entropy,
) -> Draw:
    """Draw for a review that is over, two days before it; all agree once ``expert``, if one is given, is asked, and
    the names are released."""
    started = project.opening_at - timedelta(days=2)
    draw = _draw(project, settings, groups, operator, now=started, entropy=entropy)
    at = _decline_until_asked(draw, expert, started, entropy)
    _agree(_waiting(draw), at, entropy)
    draw.refresh_from_db()
    release(draw_id=draw.pk, now=draw.reveal_at)
    return draw


def _draw(
    project: Project,
    settings: PlanInput,
    groups: Sequence[GroupInput],
    operator: User,
    *,
    now: datetime,
    entropy: Entropy,
    approved_by: User | None = None,
) -> Draw:
    plan = save_plan(project=project, settings=settings, groups=groups, actor=operator, now=now)
    if approved_by:
        submit_plan(project=project, version=plan.version, actor=operator, now=now)
        decide_plan(
            project=project,
            version=plan.version,
            agree=True,
            note="专家组人数有限，同意按此抽取。",
            actor=approved_by,
            now=now,
        )
    return start_draw(project=project, actor=operator, now=now, entropy=entropy)


def _decline_until_asked(
    draw: Draw, expert: Expert | None, at: datetime, entropy: Entropy
) -> datetime:
    """Let others decline, one after the other, until ``expert`` is asked; return when that was."""
    while expert is not None and (rows := _waiting(draw)):
        if any(_is_of(row, expert) for row in rows):
            break
        at += PAUSE
        _answer(rows[0], accept=False, now=at, entropy=entropy)
    return at


def _waiting(draw: Draw) -> list[Invitation]:
    return list(draw.invitations.filter(state=InvitationState.INVITED).order_by("pk"))


def _is_of(row: Invitation, expert: Expert | None) -> bool:
    return expert is not None and open_identity(row).expert_id == expert.pk


def _agree(rows: Sequence[Invitation], started: datetime, entropy: Entropy) -> None:
    """Let all agree, one after the other."""
    for at, row in enumerate(rows, start=1):
        _answer(row, accept=True, now=started + at * PAUSE, entropy=entropy)


def _answer(row: Invitation, *, accept: bool, now: datetime, entropy: Entropy) -> None:
    if row.state == InvitationState.INVITED:
        answer(
            invitation=row,
            accept=accept,
            reason="" if accept else "时间冲突",
            via=ReplyVia.LINK,
            now=now,
            entropy=entropy,
        )


def _branch(code: str, level: str) -> dict[str, object]:
    """Everybody of a main branch with at least a title level."""
    node = Specialty.objects.get(scheme__code=SCHEME, code=code)
    return {
        "all": [
            {"field": "specialty", "op": "in", "value": [str(node.pk)]},
            {"field": "title_level", "op": "gte", "value": level},
        ]
    }


def _tagged(tag: Tag) -> dict[str, object]:
    return {"field": "tag", "op": "in", "value": [str(tag.pk)]}


def _demo_tag(expert: Expert | None) -> Tag:
    """A tag of formal experts, the demo account's among them."""
    tag, _ = Tag.objects.get_or_create(name=TAG)
    others = Expert.objects.filter(status=ExpertStatus.FORMAL).order_by("number")[:IN_GROUP]
    tag.experts.add(*([expert] if expert else []), *others[: IN_GROUP - 1])
    return tag
