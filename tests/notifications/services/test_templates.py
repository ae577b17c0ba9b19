from __future__ import annotations

import pytest

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import occasions as draws
from expertpool.notifications.exceptions import TemplateRefused, UnknownPlaceholders
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Occasion, Text
from expertpool.notifications.queries.template_page import preview
from expertpool.notifications.queries.templates import template_state, template_states
from expertpool.notifications.services.templates import reset_template, save_template
from tests.notifications.conftest import NOON, send

pytestmark = pytest.mark.django_db


def save(body: str, actor: User, *, subject: str = "", channel: str = "sms") -> MessageTemplate:
    return save_template(
        occasion="tests.invitation",
        channel=channel,
        text=Text(subject, body),
        actor=actor,
        now=NOON,
    )


@pytest.mark.shows("DRAW-20", "DRAW-23")
def test_unknown_placeholders_are_refused_by_name(admin: User) -> None:
    with pytest.raises(UnknownPlaceholders) as caught:
        save("{{专家姓名}}，{{职称}}、{{ 年龄 }}", admin, subject="{{项目}}", channel="email")
    assert caught.value.names == ("项目", "职称", "年龄")
    assert "{{职称}}" in str(caught.value)
    assert "可以使用：{{专家姓名}}" in str(caught.value)
    assert not MessageTemplate.objects.exists()
    assert not Entry.objects.filter(action="notifications.template_save").exists()


def test_a_name_between_single_braces_is_refused(admin: User) -> None:
    with pytest.raises(TemplateRefused, match=r"双花括号：\{\{专家姓名"):
        save("{专家姓名}专家，{{项目名称}}", admin)


def test_who_has_agreed_is_not_reminded_without_the_link_by_which_he_signs_in(admin: User) -> None:
    text = Text("评审提醒", "{{专家姓名}}专家，评审将于 {{评审时间}} 进行。")
    with (
        OCCASIONS.holding(draws.REMINDER, alone=True),
        pytest.raises(TemplateRefused, match=r"缺少 \{\{答复链接"),
    ):
        save_template(
            occasion=draws.REMINDER.code, channel="email", text=text, actor=admin, now=NOON
        )


@pytest.mark.shows("DRAW-20")
@pytest.mark.parametrize("channel", ["sms", "email", "site", "wechat"])
def test_an_invitation_without_its_reply_link_is_refused(admin: User, channel: str) -> None:
    with OCCASIONS.holding(draws.INVITATION, alone=True):
        text = Text("请答复 {{答复链接}}", "{{专家姓名}}专家，请于 {{答复截止}} 前答复。")
        with pytest.raises(TemplateRefused, match=r"缺少 \{\{答复链接"):
            save_template(
                occasion=draws.INVITATION.code, channel=channel, text=text, actor=admin, now=NOON
            )
        text = Text("", text.body + "{{ 答复链接 }}")
        save_template(
            occasion=draws.INVITATION.code, channel=channel, text=text, actor=admin, now=NOON
        )
    assert MessageTemplate.objects.get().channel == channel


@pytest.mark.parametrize("body", ["{{专家姓名", "专家姓名}}", "{{专家{{姓名}}}}", " \n "])
def test_what_cannot_be_meant_is_refused(admin: User, body: str) -> None:
    with pytest.raises(TemplateRefused):
        save(body, admin)


def test_blanks_inside_the_braces_do_not_matter(admin: User) -> None:
    save("您好，{{ 专家姓名 }}", admin)
    assert send("sms")[0].body == "您好，王建国"


@pytest.mark.shows("DRAW-20")
def test_an_edit_holds_from_the_next_message_and_can_be_taken_back(
    admin: User, occasion: Occasion
) -> None:
    (before,) = send("sms", key="a")
    save("新：{{专家姓名}}", admin)
    save("更新：{{专家姓名}}", admin)
    (after,) = send("sms", key="b")
    reset_template(occasion="tests.invitation", channel="sms", actor=admin, now=NOON)
    (reset,) = send("sms", key="c")
    before.refresh_from_db()
    assert after.body == "更新：王建国"
    assert before.body == reset.body != after.body
    assert not template_state(occasion, "sms").edited


def test_each_change_is_logged_with_both_texts(admin: User) -> None:
    save("新：{{专家姓名}}", admin)
    reset_template(occasion="tests.invitation", channel="sms", actor=admin, now=NOON)
    reset_template(occasion="tests.invitation", channel="sms", actor=admin, now=NOON)
    reset, saved = Entry.objects.filter(action__startswith="notifications.template")
    assert saved.after == {"标题": "", "正文": "新：{{专家姓名}}", "启用": True}
    assert reset.before == saved.after
    assert reset.after == saved.before
    assert saved.note == "评审邀请（短信）"


def test_a_default_text_with_an_unknown_placeholder_does_not_start() -> None:
    with pytest.raises(UnknownPlaceholders):
        Occasion("tests.bad", "坏", placeholders={}, defaults={"sms": ("", "{{专家姓名}}")})


def test_the_list_has_each_channel_of_each_occasion(
    admin: User, django_assert_num_queries: object
) -> None:
    save("新：{{专家姓名}}", admin)
    states = template_states()
    assert {state.occasion.code for state in states} == {"tests.invitation"}
    assert [(state.channel.value, state.edited) for state in states] == [
        ("sms", True),
        ("email", False),
        ("site", False),
    ]


def test_the_preview_uses_the_samples_and_counts_as_the_operator_does(occasion: Occasion) -> None:
    shown = preview(occasion, Text("", "{{专家姓名}}" + "字" * 67))
    assert shown.text.body.startswith("王建国字")
    assert (shown.length, shown.parts) == (70, 1)
    assert preview(occasion, Text("", "字" * 71)).parts == 2
