"""Batches: several projects that are drawn once and share the one panel.

Whoever changes members locks the batch, then its projects in the order of their ids; so does
whoever draws, so that nobody joins or leaves while a draw is sealed. Whoever changes a batch counts as
applicant of the projects whose it was changed, and may not have approved them (ProjectNotEditable).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.files.queries import attachments_of
from expertpool.files.registry import FileSubject
from expertpool.projects.enums import FileAudience
from expertpool.projects.events import BatchLed
from expertpool.projects.exceptions import BatchRefused, ProjectChanged
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.queries.batches import (
    LARGEST_BATCH,
    is_fixed,
    may_edit_batch_files,
    may_view_batch_files,
    projects_in,
    proposed_batch_number,
)
from expertpool.projects.services.state import CHANGED, lock_project, note_editor

NUMBER_LOCK = "projects.batch_number"
RECORDED = ("number", "name", "note")
DRAWN = "批次中的项目已经抽取或归档，批次不能再变动；如需变动，请先作废抽取。"
ARCHIVED = "批次中的项目都已归档，只能查看，不能再更改。"


@transaction.atomic
def create_batch(
    *, projects: Iterable[Project], name: str, note: str = "", actor: User, now: datetime
) -> ProjectBatch:
    """Put two or more projects into a new batch; the first of them leads it. Logs it.

    Refuses (BatchRefused) what `add_projects` refuses.
    """
    # In the order of their ids, whatever was ticked first.
    joining = _lock_all(projects)
    if len(joining) < 2:
        raise BatchRefused("请至少选择两个项目合并为批次。")
    # Two new batches would take the same number.
    lock_transaction(NUMBER_LOCK)
    batch = ProjectBatch(
        number=proposed_batch_number(now), name=name, note=note, created_at=now, created_by=actor
    )
    batch.full_clean()
    batch.save()
    after = snapshot(batch, *RECORDED)
    record("project.batch_create", actor=actor, now=now, subject=batch, after=after)
    _join(batch, joining, [], actor=actor, now=now)
    return batch


@transaction.atomic
def add_projects(
    *, batch: ProjectBatch, projects: Iterable[Project], actor: User, now: datetime
) -> list[Project]:
    """Add projects to a batch; logs it for each.

    Refuses (BatchRefused) projects that are drawn, archived, in a batch, or under another regime;
    too many; and a batch of which a member is drawn or archived.
    """
    batch = _lock_batch(batch)
    members = _lock_all(projects_in(batch.pk))
    _refuse_fixed(members)
    joining = _lock_all(projects)
    if not joining:
        raise BatchRefused("请选择要加入批次的项目。")
    _join(batch, joining, members, actor=actor, now=now)
    return joining


@transaction.atomic
def remove_project(*, project: Project, actor: User, now: datetime) -> None:
    """Take a project out of its batch; logs it.

    Refuses (BatchRefused) the lead, and a batch of which a member is drawn or archived.
    """
    members = lock_members(project)
    leaving = next(member for member in members if member.pk == project.pk)
    _refuse_fixed(members)
    if leaving.leads_batch:
        raise BatchRefused("主项目带有抽取方案，请先把另一个项目设为主项目；不再需要批次时请解散。")
    _leave(leaving, actor=actor, now=now)


@transaction.atomic
def choose_lead(*, project: Project, actor: User, now: datetime) -> None:
    """Let ``project`` lead its batch: its draw plan is from now on that of the batch. Logs it and announces BatchLed.

    Refuses (BatchRefused) a project without a batch, and a batch that is drawn or archived.
    """
    members = lock_members(project)
    _refuse_fixed(members)
    before = members[0]
    # Nothing to do, and nothing to log.
    if before.pk == project.pk:
        return
    note_editor(next(member for member in members if member.pk == project.pk), actor)
    # The old one first: the constraint allows one at any time.
    Project.objects.filter(pk=before.pk).update(leads_batch=False)
    Project.objects.filter(pk=project.pk).update(leads_batch=True)
    record(
        "project.batch_lead",
        actor=actor,
        now=now,
        subject=project,
        before={"主项目": before.number},
        after={"主项目": project.number},
    )
    publish(BatchLed(project.pk, before.pk, actor.pk, now))


@transaction.atomic
def update_batch(
    *, batch: ProjectBatch, name: str, note: str, actor: User, now: datetime
) -> ProjectBatch:
    """Change name and note of a batch; logs it. Refuses one that is wholly archived."""
    batch = _lock_batch(batch)
    if batch_closed(str(batch.pk)):
        raise BatchRefused(ARCHIVED)
    before = snapshot(batch, *RECORDED)
    batch.name, batch.note = name, note
    batch.full_clean()
    batch.save()
    after = snapshot(batch, *RECORDED)
    record_change(
        "project.batch_update", actor=actor, now=now, subject=batch, before=before, after=after
    )
    return batch


@transaction.atomic
def dissolve_batch(*, batch: ProjectBatch, actor: User, now: datetime) -> None:
    """Let all projects go their own way again and delete the batch; logs it.

    Refuses (BatchRefused) a batch of which a member is drawn or archived, or that has files.
    """
    batch = _lock_batch(batch)
    members = _lock_all(projects_in(batch.pk))
    _refuse_fixed(members)
    # They know it by its id: nobody would find them any more.
    if attachments_of(batch).exists():
        raise BatchRefused("批次还有附件，请先删除附件，再解散批次。")
    # Before the batch, which is protected while a project refers to it.
    for member in members:
        _leave(member, actor=actor, now=now)
    before = snapshot(batch, *RECORDED)
    record("project.batch_dissolve", actor=actor, now=now, subject=batch, before=before)
    batch.delete()


def lock_members(project: Project) -> list[Project]:
    """Lock ``project`` and whatever is drawn together with it; return fresh copies, the lead first.

    Raises ProjectChanged when it joined or left a batch meanwhile, ProjectError when it is gone.
    """
    # Without a lock, since the batch is locked before its projects; what changes meanwhile is
    # noticed below.
    known = Project.objects.filter(pk=project.pk).values_list("batch", flat=True).first()
    if known is None:
        alone = lock_project(project)
        if alone.batch_id is not None:
            raise ProjectChanged(CHANGED)
        return [alone]
    _lock_batch(ProjectBatch(pk=known))
    members = _lock_all(projects_in(known))
    if all(member.pk != project.pk for member in members):
        raise ProjectChanged(CHANGED)
    return sorted(
        members, key=lambda member: (not member.leads_batch, member.opening_at, member.pk)
    )


def batch_closed(batch_id: str) -> str:
    """Say why the files of a batch may not change; nothing while they may."""
    open_ones = [member for member in projects_in(int(batch_id)) if not member.is_archived]
    return "" if open_ones else ARCHIVED


def _lock_batch(batch: ProjectBatch) -> ProjectBatch:
    fresh = ProjectBatch.objects.select_for_update().filter(pk=batch.pk).first()
    if fresh is None:
        raise BatchRefused("批次已被解散，请返回批次列表。")
    return fresh


def _lock_all(projects: Iterable[Project]) -> list[Project]:
    """Lock and load the rows anew in the order of their ids; the order given is kept."""
    order = {project.pk: at for at, project in enumerate(projects)}
    rows = Project.objects.select_for_update().filter(pk__in=order).order_by("pk")
    return sorted(rows, key=lambda project: order[project.pk])


def _refuse_fixed(members: Iterable[Project]) -> None:
    for member in members:
        if member.batch_id is None:
            message = f"「{member.name}」不在任何批次中。"
            raise BatchRefused(message)
        if is_fixed(member):
            raise BatchRefused(DRAWN)


def _join(
    batch: ProjectBatch,
    joining: list[Project],
    members: list[Project],
    *,
    actor: User,
    now: datetime,
) -> None:
    for project in joining:
        if project.batch_id is not None:
            message = f"「{project.name}」已在批次中，一个项目只能在一个批次里。"
            raise BatchRefused(message)
        if is_fixed(project):
            message = f"「{project.name}」已经抽取或归档，不能加入批次。"
            raise BatchRefused(message)
    together = [*members, *joining]
    if len({project.regime for project in together}) > 1:
        raise BatchRefused("同一批次的项目须适用同一制度，请按制度分批。")
    if len(together) > LARGEST_BATCH:
        message = f"一个批次最多 {LARGEST_BATCH} 个项目，请分批。"
        raise BatchRefused(message)
    for place, project in enumerate(joining):
        note_editor(project, actor)
        project.batch, project.leads_batch = batch, not members and place == 0
        project.save(update_fields=["batch", "leads_batch"])
        after = {"批次": f"{batch.number} {batch.name}"}
        record("project.batch_join", actor=actor, now=now, subject=project, after=after)


def _leave(project: Project, *, actor: User, now: datetime) -> None:
    batch = project.batch
    assert batch is not None  # noqa: S101 (checked by the caller)
    note_editor(project, actor)
    project.batch, project.leads_batch = None, False
    project.save(update_fields=["batch", "leads_batch"])
    before = {"批次": f"{batch.number} {batch.name}"}
    record("project.batch_leave", actor=actor, now=now, subject=project, before=before)


BATCH_FILES = FileSubject(
    "projects.projectbatch",
    may_view=may_view_batch_files,
    may_edit=may_edit_batch_files,
    closed=batch_closed,
    choices=dict(FileAudience.choices),
)
