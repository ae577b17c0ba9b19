"""Writing the draw plan of a project: its condition groups and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record, record_change
from expertpool.core.bounds import Bounds
from expertpool.core.configuration import value_of
from expertpool.core.criteria import canonical, explain, parse, standing
from expertpool.core.text import HIDDEN, is_hidden
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from expertpool.draws.exceptions import DrawNotReady, PlanChanged
from expertpool.draws.models import (
    ConditionGroup,
    ConditionLevel,
    DrawPlan,
    PlanVersion,
)
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.ending import open_by_plan
from expertpool.draws.queries.fitting import Level
from expertpool.draws.queries.plan_versions import check_version, content_of, version_of
from expertpool.draws.queries.policy import missing_contributors, policy_for
from expertpool.draws.queries.readiness import check_deletable, check_plannable
from expertpool.draws.services.covering import lock_projects
from expertpool.draws.settings import (
    LEAVE_USUAL,
    REPLY_USUAL,
    REVEAL_USUAL,
)
from expertpool.draws.validators import MOST_GROUPS, MOST_LEVELS, PLAN_BOUNDS
from expertpool.notifications.enums import ChannelCode
from expertpool.projects.models import Project
from expertpool.workflow.services.approvals import withdraw_approval
from expertpool.workflow.services.two_persons import end_with_subject

DEFAULT_CHANNELS = [ChannelCode.SMS.value, ChannelCode.EMAIL.value, ChannelCode.SITE.value]

OTHER_LEAD = "您打开页面之后，批次的主项目改为「{}」：保存会改动它的方案（现为第 {} 版）。请核对，仍要改动的再次保存。"
SAME_NAME = "已有名为「{}」的条件组，请换一个组名。"

# What a plan gets where nothing is said.
USUAL = {"reply_minutes": REPLY_USUAL, "leave_hours": LEAVE_USUAL, "reveal_hours": REVEAL_USUAL}


@dataclass(frozen=True)
class GroupInput:
    """One condition group as entered: ``levels`` holds the criteria of level 1, 2 …"""

    name: str
    seats: int
    levels: Sequence[dict[str, Any]]
    standby_seats: int = 0


@dataclass(frozen=True)
class PlanInput:
    """The settings of a plan as entered; see `draws.models.DrawPlan` for their meaning.

    None for a time: as long as the office usually gives (`draws.settings`).
    """

    unit_cap: int | None = 1
    frequency_cap: int | None = None
    frequency_days: int = 365
    contributors: Sequence[str] = ()
    reply_minutes: int | None = None
    leave_hours: int | None = None
    reveal_hours: int | None = None
    channels: Sequence[str] = field(default_factory=lambda: list(DEFAULT_CHANNELS))


RECORDED = tuple(one.name for one in fields(PlanInput))


@transaction.atomic
def ensure_plan(*, project: Project, now: datetime) -> DrawPlan:
    """Return the project's plan, made with the default settings when there is none."""
    # Two who open the page at once get one plan.
    plan, _ = DrawPlan.objects.get_or_create(
        project=project,
        defaults={"channels": DEFAULT_CHANNELS, "updated_at": now}
        | usual_times(project.regime, now=now),
    )
    return plan


@transaction.atomic
def save_plan(
    *,
    project: Project,
    settings: PlanInput,
    groups: Sequence[GroupInput],
    actor: User,
    now: datetime,
    version: int | None = None,
    lead: int | None = None,
) -> DrawPlan:
    """Replace settings and groups of the project's plan, which is that of the lead of its batch.

    What really changes it is a new version, which nobody has approved yet; one that waits for
    approval is withdrawn by it. ``version`` is what the editor has read, ``lead`` the project (id) whose plan it was;
    None: whatever stands. Refuses a newer one, or another's (PlanChanged), a plan whose draw is sealed (DrawInProgress), an archived
    project or a plan without groups (DrawNotReady), conditions that do not parse (core.criteria.CriteriaError; what
    the actor may not ask stays), too many
    groups or levels, two of one name, and numbers outside their bounds or those that the office has set
    (ValidationError).
    """
    project = lock_projects(project)[0]
    check_plannable(project)
    if not groups:
        raise DrawNotReady("请至少设置一个条件组。")
    if len(groups) > MOST_GROUPS:
        message = f"条件组最多 {MOST_GROUPS} 个，请减少或合并。"
        raise ValidationError({"groups": message})
    if any(map(is_hidden, "".join(group.name for group in groups))):
        raise ValidationError({"groups": f"条件组的组名{HIDDEN}"})
    if twice := named_twice([group.name for group in groups]):
        raise ValidationError({"groups": SAME_NAME.format(groups[twice[0]].name.strip())})
    plan = ensure_plan(project=project, now=now)
    if lead not in (None, project.pk):
        raise PlanChanged(OTHER_LEAD.format(project.name, plan.version), plan.version)
    # After the project: of another lead the same number means another plan.
    if version is not None:
        check_version(plan, version)
    # In words for who reads, as stored for what was approved: they may differ alone.
    before, held = plan_in_words(plan), content_of(plan)
    _set(plan, settings, now)
    _check_policy(plan, now=now)
    plan.full_clean()
    plan.save()
    # No draw points at them: it has copied what it sealed.
    plan.groups.all().delete()
    for order, entered in enumerate(groups, start=1):
        _add_group(plan, order, entered, actor)
    after = plan_in_words(plan)
    record_change("draw.plan", actor=actor, now=now, subject=project, before=before, after=after)
    # Also where it only stands otherwise: an approval is of what is stored.
    if after != before or content_of(plan) != held or not plan.version:
        keep_version(plan, after, actor=actor, now=now)
    return plan


