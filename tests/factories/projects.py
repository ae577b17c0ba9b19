"""Projects for tests, put into any state by the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.projects.enums import ProjectStatus, Regime
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.services.application import (
    create_project,
    submit_project,
)
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.projects.services.state import approval_kept
from tests.factories.accounts import make_department, make_user

_numbers = count(1)


def project_data(**changes: Any) -> dict[str, Any]:
    """Complete values of a tender that opens in ten days; ``changes`` replace some of them."""
    department = changes.pop("department", None) or make_department()
    data = {
        "number": f"T-{next(_numbers):04d}",
        "name": "城区道路改造工程监理",
        "regime": Regime.TENDER,
        "department": department,
        "opening_at": timezone.now() + timedelta(days=10),
        "place": "市公共资源交易中心三楼 306",
        "contact_name": "李萌",
        "contact_phone": "021-55500001",
    }
    return data | changes


def make_project(
    status: str = ProjectStatus.DRAFT,
    *,
    applicant: User | None = None,
    approver: User | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> Project:
    """Make a project that stands in ``status`` (draft, pending, approved or rejected)."""
    now = now or timezone.now()
    applicant = applicant or make_user("operator", department=changes.get("department"))
    if "department" not in changes:
        changes["department"] = applicant.department
    project = create_project(
        values=project_data(**changes), actor=applicant, now=now, is_history=True
    )
    if status == ProjectStatus.DRAFT:
        return project
    submit_project(project=project, actor=applicant, now=now)
    if status == ProjectStatus.APPROVED:
        approve_project(
            project=project,
            version=project.version,
            actor=approver or make_user("supervisor"),
            now=now,
        )
    elif status == ProjectStatus.REJECTED:
        reject_project(
            project=project, actor=approver or make_user("supervisor"), now=now, note="缺少附件"
        )
    return project


def avoid(project: Project, **values: Any) -> Avoidance:
    """Let ``project`` avoid something, whoever approved it: it stays approved."""
    with approval_kept(Project.objects.get(pk=project.pk)):
        return Avoidance.objects.create(project=project, **values)
