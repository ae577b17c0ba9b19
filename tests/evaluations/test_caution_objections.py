"""An expert objects to a caution, once; who did not give it answers, and what is set aside counts no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.changes.registry import OWN_FILES
from expertpool.core.home import todos_for
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import CautionLift, CautionObjection
from expertpool.evaluations.queries.caution_objections import (
    caution_objections_visible_to,
    caution_objections_waiting,
)
from expertpool.evaluations.queries.sanctions import all_cautions, cautions_of
from expertpool.evaluations.services.caution_objections import (
    answer_caution_objection,
    object_to_caution,
)
from expertpool.evaluations.services.lifts import decide_lift, request_lift
from expertpool.evaluations.services.sanctions import request_sanction
from expertpool.evaluations.tables import OWN
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import is_addressed_to
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_caution, make_caution_objection
from tests.factories.experts import give_account, make_expert
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
WORDS = "接的是组织单位的电话，请核对"


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def say(expert: Expert, *, now: datetime, actor: User | None = None) -> CautionObjection:
    (caution,) = cautions_of(expert)
    who = actor or expert.user
    assert who is not None
    return object_to_caution(caution=caution, expert=expert, text=WORDS, actor=who, now=now)


@pytest.mark.shows("EXP-29")
@pytest.mark.usefixtures("media")
def test_he_objects_on_his_telephone_with_files_and_it_counts_no_more(
    client: Client, expert: Expert, supervisor: User
) -> None:
    caution = make_caution(expert)
    told = Message.objects.get(occasion="evaluations.cautioned", channel="site")
    assert "前可以申诉一次" in told.body
    assert "评审中多次接听电话。 有异议的" in told.body
    assert expert.user is not None
    file = SimpleUploadedFile("通话.pdf", b"%PDF-1.7\n%%EOF\n")
    kept = attach(
        subject=caution, uploaded_file=file, kind="", actor=expert.user, now=timezone.now()
    )
    url = reverse("evaluations:own_caution", args=[caution.pk])
    login(client, expert.user)
    assert url in client.get(reverse("evaluations:own")).content.decode()
    assert client.post(url, {"text": "不"}).status_code == 422
    assert client.post(url, {"text": WORDS}).status_code == 302
    assert WORDS in client.get(url).content.decode()
    # From a second window: it says that nothing was taken, and keeps the words.
    second = client.post(url, {"text": "另一个窗口写的话"})
    assert second.status_code == 422
    assert "已经申诉过" in second.content.decode()
    assert "另一个窗口写的话" in second.content.decode()
    # It is in the download of his data.
    (own,) = OWN_FILES["caution_objections"].files(expert, timezone.now())
    assert own.path.endswith("/通话.pdf")
    objection = CautionObjection.objects.get()
    assert WORDS.encode() not in bytes(str(CautionObjection.objects.values().get()), "utf-8")
    office = login(Client(), supervisor)
    assert "项专家的警告申诉等待答复" in str(todos_for(supervisor, now=timezone.now()))
    assert WORDS in office.get(reverse("evaluations:caution_objections")).content.decode()
    address = reverse("evaluations:caution_answer", args=[objection.pk])
    page = office.get(address).content.decode()
    assert WORDS in page
    assert "通话.pdf" in page
    assert b"".join(office.get(reverse("files:download", args=[kept.pk]))).startswith(b"%PDF")
    assert all_cautions().exists()
    refused = office.post(address, {"uphold": "yes", "answer": "x"})
    assert refused.status_code == 422
    assert "答复的理由" in refused.content.decode()
    assert office.post(address, {"uphold": "yes", "answer": "经核对属实"}).status_code == 204
    assert not all_cautions().exists()
    (shown,) = cautions_of(expert)
    assert "申诉成立" in shown.lift_reason
    tab = office.get(reverse("experts:detail", args=[expert.pk]) + "?tab=evaluations")
    assert "经核对属实" in tab.content.decode()
    assert "经核对属实" in client.get(url).content.decode()
    answered = Message.objects.get(occasion="evaluations.caution_answered", channel="site")
    assert "撤销警告" in answered.subject
    assert "经核对属实。" in answered.body
    # Both who gave it hear of that, without the name.
    heard = Message.objects.filter(occasion="evaluations.caution_answered_office")
    assert heard.count() == 2
    assert all(expert.name not in one.body for one in heard)
    gave = caution.requested_by, caution.decided_by
    assert all(any(is_addressed_to(user, one) for one in heard) for user in gave if user)
    mine = next(one for one in OWN if one.code == "cautions")
    assert any("经核对属实" in cell for line in mine.rows(expert, NOW) for cell in line)
    other = make_user("expert")
    give_account(make_expert(), other)
    assert login(Client(), other).get(url).status_code == 404


def test_who_gave_it_does_not_answer_and_a_stranger_does_not_object(expert: Expert) -> None:
    now = timezone.now()
    caution = make_caution(expert, now=now)
    other = make_user("expert")
    give_account(make_expert(), other)
    with pytest.raises(EvaluationRefused, match="专家本人"):
        say(expert, now=now, actor=other)
    made = say(expert, now=now)
    said: dict[str, Any] = {"objection": made, "uphold": True, "answer": "属实", "now": now}
    for giver in (caution.requested_by, caution.decided_by):
        assert giver is not None
        assert not caution_objections_waiting(giver).exists()
        with pytest.raises(EvaluationRefused, match="由其他人答复"):
            answer_caution_objection(actor=giver, **said)
    with pytest.raises(EvaluationRefused, match="专家账号"):
        answer_caution_objection(actor=other, **said)
    newcomer = make_user("supervisor", created_at=now - DAY)
    with pytest.raises(EvaluationRefused, match="开通不满"):
        answer_caution_objection(actor=newcomer, **said)
    third = make_user("supervisor")
    answer_caution_objection(actor=third, **{**said, "uphold": False})
    assert all_cautions().exists()
    with pytest.raises(EvaluationRefused, match="已经有人答复"):
        answer_caution_objection(actor=third, **said)


@pytest.mark.shows("EXP-29")
def test_who_confirms_a_blacklist_reads_what_was_taken_back_since_it_was_asked_for(
    client: Client, expert: Expert, supervisor: User
) -> None:
    objection, now = make_caution_objection(expert), timezone.now()
    asked = request_sanction(
        expert=expert,
        kind=SanctionKind.BLACKLIST,
        reason="一年内受到警告",
        actor=make_user("admin"),
        now=now,
    )
    url = reverse("workflow:request_look", args=["evaluations.sanction", asked.pk])
    login(client, supervisor)
    assert "已经撤销" not in client.get(url).content.decode()
    answer_caution_objection(
        objection=objection,
        uphold=True,
        answer="经核对属实",
        actor=make_user("supervisor"),
        now=timezone.now(),
    )
    page = client.get(url).content.decode()
    assert "申请之后有 1 次警告已经撤销，现在有效的警告 0 次" in page


def test_he_reads_that_nobody_is_left_to_answer(client: Client, expert: Expert) -> None:
    url = reverse("evaluations:own_caution", args=[make_caution(expert).pk])
    assert expert.user is not None
    login(client, expert.user)
    assert "没有其他人有权答复" in client.get(url).content.decode()
    say(expert, now=timezone.now())
    assert "没有其他人有权答复" in client.get(url).content.decode()
    make_user("supervisor")
    assert "没有其他人有权答复" not in client.get(url).content.decode()


def test_he_objects_in_time_and_to_what_counts(expert: Expert, supervisor: User) -> None:
    caution = make_caution(expert, now=NOW)
    with pytest.raises(EvaluationRefused, match="期限已过"):
        say(expert, now=NOW + 30 * DAY)
    lift = request_lift(subject=caution, reason="所据不实", actor=supervisor, now=NOW)
    decide_lift(request=lift, agree=True, note="", actor=make_user("supervisor"), now=NOW)
    assert CautionLift.objects.filter(agreed=True).exists()
    with pytest.raises(EvaluationRefused, match="已撤销"):
        say(expert, now=NOW + DAY)


def test_what_is_said_today_is_told_tomorrow_while_names_are_sealed(
    expert: Expert, operator: User, supervisor: User
) -> None:
    now = timezone.now()
    for _ in range(3):
        make_expert()
    accept_all(make_draw(now=now, operator=operator, seats=2, opens_in_hours=48), now=now)
    made = make_caution_objection(expert)
    assert not caution_objections_visible_to(supervisor).exists()
    CautionObjection.objects.filter(pk=made.pk).update(asked_at=now - DAY)
    assert list(caution_objections_waiting(supervisor)) == [made]
