from __future__ import annotations

import dataclasses
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from expertpool.accounts.models import User
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import DictionaryItem
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS, Text
from expertpool.notifications.services.templates import save_template
from tests.fixtures import login
from tests.notifications.conftest import INVITATION, NOON, send

pytestmark = pytest.mark.django_db
LIST = "/messages/templates/"
SMS, EMAIL = f"{LIST}tests.invitation/sms/", f"{LIST}tests.invitation/email/"
PREVIEW = {"HX-Request": "true", "HX-Target": "preview"}


def write(body: str, actor: User, kind: str = "") -> None:
    save_template(
        occasion="tests.invitation",
        channel="sms",
        kind=kind,
        text=Text("", body),
        actor=actor,
        now=NOON,
    )


@pytest.mark.shows("DRAW-20")
def test_a_template_is_edited_and_reset(client: Client, admin: User) -> None:
    login(client, admin)
    assert "默认" in client.get(LIST).content.decode()
    form = client.get(SMS).content.decode()
    for name in ("专家姓名", "项目名称", "答复链接"):
        assert f'data-placeholder="{name}"' in form
    assert "按 1 条短信计费" in form
    response = client.post(SMS, {"body": "请{{专家姓名}}答复：{{答复链接}}", "active": "on"})
    assert response["Location"] == SMS
    template = MessageTemplate.objects.get()
    assert (template.body, template.active) == ("请{{专家姓名}}答复：{{答复链接}}", True)
    assert "已修改</span>" in client.get(LIST).content.decode()
    client.post(f"{SMS}reset/")
    assert "已修改</span>" not in client.get(LIST).content.decode()


@pytest.mark.shows("DRAW-20", "DRAW-23")
def test_an_unknown_placeholder_is_refused_and_nothing_typed_is_lost(
    client: Client, admin: User
) -> None:
    data = {"subject": "{{项目}}", "body": "{{职称}}，您好", "active": "on"}
    response = login(client, admin).post(EMAIL, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "不认识的变量：{{项目}}、{{职称}}。可以使用：{{专家姓名}}" in page
    assert "{{职称}}，您好" in page
    assert not MessageTemplate.objects.exists()


def test_the_preview_follows_the_typing_and_saves_nothing(client: Client, admin: User) -> None:
    login(client, admin)
    good = client.post(SMS, {"body": "{{专家姓名}}" + "字" * 80}, headers=PREVIEW).content.decode()
    bad = client.post(SMS, {"body": "{{职称}}"}, headers=PREVIEW).content.decode()
    assert "王建国字" in good
    assert "共 83 字，按 2 条短信计费" in good
    assert "不认识的变量：{{职称}}" in bad
    assert "<html" not in good
    assert not MessageTemplate.objects.exists()


def test_it_takes_the_permission(client: Client, operator: User) -> None:
    login(client, operator)
    assert [client.get(url).status_code for url in (LIST, SMS)] == [403, 403]
    assert client.post(f"{SMS}reset/").status_code == 403


@pytest.mark.parametrize("path", ["tests.other/sms/", "tests.invitation/voice/"])
def test_what_is_not_declared_is_not_there(client: Client, admin: User, path: str) -> None:
    assert login(client, admin).get(f"{LIST}{path}").status_code == 404


@pytest.mark.shows("DRAW-24")
def test_files_of_an_email_template_are_kept_with_it_and_go_along(
    client: Client, admin: User, operator: User
) -> None:
    login(client, admin)
    assert "保存一次模板后" in client.get(EMAIL).content.decode()
    client.post(EMAIL, {"subject": "邀请", "body": "{{专家姓名}}您好", "active": "on"})
    template = MessageTemplate.objects.get()
    files = f"/files/of/notifications.messagetemplate/{template.pk}/"
    guide = SimpleUploadedFile("评审须知.pdf", b"%PDF-1.7 guide")
    client.post(files, {"files": [guide]})
    client.post(f"{EMAIL}reset/")
    assert "评审须知.pdf" in client.get(EMAIL).content.decode()
    (email,) = send("email")
    (attached,) = email.attachments.all()
    assert attached.name == "评审须知.pdf"
    response = client.get(f"/files/{attached.pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1.7 guide"
    assert login(client, operator).get(f"/files/{attached.pk}/").status_code == 404


@pytest.mark.shows("DRAW-20")
def test_the_list_is_searched(client: Client, admin: User) -> None:
    login(client, admin)
    found = client.get(LIST, {"word": "评审邀请", "channel": "email"}).content.decode()
    assert found.count("tests.invitation/") == 1
    assert "没有符合条件的模板" in client.get(LIST, {"word": "不存在"}).content.decode()
    assert client.get(LIST, {"state": "edited"}).context["page"].paginator.count == 0
    assert "tests.invitation" not in client.get(LIST, {"channel": "fax"}).content.decode()


@pytest.mark.shows("DRAW-20")
def test_a_kind_of_project_has_its_own_page(client: Client, admin: User) -> None:
    DictionaryItem.objects.get_or_create(dictionary=DictionaryCode.PROJECT_KIND, name="货物")
    by_kind = dataclasses.replace(INVITATION, by_kind=True)
    with OCCASIONS.holding(by_kind, alone=True):
        login(client, admin)
        assert "适用项目类型" in client.get(SMS).content.decode()
        own = f"{SMS}?kind=%E8%B4%A7%E7%89%A9"
        assert "货物类项目现在用的是所有项目类型的文字" in client.get(own).content.decode()
        assert client.post(own, {"body": "货物：{{专家姓名}}", "active": "on"})["Location"] == own
        page = client.get(own).content.decode()
        assert "货物（另有文字）" in page
        assert "改用通用文字" in page
        shown = client.get(LIST, {"kind": "货物"})
        assert own in shown.content.decode()
        assert shown.context["page"].paginator.count == 1
        assert client.get(f"{SMS}?kind=x%00").status_code == 404
        write("新货物：{{专家姓名}}", admin, "货物")
        page = client.get(own).content.decode()
        (entry,) = set(re.findall(r"/restore/(\d+)/", page))
        client.post(f"{SMS}restore/{entry}/?kind=货物")
        assert MessageTemplate.objects.get().body == "货物：{{专家姓名}}"
        assert client.post(f"{SMS}restore/{entry}/").status_code == 404
        client.post(f"{SMS}reset/?kind=货物")
        assert MessageTemplate.objects.get().body == ""
    assert client.get(own).status_code == 404


def test_a_text_that_may_not_be_any_more_is_not_restored(client: Client, admin: User) -> None:
    login(client, admin)
    for word in ("一", "二"):
        write(f"{word}{{{{项目名称}}}}", admin)
    (entry,) = set(re.findall(r"/restore/(\d+)/", client.get(SMS).content.decode()))
    texts = {"sms": INVITATION.defaults["sms"]}
    strict = dataclasses.replace(INVITATION, defaults=texts, required=("答复链接",))
    with OCCASIONS.holding(strict, alone=True):
        page = client.post(f"{SMS}restore/{entry}/", follow=True).content.decode()
    assert "没有恢复：正文里缺少 {{答复链接}}" in page
    assert MessageTemplate.objects.get().body == "二{{项目名称}}"
