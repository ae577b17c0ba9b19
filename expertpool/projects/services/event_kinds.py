"""What happens to projects, as it is told to event rules."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.urls import reverse

from expertpool.automation.registry import EventKind, Person
from expertpool.core.text import moment_text
from expertpool.notifications.services.sending import Recipient
from expertpool.projects.events import ProjectApproved
from expertpool.projects.models import Project
from expertpool.projects.queries.projects import projects_visible_to


def applicant_of(project: Project) -> Recipient | None:
    user = project.created_by
    return Recipient.of_account(user) if user.is_active else None


def words_of(project: Project) -> dict[str, str]:
    """Return what texts of rules may say of ``project``; nothing of its experts."""
    return {
        "项目名称": project.name,
        "项目编号": project.number,
        "所属部门": str(project.department),
        "申请人": project.created_by.name,
        "评审时间": moment_text(project.opening_at),
    }


SAMPLES = {
    "项目名称": "城区道路改造工程监理",
    "项目编号": "XM-2026-0012",
    "所属部门": "工程建设部",
    "申请人": "李经办",
    "评审时间": "2026 年 12 月 8 日 09:00",
}
APPLICANT = Person("项目申请人", applicant_of)


def _approved() -> QuerySet[Project]:
    rows = Project.objects.filter(status__in=("approved", "archived"), decided_at__isnull=False)
    return rows.annotate(happened_at=F("decided_at")).select_related("created_by", "department")


APPROVED = EventKind(
    code="projects.approved",
    label="项目审核通过",
    subject="projects.project",
    sources={ProjectApproved: lambda event: [event.project_id]},
    visible=projects_visible_to,
    past=_approved,
    page=lambda project: reverse("projects:detail", args=[project.pk]),
    name_of=lambda project: project.name,
    fact=lambda project: f"{project.status_n}",
    words=words_of,
    samples=SAMPLES,
    people={"applicant": APPLICANT},
    parties={"project": lambda project: project},
    order=10,
)

EVENTS = (APPROVED,)
