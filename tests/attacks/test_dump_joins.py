"""Whoever has a dump, but no key, finds no person of a sealed draw in any other rows; and whoever
writes rows leads no letter, and no seat, to somebody else (docs/decisions/0085)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.queries.tabs import letter_shares
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import NOBODY, is_to_nobody, recipient_key
from expertpool.notifications.services.delivery import deliver
from tests.draws.views.letters import lines
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
SEATS = 4
MORNING = timezone.make_aware(datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001 (no quiet hours)


def sql(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Any statement, without the triggers that stand in the attacker's way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        found = cursor.fetchall() if cursor.description else []
        cursor.execute("SET LOCAL session_replication_role = origin")
    return found


@pytest.fixture
def people() -> list[Expert]:
    """As many as there are seats: each sits in every draw."""
    return [make_expert(user=make_user("expert")) for _ in range(SEATS)]


def draw_at(days: int) -> Draw:
    return make_draw(now=timezone.now(), seats=SEATS, opens_in_hours=24 * days)


@pytest.fixture
def draws(people: list[Expert]) -> tuple[Draw, Draw]:
    """One whose names are public, one that is sealed, of the same four people."""
    public, sealed = draw_at(3), draw_at(9)
    public.refresh_from_db()
    release(draw_id=public.pk, now=public.reveal_at)
    assert public.invitations.filter(expert__isnull=False).count() == SEATS
    assert sealed.invitations.filter(expert__isnull=True).count() == SEATS
    return public, sealed


def keyed_columns() -> list[tuple[str, str]]:
    """Every column that can hold a digest: whatever is of bytes."""
    return [
        (table, column)
        for table, column in sql(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'bytea'"
        )
    ]


def test_holds_of_a_sealed_draw_join_with_no_public_name(draws: tuple[Draw, Draw]) -> None:
    public, sealed = draws
    named = sql(
        "SELECT mine.id, theirs.expert_id FROM draws_invitation mine"
        " JOIN draws_hold a ON a.invitation_id = mine.id"
        " JOIN draws_hold b ON b.holder = a.holder AND b.invitation_id <> a.invitation_id"
        " JOIN draws_invitation theirs ON theirs.id = b.invitation_id"
        " WHERE mine.draw_id = %s AND theirs.draw_id = %s",
        [sealed.pk, public.pk],
    )
    assert named == []
    assert Hold.objects.filter(invitation__draw=sealed).count() >= SEATS  # they are held


def test_letters_of_a_sealed_draw_join_with_no_account(draws: tuple[Draw, Draw]) -> None:
    keys = [
        (int(line), bytes(key))
        for line, key in sql(
            "SELECT about_id, recipient_key FROM notifications_message"
            " WHERE channel = 'site' AND about_type = 'draws.invitation'"
            " AND recipient_key IS NOT NULL"
        )
    ]
    assert len({line for line, _ in keys}) == 2 * SEATS
    # Equal only about one seat.
    assert len({key for _, key in keys}) == 2 * SEATS


def test_no_value_of_bytes_stands_in_rows_of_both_draws(draws: tuple[Draw, Draw]) -> None:
    """Whatever column comes next: what is said of one draw's people is said nowhere else."""
    of_seat = {
        "draws_invitation": "id",
        "draws_hold": "invitation_id",
        "draws_replylink": "invitation_id",
    }
    sides: list[set[bytes]] = []
    for draw in draws:
        seats = list(draw.invitations.values_list("pk", flat=True))
        values = set[bytes]()
        for table, column in keyed_columns():
            if table in of_seat:
                where, ids = f"{of_seat[table]} = ANY(%s)", [*seats]
            elif table == "notifications_message":
                where, ids = (
                    "about_type = 'draws.invitation' AND about_id = ANY(%s)",
                    [*map(str, seats)],
                )
            else:
                continue
            rows = sql(f'SELECT "{column}" FROM {table} WHERE {where}', [ids])  # noqa: S608
            values |= {bytes(value) for (value,) in rows if value}
        sides.append(values)
    assert all(len(side) >= 4 * SEATS for side in sides)
    assert not sides[0] & sides[1]


