"""Terms are renewed: as an expert asked, or many by one job; until then he is not drawn."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.experts.enums import ChangeVia, ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import drawable
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import Renewal, RenewalRun
from expertpool.inspections.queries.renewals import renewals_visible_to, to_decide
from expertpool.inspections.services.renewing import (
    ask_renewal,
    decide_renewal,
    renew_expert,
    start_run,
    work_off,
)
from expertpool.notifications.models import Message
from expertpool.workflow.models import Approval
from expertpool.workflow.services.telling_approvals import tell_waiting
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def expert() -> Expert:
    """His term is over since yesterday."""
    row = make_expert("王立新", term_start_date=today() - 900 * DAY, term_end_date=today() - DAY)
    give_account(row, make_user("expert"))
    row.refresh_from_db()
    return row


def asked(expert: Expert, **more: Any) -> Renewal:
    given: dict[str, Any] = {"reason": "愿意继续参加", "now": timezone.now()}
    return ask_renewal(expert=expert, actor=expert.user, **given | more)


def is_drawn(expert: Expert) -> bool:
    now = timezone.now()
    return Expert.objects.filter(drawable(now, now + DAY, now=now), pk=expert.pk).exists()


@pytest.mark.shows("EXP-48")
def test_who_asks_is_renewed_and_drawn_again(expert: Expert, client: Client, admin: User) -> None:
    assert not is_drawn(expert)
    own, office = login(client, expert.user), login(Client(), admin)
    page = own.get(reverse("inspections:own")).content.decode()
    assert "申请续聘" in page
    ask = reverse("inspections:renewal_ask")
    assert own.post(ask, {"reason": "愿意继续参加"}).status_code == 204
    again = own.post(ask, {"reason": "再来一次"})
    assert again.status_code == 422
    assert "正在审核" in again.content.decode()
    row = Renewal.objects.get()
    listed = office.get(reverse("inspections:renewals"), {"tab": "asked"}).content.decode()
    assert "王立新" in listed
    assert (
        "愿意继续参加" in office.get(reverse("inspections:renewal", args=[row.pk])).content.decode()
    )
    decide = reverse("inspections:renewal_decide", args=[row.pk])
    early = office.post(decide, {"agree": "yes", "until": str(today())})
    assert early.status_code == 422
    assert "今天之后" in early.content.decode()
    assert office.post(decide, {"agree": "no"}).status_code == 422
    until = today() + 1000 * DAY
    assert office.post(decide, {"agree": "yes", "until": str(until)}).status_code == 204
    again = office.post(decide, {"agree": "yes", "until": str(until)}, headers={"HX-Request": "1"})
    assert again.status_code == 409
    # He is told who was first, and not that there is no such request.
    said = json.loads(again["HX-Trigger"])["toast"]["message"]
    assert "办理，现为“已通过”，没有再次处理" in said
    expert.refresh_from_db()
    assert expert.term_end_date == until
    version = expert.versions.order_by("-number").first()
    assert version is not None
    assert version.via == ChangeVia.RENEWAL
    assert str(until) in version.how
    assert is_drawn(expert)
    told = Message.objects.filter(occasion="renewal.decided", channel="site").get()
    assert str(until) in told.body
    assert "天内可以申请续聘" in own.get(reverse("inspections:own")).content.decode()


def test_what_is_no_renewal_is_refused(expert: Expert, admin: User) -> None:
    now = timezone.now()
    with pytest.raises(InspectionRefused, match="本人"):
        ask_renewal(expert=expert, reason="", actor=admin, now=now)
    row = asked(expert)
    given: dict[str, Any] = {"row": row, "now": now}
    with pytest.raises(InspectionRefused, match="工作账号"):
        decide_renewal(agree=True, until=today() + DAY, actor=expert.user, **given)
    with pytest.raises(InspectionRefused, match="原因"):
        decide_renewal(agree=False, actor=admin, **given)
    decide_renewal(agree=False, note="年龄已到", actor=admin, **given)
    assert not is_drawn(expert)
    with pytest.raises(InspectionRefused, match="刷新页面"):
        decide_renewal(agree=True, until=today() + DAY, actor=admin, **given)
    for wrong, words in (
        ({"term_end_date": None, "term_start_date": None}, "没有期限"),
        ({"term_end_date": today() + 300 * DAY}, "天内可以申请"),
        ({"status": ExpertStatus.FROZEN}, "不在库"),
    ):
        Expert.objects.filter(pk=expert.pk).update(
            **{"term_end_date": today(), "status": ExpertStatus.FORMAL} | wrong
        )
        with pytest.raises(InspectionRefused, match=words):
            asked(expert)


@pytest.mark.shows("EXP-48")
def test_many_are_renewed_by_a_job_that_says_who_was_not(expert: Expert, admin: User) -> None:
    asked(expert)
    late = make_expert("有期限", term_end_date=today() + 9000 * DAY)
    frozen = make_expert("冻结者", term_end_date=today(), status=ExpertStatus.FROZEN)
    until = today() + 700 * DAY
    office = login(Client(), admin)
    keys = [expert.pk, late.pk]
    post = {"pk": keys, "count": "2", "until": str(until), "reason": "管理会议决定"}
    answer = office.post(reverse("inspections:renew_many") + "?tab=all", post)
    run = RenewalRun.objects.get()
    assert answer.headers["HX-Redirect"] == reverse("inspections:renewal_run", args=[run.pk])
    run.chosen, run.total = [*keys, frozen.pk], 3  # frozen since
    run.save()
    for _ in range(2):
        work_off(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert (run.done, run.made, len(run.refused)) == (3, 1, 2)
    page = office.get(reverse("inspections:renewal_run", args=[run.pk])).content.decode()
    assert "有期限" in page
    assert "应更晚" in page
    assert "冻结者" in page
    expert.refresh_from_db()
    assert expert.term_end_date == until
    assert expert.versions.filter(via=ChangeVia.RENEWAL).count() == 1
    assert Renewal.objects.get().state == "overtaken"
    assert not Approval.objects.filter(state="running").exists()
    assert Message.objects.filter(occasion="renewal.renewed", channel="site").count() == 1
    with pytest.raises(InspectionRefused, match="更晚"):
        renew_expert(expert=expert, until=until, reason="再", actor=admin, now=timezone.now())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"keys": []}, "没有选中"),
        ({"keys": range(5001)}, "一次最多"),
        ({"until": date(2020, 1, 1)}, "今天之后"),
        ({"reason": " "}, "依据"),
    ],
)
def test_a_run_that_makes_no_sense_is_refused(
    admin: User, values: dict[str, Any], words: str
) -> None:
    given = {"keys": [1], "until": today() + DAY, "reason": "会议决定"}
    with pytest.raises(InspectionRefused, match=words):
        start_run(actor=admin, now=timezone.now(), **given | values)
    assert not RenewalRun.objects.exists()


def test_what_was_asked_today_is_told_tomorrow_while_names_are_sealed(
    expert: Expert, admin: User
) -> None:
    for _ in range(4):
        make_expert()
    now = timezone.now()
    make_draw(now=now - timedelta(minutes=1))
    row = asked(expert, now=now)
    job = ProcrastinateJob.objects.filter(task_name="workflow.tell_waiting").latest("id")
    tell_waiting(**job.args, now=now)
    assert not Message.objects.filter(occasion__startswith="approval.", about_id=expert.pk).exists()
    assert not renewals_visible_to(admin).exists()
    assert not to_decide(admin).exists()
    with pytest.raises(InspectionRefused, match="刷新页面"):
        decide_renewal(row=row, agree=False, note="不续", actor=admin, now=now)
    office = login(Client(), admin)
    listed = office.get(reverse("inspections:renewals"), {"tab": "asked"}).content.decode()
    assert "王立新" not in listed
    Renewal.objects.update(asked_at=now - DAY)
    assert to_decide(admin).get() == row
    tell_waiting(**job.args, now=now + DAY)
    sent = Message.objects.filter(occasion="approval.waiting", about_id=expert.pk)
    assert {one.address for one in sent} == {admin.username}
