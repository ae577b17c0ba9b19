from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from expertpool.core.api.idempotency import KEPT, remove_expired_answers
from expertpool.core.models import StoredAnswer
from expertpool.draws.models import Draw
from expertpool.files.models import Attachment
from expertpool.projects.models import Project
from tests.api.caller import Caller, assert_problem
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project


@pytest.mark.django_db
def test_a_repeated_call_is_answered_alike_and_done_once(
    applicant: Caller, application: dict[str, Any]
) -> None:
    first = applicant.post("/projects", application, key="k-1")
    again = applicant.post("/projects", application, key="k-1")
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Project.objects.count() == 1
    other = applicant.post("/projects", application, key="k-2")
    assert other.json()["id"] != first.json()["id"]


@pytest.mark.django_db
def test_a_key_for_another_content_or_address_is_refused(
    applicant: Caller, application: dict[str, Any]
) -> None:
    project = applicant.post("/projects", application, key="k-1").json()
    changed = application | {"name": "另一个项目"}
    for path, data in (("/projects", changed), (f"/projects/{project['id']}/submit", application)):
        answer = applicant.post(path, data, key="k-1")
        assert_problem(answer, 422, "idempotency-key-reused")
    assert list(Project.objects.values_list("status", flat=True)) == ["draft"]


@pytest.mark.django_db
def test_each_token_has_keys_of_its_own(application: dict[str, Any], applicant: Caller) -> None:
    other = Caller(applicant.user)
    ids = {
        caller.post("/projects", application, key="k").json()["id"] for caller in (applicant, other)
    }
    assert len(ids) == 2


@pytest.mark.django_db
def test_what_was_refused_can_be_mended_under_its_key(
    applicant: Caller, application: dict[str, Any]
) -> None:
    answer = applicant.post("/projects", application | {"name": ""}, key="k")
    assert_problem(answer, 422, "invalid-values")
    project = make_project(applicant=applicant.user)
    taken = applicant.post("/projects", application | {"number": project.number}, key="k")
    assert_problem(taken, 409, "number-taken")
    assert not StoredAnswer.objects.exists()
    assert applicant.post("/projects", application, key="k").status_code == 201


@pytest.mark.django_db
def test_an_upload_is_the_same_whatever_marks_its_parts(applicant: Caller) -> None:
    project = make_project(applicant=applicant.user)

    def upload(content: bytes, boundary: str) -> Any:
        from django.test.client import encode_multipart

        data = {
            "subject_type": "projects.project",
            "subject_id": str(project.pk),
            "file": SimpleUploadedFile("a.pdf", content),
        }
        return applicant._client.post(
            "/api/v1/attachments",
            encode_multipart(boundary, data),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=applicant._headers("k"),
        )

    first, again = upload(b"%PDF-1.7 a", "one"), upload(b"%PDF-1.7 a", "two")
    assert first.status_code == 201, first.content
    assert again.content == first.content
    assert_problem(upload(b"%PDF-1.7 b", "one"), 422, "idempotency-key-reused")
    assert Attachment.objects.count() == 1


@pytest.mark.django_db
def test_keys_end_after_a_day(applicant: Caller, application: dict[str, Any]) -> None:
    first = applicant.post("/projects", application, key="k").json()
    StoredAnswer.objects.update(expires_at=timezone.now())
    assert applicant.post("/projects", application, key="k").json()["id"] != first["id"]
    now = timezone.now()
    assert remove_expired_answers(now=now) == 0
    assert remove_expired_answers(now=now + KEPT + timedelta(minutes=1)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 101, "键", "a b\tc"])
def test_a_malformed_key_is_refused(
    applicant: Caller, application: dict[str, Any], key: str
) -> None:
    answer = applicant.post("/projects", application, key=key)
    assert_problem(answer, 400, "idempotency-key-malformed")
    assert not Project.objects.exists()


@pytest.mark.django_db
def test_a_key_without_a_token_is_no_key(applicant: Caller, application: dict[str, Any]) -> None:
    applicant.token.text = "ep_wrong"  # type: ignore[attr-defined]
    assert_problem(applicant.post("/projects", application, key="k"), 401, "unauthorized")
    assert not StoredAnswer.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_copies_at_the_same_moment_make_one_draw() -> None:
    for _ in range(3):
        make_expert()
    project = make_ready_project(now=timezone.now(), seats=1)
    answers = at_once(4, Caller(make_user("operator")), f"/projects/{project.pk}/draws", key="k")
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 3
    assert Draw.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_a_key_the_copies_are_refused() -> None:
    """The negative control: the draw itself happens once, but its copies are told of a conflict."""
    for _ in range(3):
        make_expert()
    project = make_ready_project(now=timezone.now(), seats=1)
    answers = at_once(4, Caller(make_user("operator")), f"/projects/{project.pk}/draws", key="")
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def at_once(count: int, caller: Caller, path: str, *, key: str) -> list[Any]:
    """Send ``count`` copies of one call at the same moment, each over its own connection."""
    barrier = threading.Barrier(count)

    def send() -> Any:
        barrier.wait()
        try:
            return caller.post(path, {"plan_version": 1}, key=key)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(send) for _ in range(count)]]
