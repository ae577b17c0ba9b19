"""The pages on which items are given to experts."""

from __future__ import annotations

import json
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.experts.models import Expert
from expertpool.reviews.models import ItemAssignment
from expertpool.reviews.queries.assignments import assignment_of, given_values, lines_of
from expertpool.reviews.services.assigning import Share
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, make_unit
from tests.factories.scoring import make_assigned, make_campaign, make_review
from tests.fixtures import login
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HTMX = {"HTTP_HX_REQUEST": "true"}


def save(client: Client, url: str, said: dict[str, str]) -> HttpResponse:
    """Post a form as its reader has opened it."""
    form = client.get(url, **HTMX).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return client.post(url, {**dict(hidden), **said}, **HTMX)


def page(client: Client, review_id: int) -> str:
    return client.get(reverse("reviews:assignment", args=[review_id])).content.decode()


@pytest.mark.shows("OVW-12")
def test_two_persons_give_the_items_on_the_page(
    client: Client, operator: User, supervisor: User
) -> None:
    review = make_campaign(operator, now=NOW)
    login(client, operator)
    text = page(client, review.pk)
    assert "4 人，回避 0 人次" in text
    answer = client.post(reverse("reviews:assignment_seal", args=[review.pk]), follow=True)
    assert "以经办人身份提供" in answer.content.decode()
    assert "以监督人身份提供" not in answer.content.decode()
    give = [
        reverse("reviews:assignment_value", args=[review.pk, role])
        for role in ("operator", "supervisor")
    ]
    assert client.post(give[1], {"value": "9"}).status_code == 404
    client.post(give[0], {"value": ""})
    assert "以经办人身份提供" in page(client, review.pk)
    client.post(give[0], {"value": "三六九"})
    login(client, supervisor)
    assert "评审对象分配等待监督人提供随机值" in client.get(reverse("portal:home")).content.decode()
    assert "以监督人身份提供" in page(client, review.pk)
    client.post(give[1], {"value": "5"})
    text = page(client, review.pk)
    assert "已分配" in text
    assert "下载分配记录" in text
    answer = client.get(reverse("reviews:assignment_record", args=[review.pk]))
    record = json.loads(answer.content)
    assert find_difference(record) is None
    assert record["openings"]


def test_no_administrator_supervises_by_his_role(
    client: Client, operator: User, admin: User
) -> None:
    review = make_campaign(operator, now=NOW)
    login(client, operator)
    client.post(reverse("reviews:assignment_seal", args=[review.pk]))
    login(client, admin)
    assert "以监督人身份提供" not in page(client, review.pk)
    url = reverse("reviews:assignment_value", args=[review.pk, "supervisor"])
    assert client.post(url, {"value": "1"}).status_code == 404
    row = assignment_of(review)
    assert row
    assert given_values(row) == {}


def test_it_is_set_in_a_drawer_before_the_review_begins(client: Client, operator: User) -> None:
    review = make_review(operator, now=NOW)
    login(client, operator)
    url = reverse("reviews:assignment_edit", args=[review.pk])
    assert "随机分配给部分专家" in client.get(url, **HTMX).content.decode()
    answer = save(client, url, {"way": "draw", "per_item": "1"})
    assert "请填写" in answer.content.decode()
    save(client, url, {"way": "draw", "per_item": "1", "per_expert": "1"})
    row = assignment_of(review)
    assert row
    assert (row.per_item, row.per_expert, row.supervised) == (1, 1, False)
    text = client.get(reverse("reviews:detail", args=[review.pk])).content.decode()
    assert "1 位专家评" in text
    assert "开始评审后分配" in page(client, review.pk)
    save(client, url, {"way": "all"})
    assert assignment_of(review) is None


def test_what_cannot_be_given_is_told_on_the_page(client: Client, operator: User) -> None:
    review = make_campaign(operator, now=NOW, share=Share(3, 2))
    login(client, operator)
    text = page(client, review.pk)
    assert "还差 10 人次" in text
    assert reverse("reviews:assignment_seal", args=[review.pk]) not in text
    url = reverse("reviews:assignment_edit", args=[review.pk])
    answer = save(
        client, url, {"way": "draw", "per_item": "2", "per_expert": "3", "supervised": "on"}
    )
    assert answer.status_code < 400
    assert "还差" not in page(client, review.pk)


def test_what_is_sealed_is_given_up_with_a_reason(client: Client, operator: User) -> None:
    review = make_campaign(operator, now=NOW)
    login(client, operator)
    client.post(reverse("reviews:assignment_seal", args=[review.pk]))
    url = reverse("reviews:assignment_abandon", args=[review.pk])
    assert "请写明放弃的原因" in client.post(url, follow=True).content.decode()
    client.post(url, {"reason": "评审对象有误需要重做"})
    assert ItemAssignment.objects.count() == 2
    assert "评审对象有误需要重做" in page(client, review.pk)


@pytest.mark.shows("OVW-12")
def test_that_two_of_one_unit_score_an_item_is_told(
    client: Client, operator: User, supervisor: User
) -> None:
    unit, people = make_unit("市第一人民医院"), [make_expert() for _ in range(3)]
    row = make_assigned(
        operator, supervisor, now=NOW, pool=people, seats=3, things=3, share=Share(2, 2)
    )
    login(client, operator)
    assert "同一单位的专家评同一个评审对象" not in page(client, row.review_id)
    # Each pair scores one of the three.
    both = {people[0].pk, people[1].pk}
    Expert.objects.filter(pk__in=both).update(employer=unit)
    (line,) = [
        one
        for one in lines_of(row.review)
        if {reviewer.expert_id for reviewer in one.reviewers} == both
    ]
    text = page(client, row.review_id)
    assert "同一单位的专家评同一个评审对象" in text
    assert re.search(rf"\s{line.item.number}：分配只回避", text)
    role = Role.objects.create(code="watcher", name="不看名单")
    role.permissions.create(code="reviews.view", scope=Scope.ALL)
    login(client, make_user(roles=(role,)))
    assert "同一单位的专家评同一个评审对象" not in page(client, row.review_id)


def test_whoever_may_not_read_names_sees_places(
    client: Client, operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    login(client, operator)
    assert "reviews.assignment" in page(client, row.review_id)
    role = Role.objects.create(code="watcher", name="不看名单")
    role.permissions.create(code="reviews.view", scope=Scope.ALL)
    login(client, make_user(roles=(role,)))
    text = page(client, row.review_id)
    assert "专家 1" in text
    assert "reviews.assignment" not in text
    answer = client.get(reverse("reviews:assignment_record", args=[row.review_id]))
    assert json.loads(answer.content)["openings"] == []


def test_what_was_altered_is_told_instead_of_its_record(
    client: Client, operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    ItemAssignment.objects.filter(pk=row.pk).update(events=row.events[:1])
    login(client, operator)
    assert "数据被改动过" in page(client, row.review_id)
    answer = client.get(reverse("reviews:assignment_record", args=[row.review_id]), follow=True)
    assert "改动过" in answer.content.decode()
