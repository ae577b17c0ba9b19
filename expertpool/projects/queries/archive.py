"""Archived projects, and what keeps one from being archived, here and in upper apps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.catalogue import Catalogue
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import last_closing, members_of
from expertpool.projects.queries.follow_up import OPEN
from expertpool.projects.queries.projects import projects_visible_to


@dataclass(frozen=True)
class Obstacle:
    """What keeps a project from being archived: ``reasons`` says, with the project locked, what of
    it is still open in an upper app, as phrases without a full stop."""

    code: str
    reasons: Callable[[Project], list[str]]


OBSTACLES: Catalogue[Obstacle] = Catalogue("obstacle")


def obstacles(project: Project) -> list[str]:
    """Return what is still open in the upper apps."""
    return [reason for obstacle in OBSTACLES for reason in obstacle.reasons(project)]


def why_not_archive(project: Project, *, now: datetime) -> str:
    """Return in a sentence what of ``project`` still goes on or is open; empty: nothing does."""
    reasons = []
    if project.draw_state == DrawState.DRAWING:
        reasons.append("抽取正在进行，请等抽取结束")
    # An archived member would keep its whole batch from being drawn.
    elif project.draw_state == DrawState.NOT_DRAWN and project.batch_id is not None:
        reasons.append("项目在批次中、尚未抽取，请先移出批次")
    # Of all members: one archived early would bind the panel of the others.
    elif project.draw_state != DrawState.NOT_DRAWN and last_closing(members_of(project)) > now:
        reasons.append("评审尚未结束；如项目取消，请先作废抽取")
    # Afterwards nobody could say that they are done.
    if waiting := project.tasks.filter(OPEN).count():
        reasons.append(f"还有 {waiting} 项任务未完成，请先登记完成或撤销")
    reasons += obstacles(project)
    return "；".join(reasons) + "。" if reasons else ""


def archived_visible_to(user: User) -> QuerySet[Project]:
    """Return the archived projects that ``user`` may see."""
    archived = projects_visible_to(user).filter(status=ProjectStatus.ARCHIVED)
    return archived.select_related(
        "department", "purchaser", "created_by", "decided_by", "archived_by"
    )
