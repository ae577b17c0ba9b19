"""Somebody with live SQL writes that experts left the pool years ago: neither the job of the night nor two persons erase them, which
nobody could take back (docs/decisions/0478)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.mandates import forged_rows
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.services import retaining
from expertpool.privacy.services.erasing import request_erasure
from expertpool.privacy.settings import KEEP_DELETED
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
YEARS = timedelta(days=3 * 366)


def left(expert: Expert) -> Expert:
    """``expert`` as somebody writes him."""
    at = timezone.now() - YEARS
    Expert.objects.filter(pk=expert.pk).update(status="deleted", deleted_at=at, merged_into=None)
    return Expert.objects.get(pk=expert.pk)


@pytest.fixture
def several(admin: User) -> list[Expert]:
    """Never deleted, deleted lately, deleted long ago and back since, and written first of all."""
    lately, back = make_expert("新近某"), make_expert("回来某")
    delete_expert(expert=lately, reason="退出", actor=admin, now=timezone.now())
    delete_expert(expert=back, reason="退出", actor=admin, now=timezone.now() - YEARS)
    restore_expert(expert=back, actor=admin, now=timezone.now())
    return [left(one) for one in (make_expert("在库某"), lately, back)]


def test_the_night_erases_only_whom_somebody_deleted_then_and_tells_of_the_others(
    several: list[Expert], admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining, "AT_ONCE", 2)
    really = make_expert("退出某")
    delete_expert(expert=really, reason="退出", actor=admin, now=timezone.now() - YEARS + DAY)
    configure(KEEP_DELETED, 1)
    assert retaining.retain(now=timezone.now()) == 1
    gone = Expert.objects.filter(erased_at__isnull=False)
    assert list(gone) == [really]
    assert forged_rows(now=timezone.now()) == {"到期抹去的专家": 3}


def test_nor_do_two_persons_nor_with_whom_he_is_written_as_merged(
    several: list[Expert], admin: User
) -> None:
    for one in several:
        with pytest.raises(PrivacyRefused, match="操作日志里没有"):
            request_erasure(expert=one, reason="本人要求", actor=admin, now=timezone.now())
    really = make_expert("退出某")
    delete_expert(expert=really, reason="退出", actor=admin, now=timezone.now() - YEARS)
    Expert.objects.filter(pk=several[0].pk).update(merged_into=really)
    really = Expert.objects.get(pk=really.pk)
    with pytest.raises(PrivacyRefused, match="并入他的档案"):
        request_erasure(expert=really, reason="本人要求", actor=admin, now=timezone.now())
