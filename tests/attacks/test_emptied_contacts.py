"""Somebody empties phones or mails by SQL, has a letter sent anew, and reads by which channel it goes; or
counts what the log says of an account that he gave: neither tells who sits (docs/decisions/0178)."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.core.rekeying import count_shut
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import Draw, DrawAlarm
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.letters import send_otherwise
from expertpool.draws.services.shut_contacts import tell_shut
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for
from expertpool.experts.services.contacts import contacts_of, shut_contacts
from expertpool.notifications.enums import AddressKind
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 10, 5))  # noqa: DTZ001
LETTERS = Message.objects.filter(about_type="draws.invitation").exclude(channel="site")


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draw(operator: User) -> Draw:
    make_expert(email="e@example.cn")
    return make_draw(now=NOW, operator=operator, seats=1, channels=("email",), reached=False)


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def empty(column: str) -> None:
    sql(f"UPDATE experts_expert SET {column} = '', {column}_index = NULL")  # noqa: S608


def sent_otherwise(draw: Draw) -> bool:
    row = draw.invitations.get()
    now = NOW + timedelta(minutes=10)
    return send_otherwise(invitation_id=row.pk, now=now, entropy=SeededEntropy(8))


@pytest.mark.parametrize("column", ["phone", "email"])
@pytest.mark.parametrize("letters", ["deleted", "failed"])
def test_no_letter_goes_by_what_was_emptied_and_whoever_watches_hears_of_it(
    draw: Draw, column: str, letters: str
) -> None:
    kept = Expert.objects.values_list("pk", f"{column}_index").get()
    if letters == "deleted":
        LETTERS.delete()
    else:
        LETTERS.update(state="failed")
    before = LETTERS.count()
    empty(column)
    assert not sent_otherwise(draw)
    assert LETTERS.count() == before
    if letters == "failed":
        jobs = ProcrastinateJob.objects.filter(task_name="draws.tell_shut")
        assert [(job.args, job.lock) for job in jobs] == [({"draw_id": draw.pk}, None)]
    # Put back meanwhile: it was seen.
    expert = Expert.objects.get(pk=kept[0])
    setattr(expert, column, "13800138000" if column == "phone" else "e@example.cn")
    expert.save(update_fields=[column])
    tell_shut(draw_id=draw.pk, now=NOW)
    assert DrawAlarm.objects.get().kind == AlarmKind.CONTACT


def test_an_emptied_contact_is_one_that_does_not_open(draw: Draw) -> None:
    empty("phone")
    expert = Expert.objects.get()
    assert shut_contacts(expert) == {AddressKind.PHONE}
    assert count_shut() == 1


def test_who_has_none_has_one_that_opens() -> None:
    make_expert(email="")
    expert = Expert.objects.get()
    assert contacts_of(expert)["email"] == ""
    assert not shut_contacts(expert)
    assert count_shut() == 0
    for email in ("e@example.cn", ""):
        expert.email = email
        expert.save(update_fields=["email"])
        expert = Expert.objects.get()
        assert contacts_of(expert)["email"] == email


def test_what_an_earlier_version_left_empty_is_sealed() -> None:
    make_expert(email="")
    sql("UPDATE experts_expert SET email = ''")
    migration = import_module("expertpool.experts.migrations.0025_no_contact_is_sealed")
    migration.seal(None, SimpleNamespace(connection=connection))
    assert count_shut() == 0
    assert contacts_of(Expert.objects.get())["email"] == ""


def test_the_log_does_not_count_who_was_told_of_a_seat(
    operator: User, caplog: pytest.LogCaptureFixture
) -> None:
    expert = make_expert(email="e@example.cn")
    user = make_user("expert")
    sql("UPDATE experts_expert SET user_id = %s", user.pk)
    with caplog.at_level("INFO"):
        make_draw(now=NOW, operator=operator, seats=1, channels=("email", "site"))
    assert LETTERS.exists()
    assert expert.number not in caplog.text
    assert expert_for(user) is None  # he himself, signing in, is told of
    assert expert.number in caplog.text
