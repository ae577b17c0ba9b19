"""What an applicant does with his own application: papers, steps back and forth, taking it back, anew."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.core.criteria import Context, parse, to_q
from expertpool.files.queries import attachments_of
from expertpool.joining.models import Application
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.joining import (
    fill,
    make_application,
    make_draft,
    make_recommendation,
    scan,
)
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def page(name: str, *args: object) -> str:
    return reverse(f"joining:{name}", args=args)


def told(client: Client, path: str, **data: object) -> str:
    return client.post(path, data, follow=True).content.decode()


def test_papers_come_and_go_while_they_may(client: Client) -> None:
    draft = make_draft()
    login(client, draft.user)
    assert client.get(page("photo")).status_code == 404
    assert "请先选择照片" in told(client, page("photo"))
    told(client, page("photo"), photo=scan("照片.png"))
    shown = client.get(page("photo"))
    assert shown["Content-Type"] == "image/png"
    before = shown.getvalue()  # type: ignore[attr-defined]
    pdf = SimpleUploadedFile("照片.pdf", b"%PDF-1.7\n%%EOF\n")
    assert "照片应为 JPG 或 PNG" in told(client, page("photo"), photo=pdf)
    assert client.get(page("photo")).getvalue() == before  # type: ignore[attr-defined]
    assert "请先选择文件" in told(client, page("files"))
    told(client, page("files"), files=[scan("证书一.png"), scan("证书二.png")])
    assert "x.exe：" in told(client, page("files"), files=[SimpleUploadedFile("x.exe", b"MZ\0\1")])
    kept = [one for one in attachments_of(draft) if one.name.startswith("证书")]
    assert len(kept) == 2
    told(client, page("file_remove", kept[0].pk))
    assert client.post(page("file_remove", kept[0].pk)).status_code == 404
    assert attachments_of(draft).count() == 2  # the photo and a paper
    handed_in = make_application()
    login(client, handed_in.user)
    (paper,) = attachments_of(handed_in)
    for path, data in (
        (page("photo"), {"photo": scan("新.png")}),
        (page("files"), {"files": [scan("新.png")]}),
        (page("file_remove", paper.pk), {}),
    ):
        told(client, path, **data)
    assert list(attachments_of(handed_in)) == [paper]


def test_an_organisation_is_not_asked_for_what_a_person_has(client: Client) -> None:
    for kind, asked in (("organisation", False), ("individual", True)):
        draft = make_draft(kind=kind)
        login(client, draft.user)
        history = client.get(page("step", "history")).content.decode()
        assert ("工作经历" in history) is asked
        assert "需要回避的关系" in history
        proof = client.get(page("step", "proof")).content.decode()
        assert ("免冠照" in proof) is asked
        assert ("营业执照" in proof) is not asked
        # And goes on without it.
        sent = client.post(page("step", "history"), {"version": draft.version})
        assert sent.status_code == 302


def test_steps_are_gone_back_to_and_what_is_missing_is_led_to(client: Client) -> None:
    draft = make_draft()
    login(client, draft.user)
    confirm = page("step", "confirm")
    said = client.post(confirm, {"version": draft.version, "consents": "on", "read": "1"})
    assert said["Location"] == page("step", "basic")  # the first step with something missing
    draft.refresh_from_db()
    back = client.post(
        page("step", "profession"), {"version": draft.version, "title": "", "to": "basic"}
    )
    assert back["Location"] == page("step", "basic")
    draft.refresh_from_db()
    back = client.post(page("step", "history"), {"version": draft.version, "to": "profession"})
    assert back["Location"] == page("step", "profession")
    draft.refresh_from_db()
    draft = fill(draft)
    on = client.post(page("step", "proof"), {"version": draft.version})
    assert on["Location"] == confirm
    late = client.post(confirm, {"version": 0, "consents": "on", "read": "1"})
    assert late.status_code == 409
    unread = client.post(confirm, {"version": draft.version})
    assert unread.status_code in {302, 422}
    assert Application.objects.get(pk=draft.pk).state == "draft"
    handed_in = client.post(confirm, {"version": draft.version, "consents": "on", "read": "1"})
    assert handed_in["Location"] == page("mine")
    assert client.get(page("step", "basic"))["Location"] == page("mine")
    assert client.post(page("draft", "nothing")).status_code == 404
    assert client.post(page("rows", "nothing")).status_code == 404


def test_it_is_taken_back_and_begun_anew_with_what_was_typed(client: Client) -> None:
    first = make_application()
    login(client, first.user)
    assert client.post(page("again"))["Location"] == page("mine")  # while it runs
    assert "已撤回" in told(client, page("withdraw"))
    told(client, page("withdraw"))
    assert Application.objects.get(pk=first.pk).state == "withdrawn"
    assert client.post(page("again"))["Location"] == page("step", "basic")
    shown = client.get(page("step", "basic")).content.decode()
    assert "李申请" in shown
    assert Application.objects.filter(user=first.user).count() == 2
    assert not attachments_of(first).exists()  # nor does it fill the disk, round by round
    for _ in range(3):
        told(client, page("withdraw"))
        assert client.post(page("again"))["Location"] == page("step", "basic")
    told(client, page("withdraw"))
    assert "最多申请 5 次" in told(client, page("again"))
    assert Application.objects.filter(user=first.user).count() == 5
    stranger = login(Client(), make_user("applicant"))
    assert stranger.get(page("mine"))["Location"] == page("start")


def test_a_flow_may_ask_by_whom_and_for_what_somebody_applies() -> None:
    recommender = make_expert()
    sent = make_recommendation(recommender, make_user("expert"))
    by_himself, recommended = make_application(), make_application(recommendation=sent)
    held = str(by_himself.specialties.get().pk)

    def found(field: str, op: str, value: object) -> set[int]:
        asked = parse("joining.application", {"field": field, "op": op, "value": value})
        rows = Application.objects.filter(to_q(asked, Context(timezone.now())))
        return set(rows.values_list("pk", flat=True))

    assert found("source", "in", ["application"]) == {by_himself.pk}
    assert found("source", "in", ["recommendation"]) == {recommended.pk}
    assert found("specialty", "in", [held]) == {by_himself.pk, recommended.pk}
    assert found("specialty", "not_in", [held]) == set()


@pytest.mark.shows("PORT-06")
def test_what_was_handed_in_can_be_read_while_it_waits(client: Client) -> None:
    application = make_application(photo=True)
    login(client, application.user)
    shown = client.get(page("mine")).content.decode()
    for part in ("李申请", "长沙市建筑设计研究院", "职称证书.png", str(application.consent)):
        assert part in shown
    assert client.get(page("photo")).getvalue()  # type: ignore[attr-defined]
