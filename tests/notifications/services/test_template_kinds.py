"""A text for projects of one kind, and what the office had before."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.files.services.attaching import attach
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.models import Message, MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Occasion, Text
from expertpool.notifications.queries.template_page import earlier_texts, kinds_of
from expertpool.notifications.queries.templates import (
    TEMPLATE_OFF,
    WRITTEN,
    template_state,
    template_states,
)
from expertpool.notifications.services.templates import (
    reset_template,
    restore_template,
    save_template,
)
from expertpool.notifications.settings import ROUTE_WAIT
from tests.notifications.conftest import INVITATION, NOON, send

pytestmark = pytest.mark.django_db
GOODS, WORKS = "货物", "工程"
WAIT = timedelta(minutes=ROUTE_WAIT.default)


@pytest.fixture(autouse=True)
def occasion() -> Iterator[Occasion]:
    by_kind = dataclasses.replace(INVITATION, by_kind=True)
    with OCCASIONS.holding(by_kind, alone=True):
        yield by_kind


def save(body: str, actor: User, kind: str = "", **more: Any) -> MessageTemplate:
    more = {"channel": "sms", "now": NOON, **more}
    text = more.pop("text", Text("" if more["channel"] == "sms" else "邀请", body))
    return save_template(occasion="tests.invitation", text=text, kind=kind, actor=actor, **more)


def reset(actor: User, kind: str = "") -> None:
    reset_template(occasion="tests.invitation", channel="sms", kind=kind, actor=actor, now=NOON)


def sent(kind: str, key: str, **more: Any) -> Message:
    (message,) = send("sms", kind=kind, key=key, **more)
    return message


@pytest.mark.shows("DRAW-20", "OVW-08")
def test_the_text_of_the_kind_goes_out_and_else_that_of_all(
    admin: User, occasion: Occasion
) -> None:
    save("所有：{{专家姓名}}", admin)
    save("货物：{{专家姓名}}", admin, GOODS)
    assert sent(GOODS, "a").body == "货物：王建国"
    assert sent(WORKS, "b").body == sent("", "c").body == "所有：王建国"
    reset(admin, GOODS)
    assert sent(GOODS, "d").body == "所有：王建国"
    # Then that of all is the one that was declared.
    reset(admin)
    assert sent(GOODS, "e").body.startswith("王建国专家：请答复")
    assert [state.kind for state in template_states() if state.channel == "sms"] == [""]


def test_the_kind_follows_what_becomes_of_the_general_text(admin: User) -> None:
    save("货物：{{专家姓名}}", admin, GOODS)
    reset(admin, GOODS)
    save("所有：{{专家姓名}}", admin)
    assert sent(GOODS, "a").body == "所有：王建国"
    save("所有：{{专家姓名}}", admin, active=False)
    assert sent(GOODS, "b").detail == TEMPLATE_OFF


def test_one_kind_is_switched_off_alone(admin: User) -> None:
    save("货物：{{专家姓名}}", admin, GOODS, active=False)
    assert sent(GOODS, "a").detail == TEMPLATE_OFF
    assert not sent(WORKS, "b").detail


@pytest.mark.shows("OVW-08")
def test_a_provider_keeps_another_text_for_the_kind(admin: User) -> None:
    own = Text("", "货物：{{专家姓名}}", "SMS_2", "{{项目名称}}\n{{专家姓名}}")
    save("", admin, text=Text("", "所有：{{专家姓名}}", "SMS_1", "name={{专家姓名}}"))
    save("", admin, GOODS, text=own)
    goods, works = sent(GOODS, "a").stored_registered, sent(WORKS, "b").stored_registered
    assert goods
    assert goods.code == "SMS_2"
    assert goods.values == (("1", "城南污水处理厂扩建工程"), ("2", "王建国"))
    assert works
    assert works.code == "SMS_1"


def test_nobody_sends_without_saying_of_which_kind(admin: User) -> None:
    with pytest.raises(TypeError, match="by_kind"):
        send("sms")
    with OCCASIONS.holding(INVITATION, alone=True):
        with pytest.raises(TypeError, match="by_kind"):
            send("sms", kind=GOODS)
        with pytest.raises(TemplateRefused, match="不能按项目类型另写"):
            save("货物", admin, GOODS)
        assert kinds_of(INVITATION, "sms") == {}


@pytest.mark.shows("DRAW-24")
def test_files_go_with_the_text_they_belong_to(admin: User) -> None:
    for kind in ("", GOODS):
        template = save(f"{kind}您好", admin, kind, channel="email")
        file = SimpleUploadedFile(f"须知{kind}.pdf", b"%PDF-1.7 guide")
        attach(subject=template, uploaded_file=file, actor=admin, now=NOON)

    def files(kind: str, key: str) -> list[str]:
        (message,) = send("email", kind=kind, key=key)
        return [one.name for one in message.attachments.all()]

    assert files(GOODS, "a") == ["须知货物.pdf"]
    assert files(WORKS, "b") == ["须知.pdf"]


def test_a_new_text_with_a_link_waits_and_that_of_all_goes_out_until_then(admin: User) -> None:
    secret = dataclasses.replace(INVITATION, by_kind=True, secrets=("答复链接",))
    with OCCASIONS.holding(secret, alone=True):
        save("货物： {{答复链接}}", admin, GOODS)
        assert sent(GOODS, "a").body.startswith("王建国专家")
        # What changes meanwhile for all changes for it, too; what waits for all waits for it.
        save("所有： {{答复链接}}", admin)
        assert sent(GOODS, "b").body.startswith("王建国专家")
        copied = save("所有： {{答复链接}}", admin, WORKS)
        assert copied.since == NOON + WAIT
        later = NOON + WAIT
        assert sent(GOODS, "c", now=later).body.startswith("货物")
        assert sent("", "d", now=later).body.startswith("所有")


def test_one_that_was_written_into_the_database_does_not_count(
    admin: User, occasion: Occasion
) -> None:
    save("所有：{{专家姓名}}", admin)
    save("货物：{{专家姓名}}", admin, GOODS)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_messagetemplate SET project_kind = %s WHERE project_kind = %s",
            [WORKS, GOODS],
        )
    assert template_state(occasion, "sms", WORKS).why_not == WRITTEN
    assert sent(WORKS, "a").body == "所有：王建国"


def test_there_is_one_text_for_each_kind(admin: User) -> None:
    save("货物：{{专家姓名}}", admin, GOODS)
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageTemplate.objects.create(
            occasion="tests.invitation", channel="sms", project_kind=GOODS
        )


@pytest.mark.shows("DRAW-20")
def test_the_office_finds_its_own_text_again(admin: User, occasion: Occasion) -> None:
    for word in ("一", "二", "一", "三"):
        save(f"{word}：{{{{专家姓名}}}}", admin)
    reset(admin)
    state = template_state(occasion, "sms")
    texts = [one.text.body[0] for one in earlier_texts(state)]
    assert texts == ["三", "一", "二"]
    first = earlier_texts(state)[2]
    assert (first.who, first.at) == (admin.name, NOON)
    restore_template(
        occasion="tests.invitation", channel="sms", entry=first.entry, actor=admin, now=NOON
    )
    assert sent("", "a").body == "二：王建国"
    assert Entry.objects.filter(action="notifications.template_save").count() == 5


def test_no_other_entry_of_the_log_is_a_text(admin: User) -> None:
    save("所有：{{专家姓名}}", admin)
    save("货物：{{专家姓名}}", admin, GOODS)
    save("新的：{{专家姓名}}", admin, GOODS)
    other = Entry.objects.filter(action="notifications.template_save").earliest("pk")
    with pytest.raises(LookupError):
        restore_template(
            occasion="tests.invitation",
            channel="sms",
            kind=GOODS,
            entry=other.pk,
            actor=admin,
            now=NOON,
        )
