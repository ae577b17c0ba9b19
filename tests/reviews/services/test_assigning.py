"""Items are given to some of the experts by chance: sealed, contributed to, drawn, recorded."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from config.cli import main
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.crypto import SUITES
from expertpool.core.exporting import Params
from expertpool.core.fields import encrypted
from expertpool.core.rekeying import rekey
from expertpool.directory.models import UnitAlias, UnitRelation
from expertpool.directory.services.units import resolve_unit
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.notifications.models import Message
from expertpool.reviews.enums import AssignmentState
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.exports import AssignmentExport
from expertpool.reviews.models import ItemAssignment, Review, Reviewer, ReviewItem, ScoreSheet
from expertpool.reviews.queries.assignments import (
    assignment_of,
    fitting_of,
    lines_of,
    record_of,
)
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.reviews import to_score
from expertpool.reviews.queries.waiting import waiting_for_value
from expertpool.reviews.services.assigning import (
    Share,
    abandon_assignment,
    give_value,
    set_assignment,
)
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import bring_in
from expertpool.reviews.services.organising import (
    Terms,
    Thing,
    add_items,
    create_review,
    open_review,
)
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert, make_tag, make_unit
from tests.factories.scoring import (
    fill_in,
    left,
    make_assigned,
    make_campaign,
    make_open,
    make_review,
    make_rule,
    reviewer_of,
    seal,
    submit,
)
from tests.factories.widening import accept_all
from tests.fixtures import login
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR = timedelta(hours=1)


def pool(count: int) -> list[Expert]:
    rows = [make_expert(f"评委{at}") for at in range(count)]
    for at, row in enumerate(rows):
        give_account(row, make_user("expert", username=f"scorer{at}"))
    return rows


def value_of(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def value(row: ItemAssignment, role: str, actor: User, text: str = "三六九") -> ItemAssignment:
    return give_value(assignment=row, role=role, value=text, actor=actor, now=NOW)


@pytest.mark.shows("OVW-12")
def test_items_are_given_by_chance_and_anybody_can_check_it(
    operator: User, supervisor: User
) -> None:
    experts = pool(4)
    review = make_campaign(operator, now=NOW, pool=experts)
    assert not ScoreSheet.objects.exists()
    assert not any(to_score(one).exists() for one in experts)
    assert not Message.objects.filter(occasion="reviews.opened").exists()
    row = seal(review, operator, now=NOW)
    assert row.state == AssignmentState.SEALED
    assert list(waiting_for_value(supervisor)) == [row]
    assert not waiting_for_value(operator).exists()
    row = value(row, "operator", operator)
    assert not ScoreSheet.objects.exists()
    row = value(row, "supervisor", supervisor)
    assert row.state == AssignmentState.DRAWN
    # Two for each of six items, by four experts: three each.
    lines = lines_of(review)
    assert [len(one.reviewers) for one in lines] == [2] * 6
    # Each was read once, with his draw and all that it sealed, not with each of his items.
    assert len({id(one) for line in lines for one in line.reviewers}) == 4
    assert [one.items for one in progress_of(review)] == [3] * 4
    assert all(to_score(one).count() == 1 for one in experts)
    record = record_of(row, named=True)
    assert find_difference(record) is None
    assert {one["ref"] for one in record["openings"]} == {one.number for one in experts}
    assert record_of(row, named=False)["openings"] == []
    entry = Entry.objects.get(action="review.assign")
    assert entry.after["事件链头"] == row.head == record["events"][-1]["hash"]
    assert Entry.objects.get(action="review.assign_seal").after["封存值"] == record["seal"]


@pytest.fixture
def gm(settings: Any) -> None:
    """Before anybody is made: the proofs of rights are of the suite, too."""
    settings.CRYPTO_SUITE = "gm"


@pytest.mark.shows("DRAW-31")
def test_an_assignment_of_the_national_suite_uses_its_hash_and_its_cipher(
    gm: None, operator: User, supervisor: User
) -> None:
    experts = pool(4)
    row = make_assigned(operator, supervisor, now=NOW, pool=experts)
    assert row.rule_content["hash"] == "sm3"
    for column in ("people", "nonce"):
        token = value_of(f"SELECT {column} FROM reviews_itemassignment")  # noqa: S608
        assert bytes(token)[:1] == SUITES["gm"]
    record = record_of(row, named=True)
    assert find_difference(record) is None
    assert {one["ref"] for one in record["openings"]} == {one.number for one in experts}


@pytest.mark.shows("OVW-12", "DRAW-11")
@pytest.mark.parametrize("named", [True, False])
def test_the_command_recomputes_what_was_given(
    operator: User,
    supervisor: User,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    named: bool,
) -> None:
    record = record_of(make_assigned(operator, supervisor, now=NOW, pool=pool(4)), named=named)
    file = tmp_path / "分配记录.json"
    file.write_text(json.dumps(record, ensure_ascii=False))
    assert main(["verify-draw", str(file)]) == 0
    assert "一致" in capsys.readouterr().out
    commits = record["events"][0]["shares"][0]["commits"]
    commits[0] = min({one["commit"] for one in record["candidates"]} - set(commits))
    file.write_text(json.dumps(record, ensure_ascii=False))
    assert main(["verify-draw", str(file)]) == 1
    said = capsys.readouterr()
    assert "第 1 个事件（drawn）的第 1 份的第 1 位专家应为" in said.out + said.err


@pytest.mark.e2e
@pytest.mark.shows("OVW-12", "DRAW-11")
@pytest.mark.django_db(transaction=True)
def test_a_browser_recomputes_what_was_given(
    page: Page, live_server: LiveServer, operator: User, supervisor: User
) -> None:
    row = make_assigned(operator, supervisor, now=NOW, pool=pool(4))
    page.goto(f"{live_server.url}{reverse('draws:verify')}")
    verdict = page.locator(".verdict strong").first

    def chosen(record: dict[str, Any]) -> None:
        content = json.dumps(record, ensure_ascii=False).encode()
        page.set_input_files(
            "#verify-file",
            {"name": "分配记录.json", "mimeType": "application/json", "buffer": content},
        )

    for named in (True, False):
        record = record_of(row, named=named)
        chosen(record)
        expect(verdict).to_have_text("只核对了文件自身，没有与本系统保存的记录比较")
        commits = record["events"][0]["shares"][0]["commits"]
        commits[0] = min({one["commit"] for one in record["candidates"]} - set(commits))
        chosen(record)
        expect(verdict).to_have_text("不一致")


def test_keys_change_beneath_a_sealed_assignment(
    operator: User, supervisor: User, settings: Any
) -> None:
    row = make_assigned(operator, supervisor, now=NOW, pool=pool(4))
    before = record_of(row, named=True)
    settings.SEAL_KEY, settings.SEAL_KEY_OLD = "5" * 64, (settings.SEAL_KEY,)
    for column in ("people", "nonce"):
        assert [one.changed for one in rekey(encrypted(ItemAssignment, column))] == [1]
    settings.SEAL_KEY_OLD = ()
    assert record_of(ItemAssignment.objects.get(), named=True) == before


def test_nobody_scores_what_he_is_tied_to(operator: User) -> None:
    own, named, tied, free = pool(4)
    Expert.objects.filter(pk=own.pk).update(employer=make_unit("甲公司"))
    AvoidanceUnit.objects.create(expert=tied, unit=make_unit("乙公司"), kind=AvoidanceKind.ADVISER)
    AvoidanceUnit.objects.create(expert=free, kind=AvoidanceKind.KIN, person_name="张三丰")
    things = [
        Thing("1", "一", "甲公司"),
        Thing("2", "二", named.name),
        Thing("3", "三", "乙公司"),
        Thing("4", "四", "张三丰"),
        Thing("5", "五"),
    ]
    review = make_review(operator, now=NOW, pool=[own, named, tied, free], things=things, seats=4)
    set_assignment(review=review, share=Share(2, 5), actor=operator, now=NOW)
    review = open_review(review=review, actor=operator, now=NOW)
    barred = {one.reviewer.expert: one.barred for one in fitting_of(review).experts}
    assert barred == {own: ("00001",), named: ("00002",), tied: ("00003",), free: ("00004",)}


@pytest.mark.shows("OVW-12", "DRAW-06")
def test_ties_to_the_unit_of_an_item_are_those_of_draws(operator: User) -> None:
    people = former, gone, owner, alias, over, colleague, free = pool(7)
    unit, group = make_unit("甲公司"), make_unit("甲集团")
    UnitRelation.objects.create(owner=group, owned=unit, kind="shareholder", share=60)
    renamed = make_unit("甲股份公司")
    UnitAlias.objects.create(unit=renamed, name="甲公司", normalised_name="甲公司", shared=True)
    for one, employer in ((owner, group), (alias, renamed)):
        Expert.objects.filter(pk=one.pk).update(employer=employer)
    day = NOW.date()
    for one, kind, years in (
        (former, AvoidanceKind.PAST_EMPLOYER, 2),
        (gone, AvoidanceKind.PAST_EMPLOYER, 4),
        (over, AvoidanceKind.ADVISER, 4),
        (colleague, AvoidanceKind.BUSINESS, 0),
    ):
        end = day.replace(year=day.year - years) if years else None
        AvoidanceUnit.objects.create(expert=one, unit=unit, kind=kind, end_date=end)
    things = [
        Thing("1", "一", "甲公司"),
        Thing("2", "二", "丁所"),
    ]
    review = make_review(operator, now=NOW, pool=people, things=things, seats=7)
    review = open_review(review=review, actor=operator, now=NOW)
    barred = {one.reviewer.expert: one.barred for one in fitting_of(review).experts}
    first = ("00001",)
    assert barred == {
        former: first,
        gone: (),
        owner: first,
        alias: first,
        over: (),
        colleague: first,
        free: (),
    }


@pytest.mark.parametrize(
    "written",
    ["丙公司(武汉)", "丙公司（武汉）", "丙 公司 （武汉）", "丙公司【武汉】", "丙公司〔武汉〕"],
)
def test_whatever_the_brackets_it_is_the_same_unit(operator: User, written: str) -> None:
    colleague = make_expert(employer=resolve_unit(name="丙公司（武汉）"))
    other = make_expert(employer=resolve_unit(name="丙公司（襄阳）"))
    things = [Thing("1", "一", written), Thing("2", "二", "丁公司")]
    review = make_review(operator, now=NOW, pool=(colleague, other), things=things)
    set_assignment(review=review, share=Share(1, 2), actor=operator, now=NOW)
    review = open_review(review=review, actor=operator, now=NOW)
    barred = {one.reviewer.expert: one.barred for one in fitting_of(review).experts}
    assert barred == {colleague: ("00001",), other: ()}


def of_two_groups(operator: User, share: Share) -> Review:
    """An open review by two experts of 技术 and two of 经济, of two topics of either and two of neither."""
    groups, drawn = [], NOW - 29 * HOUR
    for name in ("技术", "经济"):
        tag = make_tag(name)
        tag.experts.add(*(make_expert(f"{name}评委{no}") for no in (1, 2)))
        among = {"field": "tag", "op": "in", "value": [str(tag.pk)]}
        groups.append(GroupInput(name, 2, [among]))
    draw = make_draw(
        now=drawn,
        operator=operator,
        groups=groups,
        opens_in_hours=24,
        reveal_hours=2,
        reply_minutes=60,
    )
    accept_all(draw, now=drawn)
    release(draw_id=draw.pk, now=draw.project.opening_at - HOUR)
    project = Draw.objects.get(pk=draw.pk).project
    review = create_review(project=project, terms=Terms(make_rule()), actor=operator, now=NOW)
    things = [
        Thing(f"{name}-{at}", f"{name}课题{at}", category=name)
        for name in ("技术", "经济", "管理")
        for at in (1, 2)
    ]
    add_items(review=review, things=things, actor=operator, now=NOW)
    set_assignment(review=review, share=share, actor=operator, now=NOW)
    return open_review(review=review, actor=operator, now=NOW)


@pytest.mark.shows("OVW-12")
def test_each_group_scores_its_own_category_and_all_score_the_others(
    operator: User, supervisor: User
) -> None:
    review = of_two_groups(operator, Share(2, 4))
    fitting = fitting_of(review)
    seen = {
        one.reviewer.expert.name[:2]: {fitting.classes[key] for key in one.classes}
        for one in fitting.experts
    }
    assert seen == {
        "技术": {"未分类", "技术", "管理"},
        "经济": {"未分类", "经济", "管理"},
    }
    row = seal(review, operator, now=NOW)
    for role, actor in (("operator", operator), ("supervisor", supervisor)):
        row = value(row, role, actor)
    given = {
        line.item.number: {one.expert.name[:2] for one in line.reviewers}
        for line in lines_of(review)
    }
    for number, of in given.items():
        assert of == {number[:2]} or number.startswith("管理"), given
    assert [one.items for one in progress_of(review)] == [3] * 4
    assert find_difference(record_of(row, named=True)) is None


@pytest.mark.shows("OVW-12")
def test_items_of_more_than_nine_categories_are_given(operator: User, supervisor: User) -> None:
    """c10 stands before c2 in what is sealed: the page of such a campaign did not open, and nothing could be given."""
    things = [Thing(f"L-{at}", f"课题{at}", category=f"类别{at:02}") for at in range(1, 13)]
    review = make_review(operator, now=NOW, things=things, seats=4)
    set_assignment(review=review, share=Share(2, 6), actor=operator, now=NOW)
    open_review(review=review, actor=operator, now=NOW)
    page = login(Client(), operator).get(reverse("reviews:assignment", args=[review.pk]))
    assert "类别12" in page.content.decode()
    row = seal(review, operator, now=NOW)
    for role, actor in (("operator", operator), ("supervisor", supervisor)):
        row = value(row, role, actor)
    assert [len(line.reviewers) for line in lines_of(review)] == [2] * 12
    assert find_difference(record_of(row, named=True)) is None


def test_what_a_group_has_too_few_for_is_told_of_its_category_alone(operator: User) -> None:
    review = of_two_groups(operator, Share(3, 9))
    with pytest.raises(ReviewRefused) as refused:
        seal(review, operator, now=NOW)
    for name in ("技术", "经济"):
        assert f"{name}-1" in str(refused.value)
    assert "管理" not in str(refused.value)


def test_a_category_called_like_a_group_is_scored_by_its_experts(operator: User) -> None:
    things = [Thing("1", "一", category="综合"), Thing("2", "二", category="其他类")]
    review = make_review(operator, now=NOW, things=things)
    set_assignment(review=review, share=Share(1, 5), actor=operator, now=NOW)
    review = open_review(review=review, actor=operator, now=NOW)
    fitting = fitting_of(review)
    assert {one.classes for one in fitting.experts} == {("c0", "c1", "c2")}
    line = fitting.experts[0].reviewer
    Reviewer.objects.filter(pk=line.pk).update(left_at=NOW)
    assert len(fitting_of(review).experts) == 1


@pytest.mark.shows("OVW-12")
def test_what_cannot_be_given_is_told_with_the_reason(operator: User) -> None:
    review = make_campaign(operator, now=NOW, share=Share(3, 2))
    with pytest.raises(ReviewRefused, match=r"共需 18 人次.*4 人.*最多 8 人次，还差 10 人次"):
        seal(review, operator, now=NOW)
    set_assignment(review=review, share=Share(3, 5), actor=operator, now=NOW)
    assert seal(review, operator, now=NOW).sealed_at


def test_one_person_does_not_give_two_values(operator: User, supervisor: User) -> None:
    row = seal(make_campaign(operator, now=NOW), operator, now=NOW)
    with pytest.raises(ReviewRefused):
        value(row, "supervisor", operator)
    value(row, "supervisor", supervisor)
    with pytest.raises(ReviewRefused, match="已经提供过"):
        value(row, "supervisor", supervisor)
    with pytest.raises(ReviewRefused, match="两个身份"):
        value(row, "operator", supervisor)
    with pytest.raises(ReviewRefused, match="没有这个角色"):
        value(row, "beacon", operator)
    for unseen in (" ", "\u3000\u200b"):
        with pytest.raises(ReviewRefused, match="请填写随机值"):
            value(row, "operator", operator, unseen)
    assert value(row, "operator", operator).drawn_at
    with pytest.raises(ReviewRefused, match="现在不需要"):
        value(row, "operator", operator)


def test_without_a_supervisor_the_operator_alone_gives_a_value(operator: User) -> None:
    row = seal(make_campaign(operator, now=NOW, share=Share(2, 4, False)), operator, now=NOW)
    row = value(row, "operator", operator)
    assert row.rule_content["contributors"] == ["operator"]
    assert find_difference(record_of(row, named=False)) is None


def test_what_is_sealed_may_be_given_up_and_stays(operator: User, supervisor: User) -> None:
    review = make_campaign(operator, now=NOW)
    row = seal(review, operator, now=NOW)
    with pytest.raises(ReviewRefused, match="原因"):
        abandon_assignment(assignment=row, reason=" ", actor=operator, now=NOW)
    after = abandon_assignment(assignment=row, reason="名单有误需重做", actor=operator, now=NOW)
    assert assignment_of(review) == after
    assert after.state == AssignmentState.DRAFT
    row.refresh_from_db()
    assert row.state == AssignmentState.VOID
    with pytest.raises(ReviewRefused):
        value(row, "operator", operator)
    again = seal(review, operator, now=NOW)
    assert int(again.number[-4:]) == int(row.number[-4:]) + 1
    with pytest.raises(ReviewRefused):
        abandon_assignment(assignment=row, reason="名单有误需重做", actor=operator, now=NOW)


def test_it_is_decided_before_the_review_is_open(operator: User) -> None:
    review = make_review(operator, now=NOW)
    set_assignment(review=review, share=Share(1, 1), actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="先开始"):
        seal(review, operator, now=NOW)
    assert set_assignment(review=review, share=None, actor=operator, now=NOW) is None
    review = open_review(review=review, actor=operator, now=NOW)
    assert ScoreSheet.objects.count() == 4
    with pytest.raises(ReviewRefused, match="已经开始"):
        set_assignment(review=review, share=Share(1, 1), actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="没有可以封存"):
        seal(review, operator, now=NOW)


def test_an_open_campaign_cannot_become_one_in_which_all_score_all(operator: User) -> None:
    review = make_campaign(operator, now=NOW)
    with pytest.raises(ReviewRefused, match="已经开始"):
        set_assignment(review=review, share=None, actor=operator, now=NOW)
    seal(review, operator, now=NOW)
    with pytest.raises(ReviewRefused, match="已经封存"):
        set_assignment(review=review, share=Share(1, 6), actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="没有可以封存"):
        seal(review, operator, now=NOW)


def test_a_campaign_ends_once_all_who_were_given_something_submitted(
    operator: User, supervisor: User
) -> None:
    experts = pool(4)
    review = make_campaign(operator, now=NOW, pool=experts, share=Share(1, 1), things=3)
    with pytest.raises(ReviewRefused, match="还没有分配"):
        end_review(review=review, actor=operator, now=NOW)
    row = seal(review, operator, now=NOW)
    value(row, "operator", operator)
    value(row, "supervisor", supervisor)
    busy = [one for one in progress_of(review) if one.items]
    assert len(busy) == 3
    assert sum(one.is_missing for one in progress_of(review)) == 3
    for one in busy:
        reviewer = reviewer_of(review, one.reviewer.expert)
        fill_in(reviewer, now=NOW)
        submit(reviewer, now=NOW)
    assert end_review(review=review, actor=operator, now=NOW).ended_at


def test_whoever_may_not_read_the_names_seals_nothing(operator: User, supervisor: User) -> None:
    review = make_campaign(operator, now=NOW)
    stranger = make_user("applicant", username="nobody")
    with pytest.raises(ReviewRefused, match="无权"):
        seal(review, stranger, now=NOW)


@pytest.mark.parametrize("column", ["rule_content", "items_content", "per_item", "seal"])
def test_what_is_sealed_stays_in_the_database(operator: User, column: str) -> None:
    row = seal(make_campaign(operator, now=NOW), operator, now=NOW)
    other = {"rule_content": {}, "items_content": [], "per_item": 1, "seal": "00"}[column]
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemAssignment.objects.filter(pk=row.pk).update(**{column: other})
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_what_somebody_else_has_written_is_not_drawn(operator: User) -> None:
    row = seal(make_campaign(operator, now=NOW), operator, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE reviews_itemassignment SET per_item = 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(ReviewRefused, match="改动过"):
        value(row, "operator", operator)


@pytest.mark.shows("OVW-12")
def test_the_table_of_who_scores_what_is_exported(operator: User, supervisor: User) -> None:
    row = make_assigned(operator, supervisor, now=NOW)
    asked = Params(f"review={row.review_id}")
    rows = list(AssignmentExport().rows(operator, asked))
    assert len(rows) == 12
    assert [one.item.place for one in rows] == sorted([*range(1, 7)] * 2)
    stranger = make_user("applicant", username="nobody")
    assert AssignmentExport().rows(stranger, asked).count() == 0
    assert AssignmentExport().rows(operator, Params("review=x")).count() == 0
    all_score_all = make_open(operator, now=NOW)
    assert AssignmentExport().rows(operator, Params(f"review={all_score_all.pk}")).count() == 0
    assert ReviewItem.objects.filter(review=row.review).count() == 6


# --- Somebody leaves ------------------------------------------------------------------------------


def leave(row: ItemAssignment, at: int, actor: User, *, counts: bool = False) -> Reviewer:
    reviewer = Reviewer.objects.filter(review=row.review, left_at__isnull=True).order_by("place")[
        at
    ]
    return left(reviewer, by=actor, second=make_user("supervisor"), now=NOW, counts=counts)


@pytest.mark.shows("OVW-12")
def test_who_leaves_is_replaced_and_nobody_loses_what_he_has(
    operator: User, supervisor: User
) -> None:
    experts = pool(5)
    row = make_assigned(operator, supervisor, now=NOW, pool=experts, seats=5)
    before = set(ScoreSheet.objects.values_list("reviewer_id", "item_id"))
    gone = leave(row, 0, operator)
    row.refresh_from_db()
    assert [len(one.reviewers) for one in lines_of(row.review)] == [2] * 6
    assert before <= set(ScoreSheet.objects.values_list("reviewer_id", "item_id"))
    assert not any(gone in one.reviewers for one in lines_of(row.review))
    assert find_difference(record_of(row, named=True)) is None
    assert [one["type"] for one in row.events][2:] == ["exit", "supplement", "end"]
    assert row.lacking == 0
    assert Entry.objects.get(action="review.reassign").after["事件链头"] == row.head
    assert not to_score(gone.expert).exists()
    assert Message.objects.filter(occasion="reviews.opened").exists()


def test_what_counts_is_not_given_on(operator: User, supervisor: User) -> None:
    experts = pool(4)
    row = make_assigned(operator, supervisor, now=NOW, pool=experts)
    first = Reviewer.objects.filter(review=row.review).order_by("place")[0]
    fill_in(reviewer_of(row.review, first.expert), now=NOW)
    submit(reviewer_of(row.review, first.expert), now=NOW)
    count = ScoreSheet.objects.count()
    leave(row, 0, operator, counts=True)
    row.refresh_from_db()
    assert ScoreSheet.objects.count() == count
    assert [one["type"] for one in row.events][2:] == ["exit", "end"]
    assert find_difference(record_of(row, named=True)) is None


def test_who_has_submitted_gets_nothing_more_and_what_lacks_is_told(
    operator: User, supervisor: User
) -> None:
    experts = pool(2)
    row = make_assigned(
        operator, supervisor, now=NOW, pool=experts, seats=2, things=3, share=Share(1, 3)
    )
    last = Reviewer.objects.filter(review=row.review).order_by("place")[1]
    fill_in(reviewer_of(row.review, last.expert), now=NOW)
    submit(reviewer_of(row.review, last.expert), now=NOW)
    leave(row, 0, operator)
    row.refresh_from_db()
    assert [one["type"] for one in row.events][2:] == ["exit", "skip", "supplement", "end"]
    assert row.lacking > 0
    assert find_difference(record_of(row, named=True)) is None


def test_who_left_before_the_values_gets_nothing(operator: User, supervisor: User) -> None:
    row = seal(make_campaign(operator, now=NOW, seats=5), operator, now=NOW)
    gone = leave(row, 2, operator)
    value(row, "operator", operator)
    row = value(row, "supervisor", supervisor)
    assert not ScoreSheet.objects.filter(reviewer=gone).exists()
    assert [len(one.reviewers) for one in lines_of(row.review)] == [2] * 6
    assert find_difference(record_of(row, named=True)) is None


def test_nobody_from_outside_the_seal_is_brought_in(operator: User) -> None:
    review = make_campaign(operator, now=NOW)
    with pytest.raises(ReviewRefused, match="分给部分专家"):
        bring_in(review=review, invitation_id=0, actor=operator, now=NOW)
