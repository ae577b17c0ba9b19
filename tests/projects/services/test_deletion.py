from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import ProjectNotEditable
from expertpool.projects.models import Project
from expertpool.projects.services.deletion import delete_project
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db


@pytest.mark.shows("DRAW-30")
def test_a_draft_is_deleted_and_the_log_keeps_it():
    project = make_project(name="误建项目")
    delete_project(project=project, actor=project.created_by, now=timezone.now())
    assert not Project.objects.exists()
    assert Entry.objects.get(action="project.delete").before["name"] == "误建项目"


@pytest.mark.parametrize(
    "status", [ProjectStatus.PENDING, ProjectStatus.APPROVED, ProjectStatus.REJECTED]
)
def test_nothing_else_is_deleted(status):
    project = make_project(status)
    with pytest.raises(ProjectNotEditable, match="草稿"):
        delete_project(project=project, actor=project.created_by, now=timezone.now())
    assert Project.objects.filter(pk=project.pk).exists()
