"""大屏: counts only, the same whoever answers, from kept sums."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.services.tokens import revoke_token
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.experts.enums import ExpertStatus
from expertpool.reports.permissions import SCREEN
from expertpool.reports.queries.statistics import TOPICS
from expertpool.reports.queries.wall import wall_for
from expertpool.reports.services.tallies import tally_all
from tests.factories.accounts import PASSWORD, make_token, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_specialty
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PAGE = reverse("reports:wall")


def figures(user, now=None) -> dict[str, int]:
    wall = wall_for(user, now=now or timezone.now())
    return {one.label: one.value for one in (*wall.pool, *wall.day)}


@pytest.mark.shows("OVW-17")
def test_it_counts_the_pool_and_the_day(admin):
    works = make_specialty("A")
    for _ in range(5):
        make_expert(specialties=(works,))
    make_expert(status=ExpertStatus.PENDING)
    draw = make_draw(now=timezone.now(), seats=1)
    found = figures(admin)
    assert (found["在库专家"], found["待审核"], found["今日抽取"]) == (5, 1, 1)
    assert found["今日公开名单"] == 0
    release(draw_id=draw.pk, now=draw.reveal_at)
    assert figures(admin, now=draw.reveal_at)["今日公开名单"] == 1
    assert figures(admin, now=timezone.now() + timedelta(days=2))["今日抽取"] == 0


def test_nothing_on_it_moves_when_a_sealed_seat_is_answered(client, admin):
    for _ in range(6):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=2)
    login(client, admin)

    def shown():
        wall = client.get(PAGE).context["wall"]
        return wall.pool, wall.day, wall.charts

    before = shown()
    for at in range(4):
        invited = Invitation.objects.filter(draw=draw, state=InvitationState.INVITED).first()
        if invited is None:
            break
        answer(
            invitation=invited,
            accept=at > 1,
            reason="" if at > 1 else "出差",
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=SeededEntropy(at),
        )
        assert shown() == before
    draw.refresh_from_db()
    assert draw.ended_at is not None


def test_it_stands_on_kept_sums_and_asks_itself_anew(
    client, admin, monkeypatch, django_assert_max_num_queries
):
    make_expert(specialties=(make_specialty("A"),))
    for topic in TOPICS:
        monkeypatch.setitem(topic.__dict__, "large", 0.5)
    tally_all(now=timezone.now() - timedelta(minutes=5))
    make_expert()
    assert figures(admin)["在库专家"] == 1
    login(client, admin)
    page = client.get(PAGE).content.decode()
    assert 'hx-trigger="every 60s"' in page
    client.get(PAGE)
    with django_assert_max_num_queries(16):
        board = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "board"})
    assert "<html" not in board.content.decode()


# --- By an address of its own: nobody is signed in ------------------------------------------------------


def address(token) -> str:
    return reverse("reports:wall_by_token", args=[token.text])


@pytest.mark.shows("OVW-17")
def test_an_address_shows_the_same_for_as_long_as_its_token_lives(client, admin, time_machine):
    """A television that was signed in was signed out once nobody clicked for half an hour."""
    time_machine.move_to(timezone.now(), tick=False)
    make_expert()
    user = make_user("supervisor")
    token = make_token(user, SCREEN)
    answer = client.get(address(token))
    assert answer.context["wall"].pool == wall_for(user, now=timezone.now()).pool
    assert address(token) in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "sessionid" not in client.cookies
    time_machine.shift(timedelta(days=20))
    assert client.get(address(token), headers={"X-Unattended": "1"}).status_code == 200
    time_machine.shift(timedelta(days=20))
    assert client.get(address(token)).status_code == 404


def test_a_token_that_may_more_is_none_and_one_opens_nothing_else(client, admin):
    user = make_user("admin")
    more = make_token(user, SCREEN, "experts.view")
    assert client.get(address(more)).status_code == 404
    token = make_token(user, SCREEN)
    assert client.get(address(token)).status_code == 200
    assert client.get(PAGE).status_code == 302
    headers = {"Authorization": f"Bearer {token.text}"}
    assert client.get("/api/v1/experts", headers=headers).status_code == 403
    revoke_token(token=token, actor=user, now=timezone.now())
    gone = client.get(address(token))
    assert (gone.status_code, "请联系管理员重新生成" in gone.content.decode()) == (404, True)


def test_it_ends_with_the_right_of_its_user(client, admin):
    user = make_user("supervisor")
    token = make_token(user, SCREEN)
    user.roles.clear()
    assert client.get(address(token)).status_code == 404


def test_whoever_makes_such_a_token_is_given_its_address(client, admin):
    login(client, admin)
    until = timezone.localdate() + timedelta(days=30)
    data = {"name": "一楼大屏", "user": admin.pk, "expires_on": until, "password": PASSWORD}
    data["scopes"] = [SCREEN]
    page = client.post(reverse("accounts:token_create"), data).content.decode()
    assert "大屏地址" in page
    assert "/wall/ep_" in page
    data["scopes"] = [SCREEN, "experts.view"]
    assert "大屏地址" not in client.post(reverse("accounts:token_create"), data).content.decode()
