"""What a program sends to the forms behind a personal link, and to the one for who forgot his password: a clear answer,
never a fault of ours, and nothing kept but what was asked for."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.settings import LINKS_PER_ADDRESS, LINKS_PER_HOUR
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.experts.models import BlacklistAppeal
from expertpool.experts.services.accounts import open_account
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.telling import token_of
from expertpool.files.models import Attachment
from expertpool.notices.models import Receipt
from expertpool.notices.services.sending import send_notice, send_out
from expertpool.notifications.models import Message
from tests.draws.views.letters import lines, link_of
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.notices import make_notice
from tests.factories.siteconfig import configure
from tests.hostile import HOSTILE, MARK, answer, counts, each, rubbish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
UNSEEN = re.compile(r"[\x00\u200b\u202e]")


def forged(path: str, token: str) -> str:
    """The address of the page at ``path`` by another token, as far as that is one part of an address."""
    return f"{path.rsplit('/', 2)[0]}/{quote(token[:100].replace('/', '') or 'x')}/"


@pytest.mark.shows("PORT-18", "DRAW-12")
def test_an_invitation() -> None:
    for _ in range(4):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=2)
    asked, other = lines(draw)
    path, client = link_of(asked), Client(enforce_csrf_checks=True)
    # What is no answer, by each of its fields; nor is one that is not of what he was shown.
    for sent in each({"answer": "perhaps", "reason": "", "detail": "", "mark": "x"}):
        answer(client, path, sent)
    for value in HOSTILE:
        answer(client, path, {"answer": "accept", "mark": value})
        for part in ("sign-in/", "leave/"):
            answer(client, path + part, {"code": value, "reason": value, "answer": value})
    for part in ("", "sign-in/", "leave/"):
        rubbish(client, path + part, {"answer": "perhaps"})
    states = set(Invitation.objects.values_list("state", flat=True))
    assert states == {InvitationState.INVITED}
    # By another's link, and by none.
    for value in [*HOSTILE, link_of(other).split("/")[2] + "x"]:
        page = client.post(forged(path, value), {"answer": "accept"})
        assert page.status_code in {403, 404}, value
    answer(client, path, {"answer": "decline", "reason": "其他", "detail": MARK})
    assert Invitation.objects.get(pk=asked.pk).state == InvitationState.DECLINED
    assert MARK not in client.get(path).content.decode()
    assert Invitation.objects.get(pk=other.pk).state == InvitationState.INVITED


def test_an_appeal(admin: User) -> None:
    entry = add_to_blacklist(
        expert=make_expert(), reason="缺席两次", evidence="通报", actor=admin, now=timezone.now()
    )
    path, client = reverse("experts:appeal", args=[token_of(entry)]), Client()
    good = {"reason": ""}
    rubbish(client, path, good)
    for sent in each(good):
        if sent.get("reason", "").strip() and len(sent["reason"]) < 2000:
            continue  # a reason, be it odd: it counts as his, once (below)
        answer(client, path, sent)
    assert counts(BlacklistAppeal, Attachment) == [0, 0]
    for value in HOSTILE:
        answer(client, path, {"reason": value, "entry": "1", "decided_by": "1"})
    rows = BlacklistAppeal.objects.all()
    assert len(rows) == 1  # one at a time, whatever comes after it
    assert not UNSEEN.search(rows[0].reason)
    assert (rows[0].entry, rows[0].decided_at) == (entry, None)
    assert MARK not in client.get(path).content.decode()
    for value in HOSTILE:
        assert client.post(forged(path, value), good).status_code == 404, value


@pytest.mark.shows("EXP-50")
def test_a_notice(admin: User) -> None:
    row = make_notice(
        make_expert("李建国", email="l@example.cn"),
        actor=admin,
        channels=["email"],
        needs_receipt=True,
    )
    send_notice(notice=row, count=1, actor=admin, now=timezone.now())
    send_out(notice_id=row.pk, now=timezone.now())
    found = re.search(r"/notices/link/[^/\s]+/", Message.objects.latest("pk").body)
    assert found
    client = Client(enforce_csrf_checks=True)
    for value in HOSTILE:
        assert client.post(forged(found[0], value), {"expert": "1"}).status_code == 404, value
        for address in (found[0] + f"files/{value[:50]}/", found[0] + "files/999999999999/"):
            assert client.get(address).status_code == 404
    assert not Receipt.objects.exists()
    # Whatever is posted along, it confirms for whom the link is, once.
    for sent in each({"kind": "read", "at": "2020-01-01"}):
        answer(client, found[0], sent)
    kept = list(Receipt.objects.all())
    assert {one.addressee.notice_id for one in kept} == {row.pk}
    assert len({one.kind for one in kept}) == len(kept)
    assert {one.at.year for one in kept} == {timezone.localdate().year}


def test_a_password_by_link(client: Client) -> None:
    ensure_demo_roles()
    user = open_account(
        expert=make_expert("王小明", email="w@example.cn"), actor=None, now=timezone.now()
    )
    found = re.search(r"/activate/[^/\s]+/", Message.objects.latest("pk").body)
    assert found
    path = reverse("experts:activate", args=[found[0].split("/")[2]])
    for value in HOSTILE:
        answer(client, path, {"new": value, "again": "Another-horse-11", "username": value})
        answer(client, path, {"new": "Another-horse-11", "again": value, "user": "1"})
    for weak in ("12345678", "王小明", user.username, "password", " " * 12, "\x00" * 12):
        answer(client, path, {"new": weak, "again": weak})
    rubbish(client, path, {"new": "Another-horse-11", "again": "other"})
    held = user.password
    user.refresh_from_db()
    assert user.password == held  # and the link is good yet
    assert client.get(path).status_code == 200
    for value in HOSTILE:
        assert client.get(forged(path, value)).status_code == 404, value


def test_who_forgot_his_password(client: Client) -> None:
    configure(LINKS_PER_ADDRESS, 1000)
    configure(LINKS_PER_HOUR, 10_000)
    path = reverse("accounts:forgotten")
    before = counts(User, Message)
    for sent in each({"identifier": "nobody"}):
        answer(client, path, sent)
    rubbish(client, path, {"identifier": "nobody"})
    assert counts(User, Message) == before
    kept = "".join(LoginRecord.objects.values_list("account", flat=True))
    assert MARK not in kept  # what was typed, and may be a password, is kept as its mark alone
    assert LoginRecord.objects.count() <= 2 * len(HOSTILE)
