"""What experts see of their ratings, what they object to, and what they say of who organised the review."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.passwords import reset_password
from expertpool.audit.models import Entry
from expertpool.changes.registry import OWN_FILES
from expertpool.core.home import todos_for
from expertpool.draws.queries.panel import who_sat
from expertpool.evaluations.enums import Target
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import Evaluation, Rating, RatingObjection
from expertpool.evaluations.queries.caution_objections import caution_objections_visible_to
from expertpool.evaluations.queries.forms import standard_form
from expertpool.evaluations.queries.own import (
    asked_of,
    objections_visible_to,
    objections_waiting,
    sat_in,
)
from expertpool.evaluations.queries.ratings import ratings_of, summary_of
from expertpool.evaluations.queries.results import organisers_of
from expertpool.evaluations.services.demo import ensure_demo_evaluations
from expertpool.evaluations.services.objections import answer_objection, object_to
from expertpool.evaluations.services.rating import rate_organiser
from expertpool.evaluations.services.windows import close_evaluation, open_evaluation
from expertpool.evaluations.tables import OWN
from expertpool.experts.models import Expert
from expertpool.experts.settings import ACCOUNTS_WHEN_NEEDED, OFFICE_CONTACT
from expertpool.files.services import attach
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import is_addressed_to
from expertpool.projects.models import Project
from expertpool.reviews.queries.reviews import standbys
from expertpool.reviews.services.meeting import bring_in
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_evaluation, make_reviewed, rate_all
from tests.factories.experts import give_account, make_expert, make_unit
from tests.factories.scoring import left, with_panel
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = "当天签到系统故障，我九点前已到场"


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def closed(row: Evaluation, *, at: datetime | None = None) -> Evaluation:
    at = at or timezone.now()
    Evaluation.objects.filter(pk=row.pk).update(due_at=at - timedelta(minutes=1))
    assert close_evaluation(evaluation_id=row.pk, now=at)
    row.refresh_from_db()
    return row


def rated(expert: Expert, operator: User, *, at: datetime, score: int = 50) -> Rating:
    """A rating of ``expert`` whose time is over ``at``."""
    row = make_evaluation(operator, now=at - 2 * HOUR, pool=(expert,), seats=1)
    made = rate_all(row, operator, now=at - HOUR, score=score, comment="迟到二十分钟")
    closed(row, at=at)
    return Rating.objects.get(pk=made[0].pk)


@pytest.mark.shows("EXP-29", "PORT-31")
def test_an_expert_sees_his_rating_once_the_time_is_over(
    client: Client, expert: Expert, operator: User
) -> None:
    row = make_evaluation(operator, now=timezone.now() - HOUR, pool=(expert,), seats=1)
    rate_all(row, operator, now=timezone.now(), score=50, comment="迟到二十分钟")
    login(client, expert.user)
    assert "迟到二十分钟" not in client.get(reverse("evaluations:own")).content.decode()
    rating = Rating.objects.get(target=Target.EXPERT)
    assert client.get(reverse("evaluations:own_rating", args=[rating.pk])).status_code == 404
    closed(row)
    page = client.get(reverse("evaluations:own")).content.decode()
    assert "迟到二十分钟" in page
    assert operator.name not in page  # who rated him is the office's matter
    assert Message.objects.filter(occasion="evaluations.closed", channel="site").count() == 1
    other = make_user("expert")
    give_account(make_expert(), other)
    page = login(Client(), other).get(reverse("evaluations:own_rating", args=[rating.pk]))
    assert page.status_code == 404
    told = next(one for one in OWN if one.code == "evaluations")
    assert any("迟到二十分钟" in cell for line in told.rows(expert, NOW) for cell in line)


@pytest.mark.shows("EXP-29")
def test_without_an_account_he_is_told_whom_to_call_and_the_days_wait_for_it(
    operator: User,
) -> None:
    """A way that ends at a login he does not have is none, and meanwhile no time runs out."""
    configure(OFFICE_CONTACT, "0731-84110000")
    configure(ACCOUNTS_WHEN_NEEDED, False)
    expert = make_expert("李明")
    rating = rated(expert, operator, at=timezone.now() - 60 * DAY)
    for told in Message.objects.filter(occasion="evaluations.closed"):
        assert "/my/evaluations/" not in told.body
        assert "0731-84110000" in told.body
        assert "账号开通后 10 个工作日届满 前可以申诉" in told.body
    assert Message.objects.filter(occasion="evaluations.closed").exists()
    user = make_user("expert", created_at=timezone.now())
    give_account(expert, user)
    expert.refresh_from_db()
    rating = Rating.objects.get(pk=rating.pk)
    late = timezone.now() + 30 * DAY
    with pytest.raises(EvaluationRefused):
        object_to(rating=rating, expert=expert, text=WORDS, actor=user, now=late)
    object_to(rating=rating, expert=expert, text=WORDS, actor=user, now=timezone.now())


@pytest.mark.shows("EXP-29")
@pytest.mark.usefixtures("media")
def test_an_expert_objects_once_with_files_and_is_answered(
    client: Client, expert: Expert, operator: User, supervisor: User
) -> None:
    rating = rated(expert, operator, at=timezone.now())
    assert expert.user is not None
    file = SimpleUploadedFile("签到.pdf", b"%PDF-1.7\n%%EOF\n")
    kept = attach(
        subject=rating, uploaded_file=file, kind="", actor=expert.user, now=timezone.now()
    )
    url = reverse("evaluations:own_rating", args=[rating.pk])
    login(client, expert.user)
    assert client.post(url, {"text": "不"}).status_code == 422
    assert client.post(url, {"text": WORDS}).status_code == 302
    assert WORDS in client.get(url).content.decode()
    second = client.post(url, {"text": "另一个窗口写的话"})
    assert second.status_code == 422
    assert "已经申诉过" in second.content.decode()
    assert "另一个窗口写的话" in second.content.decode()
    # It is in the download of his data.
    (own,) = OWN_FILES["objections"].files(expert, timezone.now())
    assert own.path.endswith("/签到.pdf")
    objection = RatingObjection.objects.get()
    office = login(Client(), supervisor)
    assert "项专家的评价申诉等待答复" in str(todos_for(supervisor, now=timezone.now()))
    address = reverse("evaluations:answer", args=[objection.pk])
    page = office.get(address).content.decode()
    assert WORDS in page
    assert "签到.pdf" in page
    got = office.get(reverse("files:download", args=[kept.pk]))
    assert b"".join(got).startswith(b"%PDF")
    assert summary_of(ratings_of(expert)).reviews == 1
    assert office.post(address, {"uphold": "yes", "answer": "经核对属实"}).status_code == 204
    assert summary_of(ratings_of(expert)).reviews == 0
    assert "经核对属实" in client.get(url).content.decode()
    told = Message.objects.get(occasion="evaluations.answered", channel="site")
    assert "经核对属实。" in told.body
    # Who gave it hears that it counts no more.
    heard = Message.objects.get(occasion="evaluations.answered_rater")
    assert "撤销这份评价" in heard.subject
    assert expert.name not in heard.body
    assert is_addressed_to(operator, heard)


def test_a_rating_that_stands_counts_on(expert: Expert, operator: User, supervisor: User) -> None:
    rating = rated(expert, operator, at=NOW)
    assert expert.user is not None
    made = object_to(rating=rating, expert=expert, text=WORDS, actor=expert.user, now=NOW)
    with pytest.raises(EvaluationRefused, match="答复的理由"):
        answer_objection(objection=made, uphold=False, answer="x", actor=supervisor, now=NOW)
    answer_objection(objection=made, uphold=False, answer="签到记录为证", actor=supervisor, now=NOW)
    assert summary_of(ratings_of(expert)).reviews == 1
    with pytest.raises(EvaluationRefused, match="已经有人答复"):
        answer_objection(objection=made, uphold=True, answer="改判", actor=supervisor, now=NOW)


def test_who_rated_does_not_answer_and_a_stranger_does_not_object(
    expert: Expert, operator: User
) -> None:
    rating = rated(expert, operator, at=NOW)
    assert expert.user is not None
    other = make_user("expert")
    give_account(make_expert(), other)
    with pytest.raises(EvaluationRefused, match="专家本人"):
        object_to(rating=rating, expert=expert, text=WORDS, actor=other, now=NOW)
    made = object_to(rating=rating, expert=expert, text=WORDS, actor=expert.user, now=NOW)
    with pytest.raises(EvaluationRefused, match="由其他人答复"):
        answer_objection(objection=made, uphold=True, answer="属实", actor=operator, now=NOW)
    with pytest.raises(EvaluationRefused, match="专家账号"):
        answer_objection(objection=made, uphold=True, answer="属实", actor=other, now=NOW)


def test_only_a_second_person_answers_an_objection(expert: Expert, operator: User) -> None:
    now = timezone.now()
    rating = rated(expert, operator, at=now)
    assert expert.user is not None
    made = object_to(rating=rating, expert=expert, text=WORDS, actor=expert.user, now=now)
    newcomer = make_user("supervisor", created_at=now - DAY)
    hand, other = make_user("admin"), make_user("admin")
    reset_password(user=operator, actor=hand, now=now)
    reset_password(user=expert.user, actor=other, now=now)
    for user, words in ((newcomer, "开通不满"), (hand, "修改过申请人"), (other, "修改过申请人")):
        with pytest.raises(EvaluationRefused, match=words):
            answer_objection(objection=made, uphold=True, answer="属实", actor=user, now=now)
    # He reads it before he writes anything.
    url = reverse("evaluations:answer", args=[made.pk])
    page = login(Client(), newcomer).get(url, follow=True).content.decode()
    assert "开通不满" in page
    rating.refresh_from_db()
    assert rating.withdrawn_at is None
    second = make_user("supervisor")
    answer_objection(objection=made, uphold=True, answer="属实", actor=second, now=now)


def test_the_time_to_object_ends_by_working_days(expert: Expert, operator: User) -> None:
    rating = rated(expert, operator, at=NOW)
    until = rating.evaluation.object_until
    assert until is not None
    assert timezone.localtime(until).strftime("%m-%d %H:%M") == "12-09 00:00"
    assert expert.user is not None
    with pytest.raises(EvaluationRefused, match="期限已过"):
        object_to(rating=rating, expert=expert, text=WORDS, actor=expert.user, now=until)


def test_an_objection_of_today_is_told_tomorrow_while_names_are_sealed(
    expert: Expert, operator: User, supervisor: User
) -> None:
    now = timezone.now()
    rating = rated(expert, operator, at=now)
    for _ in range(3):
        make_expert()
    draw = make_draw(now=now, operator=operator, seats=2, opens_in_hours=48)
    accept_all(draw, now=now)
    assert expert.user is not None
    made = object_to(rating=rating, expert=expert, text=WORDS, actor=expert.user, now=now)
    assert not objections_visible_to(supervisor).exists()
    RatingObjection.objects.filter(pk=made.pk).update(asked_at=now - DAY)
    assert list(objections_waiting(supervisor)) == [made]


@pytest.mark.shows("PRJ-15")
def test_experts_rate_who_organised_the_review_and_nobody_sees_who_said_it(
    client: Client, expert: Expert, operator: User
) -> None:
    pool = (expert, make_expert(), make_expert())
    row = make_evaluation(operator, now=timezone.now() - HOUR, pool=pool, seats=3)
    for other in pool[1:]:
        give_account(other, make_user("expert"))
    assert expert.user is not None
    assert [one.target for one in asked_of(expert, now=timezone.now())] == [Target.ORGANISER]
    assert Message.objects.filter(occasion="evaluations.asked", channel="site").exists()
    assert "评价组织单位" in str(todos_for(expert.user, now=timezone.now()))
    url = reverse("evaluations:own_rate", args=[row.pk, "organiser"])
    login(client, expert.user)
    assert client.get(url).status_code == 200
    assert client.post(url, {"d0": "95", "d1": "85"}).status_code == 422
    said = {"d0": "95", "d1": "85", "d2": "70", "comment": "材料到场才发"}
    assert client.post(url, said).status_code == 302
    assert client.post(url, said).status_code == 422  # once
    # Nothing before the time is over, and then without a name.
    address = reverse("evaluations:detail", args=[row.pk])
    office = login(Client(), operator)
    assert "材料到场才发" not in office.get(address).content.decode()
    for other in pool[1:]:
        say_of_organiser(row, other)
    closed(row)
    found = organisers_of(row)[0]
    assert found.summary is not None
    assert (found.raters, str(found.summary.total and found.summary.total.mean)) == (3, "84.8")
    page = office.get(address).content.decode()
    assert "材料到场才发" in page
    assert expert.user.name not in page


@pytest.mark.shows("PRJ-15")
def test_who_stood_by_and_came_in_says_how_it_was_organised_too(operator: User) -> None:
    now = timezone.now()
    first, _other = with_panel(operator, now, seats=2, standbys=1)
    review, project = first.review, first.review.project
    left(first, by=operator, second=make_user("supervisor"), now=now)
    (standby,) = standbys(review)
    expert = Expert.objects.get(pk=standby.expert_id)
    assert sat_in(expert, {project.pk}) == set()
    bring_in(review=review, invitation_id=standby.invitation_id, actor=operator, now=now)
    assert standby.invitation_id in who_sat(project)  # he is rated
    assert sat_in(expert, {project.pk}) == {project.pk}


def say_of_organiser(row: Evaluation, expert: Expert, comment: str = "") -> None:
    assert expert.user is not None
    assert row.organiser_form is not None
    rate_organiser(
        evaluation=row, target=Target.ORGANISER, comment=comment, expert=expert,
        scores={one.name: 85 for one in row.organiser_form.asked}, actor=expert.user,
        now=timezone.now(),
    )  # fmt: skip


def test_the_agency_is_the_department_that_holds_a_review_for_who_has_the_need(
    client: Client, operator: User
) -> None:
    standard = standard_form(Target.AGENCY)
    standard.active, standard.version = True, 1
    standard.at = timezone.now() - timedelta(days=40)
    standard.save()
    at = timezone.now() - 2 * HOUR
    expert = make_expert()
    give_account(expert, make_user("expert"))
    own = make_reviewed(operator, now=at, pool=(expert,), seats=1).project
    held = make_reviewed(operator, now=at - timedelta(days=3), pool=(expert,), seats=1).project
    Project.objects.filter(pk=held.pk).update(purchaser=make_unit("市第一人民医院"))
    for project in (own, held):
        assert open_evaluation(project_id=project.pk, now=at)
    found = [(one.evaluation.project_id, one.target, one.name) for one in asked_of(expert, now=at)]
    department = str(own.department)
    assert sorted(found) == sorted(
        [
            (own.pk, Target.ORGANISER, department),
            (held.pk, Target.ORGANISER, "市第一人民医院"),
            (held.pk, Target.AGENCY, str(held.department)),
        ]
    )
    assert expert.user
    row = Evaluation.objects.get(project=held)
    url = reverse("evaluations:own_rate", args=[row.pk, "agency"])
    page = login(client, expert.user).get(url).content.decode()
    assert f"评价代理机构：{held.department}" in page


@pytest.mark.shows("PRJ-15")
def test_three_experts_rate_the_agency_and_the_office_reads_their_mean(
    client: Client, operator: User
) -> None:
    standard = standard_form(Target.AGENCY)
    standard.active, standard.version = True, 1
    standard.at = timezone.now() - timedelta(days=40)
    standard.save()
    at, pool = timezone.now() - HOUR, [make_expert() for _ in range(3)]
    for one in pool:
        give_account(one, make_user("expert"))
    project = make_reviewed(operator, now=at, pool=pool, seats=3).project
    Project.objects.filter(pk=project.pk).update(purchaser=make_unit("市第一人民医院"))
    row = open_evaluation(project_id=project.pk, now=at)
    assert row is not None
    assert row.agency_form is not None
    asked = row.agency_form.asked
    grades = sorted(one.score for one in row.agency_form.answers)
    url = reverse("evaluations:own_rate", args=[row.pk, "agency"])
    for at_expert, one in enumerate(pool):
        assert one.user
        login(client, one.user)
        said = {f"d{at}": str(grades[-1 - (at_expert > 0)]) for at, _ in enumerate(asked)}
        # A number that is no grade of the form is none.
        assert client.post(url, said | {"d0": "86.5"}).status_code == 422
        assert client.post(url, said | {"comment": f"意见{at_expert}"}).status_code == 302
        assert client.post(url, said).status_code == 422
    assert Rating.objects.filter(target=Target.AGENCY).count() == 3
    closed(row)
    (found,) = [one for one in organisers_of(row) if one.target == Target.AGENCY]
    mean = (Decimal(grades[-1]) + 2 * Decimal(grades[-2])) / 3
    assert found.summary is not None
    assert found.summary.total is not None
    assert (found.raters, found.summary.total.mean) == (3, mean.quantize(Decimal("0.1")))
    page = login(client, operator).get(reverse("evaluations:detail", args=[row.pk]))
    text = page.content.decode()
    assert all(word in text for word in ("代理机构", f"{found.summary.total.mean}", "意见0"))
    assert not any(one.name in text.partition("代理机构")[2] for one in pool)


def test_of_two_experts_nobody_reads_what_they_said_of_the_organiser(
    client: Client, operator: User
) -> None:
    pool = [make_expert() for _ in range(3)]
    row = make_evaluation(operator, now=timezone.now() - HOUR, pool=pool, seats=3)
    for one in pool[:2]:
        give_account(one, make_user("expert"))
        say_of_organiser(row, one, "材料到场才发")
    closed(row)
    (found,) = organisers_of(row)
    assert (found.raters, found.summary, list(found.comments)) == (2, None, [])
    page = login(client, operator).get(reverse("evaluations:detail", args=[row.pk]))
    assert "材料到场才发" not in page.content.decode()
    assert "不足 3 位" in page.content.decode()
    for entry in Entry.objects.filter(action="evaluation.rate_organiser"):
        assert (entry.actor_id, entry.subject_id, entry.address) == (None, "", "")


def test_only_who_sat_rates_the_organiser(expert: Expert, operator: User) -> None:
    row = make_evaluation(operator, now=NOW)
    assert expert.user is not None
    assert row.organiser_form is not None
    said = {one.name: 85 for one in row.organiser_form.asked}
    for target in (Target.ORGANISER, Target.AGENCY, Target.EXPERT):
        with pytest.raises(EvaluationRefused, match="不需要您评价"):
            rate_organiser(
                evaluation=row, target=target, scores=said, comment="", expert=expert,
                actor=expert.user, now=NOW,
            )  # fmt: skip


def test_in_the_demonstration_who_objects_was_graded_low(operator: User, expert: Expert) -> None:
    """What he says against it names what was graded so: a sheet all excellent with an objection teaches nobody."""
    begun = timezone.now() - 20 * DAY
    pool = (make_expert("甲"), expert, make_expert("乙"))
    draw = make_reviewed(operator, now=begun, pool=pool, seats=3)
    two = (operator, make_user("supervisor"))
    ensure_demo_evaluations(
        draw=draw, operator=operator, two=two, expert=expert, now=timezone.now()
    )
    assert [one.state_label for one in caution_objections_visible_to(make_user("admin"))] == [
        "待答复"
    ]
    objection = RatingObjection.objects.get()
    rating = objection.rating
    assert rating.expert == expert
    lowest = min(rating.lines, key=lambda line: line[1])
    assert f"「{lowest[0]}」" in objection.readable_text
    assert lowest[1] < 60
