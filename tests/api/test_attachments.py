from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from expertpool.audit.models import Entry
from expertpool.files.models import Attachment
from tests.api.caller import Caller, assert_problem
from tests.factories.accounts import make_department
from tests.factories.experts import make_expert
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def form(project: Any, content: bytes = PDF, name: str = "采购需求.pdf", **more: Any) -> dict:
    return {
        "subject_type": "projects.project",
        "subject_id": str(project.pk),
        "file": SimpleUploadedFile(name, content, "application/pdf"),
    } | more


def test_a_file_is_uploaded_listed_and_fetched(applicant: Caller) -> None:
    project = make_project(applicant=applicant.user)
    answer = applicant.upload("/attachments", form(project, kind="experts"))
    assert answer.status_code == 201, answer.content
    stored = answer.json()
    assert stored["name"] == "采购需求.pdf"
    assert stored["sha256"] == hashlib.sha256(PDF).hexdigest()
    of = {"subject_type": "projects.project", "subject_id": project.pk}
    assert applicant.get("/attachments", of).json() == [stored]
    file = applicant.get(f"/attachments/{stored['id']}/content")
    assert b"".join(file.streaming_content) == PDF  # type: ignore[attr-defined]
    assert file["Content-Disposition"].startswith("attachment")
    assert Entry.objects.filter(action="file.download", actor=applicant.user).count() == 1


def test_content_decides_and_a_refusal_leaves_nothing(applicant: Caller) -> None:
    project = make_project(applicant=applicant.user)
    program = form(project, b"MZ\x90\x00\x03" * 20, "采购需求.pdf")
    problem = assert_problem(applicant.upload("/attachments", program), 422, "file-refused")
    assert "内容却不是 PDF" in problem["detail"]
    assert not Attachment.objects.exists()


def test_files_of_projects_out_of_scope_do_not_exist(applicant: Caller, runner: Caller) -> None:
    other = make_project(department=make_department("别的部门"))
    assert_problem(applicant.upload("/attachments", form(other)), 404, "not-found")
    stored = runner.upload("/attachments", form(other)).json()
    address = f"/attachments/{stored['id']}/content"
    assert_problem(applicant.get(address), 404, "not-found")


def test_the_scopes_of_a_token_hold_for_files(department: Any, applicant: Caller) -> None:
    project = make_project(applicant=applicant.user)
    reader = Caller(applicant.user, "projects.view")
    assert_problem(reader.upload("/attachments", form(project)), 403, "forbidden")
    blind = Caller(applicant.user, "draws.view")
    of = {"subject_type": "projects.project", "subject_id": project.pk}
    assert_problem(blind.get("/attachments", of), 404, "not-found")


def test_scans_of_experts_are_not_reached_without_the_right(runner: Caller, admin: Any) -> None:
    of = {"subject_type": "experts.expert", "subject_id": make_expert().pk}
    assert_problem(runner.get("/attachments", of), 404, "not-found")
    assert_problem(Caller(admin, "projects.view").get("/attachments", of), 404, "not-found")


@pytest.mark.parametrize("kind", ["accounts.user", "no.such", "files.attachment"])
def test_other_things_have_no_files(runner: Caller, kind: str) -> None:
    of = {"subject_type": kind, "subject_id": runner.user.pk}
    assert_problem(runner.get("/attachments", of), 404, "not-found")