@transaction.atomic
def take_over_plan(*, project: Project, before: Project, actor: User, now: datetime) -> None:
    """Give ``project``, which leads the batch of ``before`` from now on, the plan by which this was drawn, where it has none of
    its own: nobody types it anew. It is a version like every other change, which nobody has approved. The caller
    holds the lock of both."""
    source = DrawPlan.objects.filter(project=before).first()
    plan = DrawPlan.objects.filter(project=project).first()
    if source is None or not source.groups.exists() or (plan and plan.groups.exists()):
        return
    plan = plan or ensure_plan(project=project, now=now)
    held = plan_in_words(plan)
    for name in RECORDED:
        setattr(plan, name, getattr(source, name))
    plan.updated_at = now
    plan.save()
    for group in source.groups.prefetch_related("levels"):
        levels = list(group.levels.all())
        group.pk, group.plan = None, plan
        group.save()
        # As they are stored: what the actor may not ask stays, and may not be drawn by him (`check_conditions`).
        ConditionLevel.objects.bulk_create(
            ConditionLevel(group=group, level=one.level, criteria=one.criteria) for one in levels
        )
    after = plan_in_words(plan)
    record_change("draw.plan", actor=actor, now=now, subject=project, before=held, after=after)
    keep_version(plan, after, actor=actor, now=now)


def named_twice(names: Sequence[str]) -> list[int]:
    """Return the places of those of ``names`` that one before them has, too: nobody could tell on sheets
    and pages whose seats are meant."""
    plain = [name.strip().casefold() for name in names]
    return [place for place, name in enumerate(plain) if name in plain[:place]]


@transaction.atomic
def delete_plan(*, project: Project, version: int, actor: User, now: datetime) -> None:
    """Take away all groups of a plan and give it the usual settings, as if it had never been set.

    That is a version like every other change: the history says who did it, and whoever still has an
    older one open is told. Refuses another version than the one read (PlanChanged), and
    (DrawInProgress, DrawNotReady) a plan that is no draft of ``actor``'s own: see `check_deletable`.
    """
    project = lock_projects(project)[0]
    check_deletable(project, actor)
    plan = DrawPlan.objects.get(project=project)
    check_version(plan, version)
    before = plan_in_words(plan)
    _set(plan, PlanInput(), now)
    plan.save()
    plan.groups.all().delete()
    keep_version(plan, plan_in_words(plan), actor=actor, now=now)
    record("draw.plan_delete", actor=actor, now=now, subject=project, before=before)


def keep_version(
    plan: DrawPlan, words: dict[str, Any], *, actor: User, now: datetime
) -> PlanVersion:
    """Keep what ``plan`` says now as its next version; what waits for a decision on the one before ends.
    The caller holds the lock of its project."""
    withdraw_waiting(plan, now=now)
    plan.version += 1
    plan.save(update_fields=["version"])
    # Whoever would agree has read a plan that is none any more.
    for asked in open_by_plan(plan):
        why = f"抽取方案已改为第 {plan.version} 版"
        end_with_subject(type(asked), asked.draw, why=why, now=now)
    return PlanVersion.objects.create(
        plan=plan, number=plan.version, words=words, made_by=actor, made_at=now
    )


