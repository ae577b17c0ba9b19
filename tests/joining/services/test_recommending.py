"""A colleague is recommended: one link, once, in time."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import ERASERS
from expertpool.joining.exceptions import JoiningRefused, LinkInvalid
from expertpool.joining.models import Application, Recommendation, Registration
from expertpool.joining.services.cleaning import clean
from expertpool.joining.services.deciding import reject
from expertpool.joining.services.recommending import (
    Colleague,
    recommend,
    recommendation_for,
    revoke,
)
from expertpool.joining.services.registering import (
    Applicant,
    claim,
    open_application,
    register,
    send_code,
)
from expertpool.joining.settings import KEPT_DAYS, RECOMMENDATIONS_PER_DAY
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.joining import make_application, make_recommendation
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def link_of(row: Recommendation) -> str:
    bodies = [
        message.body
        for message in Message.objects.filter(occasion="joining.recommended", about_id=str(row.pk))
    ]
    found = {re.search(r"/join/by/([\w-]+)/", body)[1] for body in bodies}  # type: ignore[index]
    assert len(found) == 1
    return found.pop()


@pytest.mark.shows("PORT-08", "PORT-09")
def test_the_link_fills_the_form_in_and_is_used_up(client: Client) -> None:
    expert, user = make_expert("王推荐"), make_user("expert")
    give_account(expert, user)
    page = login(client, user).post(
        reverse("joining:recommend"),
        {"name": "赵同行", "phone": "13511110001", "email": "zhao@example.cn", "reason": "同事"},
    )
    assert page.status_code == 204, page.content.decode()
    assert "已发送" in client.get(reverse("joining:recommendations")).content.decode()
    row = Recommendation.objects.get()
    assert {one.channel for one in Message.objects.filter(about_id=str(row.pk))} == {"sms", "email"}
    address = reverse("joining:by_link", args=[link_of(row)])
    stranger = Client()
    opened = stranger.get(address)
    assert "王推荐" in opened.content.decode()
    assert "13511110001" in opened.content.decode()
    assert opened["Referrer-Policy"] == "same-origin"
    stranger.post(
        address,
        {
            "kind": "individual",
            "name": "赵同行",
            "contact": "13511110001",
            "consents": "on",
            "read": "1",
        },
    )
    registration = Registration.objects.get()
    code = re.search(r"\d{6}", Message.objects.get(occasion="joining.code").body)
    assert code
    register(row=registration, code=code[0], password="Ruku-Shenqing-7", now=timezone.now())
    application = Application.objects.get()
    assert (application.channel, application.recommendation) == ("recommended", row)
    # Whoever recommended him reads that he has begun, and no word of how to reach him.
    told = Message.objects.filter(occasion="joining.link_used")
    assert {one.channel for one in told} == {"site", "email"}
    assert all("您推荐的 赵同行 已通过推荐链接注册" in one.body for one in told)
    assert not any("1351111" in one.body for one in told)
    assert '"zhao@example.cn"' in application.contents
    assert stranger.get(address).status_code == 404
    assert "已打开填报" in client.get(reverse("joining:recommendations")).content.decode()


@pytest.mark.shows("PORT-09")
def test_the_link_is_for_whom_it_was_sent_to(client: Client, admin: User) -> None:
    """Passed on or taken, it made somebody else the one who was recommended; now it stays good for him."""
    row = make_recommendation(make_expert("王推荐"), make_user("expert"))
    address = reverse("joining:by_link", args=[link_of(row)])
    assert "链接只供被推荐的本人使用" in client.get(address).content.decode()
    typed = {"kind": "individual", "name": "别人", "consents": "on", "read": "1"}
    for contact in ("13811112222", "other@example.cn"):
        answer = client.post(address, typed | {"contact": contact})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "请用推荐人填写的" in page
        assert f"{row.phone[:3]}****{row.phone[-4:]} 或 r***@example.cn" in page
        assert contact in page  # nothing typed is lost
    assert not Registration.objects.exists()
    # Nor by a code that was sent before.
    other = Applicant("individual", "别人", "phone", "13811112222", 1)
    early = send_code(applicant=other, code="123456", address="10.1.1.1", now=NOW)
    Registration.objects.filter(pk=early.pk).update(recommendation=row)
    early.refresh_from_db()
    with pytest.raises(JoiningRefused, match="只供被推荐的本人"):
        open_application(early, make_user("applicant"), NOW)
    row.refresh_from_db()
    assert row.used_at is None
    # By his mail as well as by his phone, however it is written.
    assert client.post(address, typed | {"contact": row.email.upper()}).status_code == 302
    # Who reviews reads whom his colleague meant.
    application = make_application(recommendation=row, channel="recommended")
    page = login(client, admin).get(reverse("joining:detail", args=[application.pk]))
    assert (application.name, "赵同行" in page.content.decode()) == ("李申请", True)
    for by, is_found in ((row.recommender.name[1:], True), ("无此人", False)):
        listed = client.get(reverse("joining:list"), {"recommender": by})
        assert [*listed.context["page"]] == ([application] if is_found else [])


@pytest.mark.shows("PORT-09")
def test_links_that_are_over_taken_back_or_made_up_lead_nowhere(client: Client) -> None:
    expert, user = make_expert(), make_user("expert")
    row = make_recommendation(expert, user)
    token = link_of(row)
    assert recommendation_for(token, now=NOW) == row
    with pytest.raises(LinkInvalid):
        recommendation_for(token, now=NOW + timedelta(days=15))
    revoke(row=row, actor=user, now=NOW)
    for text in (token, token[:-1], "x" * 5000, "../../etc/passwd", "%00"):
        with pytest.raises(LinkInvalid):
            recommendation_for(text, now=NOW)
    assert client.get(reverse("joining:by_link", args=["x" * 24])).status_code == 404
    # Nowhere but in the message: the row has its digest alone.
    assert token.encode() not in bytes(Recommendation.objects.values_list("digest", flat=True)[0])


def test_a_recommender_learns_of_nobody_and_sends_few() -> None:
    expert, user = make_expert(), make_user("expert")
    make_expert("赵在库", phone="13511110002")
    configure(RECOMMENDATIONS_PER_DAY, 2)
    known = Colleague("赵在库", "13511110002", "k@example.cn")
    row = recommend(expert=expert, colleague=known, actor=user, now=NOW)
    assert row.state_at(NOW) == ("已发送", "amber")
    with pytest.raises(JoiningRefused, match="已经推荐过"):
        recommend(expert=expert, colleague=known, actor=user, now=NOW)
    make_recommendation(expert, user, now=NOW)
    with pytest.raises(JoiningRefused, match="每天最多"):
        make_recommendation(expert, user, now=NOW)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_link_that_is_used_twice_at_once_counts_once() -> None:
    row = make_recommendation(make_expert(), make_user("expert"))
    barrier = threading.Barrier(3)
    found: list[str] = []

    def use() -> None:
        barrier.wait()
        try:
            claim(row, now=NOW)
            found.append("used")
        except JoiningRefused:
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["refused", "refused", "used"]


def test_nobody_recommends_himself() -> None:
    by = make_expert("王推荐", phone="13900005555", email="wang@example.cn")
    actor, now = make_user("expert"), timezone.now()
    for phone, email in (("13900005555", "x@example.cn"), ("13900006666", "Wang@example.cn")):
        with pytest.raises(JoiningRefused, match="不能推荐自己"):
            recommend(expert=by, colleague=Colleague("王推荐", phone, email), actor=actor, now=now)
    assert not Recommendation.objects.exists()


def make_told(recommender: Expert, *, sent_at: datetime) -> Recommendation:
    row = make_recommendation(recommender, make_user("expert"), now=sent_at)
    Message.objects.filter(about_id=str(row.pk)).update(state="sent", sent_at=sent_at)
    return row


def whom(row: Recommendation) -> tuple[str, str, str, bytes | None]:
    row.refresh_from_db()
    assert row.is_sound
    return row.name, row.phone, row.email, row.contact_index


@pytest.mark.shows("PORT-08")
def test_of_whom_was_recommended_and_never_came_nothing_stays_for_ever() -> None:
    expert = make_expert("王推荐")
    old = make_told(expert, sent_at=NOW - timedelta(days=KEPT_DAYS.default + 30))
    late = make_told(expert, sent_at=NOW - timedelta(days=KEPT_DAYS.default))
    phone = old.phone
    clean(now=NOW)
    assert whom(old) == ("已清除", "", "", None)
    assert whom(late)[0] == "赵同行"
    letters = Message.objects.filter(about_id=str(old.pk))
    assert letters.count() == 2
    assert not any(phone in one.body + one.address + one.recipient for one in letters)
    # He may be recommended again.
    make_recommendation(expert, make_user("expert"))


@pytest.mark.shows("PORT-08")
def test_what_colleagues_said_of_who_is_erased_goes_with_him(client: Client) -> None:
    recommender, user = make_expert("王推荐"), make_user("expert")
    give_account(recommender, user)
    live = make_told(recommender, sent_at=NOW)
    other = make_told(recommender, sent_at=NOW)
    expert = make_expert("赵同行", phone=live.phone)
    ERASERS["joining.recommended"].erase(expert, None, NOW)
    assert whom(live) == ("已清除", "", "", None)
    # Its link leads nowhere.
    assert live.revoked_at == NOW
    assert whom(other)[0] == "赵同行"
    page = login(client, user).get(reverse("joining:recommendations")).content.decode()
    assert page.count("已清除") == 1


@pytest.mark.shows("PORT-08")
def test_what_was_said_of_who_came_in_vain_goes_with_his_application() -> None:
    row = make_told(make_expert("王推荐"), sent_at=NOW)
    application = make_application(recommendation=row)
    reject(application=application, note="材料不全", actor=make_user("admin"), now=NOW)
    about = Message.objects.filter(about_type="joining.application", about_id=str(application.pk))
    about.update(state="sent", sent_at=NOW)
    assert any(one.recipient == application.name and one.address for one in about)
    clean(now=NOW + timedelta(days=KEPT_DAYS.default - 1))
    assert whom(row)[0] == "赵同行"
    clean(now=NOW + timedelta(days=KEPT_DAYS.default + 1))
    assert whom(row) == ("已清除", "", "", None)
    assert not any(one.recipient + one.address + one.subject + one.body for one in about.all())
