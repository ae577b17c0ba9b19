"""Lists that persons chose, for tests, made by the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawKind
from expertpool.draws.models import Draw, PickRequest
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.pick_checks import Pick
from expertpool.draws.services.picking import agree_to_picks, read_picks, request_picks
from expertpool.experts.models import Expert
from expertpool.projects.enums import Regime, RegimeOption
from expertpool.projects.models import Project
from expertpool.projects.settings import ALLOWED
from tests.factories.siteconfig import configure


def allow_manual_ways() -> None:
    """As if that were allowed for long."""
    for regime in Regime:
        configure(ALLOWED[regime.value], (RegimeOption.MANUAL_WAYS.value,))


def ask_for(
    project: Project,
    experts: Sequence[Expert],
    *,
    actor: User,
    now: datetime,
    kind: DrawKind = DrawKind.MANUAL,
    group: str = "g1",
    reason: str = "技术特别复杂，随机抽取难以胜任",
    approval_number: str = "批〔2026〕7号",
) -> PickRequest:
    return request_picks(
        project=project,
        kind=kind,
        picks=[Pick(expert.pk, group) for expert in experts],
        reason=reason,
        approval_number=approval_number,
        actor=actor,
        now=now,
    )


def make_list(
    project: Project,
    experts: Sequence[Expert],
    *,
    actor: User,
    second: User,
    now: datetime,
    kind: DrawKind = DrawKind.MANUAL,
) -> Draw:
    """A list that ``actor`` chose and ``second`` confirmed: the experts are invited."""
    request = ask_for(project, experts, actor=actor, now=now, kind=kind)
    read_picks(request=request, actor=second, now=now)
    agree_to_picks(request=request, actor=second, now=now, entropy=SeededEntropy(request.pk))
    return Draw.objects.get(pk=request.draw_id)
