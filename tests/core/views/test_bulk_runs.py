"""Actions on more rows than a request has time for: worked off by a job, with progress and what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import RolePermission, User
from expertpool.audit.models import Entry
from expertpool.core import bulk, tasks
from expertpool.core.models import BulkRun
from expertpool.core.views import bulk as views
from expertpool.experts.models import Expert
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(bulk, "AT_ONCE", 2)


def freeze(client: Client, experts: list[Expert], **data: Any) -> HttpResponse:
    keys = [one.pk for one in experts]
    headers = {"HX-Request": "true", "HX-Current-URL": "https://example.cn/experts/?tab=formal"}
    sent = {"pk": keys, "reason": "年检未过"} | data
    return client.post(reverse("experts:freeze_many"), sent, headers=headers)


@pytest.mark.parametrize("page", ["http://[", "//[::1"])
def test_whoever_says_no_page_has_none_to_go_back_to(
    client: Client, admin: User, page: str
) -> None:
    keys = [make_expert().pk for _ in range(3)]
    headers = {"HX-Request": "true", "HX-Current-URL": page}
    sent = {"pk": keys, "reason": "年检未过"}
    answer = login(client, admin).post(reverse("experts:freeze_many"), sent, headers=headers)
    assert answer.status_code == 200
    assert BulkRun.objects.get().back == ""
    assert "返回列表" not in client.get(answer["HX-Redirect"]).content.decode()


def statuses(experts: list[Expert]) -> list[str]:
    rows = Expert.objects.filter(pk__in=[one.pk for one in experts]).order_by("pk")
    return list(rows.values_list("status", flat=True))


@pytest.mark.shows("EXP-34", "EXP-52")
def test_many_are_worked_off_and_the_page_says_how_far(client: Client, admin: User) -> None:
    experts = [
        make_expert(f"专家{at}", status="pending" if at == 3 else "formal") for at in range(5)
    ]
    answer = freeze(login(client, admin), experts)
    run = BulkRun.objects.get()
    assert answer["HX-Redirect"] == reverse("core:bulk_run", args=[run.pk])
    assert "frozen" not in statuses(experts)
    page = client.get(answer["HX-Redirect"]).content.decode()
    assert "/experts/?tab=formal" in page
    assert "hx-get" in page
    # What is asked anew is all that goes with the state: a button that is over does not stay.
    asked = client.get(answer["HX-Redirect"], headers={"HX-Request": "true"}).content.decode()
    assert asked.split(">")[0].count("hx-get") == 1
    assert asked.strip().endswith("</div>")
    tasks.run_bulk(run_id=run.pk)
    assert statuses(experts) == ["frozen", "frozen", "frozen", "pending", "frozen"]
    part = client.get(answer["HX-Redirect"], headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part
    assert "已办理 4 项" in part
    assert "专家3现为“待审核”" in part
    assert set(Entry.objects.filter(action="expert.freeze").values_list("note", flat=True)) == {
        "年检未过"
    }
    assert run.title in client.get(reverse("core:export_list")).content.decode()
    # Nobody else's, and nothing secret of the request is kept.
    other = login(Client(), make_user("admin"))
    assert other.get(answer["HX-Redirect"]).status_code == 404
    assert "csrf" not in run.posted
    tasks.run_bulk(run_id=run.pk)  # once more: nothing
    assert Entry.objects.filter(action="expert.freeze").count() == 4


def test_the_page_of_a_run_in_which_nothing_was_refused_says_how_many(
    client: Client, admin: User
) -> None:
    answer = freeze(login(client, admin), [make_expert() for _ in range(5)])
    assert "正在后台办理" in client.get(answer["HX-Redirect"]).content.decode()
    tasks.run_bulk(run_id=BulkRun.objects.get().pk)
    page = client.get(answer["HX-Redirect"]).content.decode()
    assert "已办理 5 项" in page
    assert "正在后台办理" not in page


@pytest.mark.parametrize("reason", ["", "缺", "。。"])
def test_no_run_begins_without_a_reason(client: Client, admin: User, reason: str) -> None:
    experts = [make_expert() for _ in range(5)]
    assert freeze(login(client, admin), experts, reason=reason).status_code == 409
    assert not BulkRun.objects.exists()


def test_few_are_done_at_once(client: Client, admin: User) -> None:
    experts = [make_expert() for _ in range(2)]
    assert freeze(login(client, admin), experts).status_code == 204
    assert statuses(experts) == ["frozen"] * 2
    assert not BulkRun.objects.exists()


def test_a_run_that_waits_says_behind_how_many_jobs(client: Client, admin: User) -> None:
    """It stood at 0 for a minute, without a word."""
    login(client, admin)
    first, second = (
        freeze(client, [make_expert() for _ in range(3)])["HX-Redirect"] for _ in range(2)
    )
    assert "前面还有" not in client.get(first).content.decode()
    assert "前面还有 1 项后台任务" in client.get(second).content.decode()
    ProcrastinateJob.objects.filter(args__run_id=BulkRun.objects.last().pk).delete()
    assert "前面还有" not in client.get(second).content.decode()


def test_a_worker_that_died_goes_on_where_it_was(client: Client, admin: User) -> None:
    experts = [make_expert() for _ in range(5)]
    freeze(login(client, admin), experts)
    run = BulkRun.objects.get()
    action = bulk.ACTIONS["experts.freeze"]
    asked = bulk.Kept.of(run)
    bulk.do_part(run, action, asked, run.chosen[:2], timezone.now())
    tasks.run_bulk(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.done, len(run.made), run.refused) == ("done", 5, 5, [])
    assert Entry.objects.filter(action="expert.freeze").count() == 5


@pytest.mark.shows("EXP-34")
def test_a_run_is_stopped_and_what_it_did_is_taken_back(client: Client, admin: User) -> None:
    experts = [make_expert() for _ in range(5)]
    page = freeze(login(client, admin), experts)["HX-Redirect"]
    run = BulkRun.objects.get()
    bulk.do_part(run, bulk.ACTIONS["experts.freeze"], bulk.Kept.of(run), run.chosen[:2], NOW)
    assert "停止" in client.get(page).content.decode()
    stop = reverse("core:bulk_stop", args=[run.pk])
    assert "正在停止" in client.post(stop, follow=True).content.decode()
    tasks.run_bulk(run_id=run.pk)
    assert statuses(experts) == ["frozen"] * 2 + ["formal"] * 3
    text = client.get(page).content.decode()
    assert "已停止" in text
    assert "已办理 2 项，未办理 3 项" in text
    assert "已经办完" in client.post(stop, follow=True).content.decode()
    back = [client.post(reverse("core:bulk_undo", args=[run.pk])) for _ in range(2)]
    assert back[0]["Location"] == back[1]["Location"]  # twice is once
    undoing = BulkRun.objects.latest("pk")
    assert (undoing.title, undoing.chosen) == (f"撤销：{run.title}", run.made)
    tasks.run_bulk(run_id=undoing.pk)
    assert statuses(experts) == ["formal"] * 5
    told = Entry.objects.filter(action="expert.unfreeze").values_list("note", flat=True)
    assert set(told) == {"撤回刚才的冻结"}


def test_a_run_that_did_nothing_says_so(client: Client, admin: User) -> None:
    experts = [make_expert(status="pending") for _ in range(3)]
    page = freeze(login(client, admin), experts)["HX-Redirect"]
    tasks.run_bulk(run_id=BulkRun.objects.get().pk)
    text = client.get(page).content.decode()
    assert "没有办理" in text
    assert "已办理 0 项，未办理 3 项" in text
    assert "现为“待审核”" in text
    assert "/undo/" not in text  # nothing is there to be taken back
    assert "0 / 3" in client.get(reverse("core:export_list")).content.decode()


@pytest.mark.parametrize("who", ["admin", "another"])
def test_nobody_stops_or_takes_back_what_is_not_his_to(
    client: Client, admin: User, who: str
) -> None:
    experts = [make_expert() for _ in range(3)]
    freeze(login(client, admin), experts)
    run = BulkRun.objects.get()
    tasks.run_bulk(run_id=run.pk)
    if who == "another":
        other = login(Client(), make_user("admin"))
        urls = [reverse(f"core:bulk_{name}", args=[run.pk]) for name in ("stop", "undo")]
        assert [other.post(url).status_code for url in urls] == [404, 404]
    else:
        RolePermission.objects.filter(code="experts.edit").delete()
        undo = reverse("core:bulk_undo", args=[run.pk])
        assert "不能在此撤销" in client.post(undo, follow=True).content.decode()
    assert BulkRun.objects.count() == 1


def disable(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def lose_the_right(user: User) -> None:
    RolePermission.objects.filter(code="experts.edit").delete()


@pytest.mark.parametrize("taken", [disable, lose_the_right])
def test_the_rights_are_those_of_now(
    client: Client, admin: User, taken: Callable[[User], None]
) -> None:
    experts = [make_expert() for _ in range(3)]
    freeze(login(client, admin), experts)
    taken(admin)
    run = BulkRun.objects.get()
    tasks.run_bulk(run_id=run.pk)
    run.refresh_from_db()
    assert run.made == []
    assert run.refused == [
        ["另有 2 项", "不在您可以办理的范围内。"],
        ["另有 1 项", "不在您可以办理的范围内。"],
    ]
    assert statuses(experts) == ["formal"] * 3


def test_what_goes_wrong_is_said_and_what_was_done_stays(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    experts = [make_expert() for _ in range(3)]
    freeze(login(client, admin), experts)
    run = BulkRun.objects.get()
    monkeypatch.delitem(bulk.ACTIONS, "experts.freeze")
    tasks.run_bulk(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.is_over) == ("failed", True)
    assert "请重新选择" in client.get(reverse("core:bulk_run", args=[run.pk])).content.decode()
    assert bulk.remove_expired_runs(now=run.expires_at) == 1
    assert bulk.remove_expired_runs(now=run.expires_at) == 0
    run.refresh_from_db()
    assert (run.title, run.posted, run.chosen, run.refused) == ("", "", [], [])
    assert not bulk.own_runs(admin, now=run.expires_at)


@pytest.mark.shows("EXP-52")
def test_whoever_comes_back_sees_what_became_of_it(client: Client, admin: User) -> None:
    experts = [make_expert(f"专家{at}") for at in range(5)]
    freeze(login(client, admin), experts)
    run, listed = BulkRun.objects.get(), reverse("experts:list")
    told = client.get(listed).content.decode()
    assert run.title in told
    assert "0 / 5" in told
    tasks.run_bulk(run_id=run.pk)
    # As often as he looks, until he has looked at the run itself; on other lists, and to others, nothing is said.
    for _ in range(2):
        assert "已办理 5 项，未办理 0 项" in client.get(listed).content.decode()
    assert run.title not in client.get(reverse("projects:list")).content.decode()
    other = login(Client(), make_user("admin"))
    assert run.title not in other.get(listed).content.decode()
    client.get(reverse("core:bulk_run", args=[run.pk]))
    assert run.title not in client.get(listed).content.decode()


@pytest.mark.shows("EXP-52")
def test_how_far_a_run_is_stands_in_numbers(client: Client, admin: User) -> None:
    freeze(login(client, admin), [make_expert(f"专家{at}") for at in range(3)])
    run = BulkRun.objects.get()
    page = client.get(reverse("core:bulk_run", args=[run.pk])).content.decode()
    assert "已处理 0 项，共 3 项" in page
