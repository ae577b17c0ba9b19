"""His record on the operator's page: the draws he was in, once their names are open."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ReplyVia
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.experts.services.merging import merge_experts
from tests.draws.views.letters import lines
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.mark.shows("EXP-28")
def test_record_of_an_expert_lists_each_released_draw_and_its_totals_match(
    client: Client, operator: User
) -> None:
    expert = make_expert("孤独求败")
    now = timezone.now()
    answers = (True, False, True)
    draws = [
        make_draw(now=now, operator=operator, seats=1, seed=n, opens_in_hours=50 + 10 * n)
        for n in range(3)
    ]
    for draw, accept in zip(draws, answers, strict=True):
        answer(
            invitation=lines(draw)[0],
            accept=accept,
            reason="" if accept else "时间冲突",
            via=ReplyVia.LINK,
            now=now,
            entropy=SeededEntropy(1),
        )
    login(client, operator)
    url = f"{reverse('experts:detail', args=[expert.pk])}?tab=draws"
    assert "没有抽取记录" in client.get(url).content.decode()
    with time_machine.travel(draws[-1].reveal_at, tick=False):
        for draw in draws:
            assert release(draw_id=draw.pk, now=timezone.now())
        shown = login(client, operator).get(url).content.decode()
    assert "被抽中 3 次：同意 2，拒绝 1" in shown
    for draw in draws:
        draw.refresh_from_db()
        assert draw.number in shown
        assert draw.get_status_display() in shown
    assert "时间冲突" in shown
    with time_machine.travel(draws[-1].reveal_at, tick=False):
        kept = make_expert("孤独求败")
        now = timezone.now()
        merge_experts(keep=kept, close=expert, taken=(), reason="同一人", actor=None, now=now)
        url = f"{reverse('experts:detail', args=[kept.pk])}?tab=draws"
        assert "被抽中 3 次：同意 2，拒绝 1" in login(client, operator).get(url).content.decode()
