from __future__ import annotations

from importlib import import_module
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.core.fields import is_vouched
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.services import attach
from expertpool.projects.enums import EvidenceKind, ProjectStatus
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


def chosen(project: Project) -> dict[str, str]:
    return {one.name: one.kind for one in attachments_of(project)}


def test_whoever_uploads_says_who_reads_it_and_saying_nothing_is_careful(client, operator):
    project = make_project(applicant=operator, department=make_department())
    address = reverse("files:subject", args=["projects.project", str(project.pk)])
    login(client, operator)
    for name, more in (
        ("内部.pdf", {}),
        ("招标文件.pdf", {"kind": "experts"}),
    ):
        client.post(address, {"files": [SimpleUploadedFile(name, b"%PDF-1.7 x")], **more})
    refused = client.post(
        address, {"files": [SimpleUploadedFile("无.pdf", b"%PDF-1.7 x")], "kind": "everybody"}
    )
    assert "请选择谁能看到：仅内部、应邀专家可见" in refused.content.decode()
    assert chosen(project) == {"内部.pdf": "internal", "招标文件.pdf": "experts"}
    page = client.get(address).content.decode()
    assert "改为应邀专家可见" in page
    assert "改为仅内部" in page

    # It can be said later, by whoever may change the files; the log tells.
    [file] = [one for one in attachments_of(project) if one.name == "内部.pdf"]
    change = reverse("files:choose", args=[file.pk, "experts"])
    assert client.post(change).status_code == 204
    assert is_vouched(attachments_of(project).get(pk=file.pk))
    entry = Entry.objects.get(action="file.kind")
    assert (entry.before, entry.after) == ({"范围": "仅内部"}, {"范围": "应邀专家可见"})
    assert client.post(reverse("files:choose", args=[file.pk, "recording"])).status_code == 409
    assert login(client, make_user("auditor")).post(change).status_code == 403
    stranger = make_user("department", department=make_department("信息部"))
    assert login(client, stranger).post(change).status_code == 404
    Project.objects.filter(pk=project.pk).update(status=ProjectStatus.ARCHIVED)
    assert login(client, operator).post(change).status_code == 403
    assert chosen(project)["内部.pdf"] == "experts"


def test_evidence_is_for_nobody_to_choose(client, operator):
    project = make_project(applicant=operator, department=make_department())
    film = attach(
        subject=project,
        uploaded_file=SimpleUploadedFile("录屏.webm", b"\x1a\x45\xdf\xa3" + bytes(4000)),
        kind=EvidenceKind.RECORDING,
        as_evidence=True,
        actor=operator,
        now=timezone.now(),
    )
    change = reverse("files:choose", args=[film.pk, "experts"])
    assert login(client, operator).post(change).status_code == 409
    assert chosen(project) == {"录屏.webm": "recording"}


@pytest.mark.django_db(transaction=True)
def test_files_that_experts_saw_before_the_upgrade_they_still_see(operator):
    project = make_project(applicant=operator, department=make_department())
    attach(
        subject=project,
        uploaded_file=SimpleUploadedFile("招标文件.pdf", b"%PDF-1.7 x"),
        actor=operator,
        now=timezone.now(),
    )
    kept, led = attachments_of(project).get(), attachments_of(project).get()
    kept.kind = ""
    kept.save(update_fields=["kind", "proof"])
    led.name, led.file_key = str(led.name), bytes(led.file_key)  # read for the row that it was
    led.pk, led.uid, led.kind, led.proof = None, uuid4(), "", b"x" * 32
    Attachment.objects.bulk_create([led])
    Attachment.objects.filter(pk=led.pk).update(proof=b"x" * 32)
    migration = import_module("expertpool.projects.migrations.0015_who_reads_files")
    with connection.schema_editor() as editor:
        migration.experts_read_them(None, editor)
    kept.refresh_from_db()
    led.refresh_from_db()
    assert (kept.kind, is_vouched(kept)) == ("experts", True)
    assert (led.kind, is_vouched(led)) == ("", False)
