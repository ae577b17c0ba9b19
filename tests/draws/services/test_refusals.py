"""Nobody skips or learns who is being asked: attempts are refused, and the log keeps them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from tests.factories.answers import record_answer
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(3):
        make_expert()
    return make_draw(now=timezone.now(), operator=operator, seats=2)


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize("who", ["operator", "admin"])
@pytest.mark.parametrize(
    ("method", "page", "purpose"),
    [("post", "names", "抽取页面"), ("get", "sheet_pdf", "打印抽取表")],
)
def test_names_before_the_time_are_refused_and_the_attempt_is_logged(
    client, draw, who, method, page, purpose, request
) -> None:
    user = request.getfixturevalue(who)
    response = getattr(login(client, user), method)(reverse(f"draws:{page}", args=[draw.pk]))
    assert response.status_code == 409
    entry = Entry.objects.get(action="draw.refused")
    assert (entry.actor, entry.subject_id) == (user, str(draw.pk))
    assert entry.note.startswith(f"查看名单（{purpose}）：名单尚未公开")
    assert not Entry.objects.filter(action="draw.names").exists()


@pytest.mark.shows("DRAW-14")
def test_who_declined_cannot_be_put_back_and_the_attempt_is_logged(
    draw: Draw, operator: User
) -> None:
    line = draw.invitations.get(line=1)
    now = timezone.now() + timedelta(minutes=1)

    def record(state: InvitationState) -> None:
        record_answer(
            invitation=line,
            state=state,
            reason="电话",
            actor=operator,
            now=now,
            entropy=SeededEntropy(1),
        )

    record(InvitationState.DECLINED)
    with pytest.raises(ReplyRefused):
        record(InvitationState.ACCEPTED)
    entry = Entry.objects.get(action="draw.refused")
    assert entry.note.startswith("登记为「同意」：")
    assert entry.subject_id == str(line.pk)
