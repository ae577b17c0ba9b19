"""What strangers send to the public pages, and what applicants do on theirs."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.documents import qr_data_uri
from expertpool.joining.models import Application, FriendLink, Registration
from expertpool.joining.queries.contents import stored
from expertpool.joining.services.deciding import approve, send_back
from expertpool.joining.settings import CODES_PER_ADDRESS, IS_OPEN
from expertpool.notifications.models import Message
from expertpool.workflow.enums import OnRejection
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.joining import (
    fill,
    make_application,
    make_draft,
    make_recommendation,
    scan,
)
from tests.factories.siteconfig import configure
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
WECHAT = "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0.50"
GOOD = {
    "kind": "individual",
    "name": "李申请",
    "contact": "13812340001",
    "consents": "on",
    "read": "1",
}
WORD = "Ruku-Shenqing-7"


def begin(client: Client, path: str = "", **changes: str) -> str:
    """Ask for a code; return the address of the page that takes it."""
    page = client.post(path or reverse("joining:register"), GOOD | changes)
    assert page.status_code == 302, page.content.decode()
    return str(page["Location"])


def code() -> str:
    found = re.search(r"\d{6}", Message.objects.filter(occasion="joining.code").latest("id").body)
    assert found
    return found[0]


@pytest.mark.shows("PORT-01", "SYS-03")
@pytest.mark.parametrize(
    ("address", "agent", "channel"),
    [
        ("", "", "site"),
        ("", WECHAT, "wechat"),
        ("?c=wechat", "", "wechat"),
        ("?c=share", WECHAT, "share"),
        ("?c=qr", "", "qr"),
        ("?c=%3Cscript%3E", "", "site"),
        ("?c=recommended", "", "site"),
    ],
)
def test_each_way_in_is_kept_with_the_application(address: str, agent: str, channel: str) -> None:
    FriendLink.objects.create(name="财政部", url="https://www.mof.gov.cn/")
    client = Client(headers={"user-agent": agent} if agent else {})
    text = client.get(reverse("joining:start") + address).content.decode()
    assert "https://www.mof.gov.cn/" in text
    following = re.search(r'href="(/join/register/[^"]*)"', text)
    assert following
    form = client.get(following[1]).content.decode()
    assert "财政部" in form
    hidden = re.search(r'name="channel" value="(\w+)"', form)
    assert hidden
    page = begin(client, following[1], channel=hidden[1])
    done = client.post(page, {"code": code(), "new": WORD, "again": WORD})
    assert done["Location"] == reverse("joining:mine")
    row = Application.objects.get()
    assert (row.channel, row.in_wechat) == (channel, agent == WECHAT)


WRONG = [
    {"name": ""},
    {"name": "<script>alert(1)</script>"},
    {"name": "李" * 200},
    {"name": "{{7*7}}' OR 1=1 --"},
    {"contact": ""},
    {"contact": "12345"},
    {"contact": "1381234000; DROP TABLE"},
    {"contact": "javascript:alert(1)@x"},
    {"contact": "a@b\nBcc: c@d.cn"},
    {"contact": "a" * 5000 + "@example.cn"},
    {"contact": "110"},
    {"kind": "admin"},
    {"kind": ""},
    {"consents": ""},
    {"name": "李\x00申请"},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_registrations_are_answered_and_nothing_is_kept(
    client: Client, wrong: dict[str, str]
) -> None:
    page = client.post(reverse("joining:register"), GOOD | wrong)
    assert page.status_code in {400, 422}
    assert "<script>alert" not in page.content.decode()
    assert not Registration.objects.exists()
    assert not Message.objects.exists()


def test_books_forged_tokens_and_used_codes_lead_nowhere(client: Client) -> None:
    page = client.post(reverse("joining:register"), GOOD | {"name": "长" * 4_000_000})
    assert page.status_code in {400, 413, 422}
    assert not Registration.objects.exists()
    address = begin(client)
    for path in (address[:-3] + "AAA/", reverse("joining:code", args=["x" * 3000])):
        assert client.get(path).status_code == 404
    good = {"code": code(), "new": WORD, "again": WORD}
    hostile = [
        {"code": ""},
        {"code": "abcdef"},
        {"code": "<b>1</b>"},
        {"code": "1" * 5000},
        {"new": "short", "again": "short"},
        {"again": "another"},
        {"new": "Aa1-" * 100, "again": "Aa1-" * 100},
    ]
    for wrong in hostile:
        assert client.post(address, good | wrong).status_code == 422
    assert not User.objects.exists()
    assert client.post(address, good).status_code == 302
    assert "您已登录" in client.get(address).content.decode()
    assert Client().post(address, good).status_code == 422
    assert User.objects.count() == 1


def test_known_and_unknown_numbers_see_the_same_page(client: Client) -> None:
    make_expert("王工", phone="13812340001")
    texts = []
    for number in ("13812340001", "13812340002"):
        other = Client()
        text = other.get(begin(other, contact=number)).content.decode()
        texts.append(
            re.sub(
                r"value=\"[^\"]*\"|content=\"[^\"]*\"|138\*+\d+|\d+:\d+:\d+|data-[^>]*|datetime=[^>]*",
                "",
                text,
            )
        )
    assert texts[0] == texts[1]


def test_a_closed_door_says_so(client: Client) -> None:
    configure(IS_OPEN, False)
    for name in ("joining:start", "joining:register"):
        assert "现在不接受入库申请" in client.get(reverse(name)).content.decode()
    assert client.post(reverse("joining:register"), GOOD).status_code == 422
    assert "申请成为专家" not in client.get(reverse("accounts:login")).content.decode()
    configure(IS_OPEN, True)
    assert "申请成为专家" in client.get(reverse("accounts:login")).content.decode()


@pytest.mark.shows("PORT-05", "PORT-06")
def test_steps_are_kept_right_or_wrong_and_read_on_another_device(client: Client) -> None:
    draft = make_draft()
    login(client, draft.user)
    address = reverse("joining:step", args=["basic"])
    assert "李申请" in client.get(address).content.decode()
    wrong = {"name": "李申请", "id_number": "123", "version": draft.version}
    page = client.post(address, wrong)
    assert page.status_code == 422
    assert 'value="123"' in page.content.decode()
    draft.refresh_from_db()
    telephone = login(Client(), draft.user)
    assert 'value="123"' in telephone.get(address).content.decode()
    saved = telephone.post(
        reverse("joining:draft", args=["basic"]),
        {"name": "李申请", "id_number": "430102198001010018", "version": draft.version},
    )
    assert saved.json()["version"] == draft.version + 1
    late = client.post(address, wrong | {"version": draft.version})
    assert late.status_code == 409
    assert "用我这里的内容" in late.content.decode()
    conflict = client.post(
        reverse("joining:draft", args=["basic"]), wrong | {"version": draft.version}
    )
    assert conflict.status_code == 409
    assert conflict.json()["elsewhere"]
    draft.refresh_from_db()
    assert stored(draft)["basic"]["id_number"] == ["430102198001010018"]
    # Back without loss: what was typed need not be in order.
    back = client.post(
        reverse("joining:step", args=["profession"]),
        {"employer_name": "某院", "version": draft.version, "to": "basic"},
    )
    assert back["Location"] == address
    draft.refresh_from_db()
    assert stored(draft)["profession"]["employer_name"] == ["某院"]


def test_hostile_posts_to_a_draft_change_nothing_else(client: Client) -> None:
    draft, other = fill(make_draft()), fill(make_draft())
    login(client, draft.user)
    draft.refresh_from_db()
    step = reverse("joining:step", args=["basic"])
    for version in ("", "-1", "x", "9" * 30, "0"):
        assert client.post(step, {"name": "改", "version": version}).status_code == 409
    assert client.post(step, {"name": "长" * 2_000_000, "version": draft.version}).status_code in {
        400,
        413,
        422,
    }
    assert client.get("/join/mine/..%2Fadmin/").status_code == 404
    assert client.get(reverse("joining:step", args=["approved"])).status_code == 404
    theirs = other.user
    for path in (
        reverse("joining:detail", args=[other.pk]),
        reverse("joining:approve", args=[draft.pk]),
        reverse("joining:list"),
        f"/files/of/joining.application/{other.pk}/",
    ):
        assert client.get(path).status_code in {403, 404}
    mine = stored(draft)
    answer = client.post(
        reverse("joining:draft", args=["basic"]),
        {
            "name": "李申请",
            "user": theirs.pk,
            "state": "approved",
            "application": other.pk,
            "phone": "13999999999",
            "version": draft.version,
        },
    )
    assert answer.status_code == 200
    draft.refresh_from_db()
    other.refresh_from_db()
    assert draft.state == "draft"
    assert "13999999999" not in draft.contents
    assert mine["profession"] == stored(draft)["profession"]
    assert stored(other)["basic"]["name"] == ["李申请"]
    picture = client.post(reverse("joining:photo"), {"photo": scan("x.svg")}, follow=True)
    assert picture.status_code == 200
    fake = type(scan())("照片.png", b"<svg onload=alert(1)></svg>")
    told = client.post(reverse("joining:photo"), {"photo": fake}, follow=True)
    assert "onload" not in told.content.decode()


def test_history_rows_come_and_go(client: Client) -> None:
    draft = make_draft()
    login(client, draft.user)
    rows = {"job": ["1"], "j1-unit": "甲院", "j1-post": "", "j1-start": "2010-01", "j1-end": ""}
    added = client.post(reverse("joining:rows", args=["jobs"]), rows | {"op": "add"})
    text = added.content.decode()
    assert 'value="甲院"' in text
    assert 'name="j2-unit"' in text
    assert client.post(reverse("joining:rows", args=["x"]), rows).status_code == 404
    page = client.post(
        reverse("joining:step", args=["history"]),
        rows | {"tie": ["1"], "t1-kind": "kin", "version": draft.version},
    )
    assert page.status_code == 422
    assert "请填写这位人员的姓名" in page.content.decode()
    draft.refresh_from_db()
    assert stored(draft)["history"]["jobs"][0]["unit"] == "甲院"


@pytest.mark.shows("EXP-13", "PORT-10")
def test_reviewers_see_what_they_may_and_decide(client: Client, admin: User) -> None:
    application = make_application()
    make_expert("李申请", email=f"a{application.pk}@example.cn", status="blacklisted")
    login(client, admin)
    listed = client.get(reverse("joining:list"), {"source": "application", "q": "李申"})
    assert "李申请" in listed.content.decode()
    address = reverse("joining:detail", args=[application.pk])
    text = client.get(address).content.decode()
    assert "库中可能已有此人" in text
    assert "黑名单" in text
    number = stored(application)["basic"]["id_number"][0]
    assert number not in text
    shown = client.post(
        reverse("joining:reveal", args=[application.pk, "id_number"]), {"reason": "核对证件" * 125}
    )
    assert shown.content.decode() == number
    assert Entry.objects.get(action="joining.reveal").note == "核对证件" * 125
    no_reason = client.post(reverse("joining:reveal", args=[application.pk, "id_number"]))
    assert no_reason.status_code == 409
    returned = client.post(
        reverse("joining:return", args=[application.pk]),
        {"version": application.version, "at_title": "与证书不符"},
    )
    assert returned.status_code == 204, returned.content.decode()
    late = client.post(
        reverse("joining:approve", args=[application.pk]), {"version": application.version}
    )
    assert late.status_code == 409
    mine = login(Client(), application.user).get(reverse("joining:mine")).content.decode()
    assert "职称：与证书不符" in mine


@pytest.mark.shows("EXP-13")
def test_many_are_approved_at_once_and_exported(client: Client, admin: User) -> None:
    rows = [make_application(), make_application()]
    login(client, admin)
    done = client.post(
        reverse("joining:approve_many"),
        {"pk": [row.pk for row in rows], "count": "2", "at": timezone.now().isoformat()},
    )
    assert done.status_code in {200, 204}, done.content.decode()
    assert {Application.objects.get(pk=row.pk).state for row in rows} == {"approved"}
    assert client.get("/export/joining.applications/").status_code in {200, 302, 404}


@pytest.mark.shows("PORT-01", "PORT-10")
def test_applications_are_found_by_how_they_came_and_who_recommended(
    client: Client, admin: User
) -> None:
    by = make_recommendation(make_expert("王推荐"), make_user("expert"))
    recommended = make_application(recommendation=by, channel="recommended")
    scanned = make_application(channel="qr")
    login(client, admin)
    for asked, found in (
        ({"source": "recommendation"}, [recommended]),
        ({"source": "application"}, [scanned]),
        ({"channel": "qr"}, [scanned]),
        ({"channel": "wechat"}, []),
        ({"recommender": "王推"}, [recommended]),
    ):
        page = client.get(reverse("joining:list"), asked).content.decode()
        shown = [one for one in (recommended, scanned) if one.number in page]
        assert shown == found, asked


@pytest.mark.shows("SYS-03", "PORT-01")
def test_the_office_keeps_links_texts_and_codes(client: Client, admin: User) -> None:
    login(client, admin)
    page = client.get(reverse("joining:entrance")).content.decode()
    for way in ("/join/", "?c=wechat", "?c=share", "?c=qr"):
        assert way in page
    # Each sheet has the code of its own way in.
    for way, query in {
        "site": "",
        "wechat": "?c=wechat",
        "share": "?c=share",
        "qr": "?c=qr",
    }.items():
        sheet = client.get(reverse("joining:poster", args=[way])).content.decode()
        found = re.search(r'<img src="([^"]*)"', sheet)
        assert found
        assert unescape(found[1]) == qr_data_uri(f"{settings.SITE_URL}/join/{query}")
    assert client.get(reverse("joining:poster", args=["x"])).status_code == 404
    for wrong in ("javascript:alert(1)", "ftp://x.cn", "not a page", ""):
        answer = client.post(
            reverse("joining:link_add"), {"name": "坏", "url": wrong, "order": 1, "active": "on"}
        )
        assert answer.status_code == 422
    good = {"name": "财政部", "url": "https://www.mof.gov.cn/", "order": 1, "active": "on"}
    assert client.post(reverse("joining:link_add"), good).status_code == 204
    assert "财政部" in Client().get(reverse("joining:register")).content.decode()
    assert client.post(reverse("joining:consent_edit"), {"text": "新的告知书"}).status_code == 204
    assert "点分享链接的仍记各自渠道" in client.get(reverse("joining:entrance")).content.decode()
    assert "第 2 版" in Client().get(reverse("joining:consent")).content.decode()
    assert make_draft().consent.number == 2
    # Two windows: whoever saves later is told who has changed what meanwhile, and does not win without a word.
    edit = reverse("joining:consent_edit")
    read = read_version(client, edit)
    assert client.post(edit, {**read, "text": "新的告知书\n第二段"}).status_code == 204
    late = client.post(edit, {**read, "text": "另一份告知书"})
    assert late.status_code == 422
    assert "有人改过这里" in late.content.decode()
    assert "第二段" in late.content.decode()
    assert make_draft().consent.number == 3
    assert make_user("operator").has_permission("joining.setup") is False


@pytest.mark.shows("OVW-06")
def test_who_sends_back_reads_to_whom(client: Client, admin: User) -> None:
    """The button said 退回申请人, and a step before decided anew."""
    chief = make_user("admin")
    steps = [StepData("初审"), StepData("审定", on_rejection=OnRejection.PREVIOUS)]
    save_flow(subject="joining.application", steps=steps, actor=admin, now=timezone.now())
    application = make_application()
    approve(application=application, actor=admin, now=timezone.now())
    login(client, chief)
    address = reverse("joining:return", args=[application.pk])
    form = client.get(address).content.decode()
    assert "退回「初审」" in form
    assert "申请人仍在审核中" in form
    # Nothing is said of what he could correct: he hears nothing.
    assert "申请人只能改" not in form
    assert 'name="at_' not in form
    rejecting = client.get(reverse("joining:reject", args=[application.pk])).content.decode()
    assert "申请人会收到" not in rejecting
    version = Application.objects.get(pk=application.pk).version
    done = client.post(address, {"note": "再核实", "version": version})
    said = json.loads(done.headers["HX-Trigger"])["toast"]["message"]
    assert "已退回「初审」重新审核" in said
    assert Application.objects.get(pk=application.pk).state == "pending"


def test_whose_part_it_is_not_reads_why_before_the_form_opens(client: Client, admin: User) -> None:
    """The form opened, and refused what was typed."""
    make_user("admin")
    steps = [StepData("初审"), StepData("审定")]
    save_flow(subject="joining.application", steps=steps, actor=admin, now=timezone.now())
    application = make_application()
    login(client, admin)
    page = reverse("joining:detail", args=[application.pk])
    window = reverse("joining:approve", args=[application.pk])
    assert "现在不由您办理" not in client.get(page).content.decode()
    assert client.get(window).status_code == 200
    approve(application=application, actor=admin, now=timezone.now())
    why = "您已在另一个步骤审批过这项申请"
    assert why in client.get(page).content.decode()
    refused = client.get(window, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert why in json.loads(refused.headers["HX-Trigger"])["toast"]["message"]
    assert client.get(window).headers["Location"] == page


@pytest.mark.shows("OVW-06", "PORT-10")
def test_an_applicant_does_not_read_what_one_step_says_to_another(admin: User) -> None:
    now = timezone.now()
    chief, other = make_user("admin", name="张终审"), make_user("admin", name="王初审")
    steps = [StepData("初审"), StepData("审定", on_rejection=OnRejection.PREVIOUS)]
    save_flow(subject="joining.application", steps=steps, actor=admin, now=now)
    application = make_application()
    approve(application=application, actor=other, note="材料齐全了", now=now)
    back = Application.objects.get(pk=application.pk)
    send_back(application=back, actor=chief, note="请核对邮箱的来历", fields={}, now=now)
    page = page_of_applicant(application)
    assert "审核中" in page
    for word in ("请核对邮箱的来历", "张终审", "材料齐全了", "王初审"):
        assert word not in page
    approve(application=back, actor=other, note="已核对", now=now)
    # While it goes on he reads where it stands, and nothing of who decided what.
    page = page_of_applicant(application)
    assert "审定" in page
    for word in ("初审：同意", "已核对", "王初审"):
        assert word not in page
    back.refresh_from_db()
    approve(application=back, actor=chief, note="", now=now)
    # What was decided anew is said once.
    page = page_of_applicant(application)
    assert (page.count("初审：同意"), "请核对邮箱的来历" in page) == (1, False)


def page_of_applicant(application: Application) -> str:
    client = login(Client(), User.objects.get(pk=application.user_id))
    return client.get(reverse("joining:mine")).content.decode()


def test_known_and_unknown_numbers_cost_the_same(client: Client) -> None:
    """By how many statements it takes: nobody learns by the clock whether somebody has an account."""
    configure(CODES_PER_ADDRESS, 100)
    make_expert("王工", phone="13812340001")
    make_user("operator", phone="13812340003")
    make_user("applicant", phone="13812340004")
    asked = {}
    begin(Client(), contact="13812340009")  # what is read once
    for who, number in (
        ("unknown", "13812340002"),
        ("expert", "13812340001"),
        ("user", "13812340003"),
        ("applicant", "13812340004"),
    ):
        with CaptureQueriesContext(connection) as queries:
            begin(Client(), contact=number)
        asked[who] = len(queries)
    assert len(set(asked.values())) == 1, asked
