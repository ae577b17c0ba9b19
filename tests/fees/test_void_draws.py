"""A draw is voided after fees were entered by it: none of these goes out with those of the next panel."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine, PaymentRequest
from expertpool.fees.queries.lines import fees_in
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.fees.services.lines import reverse as take_back
from expertpool.fees.services.payments import decide_batch
from expertpool.fees.services.void_draws import pay_anyway
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.evaluations import drawn_anew
from tests.factories.fees import entry, make_batch_of, make_fees, make_paid_to, make_rate
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.mark.shows("PRJ-29")
def test_what_was_entered_by_a_void_draw_is_not_sent_with_the_next(
    operator: User, supervisor: User
) -> None:
    old = make_fees(operator, now=NOW)
    project, draw = old[0].project, old[0].invitation.draw
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)
    drawn_anew(project, operator)
    assert fees_in(project) == {}
    first, *_others = who_sat(project)
    entries = {first: entry(project)}
    # He sat by both draws: his one fee is of the second now.
    enter_fees(project=project, rate=make_rate(), entries=entries, actor=operator, now=NOW)
    sent = send_letters(project=project, actor=operator, now=NOW)
    assert [one.invitation_id for one in sent] == [first]
    stays = FeeLine.objects.exclude(pk=sent[0].pk).get()
    assert (stays.invitation.draw_id, stays.sent_at) == (draw.pk, None)


def voided(line: FeeLine, operator: User, supervisor: User) -> None:
    draw = line.invitation.draw
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=NOW)


@pytest.mark.shows("PRJ-29")
def test_what_was_signed_before_the_draw_was_void_is_paid_only_as_somebody_says(
    client: Client, operator: User, supervisor: User, finance: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    page, anyway, new = (
        reverse("fees:detail", args=[line.pk]),
        reverse("fees:pay_void", args=[line.pk]),
        reverse("fees:batch_new"),
    )
    with pytest.raises(FeeRefused, match="没有作废"):
        pay_anyway(line=line, reason="已评审完毕", actor=finance, now=NOW)
    voided(line, operator, supervisor)
    with pytest.raises(FeeRefused, match="抽取已作废，须先在这笔劳务费的页面决定照付或冲销"):
        make_batch_of([line], finance, now=NOW)
    login(client, operator)
    of_project = reverse("projects:detail", args=[line.project_id]) + "?tab=fees"
    for url in (of_project, reverse("fees:list")):
        assert "抽取已作废" in client.get(url).content.decode(), url
    assert line.expert.user
    login(client, line.expert.user)
    for url in (reverse("fees:own"), reverse("fees:own_fee", args=[line.pk])):
        assert "抽取已作废" in client.get(url).content.decode(), url
    login(client, finance)
    assert "须先在这笔劳务费的页面决定照付或冲销" in client.get(new).content.decode()
    assert anyway in client.get(page).content.decode()
    assert client.post(anyway, {"reason": "……"}).status_code == 422
    client.post(anyway, {"reason": "作废前已评审完毕"})
    shown = client.get(page).content.decode()
    assert f"{finance.name} 决定照付：作废前已评审完毕" in shown
    assert anyway not in shown
    with pytest.raises(FeeRefused, match="已经决定照付"):
        pay_anyway(line=line, reason="再决定一次", actor=finance, now=NOW)
    batch = make_batch_of([line], finance, now=NOW)
    shown = client.get(reverse("fees:batch", args=[batch.pk])).content.decode()
    assert "抽取已作废" in shown
    assert "作废前已评审完毕" in shown


@pytest.mark.shows("PRJ-29")
def test_what_is_in_a_batch_when_its_draw_is_voided_is_not_agreed_to(
    operator: User, supervisor: User, finance: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    request = PaymentRequest.objects.get(batch=make_batch_of([line], finance, now=NOW))
    voided(line, operator, supervisor)
    second = make_user("finance")
    with pytest.raises(FeeRefused, match=r"抽取已作废.*请退回这个批次"):
        decide_batch(request=request, agree=True, note="", actor=second, now=NOW)
    decide_batch(request=request, agree=False, note="抽取已作废", actor=second, now=NOW)
    take_back(line=line, reason="抽取已作废", actor=finance, now=NOW)
    # Nobody is asked to enter anew what there is nobody to enter for.
    assert not Message.objects.filter(occasion="fees.enter_anew").exists()


@pytest.mark.shows("PRJ-29")
def test_a_decision_that_somebody_wrote_past_the_system_pays_nothing(
    operator: User, supervisor: User, finance: User
) -> None:
    line = make_paid_to(operator, now=NOW)
    voided(line, operator, supervisor)
    Entry.objects.create(
        at=NOW,
        action="fee.pay_void",
        subject_type="fees.feeline",
        subject_id=str(line.pk),
        note="作废前已评审完毕",
        digest=b"0" * 32,
    )
    with pytest.raises(FeeRefused, match="抽取已作废"):
        make_batch_of([line], finance, now=NOW)
