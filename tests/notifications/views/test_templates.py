from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from expertpool.accounts.models import User
from expertpool.notifications.models import MessageTemplate
from tests.fixtures import login
from tests.notifications.conftest import send

pytestmark = pytest.mark.django_db
LIST = "/messages/templates/"
SMS, EMAIL = f"{LIST}tests.invitation/sms/", f"{LIST}tests.invitation/email/"
PREVIEW = {"HX-Request": "true", "HX-Target": "preview"}


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
    assert "已修改" in client.get(LIST).content.decode()
    client.post(f"{SMS}reset/")
    assert "已修改" not in client.get(LIST).content.decode()


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
