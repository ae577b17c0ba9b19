"""What pages, lists and papers of one draw say that it lacks is what its panel lacks (docs/decisions/0618)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ActionCode, DrawStatus
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.actions import actions_for, actions_for_project
from expertpool.draws.queries.obstacles import FREE_ELSEWHERE, NO_CANDIDATES
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.replies import add_supplement
from expertpool.draws.services.sheet_values import draw_sheet_values
from expertpool.draws.services.sheets import build_sheet
from expertpool.projects.enums import DrawState
from tests.factories.draws import expert_id_of
from tests.factories.experts import go_away, make_expert
from tests.factories.widening import (
    JUNIOR,
    OTHER,
    SENIOR,
    accept_all,
    leave,
    make_pool,
    make_short_draw,
    make_short_panel,
    state_of,
    widen_to,
    widen_to_everybody,
)
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-34")]
FILLED, LACKS = "不满足，已补齐", "技术缺 1 人"


@pytest.fixture
def base(operator: User) -> Draw:
    return make_short_panel(now=timezone.now(), operator=operator)


def shown(client: Client, draw: Draw, name: str = "detail", **asked: Any) -> str:
    return client.get(reverse(f"draws:{name}", args=[draw.pk]), asked).content.decode()


def fill(base: Draw, operator: User) -> Draw:
    widened = widen_to_everybody(base, now=timezone.now(), actor=operator)
    accept_all(widened, now=timezone.now())
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    return widened


def test_the_room_of_the_first_draw_tells_of_the_panel(
    client: Client, operator: User, base: Draw
) -> None:
    login(client, operator)
    page = shown(client, base, "room")
    assert LACKS in page
    assert "待补" in page
    version = client.get(reverse("draws:room", args=[base.pk])).context["board"].version
    assert shown(client, base, "room", version=version) == ""
    widened = widen_to_everybody(base, now=timezone.now(), actor=operator)
    # The panel is at work again, and its seat has somebody.
    page = shown(client, base, "room", version=version)
    assert "不满足，补抽中" in page
    accept_all(widened, now=timezone.now())
    page = shown(client, base, "room", version=version)
    assert FILLED in page
    assert "<strong>另抽" in page
    for gone in (LACKS, "待补"):
        assert gone not in page


def test_page_lists_and_tabs_of_a_project_tell_of_the_panel(
    client: Client, operator: User, base: Draw
) -> None:
    login(client, operator)
    project = reverse("projects:detail", args=[base.project_id])
    addresses = [
        reverse("draws:detail", args=[base.pk]),
        reverse("draws:list"),
        f"{project}?tab=draw",
        f"{project}?tab=evidence",
    ]
    for address in addresses:
        page = client.get(address).content.decode()
        assert "不满足" in page, address
        assert "已补齐" not in page, address
    fill(base, operator)
    for address in addresses:
        assert FILLED in client.get(address).content.decode(), address
    page = shown(client, base)
    assert "另抽 1 人" in page
    assert LACKS not in page
    states = {row["抽取编号"]: row["状态"] for row in export(client, "draws.draws")}
    assert states[base.number] == FILLED


def test_sheets_and_what_experts_are_shown_tell_of_the_panel(
    client: Client, admin: User, operator: User, base: Draw
) -> None:
    fill(base, operator)
    with time_machine.travel(base.reveal_at + timedelta(minutes=1), tick=False):
        now = timezone.now()
        release(draw_id=base.pk, now=now)
        draw = Draw.objects.get(pk=base.pk)
        sheet = build_sheet(draw=draw, actor=admin, now=now)
        assert dict(sheet.head)["抽取状态"] == FILLED
        assert draw_sheet_values(draw, sheet).fields["抽取状态"] == FILLED
        line = Invitation.objects.filter(draw=base).first()
        assert line
        login(client, admin)
        expert = reverse("experts:detail", args=[expert_id_of(line)])
        assert FILLED in client.get(f"{expert}?tab=draws").content.decode()


def widen_twice(operator: User, now: datetime) -> tuple[Draw, Draw, Draw]:
    """A panel of four and one: two of the four by the first draw, and one each by those that widened it."""
    make_pool(2, 2, 1)
    groups = (GroupInput("技术", 4, [SENIOR]), GroupInput("经济", 1, [JUNIOR]))
    base = make_short_draw(now=now, operator=operator, groups=groups)
    middle = widen_to(base, now=now, actor=operator, g1=[SENIOR, OTHER])
    accept_all(middle, now=now)
    last = widen_to(middle, now=now, actor=operator, g1=[SENIOR, OTHER, JUNIOR])
    accept_all(last, now=now)
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    return base, middle, last


def test_the_last_draw_says_whose_seat_is_free(client: Client, operator: User) -> None:
    now = timezone.now()
    base, middle, last = widen_twice(operator, now)
    login(client, operator)
    assert f"补抽（{FILLED}）" in shown(client, base)
    leave(middle.invitations.get(), now=now)
    last.refresh_from_db()
    assert (last.status, state_of(base)) == (DrawStatus.SUCCESS, DrawState.UNSATISFIED)
    page = shown(client, last)
    assert "人数不满足" in page
    assert "按现在的条件补抽" in page
    assert FREE_ELSEWHERE in page
    assert "没有空缺的席位" not in page
    assert "抽取成功，评审组缺人" in page
    for draw in (base, middle):
        page = shown(client, draw)
        assert f"评审组现在{LACKS}" in page
        assert "已补齐" not in page


def test_while_another_draw_of_the_panel_runs_nothing_is_supplemented_by_hand(
    operator: User, base: Draw
) -> None:
    widened = widen_to_everybody(base, now=timezone.now(), actor=operator)
    actions = actions_for(base, operator, now=timezone.now())
    assert f"{widened.number} 还在进行" in actions[ActionCode.SUPPLEMENT].why_not
    own = actions_for(widened, operator, now=timezone.now())[ActionCode.SUPPLEMENT].why_not
    assert own == "抽取还在进行，空出的席位自动补抽。"
    accept_all(widened, now=timezone.now())
    base = Draw.objects.get(pk=base.pk)
    why_not = actions_for(base, operator, now=timezone.now())[ActionCode.SUPPLEMENT].why_not
    assert why_not == "没有空缺的席位，无需补抽。"


def test_a_draw_that_was_sealed_for_nobody_offers_no_second_try(
    client: Client, operator: User
) -> None:
    now = timezone.now()
    make_expert(title_level=4)
    # As everybody may know.
    go_away(make_expert(title_level=1).pk, now=now - timedelta(days=1))
    base = make_short_draw(now=now, operator=operator, groups=[GroupInput("技术", 3, [SENIOR])])
    login(client, operator)
    # Somebody was asked by it: whether another was passed over is not told.
    assert ">再补抽一次<" in shown(client, base)
    widened = widen_to_everybody(base, now=now, actor=operator)
    assert (widened.candidate_count, widened.status) == (0, DrawStatus.UNSATISFIED)
    page = shown(client, widened)
    assert "再补抽一次" not in page
    assert NO_CANDIDATES in page
    assert "放宽条件补抽" in page
    with pytest.raises(DrawNotReady, match="封存时没有可以抽取的候选人"):
        add_supplement(draw=widened, actor=operator, now=now, entropy=SeededEntropy(1))
    begun = actions_for_project(widened.project, operator, now=now)
    assert begun[ActionCode.WIDEN_PLAN].allowed
