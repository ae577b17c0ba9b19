"""What is demonstrated: one request that is answered, one that waits, and somebody who can be erased."""

from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import why_not_erased
from expertpool.privacy.models import DataRequest, ErasureRequest
from expertpool.privacy.queries.erasures import erasable_visible_to
from expertpool.privacy.services.demo import ensure_demo_privacy
from expertpool.privacy.services.erasing import decide_erasure, request_erasure
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert

pytestmark = pytest.mark.django_db


def test_it_is_made_once(admin: User) -> None:
    expert, now = make_expert(), timezone.now()
    give_account(expert, make_user("expert"))
    for _ in range(2):
        ensure_demo_privacy(expert=expert, actor=admin, now=now)
    assert DataRequest.objects.filter(expert=expert).count() == 2
    left = erasable_visible_to(admin).get()
    assert why_not_erased(left) == []
    assert Expert.objects.count() == 2


def test_of_its_accounts_two_erase_somebody(admin: User, supervisor: User) -> None:
    """Of an office with one administrator nobody could be the second person."""
    expert, now = make_expert(), timezone.now()
    give_account(expert, make_user("expert"))
    ensure_demo_privacy(expert=expert, actor=admin, now=now)
    left = erasable_visible_to(supervisor).get()
    request_erasure(expert=left, reason="本人要求删除", actor=admin, now=now)
    request = ErasureRequest.objects.get()
    decide_erasure(request=request, agree=True, note="", actor=supervisor, now=now)
    left.refresh_from_db()
    assert left.erased_at == now
