"""An achievement that somebody with live SQL approves, alters or brings back is shown to nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.achievements.exceptions import AchievementRefused
from expertpool.achievements.exports import AchievementExport
from expertpool.achievements.models import Achievement
from expertpool.achievements.services.writing import (
    decide_achievement,
    delete_achievement,
    save_achievement,
)
from expertpool.achievements.settings import PUBLIC
from tests.factories.accounts import make_user
from tests.factories.achievements import PAPER, hand_in_one, make_achievement
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
TITLE = str(PAPER["title"])
FORGED = "在系统之外被改动过"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def where_shown(row: Achievement, admin: User, title: str = TITLE) -> set[str]:
    """Return where the office, a colleague and anybody read it."""
    configure(PUBLIC, "named")
    office, found = login(Client(), admin), set()
    pages = {
        "platform": office.get(reverse("achievements:platform")),
        "tab": office.get(reverse("experts:detail", args=[row.expert_id]), {"tab": "achievements"}),
        "public": Client().get(reverse("achievements:public")),
    }
    for name, page in pages.items():
        assert page.status_code == 200
        if title in page.content.decode():
            found.add(name)
    reader = login(Client(), make_user("supervisor"))
    if reader.get(reverse("achievements:detail", args=[row.pk])).status_code == 200:
        found.add("page")
    if AchievementExport().rows(admin, QueryDict()).filter(pk=row.pk).exists():
        found.add("export")
    return found


def test_what_was_approved_is_shown(admin: User) -> None:
    row = make_achievement()
    assert where_shown(row, admin) == {"platform", "tab", "public", "page", "export"}


def test_one_that_a_row_approves_is_not(admin: User) -> None:
    row = hand_in_one()
    write("UPDATE achievements_achievement SET state = 'approved', approved_at = now()")
    assert where_shown(row, admin) == set()
    office = login(Client(), admin)
    assert "没有列出" in office.get(reverse("achievements:platform")).content.decode()
    page = office.get(reverse("achievements:detail", args=[row.pk])).content.decode()
    assert FORGED in page


@pytest.mark.parametrize(
    "change", ["title = '获奖一千万'", "level = '国家级'", "expert_id = {other}", "rank = 1"]
)
def test_one_that_a_row_alters_is_not(admin: User, change: str) -> None:
    row, other = make_achievement(), make_achievement(title="另一项")
    write(
        f"UPDATE achievements_achievement SET {change.format(other=other.expert_id)} WHERE id = %s",  # noqa: S608
        row.pk,
    )
    assert where_shown(row, admin) <= {"none"}


def test_what_waits_and_was_altered_is_not_approved(admin: User) -> None:
    row = hand_in_one()
    write("UPDATE achievements_achievement SET title = '别人的成果'")
    with pytest.raises(AchievementRefused, match=FORGED):
        decide_achievement(
            row=row, agree=True, note="", reasons={}, actor=admin, now=timezone.now()
        )


def test_what_it_was_before_the_office_mended_it_is_not_shown_again(admin: User) -> None:
    row = make_achievement()
    before = Achievement.objects.values("title", "proof", "proof_n").get()
    save_achievement(row=row, values={"title": "改正后的题名"}, actor=admin, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Achievement.objects.update(**before)
    Achievement.objects.update(title=before["title"], proof=before["proof"])
    assert where_shown(row, admin) == set()


def test_what_the_office_deleted_is_not_shown_again(admin: User) -> None:
    row = make_achievement()
    kept = Achievement.objects.values().get()
    delete_achievement(row=row, actor=admin, now=timezone.now())
    with connection.cursor() as cursor:
        names = ", ".join(f'"{name}"' for name in kept)
        marks = ", ".join(["%s"] * len(kept))
        cursor.execute(
            f"INSERT INTO achievements_achievement ({names}) VALUES ({marks})",  # noqa: S608
            list(kept.values()),
        )
    assert Achievement.objects.get().title == TITLE
    assert where_shown(Achievement.objects.get(), admin) == set()
