"""Somebody with live SQL writes what goes out to people, or stands before them: a notice and who gets it, an
inspection, a link, something to see to. None of it is sent or shown, and it is told (docs/decisions/0235)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services.health import find_forged
from expertpool.automation.models import Errand
from expertpool.automation.queries.firings import errands_visible_to
from expertpool.core.health import Health
from expertpool.experts.models import Expert
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import Inspection, Round
from expertpool.inspections.queries.inspections import inspections_of
from expertpool.inspections.queries.suspension import suspended
from expertpool.inspections.services.rounds import fill_round, open_round, save_round
from expertpool.inspections.services.terms import remind
from expertpool.joining.models import FriendLink
from expertpool.joining.queries.public import friend_links
from expertpool.joining.services.setup import delete_link, save_link
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.models import Addressee, ExpertNotice
from expertpool.notices.queries.notices import own_notices, waiting_notices
from expertpool.notices.services.sending import remind as remind_of
from expertpool.notices.services.sending import remind_out, send_notice, send_out, withdraw
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.automation import make_errand
from tests.factories.experts import give_account, make_expert
from tests.factories.inspections import make_round
from tests.factories.notices import make_notice, sent_notice
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()
EVIL = "请到 http://evil.example 登录"
FORGED = "audit.forged"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def is_told() -> bool:
    return find_forged(timezone.now()).state is Health.FAILED


def as_owner(statement: str, *values: Any) -> None:
    write("SET LOCAL session_replication_role = replica")
    write(statement, *values)
    write("SET LOCAL session_replication_role = origin")


def member() -> Expert:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert", name="王立新"))
    return expert


# --- notices ------------------------------------------------------------------------------------------


def test_a_notice_that_nobody_sent_reaches_nobody(operator: User) -> None:
    expert = member()
    write(
        "INSERT INTO notices_expertnotice (uid, title, text, channels, needs_receipt, state, created_at, created_by_id,"
        " updated_at, sent_at, sent_by_id, reminders, withdrawal_reason, proof) VALUES (gen_random_uuid(), %s, %s,"
        " '[\"site\"]', true, 'sending', now(), %s, now(), now(), %s, 0, '', '')",
        EVIL,
        EVIL,
        operator.pk,
        operator.pk,
    )
    row = ExpertNotice.objects.get()
    write(
        "INSERT INTO notices_addressee (notice_id, expert_id, skipped, reminders, proof) VALUES (%s, %s, '', 0, '')",
        row.pk,
        expert.pk,
    )
    assert is_told()
    send_out(notice_id=row.pk, now=NOW)
    assert not Message.objects.exists()
    assert Entry.objects.get(action=FORGED).actor is None
    write("UPDATE notices_expertnotice SET state = 'sent'")
    write("UPDATE notices_addressee SET sent_at = now()")
    remind_out(notice_id=row.pk, number=1, now=NOW)
    assert not Message.objects.exists()
    page = login(Client(), expert.user).get(reverse("notices:own")).content.decode()
    assert "evil" not in page
    assert not waiting_notices(expert.user)
    with pytest.raises(NoticeRefused, match="系统之外"):
        remind_of(notice=row, actor=operator, now=NOW)
    office = login(Client(), operator).get(reverse("notices:detail", args=[row.pk]))
    assert "在系统之外被改动过" in office.content.decode()
    withdraw(notice=row, reason="不是本单位发的", actor=operator, now=NOW)
    assert find_forged(NOW + timedelta(days=2)).state is Health.OK


@pytest.mark.parametrize(
    "change",
    [
        f"text = '{EVIL}'",
        f"title = '{EVIL}'",
        "needs_receipt = NOT needs_receipt",
        "channels = '[\"sms\"]'",
    ],
)
def test_one_that_was_altered_is_neither_sent_nor_shown(operator: User, change: str) -> None:
    expert = member()
    shown, draft = sent_notice(expert, actor=operator), make_notice(expert, actor=operator)
    assert own_notices(expert).count() == 1
    write(f"UPDATE notices_expertnotice SET {change}")  # noqa: S608
    assert not own_notices(expert)
    with pytest.raises(NoticeRefused, match="系统之外"):
        send_notice(notice=draft, count=1, actor=operator, now=NOW)
    page = login(Client(), expert.user).get(reverse("notices:own_detail", args=[shown.pk]))
    assert page.status_code == 404
    assert is_told()


def test_whom_nobody_chose_gets_none(operator: User) -> None:
    expert, other = member(), make_expert("李建国")
    row = make_notice(expert, actor=operator)
    send_notice(notice=row, count=1, actor=operator, now=NOW)
    write(
        "INSERT INTO notices_addressee (notice_id, expert_id, skipped, reminders, proof)"
        " SELECT notice_id, %s, '', 0, proof FROM notices_addressee",
        other.pk,
    )
    send_out(notice_id=row.pk, now=NOW)
    told = Addressee.objects.get(expert=other)
    assert "不是在系统中选定的" in told.skipped
    assert Addressee.objects.get(expert=expert).sent_at
    as_owner("UPDATE notices_addressee SET sent_at = now(), skipped = ''")
    assert not own_notices(other)


def test_what_was_taken_back_is_not_shown_again(operator: User) -> None:
    row = sent_notice(member(), actor=operator)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        write("DELETE FROM notices_expertnotice")
    withdraw(notice=row, reason="写错了", actor=operator, now=NOW)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        write("UPDATE notices_expertnotice SET state = 'sent', withdrawn_at = NULL")


# --- inspections --------------------------------------------------------------------------------------


def test_a_round_that_nobody_opened_reaches_and_suspends_nobody(admin: User) -> None:
    expert = member()
    day = timezone.localdate() + timedelta(days=20)
    write(
        "INSERT INTO inspections_round (uid, name, year, criteria, guidance, materials, declaration, due_date,"
        " suspend_from, state, total, done, created_at, created_by_id, opened_at, opened_by_id, updated_at, proof_n,"
        " proof) VALUES (gen_random_uuid(), %s, 2026, '{}', '', '[]', 'x', %s, %s, 'opening', 1, 0, now(), %s, now(),"
        " %s, now(), 0, '')",
        EVIL,
        day - timedelta(days=10),
        day,
        admin.pk,
        admin.pk,
    )
    row = Round.objects.get()
    assert is_told()
    fill_round(round_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.rows.count(), Message.objects.count()) == ("closed", 0, 0)
    assert Entry.objects.filter(action=FORGED).count() == 1
    # Nor when he writes the list himself.
    Inspection.objects.create(round=row, expert=expert, due_on=row.due_date)
    as_owner("UPDATE inspections_round SET state = 'open', closed_at = NULL")
    assert not Expert.objects.filter(suspended(day))
    assert not inspections_of(expert)
    fill_round(round_id=row.pk, now=NOW)
    remind(now=NOW + timedelta(days=9))
    assert not Message.objects.exists()


def test_one_that_was_altered_or_is_of_before_counts_for_nobody(admin: User) -> None:
    member()
    row = make_round(actor=admin)
    write("UPDATE inspections_round SET name = %s", EVIL)
    row.refresh_from_db()
    with pytest.raises(InspectionRefused, match="系统之外"):
        open_round(row=row, actor=admin, now=NOW)
    values = {
        name: getattr(row, name)
        for name in ("year", "criteria", "guidance", "materials", "declaration", "due_date")
    }
    suspend = row.due_date + timedelta(days=5)
    save_round(
        row=row, values=values | {"name": "年检", "suspend_from": suspend}, actor=admin, now=NOW
    )
    open_round(row=Round.objects.get(), actor=admin, now=NOW)
    fill_round(round_id=row.pk, now=NOW)
    late = suspend + timedelta(days=1)
    assert Expert.objects.filter(suspended(late)).exists()
    before = Round.objects.values("suspend_from", "proof", "proof_n").get()
    later = suspend + timedelta(days=30)
    save_round(
        row=Round.objects.get(),
        values=values | {"name": "年检", "suspend_from": later},
        actor=admin,
        now=NOW,
    )
    assert not Expert.objects.filter(suspended(late)).exists()
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        Round.objects.update(**before)
    Round.objects.update(suspend_from=before["suspend_from"], proof=before["proof"])
    assert not Expert.objects.filter(suspended(late)).exists()
    assert is_told()
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        write("UPDATE inspections_round SET opened_at = NULL, state = 'draft'")


# --- links --------------------------------------------------------------------------------------------


def test_a_link_that_nobody_set_is_not_shown(admin: User) -> None:
    own = FriendLink(name="财政部", url="https://www.mof.gov.cn")
    save_link(row=own, actor=admin, now=NOW)
    write(
        'INSERT INTO joining_friendlink (uid, name, url, "order", active, proof_n, proof)'
        " SELECT gen_random_uuid(), '专家登录', 'https://evil.example', 1, true, proof_n, proof FROM joining_friendlink"
    )
    assert [link.name for link in friend_links()] == ["财政部"]
    assert "evil" not in Client().get(reverse("joining:start")).content.decode()
    assert is_told()


def test_nor_one_that_was_altered_or_is_of_before(admin: User) -> None:
    row = FriendLink(name="财政部", url="https://old.example")
    save_link(row=row, actor=admin, now=NOW)
    before = FriendLink.objects.values().get()
    row.url = "https://www.mof.gov.cn"
    save_link(row=row, actor=admin, now=NOW)
    assert [link.url for link in friend_links()] == ["https://www.mof.gov.cn"]
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        FriendLink.objects.update(
            url=before["url"], proof=before["proof"], proof_n=before["proof_n"]
        )
    FriendLink.objects.update(url="https://evil.example")
    assert not friend_links()
    row.save()
    kept = FriendLink.objects.values().get()
    delete_link(row=row, actor=admin, now=NOW)
    FriendLink.objects.bulk_create([FriendLink(**kept)])
    assert not friend_links()


# --- what rules gave ------------------------------------------------------------------------------------


def test_nothing_is_to_be_seen_to_that_no_rule_gave(operator: User) -> None:
    row = make_errand()
    assert list(errands_visible_to(operator)) == [row]
    write("UPDATE automation_errand SET text = %s", EVIL)
    assert not errands_visible_to(operator)
    assert "evil" not in login(Client(), operator).get(reverse("portal:home")).content.decode()
    assert is_told()
    Errand.objects.get().save()
    write("UPDATE automation_errand SET role = 'admin'")
    assert is_told()
