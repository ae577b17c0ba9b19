from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from expertpool.audit.models import Entry
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.services import attach
from expertpool.notifications.models import Message
from expertpool.projects.enums import EvidenceKind, ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.services.archive import archive_project
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
APPROVE = reverse("projects:approve_many")
SUBMIT = reverse("projects:submit_many")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def statuses(*projects) -> list[str]:
    return [Project.objects.get(pk=project.pk).status for project in projects]


def seen() -> dict[str, str]:
    """What the bar of a list says that is shown now."""
    return {"at": timezone.now().isoformat()}


@pytest.mark.shows("PRJ-05", "PRJ-01")
def test_the_ticked_are_approved_and_each_other_says_why(client):
    department = make_department()
    supervisor = make_user("supervisor")
    admin = make_user("admin", department=department)
    pending = make_project(ProjectStatus.PENDING, department=department)
    own = make_project(ProjectStatus.PENDING, name="自己的项目", applicant=admin)
    draft = make_project(name="草稿项目", department=department)
    login(client, admin)
    keys = [pending.pk, own.pk, draft.pk]
    response = client.post(APPROVE, {"pk": keys, **seen()}, headers={"HX-Request": "true"})
    assert statuses(pending, own, draft) == ["approved", "pending", "draft"]
    page = response.content.decode()
    assert "已审核通过 1 个项目" in page
    assert "自己的项目" in page
    assert "不能审核自己申请、提交或修改的项目" in page
    assert "草稿项目" in page
    assert "项目现为「草稿」" in page
    assert response["HX-Retarget"] == "#drawer"
    assert "list:refresh" in response["HX-Trigger-After-Settle"]
    assert Entry.objects.filter(action="project.approve").count() == 1
    assert Message.objects.filter(about_id=str(pending.pk)).exists()
    login(client, supervisor)
    assert client.post(APPROVE, {"pk": keys, **seen()}).status_code == 200
    assert statuses(pending, own, draft) == ["approved", "approved", "draft"]


def test_all_that_the_list_shows_means_those_that_wait(client):
    department = make_department()
    waiting = [make_project(ProjectStatus.PENDING, department=department) for _ in range(3)]
    approved = make_project(ProjectStatus.APPROVED, department=department)
    elsewhere = make_project(ProjectStatus.PENDING, name="别的", department=department)
    login(client, make_user("supervisor"))
    response = client.post(f"{APPROVE}?q=城区道路", {"all": "1", "count": "4", **seen()})
    assert response.status_code == 204
    told = json.loads(response["HX-Trigger"])["toast"]["message"]
    assert told == "已审核通过 3 个项目。其余 1 个项目现在不需要审核通过，没有处理。"
    assert set(statuses(*waiting)) == {"approved"}
    assert statuses(approved, elsewhere) == ["approved", "pending"]


def test_what_is_out_of_scope_is_as_if_it_were_not_there(client):
    user = make_user("department", department=make_department("工程部"))
    hidden = make_project(department=make_department("信息部"))
    response = login(client, user).post(SUBMIT, {"pk": [hidden.pk]})
    assert response.status_code == 409
    assert statuses(hidden) == ["draft"]
    assert client.post(APPROVE, {"pk": [hidden.pk]}).status_code == 403


@pytest.mark.shows("PRJ-05")
def test_imported_drafts_are_handed_in_together(client, operator):
    department = make_department()
    drafts = [make_project(applicant=operator, department=department) for _ in range(2)]
    response = login(client, operator).post(SUBMIT, {"pk": [one.pk for one in drafts]})
    assert response.status_code == 204
    assert set(statuses(*drafts)) == {"pending"}


def store(project, kind="") -> Attachment:
    return attach(
        subject=project,
        uploaded_file=SimpleUploadedFile(f"{kind or '附件'}.pdf", b"%PDF-1.7 x"),
        kind=kind,
        as_evidence=bool(kind),
        actor=None,
        now=timezone.now(),
    )


def remove(client, project, *attachments, reason="重复上传"):
    url = reverse("projects:files_delete", args=[project.pk])
    return client.post(url, {"pk": [one.pk for one in attachments], "reason": reason})


@pytest.mark.shows("PRJ-19")
def test_files_are_removed_in_bulk_by_right_and_evidence_stays_until_the_archive(client):
    project = make_project(ProjectStatus.APPROVED)
    plain, recording = store(project), store(project, EvidenceKind.RECORDING)
    elsewhere = store(make_project())
    login(client, make_user("admin"))
    assert remove(client, project, plain, reason=" ").status_code == 409
    page = remove(client, project, plain, recording, elsewhere).content.decode()
    assert "已删除 1 个附件" in page
    assert "项目归档后才能删除" in page
    assert list(attachments_of(project)) == [recording]
    assert Attachment.objects.filter(pk=elsewhere.pk).exists()
    entry = Entry.objects.get(action="file.remove")
    assert (entry.note, entry.before["文件名"]) == ("重复上传", "附件.pdf")
    archive_project(project=project, note="完结", actor=make_user("operator"), now=timezone.now())
    assert remove(client, project, recording).status_code == 204
    assert not attachments_of(project).exists()
    assert Entry.objects.filter(action="file.remove").count() == 2


@pytest.mark.shows("PRJ-19")
def test_without_the_right_nobody_removes_in_bulk(client, operator):
    project = make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())
    plain = store(project)
    login(client, operator)
    assert remove(client, project, plain).status_code == 403
    page = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "attachments"})
    assert "data-bulk" not in page.content.decode()
    login(client, make_user("admin"))
    page = client.get(reverse("projects:detail", args=[project.pk]), {"tab": "attachments"})
    assert "data-bulk" in page.content.decode()


@pytest.mark.shows("PRJ-19", "PRJ-17")
def test_evidence_is_neither_removed_one_by_one_nor_uploaded(client, operator):
    project = make_project(ProjectStatus.APPROVED, applicant=operator, department=make_department())
    recording = store(project, EvidenceKind.RECORDING)
    login(client, operator)
    response = client.post(reverse("files:remove", args=[recording.pk]))
    assert response.status_code == 409
    address = reverse("files:subject", args=["projects.project", project.pk])
    upload = {"files": [SimpleUploadedFile("假录屏.pdf", b"%PDF-1.7 x")]}
    response = client.post(f"{address}?kind=recording", upload)
    assert "由系统生成，不能上传" in response.content.decode()
    assert list(attachments_of(project)) == [recording]


def test_of_the_page_of_those_that_wait_all_are_those_that_wait_for_him(client):
    department = make_department()
    waiting = make_project(ProjectStatus.PENDING, department=department)
    admin = make_user("admin", department=department)
    own = make_project(ProjectStatus.PENDING, department=department, applicant=admin)
    login(client, admin)
    assert (
        client.post(f"{APPROVE}?waiting=1", {"all": "1", "count": "2", **seen()}).status_code == 409
    )
    assert (
        client.post(f"{APPROVE}?waiting=1", {"all": "1", "count": "1", **seen()}).status_code == 204
    )
    assert statuses(waiting, own) == ["approved", "pending"]
