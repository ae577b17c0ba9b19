"""No letter of a sealed draw tells whose it is by how it fared (docs/decisions/0089)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login
from tests.projects.test_exports import export

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (a Tuesday)
RECORDS = reverse("notifications:records")
# What he reads who knows of each in the pool whether he has an e-mail and an account.
TELLING = ("没有邮箱", "未开通账号", "退信", "已读")


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    """Two who sit have a telephone alone: no e-mail, no account."""
    with once(), travel(NOW, tick=False):
        for _ in range(2):
            make_expert(email="")
        return make_draw(now=NOW, seats=2, channels=["sms", "email", "site"])


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def letters(draw: Draw) -> list[Message]:
    found = Message.objects.filter(about_type="draws.invitation")
    found.filter(channel="sms").update(state="failed", detail="退信：空号", sent_at=NOW)
    assert {one.state for one in found} == {"failed", "queued"}  # the site messages go to nobody
    return list(found)


def reading(user: User, address: str, **query: str) -> str:
    return login(Client(), user).get(address, query).content.decode()


def tab(draw: Draw, name: str = "notices") -> str:
    return f"{reverse('projects:detail', args=[draw.project_id])}?tab={name}"


def test_no_list_and_no_filter_tells_how_one_fared(
    letters: list[Message], draw: Draw, admin: User, operator: User
) -> None:
    pages = [reading(admin, RECORDS), reading(admin, tab(draw)), reading(operator, tab(draw))]
    pages += [reading(admin, RECORDS, state=state) for state in DeliveryState.values]
    pages += [reading(admin, RECORDS, occasion=letters[0].occasion)]
    tables = [page.partition("<tbody")[2] for page in pages]
    assert [word for word in TELLING for table in tables if word in table] == []
    exported = login(Client(), operator), "draws.notices"
    assert "评审邀请" not in str(export(*exported, project=draw.project_id))
    detail = login(Client(), admin).get(reverse("notifications:record", args=[letters[0].uid]))
    assert detail.status_code == 404


def test_the_operator_is_told_about_how_many_did_not_arrive(
    letters: list[Message], draw: Draw, operator: User
) -> None:
    counts = login(Client(), operator).get(tab(draw))
    page = counts.content.decode()
    assert "给专家的通知" in page
    cells = page.partition("给专家的通知")[2].replace("\n", "")
    assert 'data-label="未送达">全部<' in cells
    assert 'data-label="已发出">—<' in cells


def test_the_page_of_the_draw_gives_no_reasons(
    letters: list[Message], draw: Draw, operator: User
) -> None:
    draw.invitations.update(reached_at=None)
    page = reading(operator, reverse("draws:detail", args=[draw.pk]))
    assert "其中有人的通知已发送失败" in page
    assert [word for word in TELLING if word in page] == []


def test_none_can_be_picked_for_deletion(letters: list[Message], draw: Draw, admin: User) -> None:
    """The log would say how it fared, and of which line it was."""
    url = reverse("draws:notices_delete", args=[draw.project_id])
    picked = {"pk": [one.uid for one in letters], "reason": "重复"}
    assert login(Client(), admin).post(url, picked).status_code == 409
    assert not Message.objects.filter(deleted_at__isnull=False).exists()


def test_who_has_no_right_to_the_names_never_learns_it(
    letters: list[Message], draw: Draw, admin: User, operator: User, time_machine: Any
) -> None:
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    time_machine.move_to(draw.reveal_at, tick=False)
    assert "退信" in str(
        export(login(Client(), operator), "draws.notices", project=draw.project_id)
    )
    stranger = make_viewer()
    assert "评审邀请" in (page := reading(stranger, RECORDS))
    assert "发送失败</span>" not in page
    assert "未开通账号</span>" not in page
    for state in ("failed", "no_account"):
        found = login(Client(), stranger).get(RECORDS, {"state": state}).context["page"]
        assert [one for one in found if one.about_type == "draws.invitation"] == []


def make_viewer() -> User:
    """Somebody who sees the records of all messages, and no draw."""
    return make_user(roles=(make_role("notifications.view"),))


def test_the_filter_of_states_finds_letters_from_the_release_on(
    letters: list[Message], draw: Draw, admin: User, time_machine: Any
) -> None:
    """It never did: whoever looked for what had failed was shown none of them."""
    reader = make_user(roles=(make_role("notifications.view", "draws.names", "draws.view"),))
    client = login(Client(), reader)

    def found() -> set[int]:
        page = client.get(RECORDS, {"state": "failed"}).context["page"]
        return {one.pk for one in page if one.about_type == "draws.invitation"}

    assert found() == set()
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    time_machine.move_to(draw.reveal_at, tick=False)
    client = login(Client(), reader)
    # Who has no mail has not failed by it: his row says so.
    came_back = {one.pk for one in letters if one.state == "failed" and one.detail != "没有邮箱"}
    assert came_back
    assert found() == came_back
