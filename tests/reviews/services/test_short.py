"""A review of a panel with seats that nobody has begins so only by who was told, and says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.audit.models import Entry
from expertpool.draws.queries.panel import filled_of
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.notifications.models import Message
from expertpool.projects.enums import Regime
from expertpool.projects.settings import BLOCKING
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, ReviewResult
from expertpool.reviews.permissions import MANAGE, VIEW
from expertpool.reviews.queries.lacking import short_of
from expertpool.reviews.queries.results import Summary
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import Terms, add_items, create_review, open_review
from expertpool.reviews.services.result_files import _head, _notes
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY
from tests.factories.experts import give_account, make_expert, make_tag
from tests.factories.scoring import THINGS, fill_in, make_review, make_rule, reviewer_of, submit
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all, make_short_draw, widen_to
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-12")]
NOW = timezone.now()
HOUR = timedelta(hours=1)
WORDS = "评审组 3 个席位，现有 1 人（综合缺 2 人）"
LAW = "评标委员会应为 5 人以上单数，现为 1 人"
WHY = "其余专家已全部问过"


@pytest.fixture
def review(operator: User, supervisor: User) -> Review:
    """Of three seats: one expert was drawn, two were found by wider conditions, in a draw that is void since."""
    tag = make_tag("主抽")
    tag.experts.add(make_expert("甲一"))
    for one in ("丙三", "丁四"):
        make_expert(one)
    among = {"field": "tag", "op": "in", "value": [str(tag.pk)]}
    drawn = NOW - 29 * HOUR
    base = make_short_draw(
        now=drawn,
        operator=operator,
        groups=[GroupInput("综合", 3, [among])],
        opens_in_hours=24,
        reveal_hours=2,
        reply_minutes=60,
    )
    wider = widen_to(base, now=drawn, actor=operator, g1=[among, EVERYBODY])
    accept_all(wider, now=drawn)
    asked = request_void(draw=wider, reason="回避单位漏填", actor=operator, now=drawn)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=drawn)
    release(draw_id=base.pk, now=base.project.opening_at - HOUR)
    row = create_review(project=base.project, terms=Terms(make_rule()), actor=operator, now=NOW)
    add_items(review=row, things=THINGS, actor=operator, now=NOW)
    return row


def start(review: Review, actor: User, *, short: int, reason: str = WHY) -> Review:
    return open_review(review=review, actor=actor, now=NOW, short=short, reason=reason)


def test_one_of_three_is_said_and_begins_only_with_a_reason(
    client: Client, operator: User, supervisor: User, review: Review
) -> None:
    login(client, operator)
    page = reverse("reviews:detail", args=[review.pk])
    shown = client.get(page).content.decode()
    assert WORDS in shown
    assert "评审时间已到，不能再补抽" in shown
    url = reverse("reviews:start", args=[review.pk])
    assert f"{url}?short=2" in shown
    # As a page of before would send it.
    assert "请看清评审页面的提示" in client.post(url, follow=True).content.decode()
    refused = client.post(f"{url}?short=2", follow=True).content.decode()
    assert "请写明以现有人数开始的原因" in refused
    client.post(f"{url}?short=2", {"reason": WHY})
    review.refresh_from_db()
    assert review.reviewers.count() == 1
    entry = Entry.objects.get(action="review.open")
    assert WORDS in (entry.after or {})["人数不足"]
    assert entry.note == WHY
    sent = Message.objects.filter(occasion="draw.step_alone")
    (told,) = (one for one in sent if one.address == supervisor.username)
    assert WORDS in told.body
    assert WHY in told.body
    assert WORDS in client.get(page).content.decode()


def test_the_page_of_the_project_says_it_where_there_is_no_review(
    client: Client, operator: User, review: Review
) -> None:
    login(client, operator)
    page = client.get(reverse("projects:detail", args=[review.project_id])).content.decode()
    assert "评审组人数不足" in page
    assert WORDS in page


def test_so_few_as_the_rules_of_the_office_forbid_do_not_begin(
    client: Client, operator: User, review: Review
) -> None:
    project = review.project
    project.regime = Regime.TENDER
    project.save()
    login(client, operator)
    page = reverse("reviews:detail", args=[review.pk])
    assert LAW in client.get(page).content.decode()
    configure(BLOCKING[Regime.TENDER], ("tender.members", "tender.odd"))
    shown = client.get(page).content.decode()
    assert "不能以此人数评审" in shown
    assert reverse("reviews:start", args=[review.pk]) not in shown
    review.refresh_from_db()
    with pytest.raises(ReviewRefused, match=r"招标投标法第三十七条.*不能再补抽"):
        start(review, operator, short=2)


def test_several_unmet_rules_read_as_one_sentence(review: Review) -> None:
    short = short_of(review.project, now=timezone.now())
    assert short is not None
    words = replace(short, unmet=["第一条：五人以上。", "第二条：单数。"]).words
    assert words.endswith("；第一条：五人以上；第二条：单数")


def test_a_whole_panel_begins_as_ever(operator: User) -> None:
    whole = make_review(operator, now=NOW)
    filled = filled_of(whole.project)
    assert filled is not None
    assert (filled.seats, filled.agreed, filled.words) == (2, 2, "")
    with pytest.raises(ReviewRefused, match="都有专家了"):
        start(whole, operator, short=1)
    open_review(review=whole, actor=operator, now=NOW)
    assert not Message.objects.filter(occasion="draw.step_alone").exists()
    entry = Entry.objects.get(action="review.open")
    assert "人数不足" not in (entry.after or {})


@pytest.mark.shows("OVW-15")
def test_what_is_sealed_says_which_seats_nobody_had(
    client: Client, operator: User, supervisor: User, review: Review
) -> None:
    start(review, operator, short=2)
    (row,) = review.reviewers.all()
    give_account(row.expert, make_user("expert"))
    row = reviewer_of(review, row.expert)
    fill_in(row, now=NOW)
    submit(row, now=NOW)
    end_review(review=review, actor=operator, now=NOW)
    result = ReviewResult.objects.get(review=review)
    assert result.content["about"]["panel"]["lacking"] == [["综合", 2]]
    draw = row.invitation.draw
    asked = request_void(draw=draw, reason="条件有误", actor=operator, now=NOW)
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    login(client, operator)
    shown = client.get(reverse("reviews:result", args=[review.pk])).content.decode()
    assert WORDS in shown, "as it was sealed, whatever became of the draw"
    assert "结果被改动过" not in shown
    summary = Summary(result)
    assert summary.agrees
    assert ("席位", WORDS) in _head(summary)
    assert any(WORDS in note for note in _notes(summary))


def test_who_may_not_read_the_panel_is_told_so_and_has_no_button(
    client: Client, admin: User, review: Review
) -> None:
    """It could only refuse."""
    role = save_role(
        role=None,
        name="组织评审、不看名单的人",
        grants=[Grant(one, Scope.ALL) for one in (VIEW, MANAGE)],
        levels={},
        actor=admin,
        now=NOW,
    )
    login(client, make_user(roles=(role,)))
    shown = client.get(reverse("reviews:detail", args=[review.pk])).content.decode()
    assert reverse("reviews:start", args=[review.pk]) not in shown
    assert "请能查看名单的同事开始" in shown
