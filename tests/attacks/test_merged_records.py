"""Merging two records tells nothing of who sits in a sealed draw, gives nobody another's letters, lets
nobody be drawn twice at one time, and makes nobody a member whom nobody has admitted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import Knowledge, ReplyVia
from expertpool.draws.models import Draw, Hold
from expertpool.draws.queries.conflicts import gone_among, gone_seats, gone_words
from expertpool.draws.queries.meetings import periods_of
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.queries.participation import (
    Window,
    all_participations,
    draws_holding,
    held_expert_ids,
    participations_each,
    with_merged,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.services.admission import enter_expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.status import freeze_expert
from expertpool.notifications.models import Message
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert, make_phone
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)
ENTROPY = SeededEntropy(5)


@pytest.fixture
def draw(operator: User) -> Draw:
    """Three who agreed, in a draw whose names are sealed."""
    for n in range(6):
        make_expert(f"专家{n}", email=f"expert{n}@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=3, opens_in_hours=10, reveal_hours=2)
    for row in draw.invitations.all():
        answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=SOON, entropy=ENTROPY)
    return draw


def seated(draw: Draw) -> Expert:
    return Expert.objects.get(pk=expert_id_of(draw.invitations.get(line=1)))


def idle(draw: Draw) -> Expert:
    """Somebody who was a candidate, too, and does not sit."""
    sits = [expert_id_of(row) for row in draw.invitations.all()]
    return Expert.objects.exclude(pk__in=sits).order_by("pk")[0]


def merge(keep: Expert, close: Expert, by: User) -> Expert:
    return merge_experts(
        keep=keep,
        close=close,
        taken=("phone", "email"),
        knowing=True,
        reason="同一人",
        actor=by,
        now=SOON,
    )


def test_a_merge_looks_the_same_whether_somebody_sits_or_not(draw: Draw, admin: User) -> None:
    seen = []
    merge(make_expert("先合并"), make_expert("先合并"), admin)  # what is read once is read
    for close in (seated(draw), idle(draw)):
        told, logged = Message.objects.count(), Entry.objects.count()
        with CaptureQueriesContext(connection) as queries:
            merge(make_expert(close.name), close, admin)
        seen.append((len(queries), Message.objects.count() - told, Entry.objects.count() - logged))
    assert seen[0] == seen[1]


def test_nobody_gets_the_letters_and_seats_of_whom_he_merges_into_himself(
    operator: User, admin: User
) -> None:
    """The clerk is an expert himself, and closes the seated one's record for his own."""
    for n in range(6):
        make_expert(f"专家{n}", email=f"expert{n}@example.cn")
    draw = make_draw(now=NOW, operator=operator, seats=3, opens_in_hours=10, reveal_hours=2)
    victim, mine = seated(draw), make_expert("专家自己", email="me@example.com")
    give_account(mine, make_user("expert"))
    mail = victim.email
    keep = merge(mine, victim, admin)
    assert invitations_of(keep) == []
    Message.objects.all().delete()
    row = draw.invitations.get(line=1)
    answer(invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=SOON, entropy=ENTROPY)
    victim.refresh_from_db()
    assert victim.email == mail
    letters = {one.address for one in Message.objects.filter(about_type="draws.invitation")}
    assert mail in letters
    assert "me@example.com" not in letters


def test_who_sits_by_the_closed_record_is_not_drawn_by_the_other(draw: Draw, admin: User) -> None:
    close = seated(draw)
    keep = merge(make_expert("专家"), close, admin)
    periods = periods_of(draw.covered)
    assert Hold.objects.exists()
    assert keep.pk in held_expert_ids(periods, knowing=Knowledge.ALL)
    assert keep.pk in held_expert_ids(periods, knowing=Knowledge.ALL, only=with_merged([keep.pk]))
    assert draws_holding([keep.pk], periods) == {keep.pk: {draw.pk}}
    # Whoever counts before a seal learns nothing of it.
    assert keep.pk not in held_expert_ids(periods, knowing=Knowledge.OPEN)


def test_he_is_no_leaver_as_long_as_his_record_is_in_the_pool(
    draw: Draw, admin: User, time_machine: Traveller
) -> None:
    close, row = seated(draw), draw.invitations.get(line=1)
    keep = merge(make_expert("专家"), close, admin)
    assert gone_words(row, now=SOON) == ""
    time_machine.move_to(draw.reveal_at + timedelta(minutes=1), tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    assert gone_seats([draw], now=draw.reveal_at) == {}
    # His reviews are those of the record that stays.
    window = Window(NOW, NOW + timedelta(days=3))
    assert all_participations()[keep.pk] == 1
    for only in (None, with_merged([keep.pk])):
        assert participations_each([window], knowing=Knowledge.ALL, only=only)[0][keep.pk] == 1
    freeze_expert(expert=keep, reason="查实", actor=admin, now=draw.reveal_at)
    assert gone_seats([draw], now=draw.reveal_at) == {row.pk: "已不在库：冻结，应更换"}
    assert gone_words(row, now=draw.reveal_at)
    # By the status of the record that stays: the other is deleted by the merge.
    assert gone_among(draw.invitations.all(), now=draw.reveal_at) == {row.pk: (close.pk, "frozen")}


@pytest.fixture
def clerk() -> User:
    """Enters, edits and deletes; admits nobody."""
    rights = ("experts.view", "experts.add", "experts.edit", "experts.delete")
    return make_user(roles=(make_role(*rights),))


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("status", [ExpertStatus.FORMAL, ExpertStatus.FROZEN])
def test_nobody_becomes_a_member_by_being_merged_into_one(
    clerk: User, admin: User, status: ExpertStatus, *, deleted: bool
) -> None:
    keep = make_expert("在库甲", phone="13812340001", status=status)
    values = {"name": "伪专家", "phone": make_phone(), "email": "me@example.com"}
    close = enter_expert(values=values, actor=clerk, now=NOW)
    if deleted:
        close = delete_expert(expert=close, reason="重复", actor=clerk, now=NOW)
    # Whoever may admit him does so first, too: that is what others look at.
    for actor in (clerk, admin):
        for taken in (("name", "phone", "email"), ("email",), ("specialties",)):
            with pytest.raises(ExpertRefused, match=r"还没有审核入库.*请先审核"):
                merge_experts(
                    keep=keep,
                    close=close,
                    taken=taken,
                    knowing=True,
                    reason="同一人",
                    actor=actor,
                    now=SOON,
                )
    client = login(Client(), clerk)
    address = reverse("experts:merge", args=[keep.pk, close.pk])
    page = client.get(address).content.decode()
    assert "请先审核" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    data = {"seen": seen, "knowing": "1", "reason": "同一人"}
    refused = client.post(address, data | {"from-name": "other", "from-phone": "other"})
    assert refused.status_code == 422
    keep.refresh_from_db()
    close.refresh_from_db()
    assert (keep.name, keep.phone, close.merged_into) == ("在库甲", "13812340001", None)
    # That it is one too many may be said; nothing of it goes over, not even what is missing there.
    assert client.post(address, data).status_code == 302
    keep.refresh_from_db()
    close.refresh_from_db()
    assert (keep.name, keep.email, close.merged_into) == ("在库甲", "", keep)


def test_one_who_waits_stays_waiting_with_what_he_gets(clerk: User) -> None:
    first, second = (
        enter_expert(values={"name": "王工", "phone": make_phone()}, actor=clerk, now=NOW)
        for _ in range(2)
    )
    kept = merge(first, second, clerk)
    assert (kept.status, kept.phone) == (ExpertStatus.PENDING, second.phone)
