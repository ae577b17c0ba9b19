"""The only doors of a project's two states. The tables are in `projects.enums`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.prepared import Given, Prepared
from expertpool.projects.enums import (
    DRAW_TRANSITIONS,
    STATUS_TRANSITIONS,
    DrawState,
    ProjectStatus,
)
from expertpool.projects.exceptions import (
    ProjectArchived,
    ProjectChanged,
    ProjectError,
    ProjectNotEditable,
    TransitionNotAllowed,
)
from expertpool.projects.models import Project
from expertpool.projects.queries.status import is_approved, is_drawn_by_log, proof_of

ARCHIVED = "项目已归档，只能查看，不能再更改。"
CHANGED = "项目状态刚刚被他人改动，请刷新页面查看最新情况后再操作。"


@transaction.atomic
def set_project_status(
    project: Project,
    new: str,
    *,
    action: str,
    actor: User | None,
    now: datetime,
    changes: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Move ``project`` to the status ``new``, write ``changes`` and the proof with it and log it as
    ``action``.

    Raises TransitionNotAllowed for a change outside the table or, back to draft, once drawn, and
    ProjectChanged when the row no longer has the status the caller saw.
    """
    old = project.status
    if new not in STATUS_TRANSITIONS[old]:
        raise TransitionNotAllowed(_refusal(ProjectStatus(old).label, ProjectStatus(new).label))
    # With the state the caller saw: somebody may have moved the project since.
    rows = Project.objects.filter(pk=project.pk, status=old, status_n=project.status_n)
    if new == ProjectStatus.DRAFT:
        # In words; against a draw that begins right now the condition of the update holds.
        _refuse_drawn(project)
        rows = rows.filter(draw_state=DrawState.NOT_DRAWN)
    values = {"status": new, "status_n": project.status_n + 1, **(changes or {})}
    values["status_proof"] = proof_of(project, **values)
    _apply(project, rows.update(**values), values)
    record(
        action,
        actor=actor,
        now=now,
        subject=project,
        before={"status": old},
        after={"status": new},
        note=note,
    )


def _refusal(old: str, new: str) -> str:
    # Whoever presses twice has done it already.
    again = f"项目已经是「{old}」，不用再做一次。"
    return again if new == old else f"项目现为「{old}」，不能改为「{new}」。"


@transaction.atomic
def set_draw_state(project: Project, new: str, *, actor: User | None, now: datetime) -> None:
    """Move the draw state of ``project`` to ``new``; logs it.

    Raises TransitionNotAllowed for a change outside the table or when the project is not approved
    (an archived one is never drawn again), ProjectChanged when the row no longer has the state the
    caller saw.
    """
    old = project.draw_state
    if project.status != ProjectStatus.APPROVED:
        raise TransitionNotAllowed(
            f"项目现为「{ProjectStatus(project.status).label}」，审核通过后才能抽取、补抽。"
        )
    if new not in DRAW_TRANSITIONS[old]:
        raise TransitionNotAllowed(_refusal(DrawState(old).label, DrawState(new).label))
    rows = Project.objects.filter(pk=project.pk, status=ProjectStatus.APPROVED, draw_state=old)
    _apply(project, rows.update(draw_state=new), {"draw_state": new})
    record(
        "project.draw_state",
        actor=actor,
        now=now,
        subject=project,
        before={"draw_state": old},
        after={"draw_state": new},
    )


def _refuse_drawn(project: Project) -> None:
    if project.draw_state != DrawState.NOT_DRAWN or is_drawn_by_log(project):
        raise TransitionNotAllowed("项目已经抽取，不能退回草稿；如需重抽，请先作废抽取。")


def _apply(project: Project, updated: int, values: dict[str, Any]) -> None:
    if not updated:
        raise ProjectChanged(CHANGED)
    # The caller's copy follows, or a second change on it would start from the old state.
    for name, value in values.items():
        setattr(project, name, value)


@contextmanager
def approval_kept(project: Project) -> Iterator[None]:
    """Let the block change what a draw goes by of a ``project`` whose row the caller has locked: its
    approval stands for what it is then if it stood before. An earlier proof counts no more."""
    stood = is_approved(project)
    yield
    if stood:
        prove_approval(project)


def prove_approval(project: Project, *, instead: Mapping[int | None, int] | None = None) -> None:
    """Vouch anew for an approval that stands (`queries.status`)."""
    number = project.status_n + 1
    # Asked anew: the row may remember what it avoided before.
    rows = list(project.avoidances.order_by())
    proven = proof_of(project, avoidances=rows, instead=instead, status_n=number)
    values = {"status_n": number, "status_proof": proven}
    _apply(project, Project.objects.filter(pk=project.pk).update(**values), values)


def note_editor(project: Project, actor: User) -> None:
    """Write down that ``actor`` changed what belongs to ``project``, whose row the caller has locked:
    he counts as applicant. Refuses (ProjectNotEditable) whoever approved it: nobody changes himself
    what he agreed to."""
    if project.status == ProjectStatus.APPROVED and project.decided_by_id == actor.pk:
        message = f"「{project.name}」是您审核通过的，回避和批次须由其他人改动。"
        raise ProjectNotEditable(message)
    if project.edited_by_id != actor.pk:
        project.edited_by = actor
        project.save(update_fields=["edited_by"])


_locked = Prepared(
    lambda: Project.objects.select_for_update().filter(pk=Given("project")).order_by()
)


def lock_project(project: Project) -> Project:
    """Return a fresh copy of ``project`` with its row locked until the transaction ends.

    Raises ProjectError when it was deleted meanwhile.
    """
    fresh: Project | None = _locked.first(project=project.pk)
    if fresh is None:
        raise ProjectError("项目已被删除，请返回项目列表。")
    return fresh


def lock_open_project(project: Project) -> Project:
    """Do `lock_project` for a change around the project; raises ProjectArchived once archived.

    Whoever archives holds the same lock, so nothing is written after the archive.
    """
    fresh = lock_project(project)
    if fresh.is_archived:
        raise ProjectArchived(ARCHIVED)
    return fresh
