"""What a program sends to each form that a stranger, an applicant or a recommender reaches: a clear answer,
never a fault of ours, and nothing kept but what was asked for."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.joining.enums import Channel, Step
from expertpool.joining.models import Application, Recommendation, Registration
from expertpool.joining.queries.applications import SUBJECT
from expertpool.joining.queries.contents import MOST_BYTES, stored
from expertpool.joining.services.deciding import approve
from expertpool.joining.services.registering import token_of
from expertpool.joining.settings import (
    CODES_PER_ADDRESS,
    CODES_PER_CONTACT,
    CODES_PER_HOUR,
    RECOMMENDATIONS_PER_DAY,
)
from expertpool.notifications.models import Message
from expertpool.workflow.enums import StepKind
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.models import Objection, PublicNotice
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.joining import fill, make_application, make_draft, make_recommendation, scan
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.hostile import HOSTILE, MARK, answer, counts, each, rubbish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
WORD = "Ruku-Shenqing-7"


@pytest.fixture(autouse=True)
def no_limits() -> None:
    for setting, most in (
        (CODES_PER_ADDRESS, 1000),
        (CODES_PER_CONTACT, 50),
        (CODES_PER_HOUR, 10_000),
        (RECOMMENDATIONS_PER_DAY, 100),
    ):
        configure(setting, most)


@pytest.mark.shows("PORT-02")
def test_registration(client: Client) -> None:
    good = {
        "kind": "individual",
        "name": "李申请",
        "contact": "13812340001",
        "channel": "site",
        "consents": "on",
        "read": "1",
    }
    path = reverse("joining:register")
    for at, sent in enumerate(each(good)):
        if sent.get("contact") == good["contact"]:
            sent["contact"] = f"1391234{at:04}"
        answer(client, path, sent)
    # A channel that nobody knows is none.
    odd = good | {"channel": "javascript:alert(1)", "contact": "13712340001"}
    assert answer(client, path, odd).status_code == 302
    odd = good | {"channel": "recommended", "contact": "13712340002"}
    assert answer(client, path, odd).status_code == 302
    rubbish(client, path, good)
    for row in Registration.objects.all():
        assert row.channel in set(Channel.values) - {"recommended"}
        assert row.expert_kind in {"individual", "organisation"}
        assert not re.search(r"[<>{}\x00\r\n\u200b\u202e]", row.name + row.contact)
        assert len(row.name) <= 100
    assert counts(User, Application) == [0, 0]


@pytest.mark.shows("PORT-03")
def test_the_code_and_links(client: Client) -> None:
    client.post(
        reverse("joining:register"),
        {
            "kind": "individual",
            "name": "李申请",
            "contact": "13812340001",
            "consents": "on",
            "read": "1",
        },
    )
    row = Registration.objects.get()
    path = reverse("joining:code", args=[token_of(row)])
    good = {"code": "000000", "new": WORD, "again": WORD}
    for sent in each(good):
        answer(client, path, sent)
    rubbish(client, path, good)
    row.refresh_from_db()
    assert row.tries <= 5
    assert row.used_at is None
    assert counts(User, Application) == [0, 0]
    for value in HOSTILE:
        for name in ("joining:code", "joining:by_link"):
            try:
                address = reverse(name, args=[value])
            except Exception:  # noqa: BLE001, S112 (no address at all)
                continue
            for page in (client.get(address), client.post(address, good)):
                assert page.status_code == 404, (name, value)


@pytest.mark.shows("PORT-09")
def test_a_link_leads_one_person_on(client: Client) -> None:
    link = make_recommendation(make_expert("王推荐"), make_user("expert"))
    found = re.search(r"/join/by/([^/\s]+)", Message.objects.latest("id").body)
    assert found
    path = reverse("joining:by_link", args=[found[1]])
    good = {
        "kind": "individual",
        "name": "赵同行",
        "contact": link.phone,
        "consents": "on",
        "read": "1",
    }
    first, second = (Client(), Client())
    # By his phone and by his mail; by another number not at all.
    pages = [first.post(path, good), second.post(path, good | {"contact": link.email})]
    assert [page.status_code for page in pages] == [302, 302]
    assert Client().post(path, good | {"contact": "13912340009"}).status_code == 422
    codes = [
        re.search(r"\d{6}", one.body)[0]  # type: ignore[index]
        for one in Message.objects.filter(occasion="joining.code").order_by("id")
    ]
    done = first.post(pages[0]["Location"], {"code": codes[0], "new": WORD, "again": WORD})
    assert done.status_code == 302
    late = second.post(pages[1]["Location"], {"code": codes[1], "new": WORD, "again": WORD})
    assert late.status_code == 422
    assert "推荐链接已失效" in late.content.decode()
    assert Client().get(path).status_code == 404
    assert Application.objects.count() == 1
    assert User.objects.filter(roles__code="applicant").count() == 1


@pytest.mark.shows("PORT-05", "PORT-06")
@pytest.mark.parametrize("step", [step.value for step in Step])
def test_steps(client: Client, step: str) -> None:
    draft = fill(make_draft())
    other = fill(make_draft())
    login(client, draft.user)
    before = counts(User, Application, Attachment, Entry)
    names = {
        "basic": ["name", "id_number", "phone", "email", "gender", "birth_date"],
        "profession": ["specialties", "employer_name", "title", "practice_years", "education"],
        "history": ["jobs", "jobs-1-unit", "jobs-1-start", "ties", "ties-1-kind", "op"],
        "proof": ["to", "files"],
        "confirm": ["consents", "to"],
    }[step]
    good = dict.fromkeys(names, "1") | {"to": ""}
    paths = [reverse("joining:step", args=[step]), reverse("joining:draft", args=[step])]
    for path in paths:
        for value in HOSTILE:
            draft.refresh_from_db()
            answer(client, path, dict.fromkeys(good, value) | {"version": str(draft.version)})
            answer(client, path, good | {"version": value})
        rubbish(client, path, good)
    draft.refresh_from_db()
    other.refresh_from_db()
    assert draft.state == "draft"
    assert len(draft.contents.encode()) <= MOST_BYTES
    assert "\x00" not in draft.contents
    assert set(stored(draft)) <= {"basic", "profession", "history", "proof", "confirm"}
    assert stored(other)["basic"]["name"] == ["李申请"]
    assert counts(User, Application, Attachment)[:3] == before[:3]


def test_papers_of_others(client: Client) -> None:
    mine, other = make_draft(), make_application()
    theirs = attachments_of(other).get()
    login(client, mine.user)
    for path in (
        reverse("joining:file_remove", args=[theirs.pk]),
        reverse("files:remove", args=[theirs.pk]),
    ):
        assert client.post(path).status_code in {403, 404}
    for name in ("files:preview", "files:download"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code in {403, 404}
    for name in HOSTILE:
        file = scan("x.png")
        file.name = name[:200]
        page = client.post(reverse("joining:files"), {"files": file}, follow=True)
        assert page.status_code in {200, 400, 404}
        assert MARK not in page.content.decode()
    assert attachments_of(other).get() == theirs


@pytest.mark.shows("PORT-08")
def test_recommendations(client: Client) -> None:
    user = make_user("expert")
    make_expert("王推荐", user=user)
    login(client, user)
    good = {"name": "赵同行", "phone": "13512340001", "email": "z@example.cn", "reason": "熟悉业务"}
    path = reverse("joining:recommend")
    for sent in each(good):
        answer(client, path, sent)
    rubbish(client, path, good)
    for row in Recommendation.objects.all():
        assert not re.search(r"[<>{}\x00\u202e\u200b]", row.name + row.phone + row.email)


def test_objections(client: Client, admin: User) -> None:
    now = timezone.now()
    notice_step, last = StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审")
    with pytest.raises(FlowRefused, match="由审批人看过"):
        # Anybody would publish what he likes, on the page of the office.
        save_flow(subject=SUBJECT, steps=[notice_step, last], actor=admin, now=now)
    make_user("admin")  # nobody decides two steps
    steps = [StepData("初审"), notice_step, last]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=now)
    application = make_application()
    assert not PublicNotice.objects.exists()
    approve(application=application, actor=admin, now=now)
    notice = PublicNotice.objects.get()
    path = reverse("workflow:notice", args=[notice.public_id])
    good = {"name": "钱某", "contact": "13612340001", "text": "与事实不符"}
    for sent in each(good):
        answer(client, path, sent)
    rubbish(client, path, good)
    assert Objection.objects.count() <= 5
    page = login(Client(), admin).get(reverse("joining:detail", args=[application.pk]))
    assert MARK not in page.content.decode()
