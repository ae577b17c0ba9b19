"""Somebody with live SQL writes fees, or alters them, and lets the office send, the expert sign and finance pay them: what
this system did not write is marked, told, and neither sent, signed nor counted (docs/decisions/0287). And whoever watches
fees reads by no signature who is at his account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services.health import find_forged
from expertpool.core.mandates import look_at_all
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.exports import FeeExport
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.lines import fees_visible_to, may_enter, month_for, projects_to_pay
from expertpool.fees.services.letters import letter_pdf
from expertpool.fees.services.lines import reverse as reverse_fee
from expertpool.fees.services.lines import send_letters
from expertpool.fees.services.signing import sign
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_fees, make_sent
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1 L8 8"/></svg>'


@pytest.fixture
def expert(db: None) -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def as_owner(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def put_hand(line: FeeLine, expert: Expert) -> FeeLine:
    row = FeeLine.objects.select_related("project", "expert", "rate").get(pk=line.pk)
    assert expert.user is not None
    return sign(
        line=row,
        expert=expert,
        signature=PICTURE,
        seen=row.letter_hash,
        signed_from="10.0.0.1 Chromium",
        actor=expert.user,
        now=timezone.now(),
    )


def told() -> str:
    return find_forged(timezone.now()).figure


def test_a_fee_that_was_altered_is_not_sent(operator: User, expert: Expert) -> None:
    (line,) = make_fees(operator, pool=(expert,))
    FeeLine.objects.filter(pk=line.pk).update(gross=99_999, steps=[["评审费", "99999.00"]])
    with pytest.raises(FeeRefused, match="系统之外被改动过"):
        send_letters(project=line.project, actor=operator, now=timezone.now())
    assert FeeLine.objects.get(pk=line.pk).sent_at is None
    assert "劳务费 1 项" in told()


def test_a_letter_that_somebody_wrote_is_neither_signed_nor_paid(
    client: Client, operator: User, admin: User, expert: Expert
) -> None:
    now = timezone.now()
    (line,) = make_sent(operator, pool=(expert,))
    reverse_fee(line=line, reason="登记有误", actor=operator, now=now)
    columns = ", ".join(
        str(one.column)
        for one in FeeLine._meta.concrete_fields
        if one.column not in ("id", "uid", "gross", "tax", "reversed_at", "reversal")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO fees_feeline (uid, gross, tax, reversal, {columns})"  # noqa: S608 (of the model)
            f" SELECT gen_random_uuid(), 88888, -5000, '', {columns} FROM fees_feeline",
        )
    forged = FeeLine.objects.get(gross=88888)
    with pytest.raises(FeeRefused, match="系统之外被改动过"):
        put_hand(forged, expert)
    assert month_for(expert.pk, now, payer=forged.payer).gross == 0
    (state,) = (one for one in FeeExport.columns if one.code == "state")
    rows = FeeExport().rows(admin, login(client, admin).get("/fees/").wsgi_request.GET)
    assert state.value(rows.get(pk=forged.pk)) == "被改动过，不要付款"
    page = client.get(reverse("fees:list")).content.decode()
    assert page.count("被改动过") == 1
    assert "劳务费 1 项" in told()
    assert look_at_all(now=now) == 1
    # It goes out of the way, and goes on saying so.
    row = reverse_fee(line=forged, reason="不是本单位登记的", actor=operator, now=now)
    assert row.reversed_at
    assert FeeLine.objects.get(pk=forged.pk).is_altered
    assert not FeeLine.objects.get(pk=line.pk).is_altered


def test_a_signature_that_was_taken_back_as_owner_is_told(operator: User, expert: Expert) -> None:
    (line,) = make_sent(operator, pool=(expert,))
    put_hand(line, expert)
    assert not told()
    as_owner("UPDATE fees_feeline SET tax = %s WHERE id = %s", Decimal(0) - 3, line.pk)
    assert "劳务费 1 项" in told()


def test_no_signature_says_who_is_at_his_account(
    client: Client, operator: User, admin: User, expert: Expert
) -> None:
    now = timezone.now()
    (line,) = make_sent(operator, pool=(expert,))
    for _ in range(3):
        make_expert()
    make_draw(now=now, operator=operator, seats=2, opens_in_hours=48)
    url = reverse("fees:detail", args=[line.pk])
    before = login(client, admin).get(url).content
    put_hand(line, expert)
    row = fees_visible_to(admin).get(pk=line.pk)
    assert (row.told_on, row.told_words) == (None, "待签字")
    assert letter_pdf(row, at=now) == letter_pdf(line, at=now)
    to_pay: Any = projects_to_pay(admin, now=now)
    assert [one.signed for one in to_pay] == [0]
    assert client.get(url).content.split(b"csrf")[0] == before.split(b"csrf")[0]
    for tab, count in (("sent", 1), ("signed", 0)):
        page = client.get(reverse("fees:list"), {"tab": tab}).content.decode()
        assert page.count(expert.number) == count
    # He himself reads it at once; others the day after, by the day.
    own = Client()
    assert expert.user is not None
    own.force_login(expert.user)
    assert "已签字" in own.get(reverse("fees:own_fee", args=[line.pk])).content.decode()
    as_owner(
        "UPDATE fees_feeline SET signed_at = %s WHERE id = %s", now - timedelta(days=1), line.pk
    )
    row = fees_visible_to(admin).get(pk=line.pk)
    assert row.told_on == timezone.localdate(now - timedelta(days=1))


def test_an_expert_works_out_no_fees_whatever_else_he_may(
    operator: User, admin: User, expert: Expert
) -> None:
    (line,) = make_sent(operator, pool=(expert,))
    give_account(make_expert("兼职"), operator)
    operator = User.objects.get(pk=operator.pk)
    assert not may_enter(operator, line.project, now=timezone.now())
    with pytest.raises(FeeRefused, match="专家账号"):
        reverse_fee(line=line, reason="登记有误", actor=operator, now=timezone.now())


def test_of_two_devices_one_signs_and_no_old_letter_is_signed(
    operator: User, expert: Expert
) -> None:
    (line,) = make_sent(operator, pool=(expert,))
    put_hand(line, expert)
    with pytest.raises(FeeRefused, match="已经签过字"):
        put_hand(line, expert)


def test_no_expert_reads_or_signs_the_letter_of_another(operator: User, expert: Expert) -> None:
    (line,) = make_sent(operator, pool=(expert,))
    other = make_expert("旁人")
    give_account(other, make_user("expert"))
    assert other.user is not None
    client = Client()
    client.force_login(other.user)
    for name in ("fees:own_fee", "fees:own_letter"):
        assert client.get(reverse(name, args=[line.pk])).status_code == 404
    assert client.post(reverse("fees:own_fee", args=[line.pk]), {"seen": "x"}).status_code == 404
    with pytest.raises(FeeRefused, match="不是您的"):
        put_hand(line, other)
