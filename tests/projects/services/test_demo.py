from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from expertpool.projects.services.demo import ensure_demo_projects
from tests.factories.accounts import make_department, make_user

pytestmark = pytest.mark.django_db


def test_demo_projects_stand_in_each_status_and_are_made_once():
    people = {
        "applicant": make_user("operator", department=make_department()),
        "approver": make_user("supervisor"),
        "now": timezone.now(),
    }
    projects = ensure_demo_projects(**people)
    assert Counter(project.status for project in projects) == {
        "approved": 9,
        "pending": 2,
        "rejected": 1,
        "draft": 1,
    }
    assert [project.number for project in projects if project.batch] == ["YS-008", "YS-009"]
    assert ensure_demo_projects(**people) == projects
