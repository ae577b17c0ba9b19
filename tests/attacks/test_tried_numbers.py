"""Whoever may see the list of messages types numbers on the public page, and looks what was sent (docs/decisions/0196);
whoever is shown a masked number of somebody beyond his scope looks up all that the mask leaves (0221)."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import RoleField, User
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.joining.services.deciding import reject
from expertpool.joining.services.registering import Applicant, send_code
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert
from tests.factories.joining import make_application
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()
LIST = reverse("notifications:records")
KNOWN, UNKNOWN = "13812340001", "13812340002"


def ask(phone: str) -> Message:
    applicant = Applicant("individual", "李申请", "phone", phone, 1)
    row = send_code(applicant=applicant, code="123456", address="192.0.2.1", now=NOW)
    return Message.objects.get(key__startswith=f"joining-code:{row.uid}")


def seen(client: Client, message: Message) -> str:
    page = client.get(f"{LIST}{message.uid}/").content.decode()
    varying = r"nonce-\S+|[A-Za-z0-9]{64}|T\d\d:\d\d:\d\d\.\d+"
    return re.sub(varying, "", page.replace(str(message.uid), ""))


def test_lists_do_not_tell_a_known_number_from_another(operator: User) -> None:
    make_expert("王工", phone=KNOWN)
    known, unknown = ask(KNOWN), ask(UNKNOWN)
    # One that carries a code may wait, or fail, where the other does not.
    Message.objects.filter(pk=known.pk).update(state=DeliveryState.SENT, sent_at=NOW, attempts=1)
    Message.objects.filter(pk=unknown.pk).update(state=DeliveryState.FAILED, detail="x", attempts=3)
    client = login(Client(), operator)
    assert seen(client, known) == seen(client, unknown)
    page = client.get(LIST).content.decode()
    assert page.count("入库申请的注册验证码") == 3  # two rows, and the filter
    assert "代替验证码" not in page

    def found(**asked: str) -> set[str]:
        text = client.get(LIST, asked).content.decode()
        return {str(one.uid) for one in (known, unknown) if str(one.uid) in text}

    both = {str(known.uid), str(unknown.uid)}
    assert found(occasion="joining.code") == both
    assert found(occasion="joining.known") == set()
    assert found(occasion="joining.decided") == set()
    for state in DeliveryState.values:
        assert found(state=state) == set()


def test_what_was_decided_is_read_by_reviewers(operator: User, admin: User) -> None:
    application = make_application()
    reject(application=application, note="职称不符", actor=admin, now=NOW)
    letters = Message.objects.filter(occasion="joining.decided")
    assert letters
    for reader, may in ((admin, True), (operator, False)):
        client = login(Client(), reader)
        for letter in letters:
            page = client.get(f"{LIST}{letter.uid}/").content.decode()
            # No reason goes to the address that he has not shown to be his.
            assert ("职称不符" in page) is (may and letter.channel != "email")
            assert ("李申请" in page) is may
            assert ("审核入库申请的人可见" in page) is not may


def test_a_whole_number_finds_nobody_beyond_ones_scope(admin: User) -> None:
    """A mask leaves ten thousand numbers, which a page of others' experts is asked one by one."""
    own, other = make_department("甲部"), make_department("乙部")
    for name, phone, department in (("甲", KNOWN, own), ("乙", UNKNOWN, other)):
        make_expert(name, phone=phone, department=department)
    scoped = make_role("experts.view", scope=Scope.DEPARTMENT)
    for role in (scoped, blind := make_role("draws.pick")):
        RoleField.objects.create(role=role, field="experts.phone", level="plain")

    def found(phone: str, user: User) -> list[str]:
        return [one.name for one in search(Expert.objects.all(), phone, user)]

    clerk, picker = make_user(roles=(scoped,), department=own), make_user(roles=(blind,))
    assert found(KNOWN, clerk) == ["甲"]
    assert found(UNKNOWN, clerk) == found(f"+86 {UNKNOWN}", clerk) == []
    assert found(UNKNOWN, admin) == ["乙"]
    for phone in (KNOWN, UNKNOWN, UNKNOWN[2:8]):
        assert found(phone, picker) == []
