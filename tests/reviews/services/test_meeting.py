"""Who is there: experts sign in, leave and are replaced; materials beside the items."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.queries.panel import who_sat
from expertpool.experts.models import Expert
from expertpool.files.exceptions import FileRefused
from expertpool.files.services import attach
from expertpool.points.enums import ReviewFact
from expertpool.points.queries.facts import facts_of
from expertpool.projects.models import Project
from expertpool.reviews.calculation import How
from expertpool.reviews.enums import ReviewerState
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import HandBack, ReassignRequest, Reviewer, ScoreSheet
from expertpool.reviews.queries.hands import hand_kinds, panel_words
from expertpool.reviews.queries.place import STEP, place_code
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.reviews import next_standbys, reviewing, standbys
from expertpool.reviews.queries.sheets import submitted_sheets
from expertpool.reviews.services.meeting import appoint_leader, bring_in, come, follow_seat, sign_in
from expertpool.reviews.services.organising import open_review
from expertpool.reviews.services.returning import request_hand_back
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import (
    RULE,
    fill_in,
    left,
    make_open,
    make_review,
    reviewer_of,
    submit,
    with_panel,
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


def test_who_comes_is_noted_once(operator: User, expert: Expert) -> None:
    row = reviewer_of(make_open(operator, now=NOW, pool=(expert,)), expert)
    assert sign_in(reviewer=row, actor=operator, now=NOW).signed_in_at == NOW
    sign_in(reviewer=row, actor=operator, now=NOW)
    assert Entry.objects.filter(action="review.sign_in").count() == 1


@pytest.mark.parametrize("counts", [True, False])
def test_who_leaves_scores_no_more_and_his_sheet_counts_as_decided(
    operator: User, supervisor: User, expert: Expert, counts: bool
) -> None:
    review = make_open(operator, now=NOW, pool=(expert, make_expert("李四")))
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW)
    made = submit(row, now=NOW)
    request_hand_back(subject=made, reason="弄混了", actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="须由监督人确认"):
        follow_seat(reviewer=row, actor=operator, now=NOW)
    left(row, by=operator, second=supervisor, now=NOW, counts=counts)
    assert bool(submitted_sheets(review)) is counts
    assert HandBack.objects.get().decided_at == NOW
    assert list(reviewing(expert)) == []
    states = {one.reviewer.expert.name: one.state for one in progress_of(review)}
    assert states["王立新"] == ReviewerState.LEFT
    with pytest.raises(ReviewRefused, match="已经退出"):
        sign_in(reviewer=row, actor=operator, now=NOW)
    with pytest.raises(ReviewRefused, match="已经退出"):
        left(row, by=operator, second=supervisor, now=NOW)
    other = Reviewer.objects.get(review=review, left_at=None)
    with pytest.raises(ReviewRefused, match="只剩这一位"):
        left(other, by=operator, second=supervisor, now=NOW)


def test_leaving_tells_not_whether_he_has_submitted_today(
    operator: User, supervisor: User, expert: Expert
) -> None:
    """Of who had submitted nothing the row said at once that nothing counts."""
    other = make_expert("李四")
    give_account(other, make_user("expert"))
    review = make_open(operator, now=NOW, pool=(expert, other, make_expert("赵六")), seats=3)
    make_draw(now=NOW, operator=operator)
    fill_in(reviewer_of(review, expert), now=NOW)
    submit(reviewer_of(review, expert), now=NOW)
    gone = [
        left(reviewer_of(review, one), by=operator, second=supervisor, now=NOW, counts=True)
        for one in (expert, other)
    ]
    assert [one.counts for one in gone] == [True, True]
    said = Entry.objects.filter(action="review.leave").values_list("after", flat=True)
    assert len({one["已提交的评分表"] for one in said}) == 1
    assert len(submitted_sheets(review)) == 1


def with_standby(operator: User, now: datetime) -> Reviewer:
    """One who sits in an open review, for which another stands by."""
    return with_panel(operator, now, seats=1, standbys=1, names=("正选", "候补"))[0]


@pytest.mark.shows("OVW-13")
def test_a_standby_replaces_who_is_missing(
    operator: User, supervisor: User, client: Client
) -> None:
    now = timezone.now()
    missing = with_standby(operator, now)
    review = missing.review
    (standby,) = standbys(review)
    login(client, operator)
    shown = client.get(reverse("reviews:join", args=[review.pk])).content.decode()
    assert "正选" in shown or "候补" in shown
    assert Entry.objects.filter(action="draw.names", note="安排候补专家").exists()
    line = standby.invitation_id
    assert line not in who_sat(review.project)
    with pytest.raises(ReviewRefused, match="无权查看名单"):
        bring_in(review=review, invitation_id=line, actor=make_user("finance"), now=now)
    # Nobody has left: that he comes in is somebody's choice, and takes two.
    htmx = {"HTTP_HX_REQUEST": "true"}
    join, said = reverse("reviews:join", args=[review.pk]), {"line": line}
    assert "须由监督人确认" in client.post(join, said, **htmx).content.decode()
    with pytest.raises(ReviewRefused, match="按抽取次序"):
        bring_in(review=review, invitation_id=line, actor=operator, now=now)
    assert client.post(join, said | {"ground": "联系不上"}, **htmx).status_code == 204
    assert line not in who_sat(review.project)
    asked = ReassignRequest.objects.get()
    login(client, supervisor)
    page = reverse("reviews:detail", args=[review.pk])
    assert "不按次序加入" in client.get(page).content.decode()
    client.post(reverse("workflow:request_agree", args=["reviews.reassign", asked.pk]))
    assert line in who_sat(review.project), "who came in is paid and rated"
    login(client, operator)
    assert hand_kinds(review) == {"候补不按次序加入": 1}
    left(missing, by=operator, second=supervisor, now=now)
    made = Reviewer.objects.get(review=review, left_at=None)
    assert (made.place, ScoreSheet.objects.filter(reviewer=made).count()) == (2, 2)
    client.post(reverse("reviews:sign_in", args=[made.pk]))
    assert Reviewer.objects.get(pk=made.pk).signed_in_at
    with pytest.raises(ReviewRefused, match="不是评审组的候补"):
        bring_in(review=review, invitation_id=standby.invitation_id, actor=operator, now=now)


def test_standbys_come_in_as_they_were_drawn_each_for_one_who_left(
    operator: User, supervisor: User, client: Client
) -> None:
    now = timezone.now()
    one, other = with_panel(operator, now, seats=2, standbys=2)
    review, now = one.review, now + timedelta(minutes=1)
    first, second = standbys(review)
    assert next_standbys(review) == set()
    left(one, by=operator, second=supervisor, now=now)
    assert next_standbys(review) == {first.invitation_id}
    with pytest.raises(ReviewRefused, match="按抽取次序"):
        bring_in(review=review, invitation_id=second.invitation_id, actor=operator, now=now)
    bring_in(review=review, invitation_id=first.invitation_id, actor=operator, now=now)
    assert next_standbys(review) == set()
    left(other, by=operator, second=supervisor, now=now)
    assert next_standbys(review) == {second.invitation_id}
    assert panel_words(review) == "原 2 位，2 位退出，1 位加入"


def test_a_standby_who_left_before_he_had_submitted_did_not_sit(
    operator: User, supervisor: User
) -> None:
    now = timezone.now()
    one, _other = with_panel(operator, now, seats=2, standbys=1)
    review = one.review
    (standby,) = standbys(review)
    line = standby.invitation_id
    left(one, by=operator, second=supervisor, now=now)
    bring_in(review=review, invitation_id=line, actor=operator, now=now)
    assert line in who_sat(review.project)
    made = Reviewer.objects.get(review=review, invitation_id=line)
    left(made, by=operator, second=supervisor, now=now, counts=True)
    assert line not in who_sat(review.project)


@pytest.mark.shows("OVW-04")
def test_points_are_of_who_scored_and_not_of_who_left(operator: User, supervisor: User) -> None:
    now = timezone.now()
    one, other = with_panel(operator, now, seats=2, standbys=2)
    draw, (first, second) = one.invitation.draw, standbys(one.review)
    left(one, by=operator, second=supervisor, now=now)
    bring_in(review=one.review, invitation_id=first.invitation_id, actor=operator, now=now)
    facts = defaultdict(set)
    for line, _, fact in facts_of(draw):
        facts[line.pk].add(fact)
    agreed, scored = {ReviewFact.CONFIRMED}, {ReviewFact.CONFIRMED, ReviewFact.ATTENDED}
    assert facts == {
        one.invitation_id: agreed,
        other.invitation_id: scored,
        first.invitation_id: scored,
        second.invitation_id: agreed,
    }


@pytest.mark.shows("OVW-11")
def test_materials_are_read_by_those_who_score_and_stay(
    operator: User, expert: Expert, client: Client
) -> None:
    now = timezone.now()
    review = make_review(operator, now=now, pool=(expert,))
    item = review.items.all()[0]
    paper = SimpleUploadedFile("申报书.txt", "第一章".encode())
    made = attach(subject=item, uploaded_file=paper, actor=operator, now=now)
    assert expert.user
    login(client, expert.user)
    preview = reverse("files:preview", args=[made.pk])
    assert client.get(preview).status_code == 404
    login(client, operator)
    files = reverse("reviews:item_files", args=[item.pk])
    assert "添加附件" in client.get(files).content.decode()
    open_review(review=review, actor=operator, now=now)
    again = SimpleUploadedFile("补充.txt", b"x")
    with pytest.raises(FileRefused, match="评审已经开始"):
        attach(subject=item, uploaded_file=again, actor=operator, now=now)
    row = reviewer_of(review, expert)
    login(client, expert.user)
    page = client.get(reverse("reviews:own_review", args=[row.pk])).content.decode()
    assert preview in page
    assert client.get(preview).status_code == 200
    assert Entry.objects.filter(action="file.preview", actor=expert.user).exists()
    other = make_expert("旁人")
    give_account(other, make_user("expert"))
    assert other.user
    login(client, other.user)
    assert client.get(preview).status_code == 404
    login(client, operator)
    assert "1 份" in client.get(reverse("reviews:detail", args=[review.pk])).content.decode()
    shown = client.get(files).content.decode()
    assert "申报书" in shown
    assert "添加附件" not in shown, "what experts score by stays"
    assert "删除" not in shown


@pytest.mark.shows("OVW-13")
def test_an_expert_signs_in_by_the_code_of_the_screen_while_it_is_there(
    client: Client, operator: User, expert: Expert
) -> None:
    now = timezone.now()
    review = make_open(operator, now=now, pool=(expert, make_expert("李四")))
    at_midday = timezone.localtime().replace(hour=12)
    Project.objects.filter(pk=review.project_id).update(opening_at=at_midday)
    row, user = reviewer_of(review, expert), expert.user
    assert user
    code = place_code(review, now=now)
    other = make_open(operator, now=now)
    for wrong, later in (
        (place_code(other, now=now), timedelta()),
        (code, 2 * STEP),  # a photograph of a minute ago
        (place_code(review, now=now + 9 * STEP), timedelta()),
    ):
        with pytest.raises(ReviewRefused, match="重新扫描"):
            come(reviewer=row, code=wrong, actor=user, now=now + later)
    with pytest.raises(ReviewRefused, match="自己的账号"):
        come(reviewer=row, code=code, actor=operator, now=now)
    with pytest.raises(ReviewRefused, match="没有这个项目的现场评审"):
        # In the night after it the meeting may go on, whenever this runs.
        come(reviewer=row, code=code, actor=user, now=now + timedelta(days=2))
    login(client, operator)
    place = reverse("reviews:place", args=[review.pk])
    # Whoever asks for the part that changes has opened the page, and that is recorded: else he had the code unseen.
    for opened, asked in ((1, {"version": "x"}), (1, {"version": "x"}), (2, {})):
        screen = client.get(place, asked).content.decode()
        assert Entry.objects.filter(action="review.place").count() == opened
    assert "还有 2 人没有签到" in screen
    assert expert.name not in screen
    login(client, user)
    page = reverse("reviews:own_here", args=[review.pk, "0" * 24])
    assert "二维码已经过期" in client.get(page).content.decode()
    assert "重新扫描" in client.post(page, follow=True).content.decode()
    page = reverse("reviews:own_here", args=[review.pk, place_code(review, now=timezone.now())])
    assert "我已到场" in client.get(page).content.decode()
    for _ in range(2):
        assert "已签到" in client.post(page, follow=True).content.decode()
    assert "您已经签到" in client.get(page).content.decode()
    assert Entry.objects.get(action="review.sign_in").actor == user
    strange = reverse("reviews:own_here", args=[other.pk, code])
    assert "不在这次评审" in client.get(strange).content.decode()


def test_while_names_are_sealed_nobody_sees_in_which_minute_somebody_came(
    client: Client, operator: User, expert: Expert
) -> None:
    now = timezone.now()
    review = make_open(operator, now=now, pool=(expert,))
    sign_in(reviewer=reviewer_of(review, expert), actor=operator, now=now)
    login(client, operator)
    page, minute = reverse("reviews:detail", args=[review.pk]), moment_text(now)
    assert f'data-label="签到">{minute}' in client.get(page).content.decode()
    make_draw(now=now, operator=operator)
    assert 'data-label="签到">今天' in client.get(page).content.decode()


@pytest.mark.shows("OVW-13")
def test_another_leads_once_nobody_does(
    client: Client, operator: User, supervisor: User, expert: Expert
) -> None:
    review = make_open(operator, now=timezone.now(), pool=(expert, make_expert("李四")))
    first, second = review.reviewers.order_by("place")
    login(client, operator)
    page = reverse("reviews:detail", args=[review.pk])
    url = reverse("reviews:lead", args=[first.pk])
    assert url in client.get(page).content.decode()
    assert "已指定组长" in client.post(url, follow=True).content.decode()
    page_now = client.get(page).content.decode()
    assert url not in page_now
    assert "改为组长" in page_now
    assert "他已经是组长" in client.post(url, follow=True).content.decode()
    other = reverse("reviews:lead", args=[second.pk])
    assert "请写明更换的原因" in client.post(other, follow=True).content.decode()
    client.post(other, {"reason": "原组长临时主持另一组"})
    assert [one.is_leader for one in review.reviewers.order_by("place")] == [False, True]
    entry = Entry.objects.filter(action="review.leader").latest("pk")
    assert entry.after == {"原组长": "专家 1", "组长": "专家 2"}
    left(second, by=operator, second=supervisor, now=timezone.now())
    client.post(url)
    first.refresh_from_db()
    assert first.is_leader
    assert not first.is_altered
    assert Entry.objects.filter(action="review.leader").count() == 3


def test_whose_scores_have_the_weight_of_the_leader_is_chosen_before_anybody_submits(
    operator: User, supervisor: User, expert: Expert
) -> None:
    weighted = replace(RULE, how=How.WEIGHTED, weights=(("组长", Decimal("1.5")),))
    now = timezone.now()
    review = make_open(operator, now=now, pool=(expert, make_expert("李四")), rule=weighted)
    first, second = review.reviewers.order_by("place")
    first = appoint_leader(reviewer=first, actor=operator, now=now)
    row = reviewer_of(review, expert)
    fill_in(row, now=now)
    submit(row, now=now)
    other = second if first.is_leader else first
    with pytest.raises(ReviewRefused, match="不能再更换组长"):
        appoint_leader(reviewer=other, reason="另有安排", actor=operator, now=now)
    # Nor by letting him leave first: his scores, which count, would have the weight as well.
    left(first, by=operator, second=supervisor, now=now, counts=True)
    with pytest.raises(ReviewRefused, match="不能再更换组长"):
        appoint_leader(reviewer=other, reason="另有安排", actor=operator, now=now)
