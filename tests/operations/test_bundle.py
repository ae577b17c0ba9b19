"""The support bundle has what helps, and nobody's name."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.health import CHECKS, Check, Finding, Health
from expertpool.notifications.channels.email.settings import HOST, PASSWORD, SENDER, TIMEOUT
from expertpool.operations.services import bundle as bundling
from expertpool.operations.services.bundle import support_bundle
from expertpool.operations.settings import ROBOT_URL
from tests.factories.alerts import make_alert
from tests.factories.experts import make_expert
from tests.factories.jobs import fail_job
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db

NAME, PHONE, MAIL = "欧阳文静", "13911110002", "wenjing@example.cn"
PLANTED = (NAME, PHONE, MAIL, "smtp.secret.cn", "hunter2", "key=robot")


def opened(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(content)) as made:
        return {name: made.read(name).decode() for name in made.namelist()}


@pytest.mark.shows("SYS-01")
def test_it_has_what_helps_and_names_nobody(
    client: Client, admin: User, settings: Settings, tmp_path: Path
) -> None:
    settings.LAST_LINES = tmp_path / "recent.jsonl"
    logged = [{"logger": "expertpool.x", "message": f"slow {PHONE} {MAIL}"}]
    logged += [{"logger": "expertpool.x", "message": f"「{NAME}」 was refused: 没有{NAME}"}]
    written = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in logged)
    settings.LAST_LINES.write_text(written + f'{{"message": "cut off {NAME}')
    make_expert(NAME, phone=PHONE)
    for setting, value in (
        (HOST, "smtp.secret.cn"),
        (SENDER, MAIL),
        (PASSWORD, "hunter2"),
        (ROBOT_URL, "https://x.cn/?key=robot"),
        (TIMEOUT, 7),
    ):
        configure(setting, value)
    job = fail_job(ValueError(f"{NAME} {PHONE}"))
    make_alert("磁盘", acknowledged_at=timezone.now(), acknowledged_by=admin, note=f"{NAME}在处理")
    said = Finding(Health.FAILED, f"发给 {MAIL} {PHONE} 没有成功。")
    check = Check("mail", "邮件", CHECKS["disk"].group, lambda _now: said)
    with CHECKS.holding(check):
        answer = login(client, admin).post("/operations/bundle/")
    assert answer["Content-Type"] == "application/zip"
    parts = opened(answer.content)
    assert "说明.txt" in parts
    for name, text in parts.items():
        for value in (*PLANTED, admin.name, settings.FIELD_KEY, settings.SECRET_KEY):
            assert value not in text, name
        if name.endswith(".json"):
            json.loads(text)
    assert json.loads(parts["版本.json"])["专家库"] == "0.1.0"
    (mail,) = (
        one
        for one in json.loads(parts["检查.json"])
        if one["检查"] == "邮件" and one["状态"] == "故障"
    )
    assert mail["情况"] == "发给 […] […] 没有成功。"
    known = json.loads(parts["设置.json"])
    assert known["邮件服务器 / 服务器"] == "已设置"
    assert known["邮件服务器 / 等待服务器"] == "7 秒"
    assert "experts_expert" in json.loads(parts["行数.json"])
    assert "operations" in json.loads(parts["数据库结构.json"])
    assert json.loads(parts["失败的任务.json"])[0]["编号"] == job
    assert json.loads(parts["报警.json"])[0]["检查"] == "磁盘"
    *lines, cut = parts["最近日志.jsonl"].splitlines()
    said = [json.loads(line)["message"] for line in lines]
    assert said == ["slow […] […]", "「[…]」 was refused: […]"]
    assert cut == '{"message": "cut off […]'
    assert Entry.objects.get(action="operations.bundle").actor_id == admin.pk


def test_what_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_sql: str) -> None:
        raise DatabaseError(NAME)

    monkeypatch.setattr(bundling, "_rows", away)
    parts = opened(support_bundle(actor=None, now=timezone.now()))
    assert json.loads(parts["行数.json"]) == {"取不到": "DatabaseError"}
    assert json.loads(parts["版本.json"])["专家库"] == "0.1.0"


def test_the_command_writes_it_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "支持包.zip"
    call_command("support_bundle", str(path))
    assert "已写入" in capsys.readouterr().out
    assert "检查.json" in opened(path.read_bytes())
    with pytest.raises(CommandError, match="已经存在"):
        call_command("support_bundle", str(path))
    with pytest.raises(CommandError, match="不能写入"):
        call_command("support_bundle", str(tmp_path / "no/x.zip"))