def holders(draw: Draw) -> set[bytes]:
    rows = Hold.objects.filter(invitation__draw=draw, holder__isnull=False)
    return {bytes(value) for value in rows.values_list("holder", flat=True)}


def test_who_declined_leaves_no_value_that_he_has_elsewhere(draws: tuple[Draw, Draw]) -> None:
    """He sits at the same hours in another draw, which is public: his old line would be named by it."""
    _, sealed = draws
    before, line = holders(sealed), lines(sealed)[0]
    says = {"accept": False, "reason": "时间冲突", "via": ReplyVia.PORTAL}
    answer(invitation=line, **says, now=timezone.now(), entropy=SeededEntropy(5))  # type: ignore[arg-type]
    other = make_draw(now=timezone.now(), seats=1, opens_in_hours=24 * 9)
    (sits,) = lines(other)
    assert expert_id_of(sits) == expert_id_of(line)
    assert holders(other) & before, "the value is of him and the hour"
    assert holders(sealed)
    assert not holders(sealed) & holders(other)


def test_nor_does_anybody_of_a_draw_that_is_void(
    draws: tuple[Draw, Draw], supervisor: User
) -> None:
    _, sealed = draws
    assert holders(sealed)
    asked = request_void(
        draw=sealed, reason="回避单位漏填", actor=sealed.operator, now=timezone.now()
    )
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=timezone.now())
    assert not holders(sealed)


def test_each_still_finds_his_own_seats_and_letters(
    people: list[Expert], draws: tuple[Draw, Draw]
) -> None:
    for expert in people:
        found = invitations_of(expert)
        assert {row.draw_id for row in found} == {draw.pk for draw in draws}
        assert {expert_id_of(row) for row in found} == {expert.pk}
        inbox = own_inbox(expert.user)
        assert len(inbox) == 2


def own_inbox(user: User) -> list[str]:
    """The texts of all that his inbox shows, opened one by one."""
    Message.objects.filter(channel="site", state="queued").update(
        state="sent", sent_at=timezone.now()
    )
    client = login(Client(), user)
    page = client.get(reverse("notifications:inbox"), {"tab": "all"})
    texts = []
    for row in page.context["page"]:
        answer = client.get(reverse("notifications:message", args=[row.uid]))
        assert answer.status_code == 200
        texts.append(answer.content.decode())
    return texts


def test_a_letter_led_into_another_inbox_is_not_shown(
    people: list[Expert], draws: tuple[Draw, Draw]
) -> None:
    victim, thief = people[0], make_user("expert")
    make_expert("小偷", user=thief)
    _, sealed = draws
    (line,) = [row for row in lines(sealed) if expert_id_of(row) == victim.pk]
    own_inbox(thief)
    # What stands in any of his own messages.
    his = recipient_key(thief.username)
    sql(
        "UPDATE notifications_message SET recipient_key = %s"
        " WHERE about_type = 'draws.invitation' AND about_id = %s AND channel = 'site'",
        [his, str(line.pk)],
    )
    assert own_inbox(thief) == []
    led = Message.objects.get(recipient_key=his, about_id=str(line.pk))
    answer = login(Client(), thief).get(reverse("notifications:message", args=[led.uid]))
    assert answer.status_code == 404


@pytest.mark.parametrize("cells", [["body"], ["subject", "body", "address"]])
def test_cells_of_a_letter_copied_into_ones_own_show_nothing(
    people: list[Expert], draws: tuple[Draw, Draw], cells: list[str]
) -> None:
    thief, victim = people[:2]
    of = {expert_id_of(row): row.pk for row in lines(draws[1])}
    own_inbox(thief.user)
    theirs, mine = (
        Message.objects.get(channel="site", about_type="draws.invitation", about_id=str(of[one.pk]))
        for one in (victim, thief)
    )
    client, address = login(Client(), thief.user), reverse("notifications:message", args=[mine.uid])
    assert client.get(address).status_code == 200
    told = theirs.body.split()[0]
    for cell in cells:
        sql(
            f"UPDATE notifications_message SET {cell} = (SELECT {cell} FROM notifications_message"  # noqa: S608
            " WHERE id = %s) WHERE id = %s",
            [theirs.pk, mine.pk],
        )
    answered = client.get(address)
    text = answered.content.decode()
    assert answered.status_code in (404, 409) or "无法读取" in text
    assert "/r/" not in text
    assert victim.name not in text
    assert told not in text.split("<main")[-1] or told == thief.name


