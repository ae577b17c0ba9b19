"""Many at once on the blacklist and off it, and what is said later on what an entry rests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.bulk import work_off
from expertpool.core.models.bulk import BulkRun
from expertpool.core.views import bulk
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import BlacklistEntry, Expert
from expertpool.experts.services.blacklist import (
    add_to_blacklist,
    amend_entry,
    end_entry,
    remove_from_blacklist,
)
from expertpool.notifications.models import Message
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate()
DATA = {"reason": "泄密", "evidence": "〔2026〕1 号", "until_date": "2099-12-31"}


def post(client: Client, name: str, *args: Any, query: str = "", **data: Any) -> HttpResponse:
    address = reverse(f"experts:{name}", args=args) + query
    return client.post(address, data, headers={"HX-Request": "true"})


def listed(people: list[Expert], admin: User) -> list[BlacklistEntry]:
    add = {"reason": "泄密", "until_date": TODAY, "actor": admin, "now": NOW}
    return [add_to_blacklist(expert=one, **add) for one in people]


@pytest.mark.parametrize("name", ["blacklist_many", "tag_many"])
def test_a_drawer_about_a_whole_list_names_its_conditions(
    client: Client, admin: User, name: str
) -> None:
    login(client, admin)
    make_expert("王小明")
    asked = {"all": "1", "count": 1, "q": "王小明", "tab": "formal"}
    page = client.get(reverse(f"experts:{name}"), asked).content.decode()
    assert "条件：" in page
    assert "王小明" in page.split("条件：")[1].split("</p>")[0]
    # Nobody but him would answer an appeal.
    assert ("申诉没有人处理" in page) is (name == "blacklist_many")


@pytest.mark.shows("EXP-34")
def test_many_are_put_on_it_with_evidence_and_period(client: Client, admin: User) -> None:
    login(client, admin)
    people = [make_expert("甲", email="a@example.cn"), make_expert("乙", email="b@example.cn")]
    keys = [one.pk for one in people]
    drawer = client.get(reverse("experts:blacklist_many"), {"pk": keys, "count": 2})
    assert all(f'name="{name}"' in drawer.content.decode() for name in DATA)
    for wrong in ({"until_date": "2020-01-01"}, {"reason": ""}):
        answer = post(client, "blacklist_many", pk=keys, count=2, **(DATA | wrong))
        assert answer.status_code == 422
        assert f'name="pk" value="{keys[0]}"' in answer.content.decode()
    assert not BlacklistEntry.objects.exists()
    assert post(client, "blacklist_many", pk=keys, count=2, **DATA).status_code == 204
    kept = BlacklistEntry.objects.values_list("reason", "evidence", "until_date", "added_by")
    assert set(kept) == {("泄密", "〔2026〕1 号", date(2099, 12, 31), admin.pk)}
    letters = Message.objects.filter(occasion="expert.blacklisted", channel="email")
    assert len(letters) == 2
    assert all("〔2026〕1 号" in one.body and "2099-12-31" in one.body for one in letters)


@pytest.mark.shows("EXP-34")
def test_a_run_of_many_keeps_what_was_typed(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)
    keys = [make_expert(name).pk for name in "甲乙丙"]
    post(login(client, admin), "blacklist_many", pk=keys, count=3, **DATA)
    work_off(run_id=BulkRun.objects.get().pk, now=timezone.now())
    kept = set(BlacklistEntry.objects.values_list("evidence", "until_date"))
    assert kept == {("〔2026〕1 号", date(2099, 12, 31))}
    assert BlacklistEntry.objects.count() == 3


@pytest.mark.shows("EXP-36")
@pytest.mark.parametrize("page", ["blacklist_remove_many", "unblacklist_many"])
def test_many_are_taken_off_it_at_once(client: Client, admin: User, page: str) -> None:
    ours, theirs = make_department("甲部"), make_department("乙部")
    clerk = make_user(
        roles=(make_role("experts.view"), make_role("experts.blacklist", scope=Scope.DEPARTMENT)),
        department=ours,
    )
    people = [make_expert(name, department=ours) for name in "甲乙"]
    people.append(make_expert("丙", department=theirs))
    rows: list[Any] = [*listed(people, admin)] if page == "blacklist_remove_many" else people
    if page == "unblacklist_many":
        listed(people, admin)
    login(client, clerk)
    where = "?tab=blacklisted" if page == "unblacklist_many" else ""
    keys = [one.pk for one in rows]
    post(client, page, query=where, pk=keys, reason="复议成立")
    status = [Expert.objects.get(pk=one.pk).status for one in people]
    assert status == ["formal", "formal", "blacklisted"]
    ended = BlacklistEntry.objects.filter(removal_reason="复议成立", removed_by=clerk)
    assert ended.count() == 2


@pytest.mark.shows("EXP-34")
def test_evidence_and_period_are_said_later(client: Client, admin: User) -> None:
    expert = make_expert("甲", email="a@example.cn")
    (entry,) = listed([expert], admin)
    login(client, admin)
    later = TODAY + timedelta(days=30)
    assert (
        "依据" in client.get(reverse("experts:blacklist_amend", args=[entry.pk])).content.decode()
    )
    posted = {"evidence": "处罚决定〔2026〕3 号", "until_date": later.isoformat()}
    amend_entry(entry=entry, evidence="", until_date=TODAY, actor=admin, now=NOW)  # as it is
    assert not Entry.objects.filter(action="expert.blacklist_amend").exists()
    amend_entry(
        entry=entry, **(posted | {"until_date": later}), actor=admin, now=NOW + timedelta(minutes=1)
    )
    log = Entry.objects.get(action="expert.blacklist_amend")
    assert log.before == {"依据": "无", "期限": f"至 {TODAY}"}
    assert log.after == {"依据": "处罚决定〔2026〕3 号", "期限": f"至 {later}"}
    letters = Message.objects.filter(occasion="expert.blacklisted", channel="email")
    assert ["处罚决定〔2026〕3 号" in one.body for one in letters.order_by("id")] == [False, True]
    # The job of the former last day comes all the same, and ends nothing.
    assert not end_entry(entry_id=entry.pk, now=NOW + timedelta(days=2))
    assert end_entry(entry_id=entry.pk, now=NOW + timedelta(days=31))
    assert Expert.objects.get(pk=expert.pk).status == "formal"
    with pytest.raises(ExpertRefused, match="不在黑名单中"):
        amend_entry(entry=entry, evidence="x", until_date=None, actor=admin, now=NOW)
    assert post(client, "blacklist_amend", entry.pk, **posted).status_code == 404


def test_a_day_that_is_past_ends_nothing(admin: User) -> None:
    expert = make_expert("甲")
    (entry,) = listed([expert], admin)
    with pytest.raises(ExpertRefused, match="期限已过"):
        amend_entry(
            entry=entry, evidence="", until_date=TODAY - timedelta(days=1), actor=admin, now=NOW
        )
    remove_from_blacklist(
        expert=Expert.objects.get(pk=expert.pk), reason="复议", actor=admin, now=NOW
    )
    assert BlacklistEntry.objects.get().removed_at is not None