def withdraw_waiting(plan: DrawPlan, *, now: datetime) -> None:
    """Take back what waits for approval, if anything does. What was returned before is returned again: by being
    handed in and taken back as it is nothing becomes a plan to which nobody has said no."""
    standing = version_of(plan)
    if standing is None or not standing.is_waiting:
        return
    withdraw_approval(subject=standing, now=now)
    row = PlanVersion.objects.filter(pk=standing.pk)
    if standing.returned_at:
        # As it stood before it was handed in again.
        row.update(decided_at=standing.returned_at, approved=False)
    else:
        row.update(submitted_by=None, submitted_at=None)


def _set(plan: DrawPlan, settings: PlanInput, now: datetime) -> None:
    for name, value in _filled(settings, usual_times(plan.project.regime, now=now)).items():
        setattr(plan, name, list(value) if isinstance(value, tuple) else value)
    plan.updated_at = now


def usual_times(regime: str, *, now: datetime) -> dict[str, int]:
    """Return the times of a new plan: as the office usually gives them, within what it demands of
    ``regime``."""
    bounds = bounds_now(regime, now=now)
    return {name: bounds[name].nearest(value_of(usual)) for name, usual in USUAL.items()}


def _filled(settings: PlanInput, times: dict[str, int]) -> dict[str, Any]:
    values = asdict(settings)
    return values | {name: times[name] for name in times if values[name] is None}


def bounds_now(regime: str, *, now: datetime) -> dict[str, Bounds]:
    """Return between what each number of a plan lies, with what the office demands of ``regime``."""
    policy = policy_for(regime, now=now)
    return dict(PLAN_BOUNDS) | {
        "reply_minutes": _bounds(policy.reply_shortest, policy.reply_longest, "分钟"),
        "reveal_hours": _bounds(policy.reveal_latest, policy.reveal_earliest, "小时"),
    }


def _bounds(low: int, high: int, unit: str) -> Bounds:
    return Bounds(low, high, f"应为 {low} {unit}至 {high} {unit}，由站点设置规定。")


def _check_policy(plan: DrawPlan, *, now: datetime) -> None:
    regime = plan.project.regime
    errors = {}
    if missing := missing_contributors(plan.contributors, policy_for(regime, now=now)):
        errors["contributors"] = ValidationError(missing)
    for name, bounds in bounds_now(regime, now=now).items():
        try:
            if (value := getattr(plan, name)) is not None:
                bounds(value)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)


def _add_group(plan: DrawPlan, order: int, entered: GroupInput, actor: User) -> None:
    group = ConditionGroup(
        plan=plan,
        name=entered.name.strip(),
        seats=entered.seats,
        standby_seats=entered.standby_seats,
        order=order,
    )
    group.full_clean()
    group.save()
    add_levels(group, entered.levels, actor=actor)


def add_levels(
    group: ConditionGroup, levels: Sequence[dict[str, Any]], *, actor: User
) -> list[Level]:
    """Store the criteria of level 1, 2 … of a ``group`` that has none yet, see `save_plan`; return them as they are kept."""
    if not levels:
        message = f"条件组「{group.name}」还没有条件，请至少设置第一级次。"
        raise DrawNotReady(message)
    if len(levels) > MOST_LEVELS:
        message = f"条件组「{group.name}」最多 {MOST_LEVELS} 个级次，请减少或合并。"
        raise ValidationError({"levels": message})
    kept = [standing(SUBJECT, criteria, actor=actor) for criteria in levels]
    for number, node in enumerate(kept, start=1):
        level = ConditionLevel(group=group, level=number, criteria=canonical(node))
        level.full_clean()
        level.save()
    return list(enumerate(kept, start=1))


def plan_in_words(plan: DrawPlan) -> dict[str, Any]:
    """Return the plan in words, for the log."""
    coded = {
        "contributors": [CONTRIBUTOR_LABEL.get(one, one) for one in plan.contributors],
        "channels": [str(ChannelCode(one).label) for one in plan.channels],
    }
    columns = DrawPlan._meta.concrete_fields
    labels = {str(one.verbose_name): coded[one.name] for one in columns if one.name in coded}
    return {
        "条件组": [
            {
                "名称": group.name,
                "人数": group.seats,
                "条件": [
                    explain(parse(SUBJECT, level.criteria, stored=True))
                    for level in group.levels.all()
                ],
            }
            | ({"候补人数": group.standby_seats} if group.standby_seats else {})
            for group in ConditionGroup.objects.filter(plan=plan).prefetch_related("levels")
        ],
    } | {**in_words(plan, *RECORDED), **labels}
