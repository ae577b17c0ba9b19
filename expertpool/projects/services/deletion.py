from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError

from expertpool.accounts.models import User
from expertpool.audit.services import record, snapshot
from expertpool.projects.exceptions import ProjectNotEditable
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.services.state import lock_project


@transaction.atomic
def delete_project(*, project: Project, actor: User, now: datetime) -> None:
    """Delete a draft that was never drawn; what it held stands in the log entry.

    Refuses every other project (ProjectNotEditable).
    """
    project = lock_project(project)
    if project.batch_id is not None:
        raise ProjectNotEditable("项目在批次中，请先移出批次再删除。")
    if not project.is_deletable:
        raise ProjectNotEditable("只能删除「未抽取」的草稿项目；已提交的项目请先撤回。")
    before = snapshot(project, *PROJECT.recorded)
    record("project.delete", actor=actor, now=now, subject=project, before=before)
    try:
        with transaction.atomic():
            project.delete()
    except ProtectedError as error:
        raise ProjectNotEditable("项目已有抽取记录，须保留，不能删除。") from error