def test_a_seat_led_to_another_expert_is_not_shown(
    people: list[Expert], draws: tuple[Draw, Draw]
) -> None:
    _, sealed = draws
    mine, other = lines(sealed)[:2]
    thief = Expert.objects.get(pk=expert_id_of(mine))
    sql("UPDATE draws_invitation SET seat_key = %s WHERE id = %s", [mine.seat_key, other.pk])
    assert [row.pk for row in invitations_of(thief) if row.draw_id == sealed.pk] == [mine.pk]
    sql("UPDATE draws_invitation SET expert_id = %s WHERE id = %s", [thief.pk, other.pk])
    assert other.pk not in [row.pk for row in invitations_of(thief)]
    page = login(Client(), thief.user).get(reverse("selfservice:review", args=[other.pk]))
    assert page.status_code == 404


def test_an_expert_given_to_another_account_shows_it_nothing(
    people: list[Expert], draws: tuple[Draw, Draw]
) -> None:
    _, sealed = draws
    victim, thief = people[0], make_user("expert")
    (line,) = [row for row in lines(sealed) if expert_id_of(row) == victim.pk]
    sql("UPDATE experts_expert SET user_id = %s WHERE id = %s", [thief.pk, victim.pk])
    client = login(Client(), thief)
    assert expert_for(thief) is None
    assert client.get(reverse("selfservice:review", args=[line.pk])).status_code in (200, 404)
    text = client.get(reverse("selfservice:reviews")).content.decode()
    assert reverse("selfservice:review", args=[line.pk]) not in text
    # Nor do new letters go to it.
    draw_at(20)
    assert own_inbox(thief) == []


def test_accounts_cannot_be_exchanged_by_their_ids(
    people: list[Expert], draws: tuple[Draw, Draw]
) -> None:
    one, other = people[:2]
    sql("UPDATE experts_expert SET user_id = NULL WHERE id = %s", [one.pk])
    sql(
        "UPDATE experts_expert SET user_id = %s, account_proof = %s WHERE id = %s",
        [one.user_id, one.account_proof, other.pk],
    )
    assert expert_for(one.user) is None
    assert Invitation.objects.filter(draw__in=draws).exists()


def test_no_letter_says_who_has_an_account() -> None:
    """Of four, two have one: but for what is encrypted, and random, their letters are alike."""
    for has_one in (True, False, True, False):
        make_expert(email="", user=make_user("expert") if has_one else None)
    draw = make_draw(now=MORNING, seats=SEATS, channels=["site"], reached=False)
    post = Message.objects.filter(channel="site", about_type="draws.invitation")
    assert post.filter(state="queued").count() == SEATS
    for message in post:
        deliver(message_id=message.pk, now=MORNING)
    told = sql(
        "SELECT DISTINCT state, detail, attempts, recipient_key IS NULL, length(address),"
        " sending_at IS NULL, sent_at IS NULL, provider_id FROM notifications_message"
        " WHERE channel = 'site' AND about_type = 'draws.invitation'"
    )
    assert len(told) == 1
    # All are told by another way, too, which counts.
    (share,) = letter_shares(draw.project)
    assert (share.waiting, share.sent, share.failed) == ("全部", "", "")


def test_those_of_an_earlier_version_go_to_nobody() -> None:
    for _ in range(SEATS):
        make_expert()
    make_draw(now=MORNING, seats=SEATS, channels=["site"])
    post = Message.objects.filter(channel="site", about_type="draws.invitation")
    post.update(state="no_account", recipient_key=None, address="", detail="收件人没有系统账号")
    migration = import_module("expertpool.draws.migrations.0053_letters_to_nobody")
    migration.send_to_nobody(None, SimpleNamespace(connection=connection))
    assert all(is_to_nobody(one) and one.state == "sent" and one.sent_at for one in post.all())
    found = {one.about_id: bytes(one.recipient_key) for one in post.all()}
    assert found == {pk: recipient_key(NOBODY, ("draws.invitation", pk)) for pk in found}
