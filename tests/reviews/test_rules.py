"""Rules are set up, tried and kept in versions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.reviews.calculation import How
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.forms.rules import RuleForm
from expertpool.reviews.models import ReviewRule
from expertpool.reviews.queries.rules import latest_rules, rules_for
from expertpool.reviews.services.rules import save_rule
from tests.factories.accounts import make_user
from tests.factories.projects import make_project
from tests.factories.review_rules import make_review_rule
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LINES = "【评分】\n1 技术 60分\n1.1 方案 0-40分 步长1\n1.2 班子 优=20 良=15 差=5\n2 报价 40分 最低价为基准"


def save(row: ReviewRule, **said: Any) -> ReviewRule:
    kept = {
        "name": row.name,
        "tree": row.tree(),
        "project_kind": row.project_kind,
        "anonymous": row.anonymous,
        "source": row.source,
        "active": row.active,
        "base": row.version,
    }
    return save_rule(**{**kept, **said, "actor": None, "now": timezone.now()})


def posted(row: ReviewRule, **said: str) -> dict[str, str]:
    """What the page of ``row`` sends when it is saved with other ``said``."""
    form = RuleForm(row=row)
    values = {name: form[name].value() for name in form.fields}
    kept = {name: str(one) for name, one in values.items() if one not in (None, False)}
    return {**kept, **said}


@pytest.mark.shows("OVW-14")
def test_each_save_is_a_version_and_the_same_is_none(operator: User) -> None:
    first = make_review_rule(actor=operator)
    assert save(first).pk == first.pk
    second = save(first, tree=replace(first.tree(), how=How.TRIMMED))
    assert (second.version, first.tree().how) == (2, How.MEAN)
    assert list(latest_rules()) == [second]
    log = Entry.objects.filter(action="review.rule").order_by("-id")[0]
    assert "去掉 1 个最高" in (log.after or {})["计算"]
    with pytest.raises(ReviewRefused, match="刚刚由别人保存过"):
        save(first, anonymous=True)
    with pytest.raises(ReviewRefused, match="已有同名"):
        save(first, base=0)


def test_a_project_is_offered_what_is_in_use_for_its_kind_and_ours(operator: User) -> None:
    project = make_project(department=operator.department)
    general, own = make_review_rule(), make_review_rule("本类", kind=project.kind)
    save(make_review_rule("停用的"), active=False)
    make_review_rule("别类", kind="另一类")
    assert list(rules_for(project)) == [own, general]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_reviewrule SET source = '别的' WHERE id = %s", [own.pk])
    assert list(rules_for(project)) == [general]


@pytest.fixture
def client_of(client: Client, operator: User) -> Client:
    login(client, operator)
    return client


@pytest.mark.shows("OVW-14")
def test_an_office_writes_a_rule_checks_it_and_changes_it(client_of: Client) -> None:
    page = client_of.get(reverse("reviews:rule_new"), {"preset": "goods"})
    assert "主要参数 0-20分 步长1" in page.content.decode()
    said = posted(make_review_rule(), name="新规则", stages=LINES, ties="报价、1.1", active="on")
    url = reverse("reviews:rule_new")
    checked = client_of.post(url, {**said, "check": "1"})
    assert "满分（100 分）" in checked.content.decode()
    assert not ReviewRule.objects.filter(name="新规则").exists()
    assert client_of.post(url, said).status_code == 302
    row = ReviewRule.objects.get(name="新规则")
    assert (row.tree().ties, row.version, row.active) == (("price", "1.1.1"), 1, True)
    shown = client_of.get(reverse("reviews:rule", args=[row.pk])).content.decode()
    assert "报价由低到高" in shown
    weighted = posted(row, how="weighted", weights="组长 1.5；经济组:1.2")
    edit = reverse("reviews:rule_edit", args=[row.pk])
    assert client_of.post(edit, weighted).status_code == 302
    latest = ReviewRule.objects.filter(name="新规则").latest("version")
    assert [word for word, _ in latest.tree().weights] == ["组长", "经济组"]
    assert (
        client_of.post(edit, weighted).status_code == 422
    )  # it does not say what it was opened with
    copy = client_of.get(reverse("reviews:rule_copy", args=[latest.pk])).content.decode()
    assert "组长 1.5、经济组 1.2" in copy


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"stages": "1 技术 好"}, "看不明白"),
        ({"how": "weighted"}, "请写权重"),
        ({"how": "weighted", "weights": "组长 很多"}, "看不懂"),
        ({"ties": "9"}, "没有“9”"),
        ({"ties": "报价", "stages": "1 技术 10分"}, "没有报价"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_was_typed(
    client_of: Client, said: dict[str, str], word: str
) -> None:
    row = make_review_rule()
    answer = client_of.post(reverse("reviews:rule_edit", args=[row.pk]), posted(row, **said))
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert ReviewRule.objects.count() == 1


@pytest.mark.shows("OVW-14")
def test_a_rule_is_tried_with_scores_and_each_step_shown(client_of: Client) -> None:
    row = make_review_rule()
    row = save(
        row, tree=replace(row.tree(), how=How.WEIGHTED, weights=(("组长", row.tree().most),))
    )
    url = reverse("reviews:rule_trial", args=[row.pk]) + "?experts=2"
    assert client_of.get(url).status_code == 200
    said = {"price": "120", "others": "100 150"}
    for place in ("1", "2"):
        said |= {f"role-{place}": "组长" if place == "1" else ""}
        said |= {f"1.1-{place}": "通过", f"1.2-{place}": "通过", f"2.1.1.1-{place}": "18"}
        said |= {f"2.1.1.2-{place}": "8", f"2.1.2-{place}": "12.5", f"2.1.3-{place}": "良"}
        said |= {f"2.2-{place}": "10"}
    answer = client_of.post(url, said).content.decode()
    # 18 + 8 + 12.5 + 12 + 10 and 30 × 100 ÷ 120; others have no rank here
    assert "名次" not in answer
    assert all(word in answer for word in ("60.5", "100 ÷ 120 × 30", "结论", "85.50"))
    wrong = client_of.post(url, {**said, "2.2-1": "11", "2.1.3-2": "", "others": "贵"})
    assert wrong.status_code == 422
    assert all(word in wrong.content.decode() for word in ("超出范围", "不是报价"))


def test_who_reads_a_rule_for_its_results_is_offered_no_trial(
    client_of: Client, supervisor: User
) -> None:
    row = make_review_rule()
    trial, address = (reverse(f"reviews:{name}", args=[row.pk]) for name in ("rule_trial", "rule"))
    assert trial in client_of.get(address).content.decode()
    other = login(Client(), supervisor)
    assert trial not in other.get(address).content.decode()
    assert other.get(trial).status_code == 403


def test_an_altered_rule_says_so(client_of: Client) -> None:
    row = make_review_rule()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_reviewrule SET anonymous = true")
    page = client_of.get(reverse("reviews:rule", args=[row.pk])).content.decode()
    assert "不是本系统写的" in page
    assert client_of.get(reverse("reviews:rules")).status_code == 200


def test_who_has_no_right_opens_none(client: Client) -> None:
    login(client, make_user("finance"))
    assert client.get(reverse("reviews:rules")).status_code == 403
