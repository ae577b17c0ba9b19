from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.accounts.models import Department
from tests.api.caller import Caller
from tests.factories.accounts import make_department, make_user


@pytest.fixture(autouse=True)
def stored_files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def department(db: None) -> Department:
    return make_department("工程建设部")


@pytest.fixture
def applicant(department: Department) -> Caller:
    """A platform that files projects for 工程建设部."""
    return Caller(make_user("department", department=department))


@pytest.fixture
def runner(db: None) -> Caller:
    """A platform that plans and runs draws."""
    return Caller(make_user("operator"))


@pytest.fixture
def approver(db: None) -> Caller:
    """A platform that decides on projects and contributes random values."""
    return Caller(make_user("supervisor"))


@pytest.fixture
def application(department: Department) -> dict[str, Any]:
    """A complete application for 工程建设部."""
    return {
        "name": "道路照明改造",
        "regime": "internal",
        "department_id": department.pk,
        "budget": "860000.50",
        "opening_at": (timezone.localtime() + timedelta(days=9)).isoformat(),
        "place": "三楼 306",
        "contact_name": "李萌",
        "contact_phone": "021-55500001",
    }
