"""Achievements, as the services make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.achievements.models import Achievement
from expertpool.achievements.services.writing import hand_in, save_achievement
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert

PAPER = {"title": "装配式建筑节点研究", "year": 2024, "source": "建筑结构学报"}


def make_achievement(
    expert: Expert | None = None, *, actor: User | None = None, kind: str = "paper", **values: Any
) -> Achievement:
    """Enter one, by default as the office does: approved."""
    return save_achievement(
        row=Achievement(expert=expert or make_expert(), kind=kind),
        values=PAPER | values,
        actor=actor or make_user("admin"),
        now=timezone.now(),
    )


def prove(row: Achievement, actor: User) -> None:
    file = SimpleUploadedFile("首页.pdf", b"%PDF-1.7\n%%EOF\n")
    attach(subject=row, uploaded_file=file, actor=actor, now=timezone.now())


def hand_in_one(
    expert: Expert | None = None, *, now: datetime | None = None, **values: Any
) -> Achievement:
    """Enter and hand in one as its expert."""
    expert = expert or make_expert()
    if expert.user is None:
        give_account(expert, make_user("expert"))
    user = expert.user
    assert user is not None
    row = make_achievement(expert, actor=user, **values)
    prove(row, user)
    hand_in(row=row, actor=user, now=now or timezone.now())
    return Achievement.objects.select_related("expert").get(pk=row.pk)
