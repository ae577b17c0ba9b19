"""Erasing what is kept of an expert: two persons agree, all goes but what law wants kept, and it stays gone."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.changes.enums import WorkKind
from expertpool.changes.models import ChangeItem, ChangeRequest, Work
from expertpool.changes.services.requests import change_own, withdraw_request
from expertpool.core.registry import PAGE_TABS
from expertpool.core.storing import store
from expertpool.core.subjects import Owner, StoredFile
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import FieldFile
from expertpool.customforms.services.files import keep_file
from expertpool.draws.models import Invitation
from expertpool.experts.enums import IdKind
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import ERASERS, KEEPERS
from expertpool.experts.queries.search import search
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.erasure import STAYS
from expertpool.experts.services.leave import file_leave
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.packs import pack_experts
from expertpool.experts.services.profile import update_expert
from expertpool.files.models import Attachment
from expertpool.files.services import attach, receive
from expertpool.monitoring.services.buffer import BUFFER
from expertpool.notifications.models import Message
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import DataRequest, ErasureRequest
from expertpool.privacy.services.erasing import decide_erasure, request_erasure
from expertpool.privacy.services.retaining import retain
from expertpool.privacy.settings import KEEP_DELETED
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.achievements import make_achievement
from tests.factories.certificates import make_certificate
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import make_fees
from tests.factories.fields import make_field
from tests.factories.inspections import make_inspection
from tests.factories.points import make_request
from tests.factories.privacy import ask_to_erase, make_data_request
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)
NAME, PHONE, ID = "抹某人", "13911112222", "110101199003078515"


@pytest.fixture
def other() -> User:
    return make_user("admin")


@pytest.fixture
def somebody(admin: User) -> Expert:
    """Of whom much is kept: a file, versions, a leave, works, a certificate, an achievement, letters."""
    expert = make_expert(NAME, phone=PHONE, id_number=ID, email="mou@example.cn", remark="左撇子")
    give_account(expert, make_user("expert"))
    update_expert(expert=expert, values={"title": "教授级高工"}, actor=admin, now=NOW - 9 * DAY)
    attach(
        subject=expert,
        uploaded_file=SimpleUploadedFile("职称证书.pdf", b"%PDF-1.4 x"),
        actor=admin,
        now=NOW,
    )
    file_leave(
        expert=expert, start=NOW, end=NOW + DAY, reason="带母亲看病", actor=admin, now=NOW - DAY
    )
    Work.objects.create(expert=expert, kind=WorkKind.PAPER, title="论某桥", created_at=NOW)
    make_certificate(expert, now=NOW)
    make_achievement(expert)
    make_inspection(expert)
    return expert


def agree(request: ErasureRequest, by: User, now: datetime = NOW) -> Expert:
    decide_erasure(request=request, agree=True, note="", actor=by, now=now)
    return Expert.objects.get(pk=request.expert_id)


def deliver_all() -> None:
    Message.objects.filter(state="queued").update(state="sent", sent_at=NOW)


def everything_of(expert: Expert) -> str:
    """What the rows with a key to ``expert``, and his own, say when they are opened."""
    said = [_opened(Expert.objects.get(pk=expert.pk))]
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if field.related_model is Expert:
                rows = model._default_manager.filter(**{field.name: expert})
                said += [_opened(row) for row in rows]
    said += [_opened(one) for one in Message.objects.all()]
    return "\n".join(said)


def _opened(row: Any) -> str:
    values = {
        one.name: str(getattr(row, one.attname))
        for one in row._meta.local_fields
        if not one.name.endswith(("_index", "proof"))
    }
    return f"{row._meta.label} {json.dumps(values, ensure_ascii=False)}"


def test_each_model_with_a_key_to_an_expert_says_whether_it_goes_or_stays() -> None:
    said = [label for one in (*ERASERS, *KEEPERS) for label in one.models]
    found = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.related_model is Expert and model is not Expert
    }
    assert sorted(said) == sorted(found)


def test_all_goes_that_law_does_not_want_kept(somebody: Expert, admin: User, other: User) -> None:
    user, file = somebody.user, Attachment.objects.get(subject_id=str(somebody.pk))
    before = everything_of(somebody)
    secret = (NAME, PHONE, ID, "mou@example.cn", "左撇子", "教授级高工", "带母亲看病", "论某桥")
    assert [one for one in secret if one not in before] == []
    request = ask_to_erase(admin, somebody, now=NOW)
    deliver_all()
    gone = agree(request, other)
    after = everything_of(somebody)
    assert [one for one in secret if one in after] == []
    assert (gone.number, gone.name, gone.erased_at) == (somebody.number, "已抹去的专家", NOW)
    assert not Attachment.objects.filter(pk=file.pk).exists()
    user.refresh_from_db()
    assert (user.is_active, user.name, user.phone, user.email) == (False, "已抹去的专家", "", "")
    entry = Entry.objects.get(action="privacy.erase")
    assert NAME not in json.dumps(entry.after, ensure_ascii=False)
    assert "附件和照片 1" in str(entry.after)


def test_no_column_of_his_record_stays_but_those_of_the_tombstone(admin: User, other: User) -> None:
    """They were a list of those that go: a field that was added later was left out, and stayed."""
    expert = make_expert(
        NAME, phone=PHONE, id_kind=IdKind.PASSPORT, position="主任", extra={"x1": "甲"}
    )
    gone = agree(ask_to_erase(admin, expert, now=NOW), other)
    assert gone.id_kind == IdKind.RESIDENT
    columns = [one for one in Expert._meta.local_concrete_fields if one.name not in STAYS]
    empty = {one.name: None if one.null else one.get_default() for one in columns}
    assert {name: getattr(gone, name) for name in empty} == empty
    assert {one.name for one in Expert._meta.local_concrete_fields} >= STAYS


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_his_files_go_with_the_commit(admin: User, other: User) -> None:
    expert = make_expert(NAME)
    file = attach(
        subject=expert,
        uploaded_file=SimpleUploadedFile("职称证书.pdf", b"%PDF-1.4 x"),
        actor=admin,
        now=NOW,
    )
    name = str(file.file.name)
    assert store.exists(name)
    agree(ask_to_erase(admin, expert, now=NOW), other)
    assert not store.exists(name)


@pytest.mark.shows("PORT-14", "OVW-05")
def test_files_that_a_field_had_before_go_as_well(admin: User, other: User) -> None:
    """Each that was replaced, and each that was asked for in vain, lay there for ever, named by nobody."""
    field = make_field("证件扫描件", FieldKind.FILE, owner=Owner.CONTROLLED)
    expert, own = make_expert(NAME), make_user("expert")
    give_account(expert, own)

    def taken(name: str, by: User) -> StoredFile:
        given = SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4 x", "application/pdf")
        received = receive(given, subject_type=FieldFile, actor=by, now=NOW)
        return keep_file(EXPERT.code, field.code, received, actor=by, now=NOW)

    for name in ("第一版", "第二版"):
        expert.refresh_from_db()
        update_expert(
            expert=expert, values={field.code: taken(name, admin)}, actor=admin, now=NOW - DAY
        )
    expert.refresh_from_db()
    values = {field.code: taken("第三版", own)}
    _, request = change_own(expert=expert, values=values, actor=own, now=NOW - DAY)
    assert request is not None
    withdraw_request(request=request, actor=own, now=NOW - DAY)
    # Of another, by whom the same field is filled in.
    others = taken("别人的", admin)
    update_expert(expert=make_expert("李某"), values={field.code: others}, actor=admin, now=NOW)
    assert FieldFile.objects.count() == 4
    agree(ask_to_erase(admin, expert, now=NOW), other)
    assert [one.pk for one in FieldFile.objects.all()] == [others.pk]
    assert [one.name for one in Attachment.objects.all()] == ["别人的.pdf"]
    assert "附件和照片 2" in str(Entry.objects.get(action="privacy.erase").after)


def test_letters_about_where_he_is_reached_go_without_an_account_as_well(
    admin: User, other: User
) -> None:
    """They went to no account: the old number stood in them for ever."""
    expert, twin = make_expert(NAME, phone=PHONE), make_expert(NAME, phone="13911113333")
    update_expert(expert=expert, values={"phone": "13911114444"}, actor=admin, now=NOW - DAY)
    expert.refresh_from_db()
    merge_experts(keep=expert, close=twin, taken=(), reason="同一人", actor=admin, now=NOW - DAY)
    expert.refresh_from_db()
    delete_expert(expert=expert, reason="本人要求", actor=admin, now=NOW - DAY)
    deliver_all()
    said = "".join(_opened(one) for one in Message.objects.all())
    assert [one for one in (PHONE, "13911113333", "13911114444") if one not in said] == []
    agree(request_erasure(expert=expert, reason="本人要求", actor=admin, now=NOW), other)
    said = "".join(_opened(one) for one in Message.objects.filter(state="sent"))
    assert [one for one in (NAME, PHONE, "13911113333", "13911114444") if one in said] == []


def test_nobody_finds_him_any_more(admin: User, other: User) -> None:
    expert = make_expert(NAME, phone=PHONE, id_number=ID)
    pack_experts()
    assert search(Expert.objects.all(), PHONE[-6:], admin).filter(pk=expert.pk).exists()
    agree(ask_to_erase(admin, expert, now=NOW), other)
    pack_experts()
    for text in (NAME, "抹某", "mmr", PHONE, PHONE[-6:], ID):
        assert not search(Expert.objects.all(), text, admin).filter(pk=expert.pk).exists()
    # Nor does he keep anybody from being entered with the same number.
    make_expert("新来的", phone=PHONE, id_number=ID)


def test_nobody_erases_alone_nor_twice(admin: User, other: User) -> None:
    expert = make_expert(NAME)
    request = ask_to_erase(admin, expert, now=NOW)
    with pytest.raises(PrivacyRefused):
        agree(request, admin)
    with pytest.raises(PrivacyRefused):
        request_erasure(expert=expert, reason="再来一次", actor=other, now=NOW)
    agree(request, other)
    with pytest.raises(PrivacyRefused):
        agree(ErasureRequest.objects.get(pk=request.pk), other)
    with pytest.raises(PrivacyRefused, match="已经抹去"):
        request_erasure(expert=expert, reason="再来一次", actor=other, now=NOW)


def test_turned_down_nothing_is_erased(admin: User, other: User) -> None:
    expert = make_expert(NAME)
    request = ask_to_erase(admin, expert, now=NOW)
    decide_erasure(request=request, agree=False, note="他还要来", actor=other, now=NOW)
    expert.refresh_from_db()
    assert (expert.name, expert.erased_at) == (NAME, None)


def test_who_is_in_the_pool_is_deleted_first(admin: User) -> None:
    with pytest.raises(PrivacyRefused, match="先从专家库删除"):
        request_erasure(expert=make_expert(NAME), reason="本人要求", actor=admin, now=NOW)


def test_a_tombstone_never_comes_back(admin: User, other: User) -> None:
    expert = make_expert(NAME, phone=PHONE)
    gone = agree(ask_to_erase(admin, expert, now=NOW), other)
    with pytest.raises(ExpertRefused, match="已抹去"):
        restore_expert(expert=gone, actor=admin, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Expert.objects.filter(pk=expert.pk).update(erased_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Expert.objects.filter(pk=expert.pk).update(phone_index=b"x")


def test_versions_of_who_is_not_erased_stay_as_they_are(somebody: Expert) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE experts_expertversion SET snapshot = '', note = ''")


def test_of_whom_draws_and_fees_speak_the_name_stays_as_long_as_law_wants(
    admin: User, other: User
) -> None:
    (line,) = make_fees(admin, seats=1)
    expert = Expert.objects.get(pk=line.expert_id)
    name = expert.name
    delete_expert(expert=expert, reason="退出", actor=admin, now=timezone.now())
    expert.refresh_from_db()
    with pytest.raises(PrivacyRefused, match="劳务费"):
        request_erasure(expert=expert, reason="本人要求", actor=admin, now=timezone.now())
    type(line).objects.filter(pk=line.pk).update(entered_at=timezone.now() - 4 * 365 * DAY)
    request = request_erasure(expert=expert, reason="本人要求", actor=admin, now=timezone.now())
    gone = agree(request, other, timezone.now())
    assert (gone.name, gone.phone) == (name, "")
    assert gone.name_until is not None
    assert gone.name_until.year == line.project.opening_at.year + 15
    assert not search(Expert.objects.all(), name, admin).filter(pk=gone.pk).exists()
    assert type(line).objects.get(pk=line.pk).gross == line.gross
    # When the years are over the name goes, too.
    retain(now=timezone.now() + 14 * 365 * DAY)
    gone.refresh_from_db()
    assert gone.name == name
    retain(now=timezone.now() + 17 * 365 * DAY)
    gone.refresh_from_db()
    assert (gone.name, gone.name_until) == ("已抹去的专家", None)


def test_while_a_draw_from_before_is_sealed_nobody_is_erased_whether_he_sits_or_not(
    admin: User, other: User
) -> None:
    now = timezone.now()
    for at in range(3):
        make_expert(f"候选{at}")
    draw = make_draw(now=now - timedelta(hours=1))
    line = Invitation.objects.filter(draw=draw).first()
    assert line is not None
    sits = Expert.objects.get(pk=expert_id_of(line))
    refusals = []
    for expert in (sits, make_expert("不在场的")):
        delete_expert(expert=expert, reason="退出", actor=admin, now=now)
        page = login(Client(), admin).get(reverse("privacy:erasure", args=[expert.pk]))
        with pytest.raises(PrivacyRefused) as refusal:
            request_erasure(expert=expert, reason="本人要求", actor=admin, now=now)
        refusals.append((str(refusal.value), "会抹去" in page.content.decode()))
    assert refusals[0] == refusals[1]
    assert refusals[0][1] is False


def test_what_waits_keeps_from_it_and_says_what_to_do(somebody: Expert, admin: User) -> None:
    change_own(
        expert=somebody, values={"title": "助教"}, reason="写错了", actor=somebody.user, now=NOW
    )
    assert ChangeItem.objects.filter(is_open=True).exists()
    with pytest.raises(PrivacyRefused, match="变更申请"):
        ask_to_erase(admin, somebody, now=NOW)
    ChangeRequest.objects.update(state="withdrawn", ended_at=NOW)
    make_request(somebody)
    with pytest.raises(PrivacyRefused, match="服务申请"):
        request_erasure(expert=somebody, reason="本人要求", actor=admin, now=NOW)
    # As much where it waits for a record that was merged into the one that is to be erased.
    stays = make_expert("抹某人")
    delete_expert(expert=stays, reason="本人要求退出", actor=admin, now=NOW - 30 * DAY)
    Expert.objects.filter(pk=somebody.pk).update(merged_into=stays)
    with pytest.raises(PrivacyRefused, match="服务申请"):
        request_erasure(expert=stays, reason="本人要求", actor=admin, now=NOW)


def test_his_own_request_is_answered_by_it_and_the_letter_goes_afterwards(
    somebody: Expert, admin: User, other: User
) -> None:
    asked = make_data_request(somebody, kind="erase", now=NOW - DAY)
    agree(ask_to_erase(admin, somebody, now=NOW), other)
    asked.refresh_from_db()
    assert (asked.agreed, asked.answered_by, asked.text) == (True, other, "")
    letters = Message.objects.filter(occasion="privacy.answered").exclude(channel="site")
    assert [one.address for one in letters]  # still on its way to him
    deliver_all()
    retain(now=NOW + DAY)
    assert [one.address for one in letters.all()] == [""] * letters.count()
    assert DataRequest.objects.count() == 1


def test_the_office_has_a_period_and_sees_beforehand_who_is_erased(
    admin: User, other: User
) -> None:
    old, new = make_expert("早已退出"), make_expert("刚刚退出")
    delete_expert(expert=old, reason="退出", actor=admin, now=NOW - 6 * 366 * DAY)
    delete_expert(expert=new, reason="退出", actor=admin, now=NOW)
    assert retain(now=NOW) == 0
    configure(KEEP_DELETED, 5)
    page = login(Client(), admin).get(reverse("privacy:erasures"), {"tab": "due"}).content.decode()
    assert "早已退出" in page
    assert "刚刚退出" not in page
    assert retain(now=NOW) == 1
    assert retain(now=NOW) == 0
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.erased_at, new.erased_at) == (NOW, None)
    assert Entry.objects.get(action="privacy.erase").actor_id is None


def test_somebody_is_found_among_them_where_the_office_has_no_period(admin: User) -> None:
    for name in ("早已退出", "刚刚退出"):
        delete_expert(expert=make_expert(name), reason="退出", actor=admin, now=NOW)
    page = login(Client(), admin).get(reverse("privacy:erasures"), {"q": "早已"}).content.decode()
    assert "早已退出" in page
    assert "刚刚退出" not in page


def test_two_persons_decide_on_the_pages(admin: User, other: User) -> None:
    expert = make_expert(NAME)
    now = timezone.now()
    delete_expert(expert=expert, reason="退出", actor=admin, now=now)
    first, second = login(Client(), admin), login(Client(), other)
    page = first.get(reverse("privacy:erasure", args=[expert.pk])).content.decode()
    assert "申请抹去" in page
    assert "一并抹去" in page
    first.post(
        reverse("workflow:request_ask", args=["privacy.erase", expert.pk]), {"reason": "本人要求"}
    )
    page = second.get(reverse("privacy:erasure", args=[expert.pk])).content.decode()
    assert "确认抹去" in page
    agree(ErasureRequest.objects.get(), other, now + DAY)
    page = first.get(reverse("privacy:erasure", args=[expert.pk])).content.decode()
    assert "已经抹去" in page
    assert NAME not in page


def test_the_pages_about_a_tombstone_open_and_name_nobody(
    somebody: Expert, admin: User, other: User
) -> None:
    agree(ask_to_erase(admin, somebody, now=NOW), other)
    client = login(Client(raise_request_exception=True), admin)
    page = reverse("experts:detail", args=[somebody.pk])
    tabs = [one.code for one in PAGE_TABS if one.page == "experts:detail"]
    addresses = [
        *(f"{page}?tab={code}" for code in tabs),
        reverse("experts:deleted"),
        reverse("experts:versions", args=[somebody.pk]),
        reverse("privacy:erasures") + "?tab=erased",
        reverse("privacy:erasure", args=[somebody.pk]),
        reverse("certificates:list"),
        reverse("achievements:list"),
        reverse("inspections:list"),
        reverse("joining:list"),
        reverse("changes:list"),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        shown = re.sub(r"<aside.*?</aside>", "", answer.content.decode(), flags=re.DOTALL)
        assert PHONE not in shown, address
        assert ID not in shown, address
        if "tab=log" not in address:
            assert NAME not in shown, address


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_two_who_agree_at_once_one_erases(admin: User, other: User) -> None:
    expert, third = make_expert(NAME), make_user("admin")
    request = ask_to_erase(admin, expert, now=NOW)
    said = run_at_once(
        lambda: agree(ErasureRequest.objects.get(pk=request.pk), other),
        lambda: agree(ErasureRequest.objects.get(pk=request.pk), third),
    )
    assert sorted(type(one).__name__ for one in said) == ["Expert", "PrivacyRefused"]
    assert Entry.objects.filter(action="privacy.erase").count() == 1
    expert.refresh_from_db()
    assert expert.erased_at == NOW


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_who_is_restored_at_the_same_moment_is_either_back_or_erased(
    admin: User, other: User
) -> None:
    expert = make_expert(NAME)
    request = ask_to_erase(admin, expert, now=NOW)
    run_at_once(
        lambda: agree(ErasureRequest.objects.get(pk=request.pk), other),
        lambda: restore_expert(expert=Expert.objects.get(pk=expert.pk), actor=other, now=NOW),
    )
    expert.refresh_from_db()
    assert (expert.status == "deleted") == (expert.erased_at is not None)
    assert (expert.name == NAME) == (expert.erased_at is None)


def test_who_opens_what_was_erased_saw_nothing_of_it(
    somebody: Expert, admin: User, other: User
) -> None:
    """The log said that he had seen phone and mail."""
    BUFFER._waiting.clear()
    expert = agree(ask_to_erase(admin, somebody, now=NOW), other)
    client, page = login(Client(), other), reverse("experts:detail", args=[expert.pk])
    assert client.get(page).status_code == 200
    BUFFER.flush()
    assert not Entry.objects.filter(action="expert.look").exists()
    # As of one of whom something is left.
    client.get(reverse("experts:detail", args=[make_expert().pk]))
    BUFFER.flush()
    assert Entry.objects.filter(action="expert.look").exists()
