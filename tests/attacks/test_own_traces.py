"""While names are sealed, nothing that the office sees of an expert's own acts says that he was at his account: no
number in a form, no clash, no row that goes, no mark that he has read (docs/decisions/0194).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.achievements import tasks as achievement_tasks
from expertpool.achievements.exceptions import AchievementRefused
from expertpool.achievements.models import Achievement
from expertpool.achievements.services.writing import (
    decide_achievement,
    hand_in,
    save_achievement,
    take_back,
)
from expertpool.changes import tasks as changes_tasks
from expertpool.changes.enums import RequestState
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.models import Career, ChangeRequest, Work
from expertpool.changes.services.history import save_career, save_work
from expertpool.changes.services.requests import change_own, decide_request, withdraw_request
from expertpool.core.documents import qr_png
from expertpool.directory.models import Unit
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.experts import tasks as expert_tasks
from expertpool.experts.exports.package import write_package
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.availability import on_leave, unit_ties
from expertpool.experts.services.avoidance import add_avoidance_unit
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.leave import cancel_leave, file_leave
from expertpool.experts.services.photos import set_photo
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.taking_away import sweep
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from expertpool.joining.occasions import RECOMMENDED
from expertpool.notifications.models import Message
from expertpool.notifications.services.sending import Envelope, send_messages
from tests.api.caller import Caller
from tests.architecture.forms import forms_of
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert, make_unit
from tests.factories.joining import make_recommendation
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (a Tuesday)
BEFORE, TOMORROW = NOW - timedelta(days=3), NOW + timedelta(hours=15)

PAPER = {"title": "甲", "year": 2024, "source": "建筑结构学报"}


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draw(db: None) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW - timedelta(hours=2), seats=2)


@pytest.fixture
def somebody(draw: Draw) -> Expert:
    expert = Expert.objects.get(pk=expert_id_of(draw.invitations.order_by("line")[0]))
    give_account(expert, make_user("expert", name=expert.name))
    return expert


def values_of(page: HttpResponse) -> dict[str, list[str]]:
    return forms_of(page.content.decode())[-1].values


def is_tied(expert: Expert, unit: Unit) -> bool:
    return unit_ties([unit.pk], on=NOW).filter(expert=expert).exists()


def sent_to(client: Client, address: str) -> bytes | None:
    """Return the file at ``address``; None where there is none."""
    answer: Any = client.get(address)
    return b"".join(answer.streaming_content) if answer.status_code == 200 else None


def toast_of(answer: HttpResponse) -> str:
    assert answer.status_code == 204, answer.content.decode()
    message: str = json.loads(answer["HX-Trigger"])["toast"]["message"]
    return message


def without_what_changes(page: str) -> str:
    """Return ``page`` without what is another in each answer."""
    return re.sub(r'(nonce|value|content|csrfmiddlewaretoken)="?[\w-]{20,}"?', "", page)


def attach_proof(row: Achievement) -> None:
    proof = SimpleUploadedFile("首页.png", qr_png("x"))
    attach(subject=row, uploaded_file=proof, actor=row.expert.user, now=timezone.now())


def handed_in(expert: Expert, title: str, now: datetime) -> Achievement:
    row = save_achievement(
        row=Achievement(expert=expert, kind="paper"),
        values=PAPER | {"title": title},
        actor=expert.user,
        now=now,
    )
    attach_proof(row)
    hand_in(row=row, actor=expert.user, now=now)
    return row


def changes_his_address(expert: Expert) -> None:
    change_own(
        expert=expert, values={"address": "新路 2 号"}, actor=expert.user, now=timezone.now()
    )


def test_a_form_says_nothing_of_what_he_changed_and_overwrites_none_of_it(
    somebody: Expert, draw: Draw, admin: User, time_machine: Any
) -> None:
    update_expert(expert=somebody, values={"address": "旧路 1 号"}, actor=admin, now=BEFORE)
    address = reverse("experts:edit", args=[somebody.pk])
    office = login(Client(), admin)
    read = values_of(office.get(address))
    changes_his_address(somebody)
    assert values_of(office.get(address))["version"] == read["version"]
    assert office.post(address, read | {"address": "", "phone": "1"}).status_code == 422
    saved = office.post(address, read | {"position": "总工程师"})
    assert saved.status_code == 204, saved.content.decode()
    stands = Expert.objects.get(pk=somebody.pk)
    assert (stands.address, stands.position) == ("新路 2 号", "总工程师")

    # What both have changed is the office's; the versions have both.
    read = values_of(office.get(address))
    change_own(
        expert=somebody, values={"address": "他的路"}, actor=somebody.user, now=timezone.now()
    )
    assert office.post(address, read | {"address": "它的路"}).status_code == 204
    assert Expert.objects.get(pk=somebody.pk).address == "它的路"
    kept = "".join(one.snapshot for one in somebody.versions.all())
    assert "他的路" in kept
    assert "新路 2 号" in kept

    # With the names it is told as what anybody does.
    read = values_of(office.get(address))
    changes_his_address(somebody)
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    late = office.post(address, read | {"address": "再改"})
    assert late.status_code == 422
    assert f"{somebody.name} 于 " in late.content.decode()


def test_nor_does_that_of_his_account_and_his_own_second_device_is_told(
    somebody: Expert, admin: User
) -> None:
    own, again = login(Client(), somebody.user), login(Client(), somebody.user)
    address = reverse("changes:edit", args=["contact"])
    first, second = values_of(own.get(address)), values_of(again.get(address))
    assert own.post(address, first | {"address": "新路 2 号"}).status_code == 204
    late = again.post(address, second | {"address": "新路 3 号"})
    assert late.status_code == 422
    assert "有人改过这里" in late.content.decode()


@pytest.fixture
def asked(somebody: Expert) -> ChangeRequest:
    """He asked for a title before any draw was sealed."""
    _, request = change_own(
        expert=somebody, values={"title": "教授"}, actor=somebody.user, now=BEFORE
    )
    assert request is not None
    return request


def shown_to(user: User, address: str) -> str:
    answer = login(Client(), user).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.shows("PORT-12")
def test_what_he_takes_back_waits_for_the_office_until_the_next_day(
    somebody: Expert, asked: ChangeRequest, admin: User, time_machine: Any
) -> None:
    own = login(Client(), somebody.user)
    pages = [
        reverse("changes:list"),
        reverse("changes:detail", args=[asked.pk]),
        reverse("changes:list") + "?tab=gone",
        f"{reverse('experts:detail', args=[somebody.pk])}?tab=life",
        reverse("portal:home"),
    ]
    before = [without_what_changes(shown_to(admin, page)) for page in pages]
    answer = own.post(reverse("changes:withdraw", args=[asked.pk]))
    assert "明天生效" in toast_of(answer)
    assert own.post(reverse("changes:withdraw", args=[asked.pk])).status_code == 409
    assert "已撤回，明天生效" in own.get("/my/file/").content.decode()
    assert [without_what_changes(shown_to(admin, page)) for page in pages] == before
    # The field is asked for once.
    with pytest.raises(ChangeRefused, match="已有待核准的申请"):
        change_own(expert=somebody, values={"title": "总工"}, actor=somebody.user, now=NOW)

    time_machine.move_to(TOMORROW, tick=False)
    for _ in range(2):
        changes_tasks.withdraw(asked.pk)
    page = shown_to(admin, f"{reverse('changes:list')}?tab=gone")
    assert "已撤回" in page
    assert f"{timezone.localtime(TOMORROW):%H:%M}" not in page.partition("<tbody>")[2]
    assert change_own(expert=somebody, values={"title": "总工"}, actor=somebody.user, now=TOMORROW)


def test_what_the_office_decides_until_then_counts(
    somebody: Expert, asked: ChangeRequest, admin: User
) -> None:
    withdraw_request(request=asked, actor=somebody.user, now=NOW)
    decide_request(request=asked, agree=True, actor=admin, now=NOW)
    changes_tasks.withdraw(asked.pk)
    asked.refresh_from_db()
    assert asked.state == RequestState.APPROVED
    assert Expert.objects.get(pk=somebody.pk).title == "教授"


def test_what_the_office_does_not_know_yet_or_may_know_at_once_ends_at_once(
    somebody: Expert, asked: ChangeRequest, draw: Draw
) -> None:
    _, today = change_own(expert=somebody, values={"name": "王大明"}, actor=somebody.user, now=NOW)
    assert today is not None
    withdraw_request(request=today, actor=somebody.user, now=NOW)
    today.refresh_from_db()
    assert today.state == RequestState.WITHDRAWN
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    withdraw_request(request=asked, actor=somebody.user, now=NOW)
    asked.refresh_from_db()
    assert asked.state == RequestState.WITHDRAWN


def test_so_does_an_achievement(somebody: Expert, admin: User, media: None) -> None:
    row, other, late = (handed_in(somebody, title, BEFORE) for title in ("甲", "乙", "丙"))
    own = login(Client(), somebody.user)
    listed = reverse("achievements:list")
    before = without_what_changes(shown_to(admin, listed))
    assert "明天生效" in toast_of(own.post(reverse("achievements:withdraw", args=[row.pk])))
    assert without_what_changes(shown_to(admin, listed)) == before
    assert own.post(reverse("achievements:withdraw", args=[row.pk])).status_code == 409
    assert "明天可以修改" in shown_to(somebody.user, reverse("achievements:detail", args=[row.pk]))
    take_back(row=other, actor=somebody.user, now=NOW)
    decided = {"agree": True, "note": "", "reasons": {}, "actor": admin, "now": NOW}
    decide_achievement(row=other, **decided)
    for one in (row, other, late):
        achievement_tasks.withdraw(one.pk)
        achievement_tasks.withdraw(one.pk)
        one.refresh_from_db()
    assert [one.state for one in (row, other, late)] == ["draft", "approved", "pending"]
    assert "甲" not in shown_to(admin, listed).partition("<tbody>")[2]


def test_what_was_returned_is_his_and_goes_from_no_list_when_he_touches_it(
    somebody: Expert, admin: User, media: None
) -> None:
    row = handed_in(somebody, "甲", BEFORE)
    decide_achievement(row=row, agree=False, note="缺页", reasons={}, actor=admin, now=BEFORE)
    listed = reverse("achievements:list")
    before = without_what_changes(shown_to(admin, listed))
    row.refresh_from_db()
    save_achievement(row=row, values={"title": "甲甲"}, actor=somebody.user, now=NOW)
    hand_in(row=row, actor=somebody.user, now=NOW)
    assert without_what_changes(shown_to(admin, listed)) == before
    assert login(Client(), admin).get(f"/achievements/{row.pk}/").status_code == 404


def test_that_he_read_a_message_is_told_with_the_names(
    somebody: Expert, draw: Draw, admin: User
) -> None:
    words = {"专家姓名": somebody.name, "内容": "职称"}
    envelope = Envelope(recipient_of(somebody), words, about=somebody, key="overtaken:1")
    send_messages(occasion="change.overtaken", envelopes=[envelope], channels=["site"], now=BEFORE)
    message = Message.objects.get(key__startswith="overtaken:1")
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=BEFORE)
    records, record = (
        reverse("notifications:records"),
        reverse("notifications:record", args=[message.uid]),
    )
    states = [f"{records}?state={state}" for state in ("sent", "read", "")]
    before = [without_what_changes(shown_to(admin, page)) for page in (record, *states)]
    own = login(Client(), somebody.user)
    assert own.post(reverse("notifications:read_all")).status_code == 204
    message.refresh_from_db()
    assert (message.state, message.read_at) == ("read", NOW)
    after = [without_what_changes(shown_to(admin, page)) for page in (record, *states)]
    assert after == before
    assert "已读" in own.get(reverse("notifications:inbox") + "?tab=all").content.decode()
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    assert "09:41" in shown_to(admin, record)
    assert str(message.uid) in shown_to(admin, f"{records}?state=read")
    assert str(message.uid) not in shown_to(admin, f"{records}?state=sent")


def test_that_he_recommended_somebody_is_told_with_the_names(
    somebody: Expert, draw: Draw, admin: User
) -> None:
    """No row of the letters to his colleague says to the minute that an expert is at his account."""
    records = reverse("notifications:records")
    before = without_what_changes(shown_to(admin, records))
    make_recommendation(somebody, somebody.user, now=NOW)
    assert Message.objects.filter(occasion=RECOMMENDED.code).exists()
    assert without_what_changes(shown_to(admin, records)) == before
    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    assert RECOMMENDED.label in shown_to(admin, records)


@pytest.mark.parametrize("state", ["draft", "pending"])
def test_the_office_is_not_told_of_a_draft_by_a_refusal(
    somebody: Expert, admin: User, operator: User, media: None, state: str
) -> None:
    if state == "pending":
        row = handed_in(somebody, "甲", NOW)
    else:
        row = Achievement(expert=somebody, kind="paper")
        row = save_achievement(row=row, values=PAPER, actor=somebody.user, now=NOW)
    typed = PAPER | {"title": "甲"}
    add = reverse("achievements:add", args=[somebody.pk, "paper"])
    office = login(Client(), admin)
    assert office.post(add, typed).status_code == 200
    assert "已登记过同名" in office.post(add, typed).content.decode()
    # He is told of theirs.
    if state == "draft":
        attach_proof(row)
        with pytest.raises(AchievementRefused, match="已登记过同名"):
            hand_in(row=row, actor=somebody.user, now=NOW)
        other = Achievement(expert=somebody, kind="paper")
        with pytest.raises(ValidationError, match="已登记过同名"):
            save_achievement(row=other, values=typed, actor=somebody.user, now=NOW)
    else:
        words = {"note": "", "reasons": {}, "actor": admin, "now": TOMORROW}
        with pytest.raises(AchievementRefused, match="请退回这一项"):
            decide_achievement(row=row, agree=True, **words)
        decide_achievement(row=row, agree=False, **words | {"note": "重复"})


def test_files_of_which_the_office_does_not_know_take_no_room(
    somebody: Expert, admin: User, media: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = f"{reverse('experts:detail', args=[somebody.pk])}?tab=files"
    before = without_what_changes(shown_to(admin, tab))
    proof = SimpleUploadedFile("证书.png", qr_png("x"))
    kept = attach(subject=somebody, uploaded_file=proof, actor=somebody.user, now=NOW)
    assert without_what_changes(shown_to(admin, tab)) == before
    monkeypatch.setattr("expertpool.files.services.quotas.quota_of", lambda _: kept.size)
    attach(
        subject=somebody,
        uploaded_file=SimpleUploadedFile("证书.png", qr_png("x")),
        actor=admin,
        now=NOW,
    )
    with pytest.raises(FileRefused, match="放不下"):
        attach(
            subject=somebody,
            uploaded_file=SimpleUploadedFile("证书.png", qr_png("x")),
            actor=somebody.user,
            now=NOW,
        )


def test_what_he_adds_or_removes_of_his_files_is_told_on_the_next_day(
    somebody: Expert, admin: User, media: None, time_machine: Any
) -> None:
    own, office = login(Client(), somebody.user), login(Client(), admin)
    photo, scan = (
        SimpleUploadedFile("旧.png", qr_png("a")),
        SimpleUploadedFile("证.png", qr_png("b")),
    )
    old = set_photo(expert=somebody, uploaded_file=photo, actor=somebody.user, now=BEFORE)
    kept = attach(subject=somebody, uploaded_file=scan, actor=admin, now=BEFORE)
    tab = f"{reverse('experts:detail', args=[somebody.pk])}?tab=files"
    picture = reverse("experts:photo", args=[somebody.pk])
    before = without_what_changes(shown_to(admin, tab)), sent_to(office, picture)

    assert own.post(reverse("files:remove", args=[kept.pk])).status_code == 204
    assert own.post(reverse("files:remove", args=[kept.pk])).status_code == 404
    photo = SimpleUploadedFile("新.png", qr_png("c"))
    new = set_photo(expert=somebody, uploaded_file=photo, actor=somebody.user, now=NOW)
    assert (without_what_changes(shown_to(admin, tab)), sent_to(office, picture)) == before
    assert sent_to(own, picture) == qr_png("c")
    assert "证.png" not in own.get("/my/file/").content.decode()
    # Nor by its number, in an archive, or through the interface.
    for one, by_office in ((old, True), (kept, True), (new, False)):
        address = reverse("files:download", args=[one.pk])
        found = [sent_to(client, address) is not None for client in (office, own)]
        assert found == [by_office, not by_office]
    archive = io.BytesIO()
    write_package(archive, params=QueryDict(), actor=admin, address="", now=NOW)
    with zipfile.ZipFile(archive) as opened:
        names = "".join(opened.namelist())
    assert "证.png" in names
    assert "新.png" not in names
    of = {"subject_type": "experts.expert", "subject_id": somebody.pk}
    listed = Caller(admin).get("/attachments", of).json()
    assert [one["id"] for one in listed] == [old.pk, kept.pk]

    assert sweep(now=NOW) == 0
    time_machine.move_to(TOMORROW, tick=False)
    assert sweep(now=TOMORROW) == 2
    assert sent_to(login(Client(), admin), picture) == qr_png("c")
    (listed,) = Caller(admin).get("/attachments", of).json()
    assert (listed["id"], listed["created_at"]) == (new.pk, "2026-11-24T00:00:00+08:00")


def test_all_proofs_of_one_expert_have_one_room(
    somebody: Expert, admin: User, media: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = handed_in(somebody, "甲", BEFORE)
    size = Attachment.objects.get(subject_id=first.pk, subject_type="achievements.achievement").size
    monkeypatch.setattr("expertpool.files.services.quotas.quota_of", lambda _: size)
    second = save_achievement(
        row=Achievement(expert=somebody, kind="paper"),
        values=PAPER | {"title": "乙"},
        actor=somebody.user,
        now=NOW,
    )
    with pytest.raises(FileRefused, match="放不下"):
        attach_proof(second)
    other = make_expert()
    give_account(other, make_user("expert", name=other.name))
    handed_in(other, "丙", NOW)
    # What the office enters does not count his drafts.
    decided = {"agree": True, "note": "", "reasons": {}, "actor": admin, "now": NOW}
    decide_achievement(row=first, **decided)
    monkeypatch.setattr("expertpool.files.services.quotas.quota_of", lambda _: 2 * size)
    attach_proof(second)
    attach(
        subject=Achievement.objects.get(pk=first.pk),
        uploaded_file=SimpleUploadedFile("丁.png", qr_png("x")),
        actor=admin,
        now=NOW,
    )


def test_a_leave_that_he_ends_early_lasts_for_others_until_the_next_day(
    somebody: Expert, admin: User, time_machine: Any
) -> None:
    start, end = NOW + timedelta(days=2), NOW + timedelta(days=9)
    terms = {"start": start, "end": end, "actor": somebody.user}
    leave = file_leave(expert=somebody, reason="出国访问", now=BEFORE, **terms)
    pages = [f"{reverse('experts:detail', args=[somebody.pk])}?tab=leaves"]
    pages += [reverse("experts:leave_list"), f"{reverse('experts:leave_list')}?tab=all"]
    before = [without_what_changes(shown_to(admin, page)) for page in pages]
    own = login(Client(), somebody.user)
    cancel = reverse("selfservice:leave_cancel", args=[leave.pk])
    assert "明天生效" in toast_of(own.post(cancel))
    assert own.post(cancel).status_code == 409
    assert "已销假，明天生效" in own.get(reverse("selfservice:leaves")).content.decode()
    assert [without_what_changes(shown_to(admin, page)) for page in pages] == before
    assert Expert.objects.filter(on_leave(start, end), pk=somebody.pk).exists()
    time_machine.move_to(TOMORROW, tick=False)
    for _ in range(2):
        expert_tasks.end_leave(leave.pk)
    assert not Expert.objects.filter(on_leave(start, end), pk=somebody.pk).exists()
    assert "已销假" in shown_to(admin, pages[0])
    # One that nobody knows of ends at once.
    again = file_leave(expert=somebody, reason="出国访问", now=TOMORROW, **terms)
    assert cancel_leave(leave=again, actor=somebody.user, now=TOMORROW).cancelled_at


def test_what_he_changes_or_removes_of_his_lines_stands_for_others_until_the_release(
    somebody: Expert, draw: Draw, admin: User, supervisor: User
) -> None:
    unit = make_unit("华东建设集团有限公司")
    own, tab = (
        login(Client(), somebody.user),
        f"{reverse('experts:detail', args=[somebody.pk])}?tab=",
    )
    lines = [
        save_career(
            career=Career(expert=somebody, unit=one, position="工程师", end_date=date(2024, 5, 1)),
            actor=somebody.user,
            now=BEFORE,
        )
        for one in (unit, make_unit("旧设计院"))
    ]
    work = Work(expert=somebody, kind="paper", title="论文甲")
    save_work(work=work, actor=somebody.user, now=BEFORE)
    declared = add_avoidance_unit(
        row=AvoidanceUnit(expert=somebody, unit=make_unit("丙公司"), kind="adviser"),
        actor=somebody.user,
        now=BEFORE,
    )
    pages = [f"{tab}life", f"{tab}avoidances"]
    before = [without_what_changes(shown_to(admin, page)) for page in pages]

    lines[0].position = "院长"
    changed = save_career(career=lines[0], actor=somebody.user, now=NOW)
    changed.position = "总工"
    assert save_career(career=changed, actor=somebody.user, now=NOW).pk == changed.pk
    assert own.post(reverse("changes:career_remove", args=[lines[1].pk])).status_code == 204
    assert own.post(reverse("changes:career_remove", args=[lines[1].pk])).status_code == 404
    work.title = "论文乙"
    save_work(work=work, actor=somebody.user, now=NOW)
    remove = reverse("selfservice:avoidance_remove", args=[declared.pk])
    assert own.post(remove).status_code == 204
    assert own.post(remove).status_code == 404

    mine = own.get("/my/file/").content.decode()
    assert [word for word in ("总工", "论文乙") if word not in mine] == []
    assert [word for word in ("院长", "旧设计院", "论文甲") if word in mine] == []
    assert "丙公司" not in own.get(reverse("selfservice:avoidances")).content.decode()
    assert [without_what_changes(shown_to(admin, page)) for page in pages] == before
    assert sweep(now=NOW) == 0
    # He keeps away until then.
    assert is_tied(somebody, declared.unit)

    assert release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    assert sweep(now=draw.reveal_at)
    after = "".join(shown_to(admin, page) for page in pages)
    assert [word for word in ("总工", "论文乙") if word not in after] == []
    assert [word for word in ("工程师", "旧设计院", "论文甲", "丙公司") if word in after] == []
    assert not is_tied(somebody, declared.unit)
    assert AvoidanceUnit.objects.filter(expert=somebody).count() == 1
