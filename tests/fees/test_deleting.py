"""Before an expert is deleted it is said which fees only he can sign (docs/decisions/0822)."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.fees.models import FeeLine
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_fees, make_sent, make_signed
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-33")]
HIS = "要他本人办的事"


def delete(user: User, *args: int, **data: object) -> HttpResponse:
    name = "experts:delete" if args else "experts:delete_many"
    sent = {"reason": "重复建档"} | data
    client = login(Client(), user)
    return client.post(reverse(name, args=args), sent, headers={"HX-Request": "true"})


def seen_in(answer: HttpResponse) -> str:
    found = re.search(r'name="seats" value="([^"]*)"', answer.content.decode())
    assert found
    return found[1]


def status_of(expert: Expert) -> str:
    return Expert.objects.get(pk=expert.pk).status


def test_a_fee_that_waits_for_his_hand_is_shown_first(admin: User, operator: User) -> None:
    expert = make_expert()
    (line,) = make_sent(operator, pool=(expert,))
    first = delete(admin, expert.pk)
    page = first.content.decode()
    assert (status_of(expert), HIS in page, line.project.name in page) == ("formal", True, True)
    assert reverse("fees:detail", args=[line.pk]) in page
    assert "将要参加的评审" not in page
    assert delete(admin, expert.pk, seats=seen_in(first)).status_code == 204
    assert status_of(expert) == "deleted"


def test_many_at_once_say_it_of_each(admin: User, operator: User) -> None:
    experts = [make_expert("甲工"), make_expert("乙工"), make_expert("丙工")]
    make_sent(operator, pool=experts[:1])
    make_fees(operator, pool=experts[1:2])
    said = {"pk": [one.pk for one in experts], "count": 3}
    first = delete(admin, **said)
    page = first.content.decode()
    assert [one.name in page for one in experts] == [True, True, False]
    delete(admin, seats=seen_in(first), **said)
    assert {status_of(one) for one in experts} == {"deleted"}


def test_a_fee_of_a_record_that_was_merged_into_his_is_his(admin: User, operator: User) -> None:
    keep, close = make_expert("甲工"), make_expert("甲工")
    (line,) = make_sent(operator, pool=(close,))
    now = timezone.now()
    merge_experts(keep=keep, close=close, taken=(), reason="同一人", actor=admin, now=now)
    page = delete(admin, keep.pk).content.decode()
    assert (status_of(keep), HIS in page, line.project.name in page) == ("formal", True, True)


def test_what_needs_no_hand_of_his_is_not_asked_about(admin: User, operator: User) -> None:
    expert = make_expert()
    give_account(expert, make_user("expert"))
    make_signed(operator, expert=expert)
    assert delete(admin, expert.pk).status_code == 204
    assert status_of(expert) == "deleted"


def test_of_fees_nobody_is_told_who_may_not_see_them(admin: User, operator: User) -> None:
    expert = make_expert()
    make_sent(operator, pool=(expert,))
    for role in admin.roles.all():
        role.permissions.filter(code__startswith="fees.").delete()
    assert FeeLine.objects.filter(expert=expert).exists()
    assert HIS not in delete(User.objects.get(pk=admin.pk), expert.pk).content.decode()
