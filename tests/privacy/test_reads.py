"""谁看过谁: what the log has of who saw whose data, for the security administrator and for the expert himself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.exporting import EXPORTS
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.models import Invitation
from expertpool.draws.services.names import read_names, release
from expertpool.experts.models import Expert
from expertpool.experts.services.reveal import reveal_value
from expertpool.files.services import attach
from expertpool.files.services.attaching import note_download
from expertpool.monitoring.services.buffer import BUFFER
from expertpool.privacy.models import ListedRead
from expertpool.privacy.queries.reads import (
    LISTED_WITHIN,
    kind_of,
    reads_of,
    reads_visible_to,
)
from expertpool.privacy.services.retaining import retain
from expertpool.privacy.settings import NAMES, NOBODY, TOLD_READS
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)


@pytest.fixture
def somebody() -> Expert:
    expert = make_expert("查某人")
    give_account(expert, make_user("expert"))
    return expert


def look(expert: Expert, actor: User, now: datetime = NOW) -> None:
    reveal_value(expert=expert, field="phone", reason="核实联系方式", actor=actor, now=now)


def own_page(expert: Expert) -> str:
    page = login(Client(), expert.user).get(reverse("privacy:own")).content.decode()
    return page[page.index("<main") : page.index("</main>")]


@pytest.mark.shows("EXP-41")
def test_the_register_says_who_saw_whose_data_and_why(somebody: Expert, admin: User) -> None:
    look(somebody, admin)
    file = attach(
        subject=somebody,
        uploaded_file=SimpleUploadedFile("证书.pdf", b"%PDF-1.4 x"),
        actor=admin,
        now=NOW,
    )
    note_download(attachment=file, actor=admin, now=NOW)
    page = login(Client(), admin).get(reverse("privacy:reads")).content.decode()
    assert all(word in page for word in (str(somebody), "查看原文", "核实联系方式", "证书.pdf"))
    reveals = login(Client(), admin).get(reverse("privacy:reads"), {"kind": "reveal"})
    assert "证书.pdf" not in reveals.content.decode()
    nobody = login(Client(), admin).get(reverse("privacy:reads"), {"subject": "别的人"})
    assert "核实联系方式" not in nobody.content.decode()


@pytest.mark.shows("EXP-41")
def test_who_read_the_names_of_a_draw_stands_in_the_register(admin: User) -> None:
    """With what for; whoever asked before they were public read nothing."""
    make_expert()
    draw = make_draw(now=NOW, seats=1)
    reader = make_user("operator")
    with pytest.raises(NamesSealed):
        read_names(draw=draw, actor=reader, now=NOW, purpose="抽取表")
    assert not reads_visible_to(admin).exists()
    release(draw_id=draw.pk, now=draw.reveal_at, unanswered=True)
    draw.refresh_from_db()
    Invitation.objects.filter(draw=draw).update(state="no_answer")
    read_names(draw=draw, actor=reader, now=draw.reveal_at + DAY, purpose="抽取表")
    entry = reads_visible_to(admin).get()
    assert (entry.actor, entry.note, kind_of(entry)) == (reader, "抽取表", "names")
    page = login(Client(), admin).get(reverse("privacy:reads"), {"kind": "names"})
    assert "抽取表" in page.content.decode()


@pytest.mark.shows("EXP-41")
def test_who_sees_a_record_in_clear_stands_in_the_register_once_a_day(
    somebody: Expert, admin: User, time_machine: Any
) -> None:
    """By page or interface; written later, and nothing of who sees it masked, nor of himself."""
    time_machine.move_to(NOW, tick=False)
    BUFFER._waiting.clear()
    page, operator = f"/experts/{somebody.pk}/", make_user("operator")
    client = login(Client(), admin)
    for _ in range(2):
        assert client.get(page, REMOTE_ADDR="192.0.2.7").status_code == 200
    caller = Caller(admin, "experts.view")
    assert caller.get(f"/experts/{somebody.pk}").json()["phone"] == somebody.phone
    assert login(Client(), operator).get(page).status_code == 200
    assert Caller(operator, "experts.view").get(f"/experts/{somebody.pk}").status_code == 200
    assert not reads_visible_to(admin).exists()
    BUFFER.flush()
    entry = reads_visible_to(admin).get()
    assert (entry.actor, entry.subject_id, entry.at) == (admin, str(somebody.pk), NOW)
    assert (entry.address, kind_of(entry)) == ("192.0.2.7", "look")
    assert "手机号" in entry.after["内容"]
    assert somebody.phone not in str(entry.after)
    assert "打开档案，看到原文" in client.get(reverse("privacy:reads")).content.decode()

    client.get(page)
    BUFFER.flush()
    assert reads_visible_to(admin).count() == 1
    time_machine.move_to(NOW + DAY, tick=False)
    login(client, admin).get(page)
    BUFFER.flush()
    assert reads_visible_to(admin).count() == 2
    assert reads_of(somebody, NOW + DAY).get() == entry, "he reads of earlier days"


def test_files_of_what_is_no_person_are_no_reads(admin: User) -> None:
    project = make_project()
    file = attach(
        subject=project,
        uploaded_file=SimpleUploadedFile("公告.pdf", b"%PDF-1.4 x"),
        actor=admin,
        now=NOW,
    )
    note_download(attachment=file, actor=admin, now=NOW)
    assert not reads_visible_to(admin).exists()


def test_the_register_is_for_holders_of_the_right_alone(somebody: Expert, admin: User) -> None:
    look(somebody, admin)
    assert reads_visible_to(admin).count() == 1
    assert not reads_visible_to(make_user("operator")).exists()


def test_what_experts_look_at_is_not_told_while_names_are_sealed(
    somebody: Expert, admin: User
) -> None:
    make_draw(now=NOW - timedelta(hours=1))
    file = attach(
        subject=somebody,
        uploaded_file=SimpleUploadedFile("证书.pdf", b"%PDF-1.4 x"),
        actor=admin,
        now=NOW,
    )
    note_download(attachment=file, actor=somebody.user, now=NOW)
    assert not reads_visible_to(admin).exists()


def test_an_expert_sees_who_saw_his_data_on_the_next_day_as_the_office_lets_him(
    somebody: Expert, admin: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    look(somebody, admin)
    look(make_expert("另一人"), admin)
    assert "没有人查看过" in own_page(somebody)
    time_machine.move_to(NOW + DAY, tick=False)
    page = own_page(somebody)
    assert reads_of(somebody, NOW + DAY).count() == 1
    assert "手机号" in page
    assert "2026-11-24" in page
    # Neither the minute, nor why, nor who.
    assert not any(word in page for word in ("09:00", "核实联系方式", str(admin)))
    configure(TOLD_READS, NAMES)
    assert str(admin) in own_page(somebody)
    configure(TOLD_READS, NOBODY)
    assert "谁看过我的信息" not in own_page(somebody)


def test_his_page_says_what_is_kept_of_him(somebody: Expert) -> None:
    page = own_page(somebody)
    assert "档案" in page
    assert reverse("changes:own_data") in page


# --- Lists that were exported ---------------------------------------------------------------------------


@pytest.mark.shows("EXP-41")
def test_who_stood_in_a_list_finds_it_among_who_saw_him(
    somebody: Expert, admin: User, time_machine: Any
) -> None:
    """Once a list stood in the register of the office alone, without whom it told of."""
    configure(TOLD_READS, NAMES)
    time_machine.move_to(NOW, tick=False)
    other = make_expert("别人")
    client = login(Client(), admin)
    client.post("/exports/new/experts.experts/", QUERY_STRING=urlencode({"q": "查某人"}))
    assert "专家信息" not in own_page(somebody), "of today"
    time_machine.move_to(NOW + DAY, tick=False)
    page = own_page(somebody)
    assert "导出名单" in page
    assert "专家信息" in page
    assert admin.name in page
    assert "查某人" not in page.split("谁看过我的信息")[1], "what was searched is the office's own"
    assert not reads_of(other, NOW + DAY).exists(), "he was not in it"
    (row,) = ListedRead.objects.all()
    assert row.experts == [somebody.pk]


def test_a_list_of_a_draw_tells_nobody_that_he_is_in_it(admin: User) -> None:
    """Whose title alone would say that he was drawn."""
    told = {one.code for one in EXPORTS if one.person}
    assert told == {
        *("experts.experts", "certificates.certificates", "points.accounts"),
        *("inspections.inspections", "achievements.achievements"),
    }


def test_lists_are_forgotten_after_a_year(somebody: Expert, admin: User) -> None:
    login(Client(), admin).post("/exports/new/experts.experts/")
    retain(now=timezone.now() + LISTED_WITHIN - DAY)
    assert ListedRead.objects.exists()
    retain(now=timezone.now() + LISTED_WITHIN + DAY)
    assert not ListedRead.objects.exists()
