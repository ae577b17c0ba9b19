"""Requests about personal data, as the services make them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.privacy.models import DataRequest, ErasureRequest
from expertpool.privacy.services.asking import ask_about_data
from expertpool.privacy.services.erasing import request_erasure
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert


def make_data_request(
    expert: Expert | None = None, *, kind: str = "explain", now: datetime | None = None
) -> DataRequest:
    expert = expert or make_expert()
    if expert.user is None:
        give_account(expert, make_user("expert"))
    user = expert.user
    assert user is not None
    return ask_about_data(
        expert=expert,
        kind=kind,
        text="请说明怎样使用我的银行账号",
        actor=user,
        now=now or timezone.now(),
    )


def ask_to_erase(by: User, expert: Expert | None = None, *, now: datetime) -> ErasureRequest:
    """Of somebody who left the pool a month ago, before whatever is drawn since."""
    expert = expert or make_expert()
    delete_expert(expert=expert, reason="本人要求退出", actor=by, now=now - timedelta(days=30))
    return request_erasure(expert=expert, reason="本人要求删除", actor=by, now=now)
