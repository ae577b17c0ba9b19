"""What nobody types: NUL and lone surrogates in reasons, numbers of thousands of digits."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import is_key
from expertpool.draws.models import VoidRequest
from expertpool.draws.services.plan_approval import submit_plan
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LONG = "1" * 5000


@pytest.mark.parametrize("text", ["", "²", "１", "-1", "1.0", "1" * 19, LONG, "1\x00"])
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)


def test_a_reason_that_nobody_can_have_written_is_refused(
    client: Client, operator: User, supervisor: User
) -> None:
    make_expert()
    draw = make_draw(now=timezone.now(), seats=1, operator=operator)
    ask = reverse("workflow:request_ask", args=["draws.void", draw.pk])
    login(client, operator)
    for hidden in ("\x00", "\x07"):
        answer = client.post(ask, {"reason": f"需求{hidden}变更"}, headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert (
            "含有看不见的控制字符，请删去" in json.loads(answer["HX-Trigger"])["toast"]["message"]
        )
    # Whoever opened the address itself has a page.
    page = client.post(ask, {"reason": "需求\x00变更"})
    assert (page.status_code, "含有看不见的控制字符" in page.content.decode()) == (409, True)
    assert not VoidRequest.objects.exists()
    assert client.post(ask, {"reason": "需求变更"}).status_code < 400


def test_a_note_on_a_plan_is_refused_too(client: Client, operator: User, supervisor: User) -> None:
    project = make_ready_project(now=timezone.now(), seats=1, actor=operator)
    submit_plan(project=project, version=1, actor=operator, now=timezone.now())
    agree = reverse("draws:plan_agree", args=[project.pk, 1])
    assert login(client, supervisor).post(agree, {"reason": "\x00"}).status_code == 409
    assert client.post(agree, {"reason": "人\x00少"}).status_code == 409
    assert client.post(agree, {"reason": "人少"}).status_code < 400


def test_a_reason_keeps_its_end_or_is_refused(
    client: Client, operator: User, supervisor: User
) -> None:
    project = make_ready_project(now=timezone.now(), seats=1, actor=operator)
    submit_plan(project=project, version=1, actor=operator, now=timezone.now())
    agree = reverse("draws:plan_agree", args=[project.pk, 1])
    login(client, supervisor)
    refusal = client.post(agree, {"reason": "字" * 501}, headers={"HX-Request": "true"})
    said = json.loads(refusal["HX-Trigger"])["toast"]["message"]
    assert (refusal.status_code, said) == (
        409,
        "所写的内容最多写 500 字，现有 501 字，请缩短后再提交。",
    )
    # 500 letters as the browser counts them, which sends two for the end of each line.
    lines = "\r\n".join(["字" * 9] * 50)
    assert client.post(agree, {"reason": lines}).status_code < 400
    assert Entry.objects.filter(note=lines.replace("\r\n", "\n")).exists()


@pytest.mark.parametrize(
    "posted",
    [
        {"group": [LONG], "op": "add"},
        {"group": ["1"], "g1-level": [LONG], "op": f"copy:{LONG}"},
        {"group": ["1"], "op": "use_template", "template": [LONG, "²"]},
    ],
)
def test_rows_with_impossible_keys_are_passed_over(
    client: Client, operator: User, posted: dict[str, object]
) -> None:
    project = make_ready_project(now=timezone.now(), seats=1, actor=operator)
    answer = login(client, operator).post(reverse("draws:plan_groups", args=[project.pk]), posted)
    assert answer.status_code == 200


def test_a_condition_with_an_impossible_key_is_refused(client: Client, operator: User) -> None:
    project = make_ready_project(now=timezone.now(), seats=1, actor=operator)
    criteria = json.dumps({"field": "specialty", "op": "in", "value": [LONG]})
    answer = login(client, operator).post(
        reverse("draws:plan_count", args=[project.pk]), {"field": "x", "x": criteria}
    )
    assert answer.status_code == 200
    assert "已不存在" in answer.content.decode()
