"""A review from its preparation to the sheets that are submitted, and handed back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.reviews.calculation import FAILED, Passing
from expertpool.reviews.enums import ReviewerState, ReviewState
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import (
    HandBack,
    Review,
    Reviewer,
    ReviewItem,
    ReviewResult,
    ScoreSheet,
    Submission,
)
from expertpool.reviews.queries.fallen import fallen_in
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.results import reviewed_of
from expertpool.reviews.queries.reviews import reviewing, reviews_visible_to, to_score
from expertpool.reviews.queries.sheets import (
    page_data,
    problems_in,
    rule_of,
    sheets_of,
    standing,
    submitted_sheets,
)
from expertpool.reviews.services import organising
from expertpool.reviews.services.assigning import Share, set_assignment
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import (
    Terms,
    Thing,
    add_items,
    change_terms,
    create_review,
    edit_item,
    open_review,
    open_stage,
    remind,
    remove_item,
)
from expertpool.reviews.services.returning import decide_hand_back, request_hand_back
from expertpool.reviews.services.scoring import Save, Saved, save_scores
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import (
    GOOD,
    RULE,
    THINGS,
    fill_in,
    make_open,
    make_review,
    make_rule,
    make_submitted,
    reviewer_of,
    submit,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR = timedelta(hours=1)


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def save(
    reviewer: Reviewer, scores: dict[str, list[str]], *, revision: int = 0, now: datetime = NOW
) -> object:
    assert reviewer.expert.user
    first = sheets_of(reviewer)[0].item.alias
    done = save_scores(
        reviewer=reviewer,
        saves={first: Save(revision, scores)},
        actor=reviewer.expert.user,
        now=now,
    )
    return done[first]


@pytest.mark.shows("OVW-11", "DRAW-25")
def test_a_review_is_prepared_and_opened_for_its_panel(operator: User, expert: Expert) -> None:
    other = make_expert("李四")
    review = make_review(operator, now=NOW, pool=(expert, other))
    item = review.items.get(number="T-1")
    edit_item(item=item, thing=Thing("T-9", "改名"), actor=operator, now=NOW)
    remove_item(item=review.items.get(number="T-2"), actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="已经有了"):
        add_items(review=review, things=[Thing("T-9", "再来")], actor=operator, now=NOW)
    row = open_review(review=review, actor=operator, now=NOW)
    assert (row.state, row.stages, len(row.items_hash)) == (ReviewState.OPEN, 2, 64)
    assert {one.expert.name for one in row.reviewers.all()} == {"王立新", "李四"}
    assert ScoreSheet.objects.count() == 2
    told = Message.objects.filter(occasion="reviews.opened", channel="site")
    assert told.count() == 2
    assert all("请在评审结束前评分并提交" in one.body for one in told)
    assert [one.review for one in to_score(expert)] == [row]
    with pytest.raises(ReviewRefused, match="已经开始"):
        add_items(review=review, things=THINGS, actor=operator, now=NOW)
    for statement in (
        "UPDATE reviews_reviewitem SET price = 1",
        "DELETE FROM reviews_reviewitem",
        "UPDATE reviews_review SET opened_at = now()",
        "UPDATE reviews_review SET rule_id = NULL",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_it_opens_neither_unprepared_nor_before_names_are_known(operator: User) -> None:
    running = make_draw(now=NOW, operator=operator).project
    review = create_review(project=running, terms=Terms(), actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="已经建立"):
        create_review(project=running, terms=Terms(), actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="请先选择"):
        open_review(review=review, actor=operator, now=NOW)
    change_terms(review=review, terms=Terms(make_rule()), actor=operator, now=NOW)
    add_items(review=review, things=THINGS, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="名单还没有公开"):
        open_review(review=review, actor=operator, now=NOW)
    ready = make_review(operator, now=NOW)
    with pytest.raises(ReviewRefused, match="无权查看名单"):
        open_review(review=ready, actor=make_user("finance"), now=NOW)
    late = Terms(ready.rule, due_at=NOW - HOUR)
    change_terms(review=ready, terms=late, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="截止时间已过"):
        open_review(review=ready, actor=operator, now=NOW)
    assert not Reviewer.objects.exists()


def test_none_opens_that_nobody_could_read_through(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organising, "MOST_SCORES", 4)  # of 2 items with 4 indicators
    review = make_review(operator, now=NOW)
    with pytest.raises(ReviewRefused, match="由谁评"):
        open_review(review=review, actor=operator, now=NOW)
    set_assignment(review=review, share=Share(1, 1), actor=operator, now=NOW)
    assert open_review(review=review, actor=operator, now=NOW).opened_at


def test_a_foreign_rule_opens_nothing(operator: User) -> None:
    review = make_review(operator, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_reviewrule SET content = jsonb_set(content, '{drop}', '3')")
    with pytest.raises(ReviewRefused, match="系统之外"):
        open_review(review=review, actor=operator, now=NOW)


def test_an_anonymous_review_tells_numbers_without_order(operator: User) -> None:
    things = [Thing(f"P{at}", f"课题{at}", f"单位{at}") for at in range(8)]
    row = make_open(operator, now=NOW, anonymous=True, things=things)
    rows = ReviewItem.objects.filter(review=row).order_by("place")
    aliases = list(rows.values_list("alias", flat=True))
    numbers = [f"匿名 {at:02d}" for at in range(1, 9)]
    assert sorted(aliases) == numbers
    others = [
        [
            one.alias
            for one in make_open(operator, now=NOW, anonymous=True, things=things).items.order_by(
                "place"
            )
        ]
        for _ in range(2)
    ]
    # Of three, one in 40,320 three times: neither the order of the items nor one that is always the same.
    assert any(one != numbers for one in (aliases, *others))
    assert others[0] != others[1] or aliases != others[0]


@pytest.mark.shows("OVW-13")
def test_drafts_are_kept_and_what_cannot_be_is_refused_at_its_place(
    operator: User, expert: Expert
) -> None:
    row = reviewer_of(make_open(operator, now=NOW, pool=(expert,)), expert)
    done = save(row, {"1.1": ["合格", ""], "2.1.1": ["61", ""], "9": ["1", ""]})
    assert (done.revision, done.theirs) == (1, None)  # type: ignore[attr-defined]
    assert "超出范围" in done.problems["2.1.1"]  # type: ignore[attr-defined]
    assert sheets_of(row)[0].scores == {"1.1": ["通过", ""]}
    done = save(row, {"2.1.1": ["60", ""]}, revision=1)
    assert "请说明理由" in done.problems["2.1.1"]  # type: ignore[attr-defined]
    assert sheets_of(row)[0].scores["2.1.1"] == ["60", ""]
    done = save(row, {"2.1.1": ["６０分", "方案最优"]}, revision=2)
    assert (done.revision, done.problems) == (3, {})  # type: ignore[attr-defined]
    save(row, {"1.1": ["", ""]}, revision=3)
    assert sheets_of(row)[0].scores == {"2.1.1": ["60", "方案最优"]}


@pytest.mark.shows("OVW-13")
def test_a_second_device_is_noticed_and_a_lost_answer_is_none(
    operator: User, expert: Expert
) -> None:
    row = reviewer_of(make_open(operator, now=NOW, pool=(expert,)), expert)
    save(row, {"2.1.1": ["50", ""]})
    again = save(row, {"2.1.1": ["50", ""]})
    assert (again.revision, again.theirs) == (1, None)  # type: ignore[attr-defined]
    other = save(row, {"2.1.1": ["40", ""]})
    assert other.theirs == {"2.1.1": ["50", ""]}  # type: ignore[attr-defined]
    assert sheets_of(row)[0].scores == {"2.1.1": ["50", ""]}


@pytest.mark.shows("OVW-13")
def test_a_sheet_is_submitted_once_by_whose_it_is_and_stays(operator: User, expert: Expert) -> None:
    other = make_expert("李四")
    give_account(other, make_user("expert"))
    review = make_open(operator, now=NOW, pool=(expert, other))
    row = reviewer_of(review, expert)
    with pytest.raises(ReviewRefused, match="2 个评审对象没有评完"):
        submit(row, now=NOW)
    fill_in(row, now=NOW)
    with pytest.raises(ReviewRefused, match="与您看到的不同"):
        submit(row, now=NOW, seen="0" * 64)
    assert other.user
    with pytest.raises(ReviewRefused, match="不是您的"):
        save_scores(reviewer=row, saves={}, actor=other.user, now=NOW)
    made = submit(row, now=NOW)
    assert (made.version, made.content["T-1"]) == (1, GOOD)
    assert not Submission.objects.get().is_altered
    for act in (lambda: submit(row, now=NOW), lambda: save(row, {"2.2": ["补充", ""]})):
        with pytest.raises(ReviewRefused, match="已经提交"):
            act()
    log = Entry.objects.get(action="review.submit")
    # Scores are few: a hash without a key says them to whoever tries.
    assert made.content_hash not in str(log.after)
    assert (log.after or {})["内容摘要"] == made.mark
    assert "50" not in str({**(log.after or {}), "内容摘要": ""})
    states = {one.reviewer.expert.name: one.state for one in progress_of(review)}
    assert states == {"王立新": ReviewerState.SUBMITTED, "李四": ReviewerState.WAITING}
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_submission SET content = '{}'")


def test_what_somebody_else_wrote_is_no_sheet(operator: User, expert: Expert) -> None:
    made = make_submitted(operator, expert, now=NOW)
    review = made.reviewer.review
    assert submitted_sheets(review)[made.reviewer.key]["T-1"]["2.1.1"] == ("50", "")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reviews_submission DISABLE TRIGGER USER")
        cursor.execute(
            """UPDATE reviews_submission SET content = '{"T-1": {"2.1.1": ["60", ""]}}'"""
        )
        cursor.execute("ALTER TABLE reviews_submission ENABLE TRIGGER USER")
    assert Submission.objects.get().is_altered
    assert submitted_sheets(review) == {}


def test_nobody_scores_after_its_time(operator: User, expert: Expert) -> None:
    review = make_open(operator, now=NOW, pool=(expert,), due_at=NOW + HOUR)
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW)
    with pytest.raises(ReviewRefused, match="已过截止时间"):
        submit(row, now=NOW + HOUR)
    longer = Terms(due_at=NOW + 2 * HOUR)
    changed = change_terms(review=review, terms=longer, actor=operator, now=NOW + HOUR)
    assert changed.rule == review.rule
    submit(row, now=NOW + HOUR)
    with pytest.raises(ReviewRefused, match="请填写以后的时间"):
        change_terms(review=review, terms=Terms(due_at=NOW), actor=operator, now=NOW + HOUR)


def test_stages_are_opened_one_by_one(operator: User, expert: Expert) -> None:
    review = make_open(operator, now=NOW, pool=(expert,), by_stage=True)
    row = reviewer_of(review, expert)
    save(row, GOOD)
    assert sheets_of(row)[0].scores == {"1.1": ["通过", ""]}
    with pytest.raises(ReviewRefused, match="阶段没有开启"):
        submit(row, now=NOW)
    open_stage(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="都已开启"):
        open_stage(review=review, actor=operator, now=NOW)
    fill_in(row, now=NOW)
    submit(row, now=NOW)


FAIL = {"1.1": ["不通过", "没有营业执照"]}


def say(reviewer: Reviewer, scores: dict[str, list[str]], *, of: int = 0) -> Saved:
    sheet = sheets_of(reviewer)[of]
    assert reviewer.expert.user
    saves = {sheet.item.alias: Save(sheet.revision, scores)}
    done = save_scores(reviewer=reviewer, saves=saves, actor=reviewer.expert.user, now=NOW)
    return done[sheet.item.alias]


@pytest.mark.shows("OVW-13", "OVW-15")
def test_what_falls_by_the_votes_is_scored_by_nobody_once_the_stage_is_over(
    operator: User, expert: Expert
) -> None:
    others = [make_expert(name) for name in ("李四", "王五")]
    for one in others:
        give_account(one, make_user("expert"))
    review = make_open(operator, now=NOW, pool=(expert, *others), seats=3, by_stage=True)
    rule = rule_of(review)
    first, second, third = (reviewer_of(review, one) for one in (expert, *others))
    say(first, FAIL)
    say(second, FAIL)
    # Nobody is told of the others' votes before the stage is over, nor before all have voted.
    assert fallen_in(review, rule) == {}
    review = open_stage(review=review, actor=operator, now=NOW)
    assert fallen_in(review, rule) == {}
    assert say(first, FAIL).problems == {}
    say(third, GOOD)
    item = review.items.get(number="T-1")
    assert fallen_in(review, rule) == {item.pk: 1}
    # His vote stays, and nothing more is asked of him.
    with CaptureQueriesContext(connection) as asked:
        told = say(first, GOOD).problems
    # Of the others' sheets only those of what he saves are read.
    read = [
        one["sql"] for one in asked if '"scores"' in one["sql"] and '"reviewer_id" IN' in one["sql"]
    ]
    assert [f"IN ({item.pk})" in sql for sql in read] == [True]
    assert told == dict.fromkeys(GOOD, "未通过资格审查，不用再评。")
    assert sheets_of(first)[0].scores == FAIL
    (shown, other) = page_data(review, first, sheets_of(first))["items"]
    assert shown["fallen"] == {"stage": 1, "text": "未通过资格审查，不用再评"}
    assert (shown["problems"], other["fallen"]) == ({}, None)
    (one, _, _) = progress_of(review)
    assert (one.filled, one.asked) == (1, 4)
    for row in (first, second, third):
        say(row, GOOD, of=1)
        submit(row, now=NOW)
    end_review(review=review, actor=operator, now=NOW)
    sealed = ReviewResult.objects.get(review=review).content["result"]["rows"]
    assert [(one["item"], one["fallen"]) for one in sealed] == [("T-1", 0), ("T-2", None)]


def test_where_all_stages_are_open_every_item_is_scored(operator: User, expert: Expert) -> None:
    review = make_open(operator, now=NOW, pool=(expert,))
    row = reviewer_of(review, expert)
    say(row, FAIL)
    assert fallen_in(review, rule_of(review)) == {}
    assert set(problems_in(rule_of(review), sheets_of(row)[0].scores)) == {"2.1.1", "2.1.2"}


@pytest.mark.shows("OVW-15")
def test_who_is_missing_is_told_and_reminded_and_keeps_it_from_ending(
    operator: User, expert: Expert
) -> None:
    other = make_expert("李四")
    review = make_open(operator, now=NOW, pool=(expert, other))
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW)
    submit(row, now=NOW)
    with pytest.raises(ReviewRefused, match="还有 1 位专家没有提交"):
        end_review(review=review, actor=operator, now=NOW)
    assert [one.reviewer.expert.name for one in progress_of(review) if one.is_missing] == ["李四"]
    assert remind(review=review, actor=operator, now=NOW) == 1
    with pytest.raises(ReviewRefused, match="一小时内"):
        remind(review=review, actor=operator, now=NOW + timedelta(minutes=59))
    assert Message.objects.filter(occasion="reviews.reminder", channel="sms").count() == 1


def test_a_review_ends_once_all_have_submitted(operator: User, expert: Expert) -> None:
    made = make_submitted(operator, expert, now=NOW)
    review = made.reviewer.review
    with pytest.raises(ReviewRefused, match="不用提醒"):
        remind(review=review, actor=operator, now=NOW)
    assert end_review(review=review, actor=operator, now=NOW).state == ReviewState.ENDED
    with pytest.raises(ReviewRefused, match="已经结束"):
        end_review(review=review, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="不能退回"):
        request_hand_back(subject=made, reason="漏填了", actor=operator, now=NOW)


@pytest.mark.shows("OVW-13")
def test_a_sheet_is_handed_back_by_two_and_both_versions_are_kept(
    operator: User, expert: Expert
) -> None:
    supervisor = make_user("supervisor")
    first = make_submitted(operator, expert, now=NOW)
    row = first.reviewer
    for agree in (False, True):
        request = request_hand_back(subject=first, reason="单位弄混了", actor=operator, now=NOW)
        with pytest.raises(ReviewRefused):
            decide_hand_back(request=request, agree=agree, note="", actor=operator, now=NOW)
        decide_hand_back(
            request=request, agree=agree, note="不同意", actor=supervisor, now=NOW + HOUR
        )
        assert (standing(row) is None) is agree
    assert Message.objects.filter(occasion="reviews.returned").exists()
    fill_in(row, now=NOW + HOUR, scores={"2.1.1": ["40", ""]})
    second = submit(row, now=NOW + HOUR)
    kept = Submission.objects.order_by("version")
    assert [(one.version, one.content["T-1"]["2.1.1"][0]) for one in kept] == [(1, "50"), (2, "40")]
    assert [one.is_altered for one in kept] == [False, False]
    assert list(submitted_sheets(row.review)) == [row.key]
    with pytest.raises(ReviewRefused, match="已经退回"):
        request_hand_back(subject=first, reason="再来一次", actor=operator, now=NOW + HOUR)
    assert second.reviewer == row


@pytest.mark.shows("OVW-13")
@pytest.mark.parametrize("reason", ["", "  ", "\u3164\u200b", "。"])
def test_nothing_is_handed_back_without_a_reason(
    client: Client, operator: User, expert: Expert, reason: str
) -> None:
    made = make_submitted(operator, expert, now=timezone.now())
    with pytest.raises(ReviewRefused, match="请写明退回的原因"):
        request_hand_back(subject=made, reason=reason, actor=operator, now=timezone.now())
    ask = reverse("workflow:request_ask", args=["reviews.return", made.pk])
    assert login(client, operator).post(ask, {"reason": reason}).status_code in (409, 422)
    assert not HandBack.objects.exists()
    assert standing(made.reviewer) == made


def test_reviews_are_seen_within_reach_and_by_those_who_score(
    operator: User, expert: Expert
) -> None:
    review = make_open(operator, now=NOW, pool=(expert,))
    assert list(reviews_visible_to(operator)) == [review]
    assert list(reviews_visible_to(make_user("finance"))) == []
    assert [one.review for one in reviewing(expert)] == [review]
    assert list(reviewing(make_expert("旁人"))) == []
    assert Review.objects.get().is_open(NOW)


@pytest.mark.shows("OVW-13")
def test_what_one_no_lets_fall_needs_no_further_scores(operator: User, expert: Expert) -> None:
    no = {"1.1": [FAILED, "没有营业执照。"]}
    by_all = replace(RULE, stages=(replace(RULE.stages[0], passing=Passing.ALL), RULE.stages[1]))
    review = make_open(operator, now=NOW, pool=(expert,), seats=1, rule=by_all)
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW)
    save(row, no, revision=1)
    first = sheets_of(row)[0]
    ScoreSheet.objects.filter(pk=first.pk).update(scores=no)
    submit(row, now=NOW)
    end_review(review=review, actor=operator, now=NOW)
    found = reviewed_of(review).result()
    assert [one.fallen for one in found.rows] == [0, None]
    assert found.is_complete


def test_where_others_may_let_it_pass_he_scores_on(operator: User, expert: Expert) -> None:
    review = make_open(operator, now=NOW, pool=(expert,), seats=1)
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW, scores={"1.1": [FAILED, "没有营业执照。"]})
    with pytest.raises(ReviewRefused, match="还有 2 个评审对象没有评完"):
        submit(row, now=NOW)
