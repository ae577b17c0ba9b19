from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, project: Project, content: bytes = b"%PDF-1.7 x"):
    address = reverse("files:subject", args=["projects.project", str(project.pk)])
    return client.post(address, {"files": [SimpleUploadedFile("采购需求.pdf", content)]})


@pytest.mark.shows("PRJ-07", "PRJ-08")
def test_the_applicant_attaches_and_others_in_scope_read(client, operator):
    department = make_department()
    project = make_project(applicant=operator, department=department)
    upload(login(client, operator), project)
    attachment = attachments_of(project).get()
    page = client.get(reverse("projects:attachments", args=[project.pk])).content.decode()
    assert "采购需求.pdf" in page
    download = reverse("files:download", args=[attachment.pk])
    reader = make_user("department", department=department)
    response = login(client, reader).get(download)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 x"
    stranger = make_user("department", department=make_department("信息部"))
    assert login(client, stranger).get(download).status_code == 404


@pytest.mark.shows("PRJ-07")
def test_what_is_no_document_is_refused(client, operator):
    project = make_project(applicant=operator, department=make_department())
    assert upload(login(client, operator), project, b"MZ\x00\x01program").status_code == 422
    assert not Attachment.objects.exists()


def test_an_archived_project_takes_no_more_files(client, operator):
    project = make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())
    Project.objects.filter(pk=project.pk).update(status=ProjectStatus.ARCHIVED)
    upload(login(client, operator), project)
    assert not attachments_of(project).exists()


def test_the_panorama_has_a_tab_of_attachments(client, operator):
    project = make_project(applicant=operator, department=make_department())
    upload(login(client, operator), project)
    page = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "attachments"})
    assert "采购需求.pdf" in page.content.decode()
