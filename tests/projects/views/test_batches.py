"""The list of batches, the page of one, and grouping from the list of projects."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from expertpool.files.queries import attachments_of
from expertpool.projects.enums import ProjectStatus, Regime
from expertpool.projects.models import Project, ProjectBatch
from tests.factories.accounts import make_department, make_user
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LIST, GROUP = reverse("projects:batch_list"), reverse("projects:group")


def address(name: str, *keys: int) -> str:
    return reverse(f"projects:{name}", args=keys)


@pytest.mark.shows("PRJ-05", "OVW-11")
def test_ticked_projects_of_the_list_become_a_batch(client):
    first, second = make_members(96, 72, now=timezone.now(), status=ProjectStatus.DRAFT)
    login(client, make_user("operator"))
    assert "合并为批次" in client.get("/projects/").content.decode()
    drawer = client.get(GROUP, {"pk": [first.pk, second.pk]}).content.decode()
    assert drawer.count('name="pk"') == 2
    response = client.post(GROUP, {"pk": [first.pk, second.pk], "name": "年末采购"})
    batch = ProjectBatch.objects.get()
    assert response["HX-Redirect"] == address("batch_detail", batch.pk)
    assert batch.members == [second, first]  # the earliest leads
    page = client.get("/projects/", {"q": "年末采购"})
    assert {row.pk for row in page.context["page"]} == {first.pk, second.pk}


@pytest.mark.shows("PRJ-05")
def test_ticked_projects_join_a_batch_that_is_there(client):
    batch = make_batch(make_members(72, 96, now=timezone.now()), now=timezone.now())
    (third,) = make_members(120, now=timezone.now())
    login(client, make_user("operator"))
    client.post(GROUP, {"pk": [third.pk], "batch": batch.pk})
    assert third.pk in [member.pk for member in batch.members]


def test_what_is_refused_keeps_what_was_typed(client):
    (first,) = make_members(72, now=timezone.now())
    other = make_project(ProjectStatus.DRAFT, regime=Regime.INTERNAL)
    login(client, make_user("operator"))
    for values, sentence in (
        ({"pk": [first.pk], "name": "批次甲"}, "请至少选择两个项目"),
        ({"pk": [first.pk, other.pk], "name": "批次甲"}, "同一制度"),
        ({"pk": [first.pk, other.pk], "note": "批次甲"}, "请填写批次名称"),
    ):
        response = client.post(GROUP, values)
        assert response.status_code == 422
        text = response.content.decode()
        assert sentence in text
        assert "批次甲" in text
        assert f'value="{first.pk}"' in text


def test_all_that_the_list_shows_means_those_that_can_be_grouped(client):
    now = timezone.now()
    make_batch(make_members(72, 96, now=now), now=now)
    free = make_members(72, 96, now=now, status=ProjectStatus.DRAFT)
    login(client, make_user("operator"))
    client.post(GROUP, {"all": "1", "count": "4", "name": "其余"})
    assert ProjectBatch.objects.get(name="其余").members == free


@pytest.mark.shows("PRJ-02")
def test_the_page_shows_projects_plan_result_and_files(client):
    now = timezone.now()
    for _ in range(3):
        make_expert()
    first, second = make_members(72, 96, now=now)
    batch = make_batch([first, second], now=now, seats=2)
    login(client, make_user("operator"))
    page = address("batch_detail", batch.pk)
    shown = client.get(page).content.decode()
    assert first.name in shown
    assert second.name in shown
    assert "批次共用方案" in client.get(page, {"tab": "plan"}).content.decode()
    draw = draw_batch(batch, now=now)
    for subject in (page, address("detail", first.pk), address("detail", second.pk)):
        result = client.get(subject, {"tab": "draw"}).content.decode()
        assert draw.number in result
        assert result.count("位专家") == 2


def test_members_are_added_led_and_removed_from_the_page(client):
    now = timezone.now()
    first, second, third = make_members(72, 96, 120, now=now)
    batch = make_batch([first, second], now=now)
    login(client, make_user("operator"))
    assert third.name in client.get(address("batch_add", batch.pk)).content.decode()
    assert client.post(address("batch_add", batch.pk), {"projects": [third.pk]}).status_code == 204
    assert client.post(address("batch_lead", batch.pk, third.pk)).status_code == 204
    assert client.post(address("batch_remove", batch.pk, first.pk)).status_code == 204
    assert client.post(address("batch_remove", batch.pk, third.pk)).status_code == 409
    assert batch.members == [third, second]
    assert client.post(address("batch_edit", batch.pk), {"name": "改名"}).status_code == 204
    client.post(address("batch_dissolve", batch.pk))
    assert not ProjectBatch.objects.exists()


@pytest.mark.shows("OVW-11")
def test_a_batch_has_files_of_its_own(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    batch = make_batch(make_members(72, 96, now=timezone.now()), now=timezone.now())
    login(client, make_user("operator"))
    file = SimpleUploadedFile("评审办法.pdf", b"%PDF-1.7\n%%EOF\n")
    client.post(
        reverse("files:subject", args=["projects.projectbatch", batch.pk]), {"files": [file]}
    )
    assert attachments_of(batch).count() == 1
    page = client.get(address("batch_detail", batch.pk), {"tab": "attachments"})
    assert "评审办法.pdf" in page.content.decode()
    assert client.post(address("batch_dissolve", batch.pk)).status_code == 409


def test_who_reaches_only_a_part_looks_and_changes_nothing(client):
    now, own, other = timezone.now(), make_department(), make_department()
    (mine,) = make_members(72, now=now, department=own)
    (foreign,) = make_members(96, now=now, department=other)
    batch = make_batch([mine, foreign], now=now)
    login(client, make_user("department", department=own))
    page = client.get(address("batch_detail", batch.pk)).content.decode()
    assert address("detail", mine.pk) in page
    assert address("detail", foreign.pk) not in page
    for name, *keys in (
        ("batch_edit",),
        ("batch_add",),
        ("batch_dissolve",),
        ("batch_remove", foreign.pk),
        ("batch_lead", foreign.pk),
    ):
        assert client.post(address(name, batch.pk, *keys)).status_code == 404
    login(client, make_user("department", department=make_department()))
    assert client.get(address("batch_detail", batch.pk)).status_code == 404
    assert client.get(LIST).context["total"] == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_batches(client, count, django_assert_num_queries):
    now = timezone.now()
    for _ in range(count):
        make_batch(make_members(72, 96, now=now), now=now)
    login(client, make_user("operator"))
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        assert client.get(LIST).context["total"] == count


@pytest.mark.parametrize("count", [2, 4])
def test_the_page_asks_the_same_for_any_number_of_projects(
    client, count, django_assert_num_queries
):
    now = timezone.now()
    batch = make_batch(make_members(*[72 + at for at in range(count)], now=now), now=now)
    login(client, make_user("operator"))
    page = address("batch_detail", batch.pk)
    client.get(page)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(page)
    assert Project.objects.filter(batch=batch).count() == count


# Session, user, grants; batches counted and read; tasks; the bell.
LIST_QUERIES = 8
PAGE_QUERIES = 13
