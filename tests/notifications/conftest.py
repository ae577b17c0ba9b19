from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from expertpool.notifications.models import Message
from expertpool.notifications.occasions import OCCASIONS, Occasion
from expertpool.notifications.services.sending import Recipient, send_message
from tests.notifications.mail_server import MailServer

NOON = datetime.fromisoformat("2026-11-24T12:00:00+08:00")

INVITATION = Occasion(
    code="tests.invitation",
    label="评审邀请",
    placeholders={
        "专家姓名": "王建国",
        "项目名称": "城南污水处理厂扩建工程",
        "答复链接": "https://pool.example.cn/r/AbC123",
    },
    defaults={
        "sms": ("", "{{专家姓名}}专家：请答复“{{项目名称}}”的评审邀请 {{答复链接}}。"),
        "email": (
            "评审邀请：{{项目名称}}",
            "{{专家姓名}}专家，您好：\n\n请打开 {{答复链接}}。\n谢谢！",
        ),
        "site": ("评审邀请", "{{专家姓名}}专家，请答复{{项目名称}}。"),
    },
    by_plan=True,
)
WANG = Recipient(account="wang", name="王建国", phone="13800000001", email="wang@example.cn")


@pytest.fixture(autouse=True)
def occasion() -> Iterator[Occasion]:
    """The only occasion of these tests, whatever the apps above declare."""
    with OCCASIONS.holding(INVITATION, alone=True):
        yield INVITATION


@pytest.fixture(autouse=True)
def stored_files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mail_server(db: None) -> Iterator[MailServer]:
    """An SMTP server that wants a password, and settings that know it."""
    with MailServer() as server:
        server.configure()
        yield server


def send(*channels: str, to: Recipient = WANG, key: str = "invite:1", **kw: Any) -> list[Message]:
    """Tell ``to`` of an invitation."""
    values = {
        "专家姓名": to.name,
        "项目名称": "城南污水处理厂扩建工程",
        "答复链接": "https://pool.example.cn/r/AbC123",
    }
    values |= kw.pop("context", {})
    about = kw.pop("about", ("tests.invitation", 1))
    return send_message(
        occasion="tests.invitation",
        recipient=to,
        channels=channels,
        context=values,
        about=about,
        key=key,
        now=kw.pop("now", NOON),
        **kw,
    )
