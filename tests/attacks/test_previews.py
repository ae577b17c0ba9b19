"""No preview of an import tells which numbers are in the pool to whoever may not see them plain."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.importing.runs import RunRefused, answer_import
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import ImportState
from expertpool.core.settings import IMPORTS_PER_HOUR
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import email_index
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import read_xlsx, refused_of
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, make_id_number, make_phone
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def known() -> Expert:
    """Somebody in the pool."""
    return make_expert(phone=make_phone(), id_number=make_id_number(serial=61))


@pytest.fixture
def clerk() -> User:
    """He imports, and sees telephone numbers masked and ID card numbers not at all."""
    return make_user(roles=(make_role("experts.import", "experts.view"),))


# What each page says anew: the token of the form, the run, the nonce, the second.
SAID_ANEW = re.compile(
    r'csrfmiddlewaretoken" value="\w+"|content="\w{40,}"|/import/\d+/|nonce="[^"]*"|left="\d+"|\d\d:\d\d(:\d\d)?(\.\d+)?'
)
HEAD = ["姓名", "手机号", "身份证号"]


def table(*rows: tuple[str, str, str], head: list[str] = HEAD) -> SimpleUploadedFile:
    book = Workbook()
    book.active.append(head)
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("名单.xlsx", content.getvalue())


def upload(client: Client, *rows: tuple[str, str, str], head: list[str] = HEAD) -> Any:
    posted = {"file": table(*rows, head=head), "status": "pending"}
    return client.post(reverse("experts:import"), posted, follow=True)


def asked(known: Expert) -> list[tuple[str, str, str]]:
    """Two that are known, each by one number, twice in the file; and one that nobody knows."""
    by_phone = ("甲", known.phone, make_id_number(serial=71))
    by_id = ("乙", make_phone(), known.id_number)
    new = ("丙", make_phone(), make_id_number(serial=72))
    return [by_phone, by_id, new]


def test_a_preview_says_the_same_of_who_is_in_the_pool_and_who_is_not(
    known: Expert, clerk: User
) -> None:
    client = login(Client(), clerk)
    for rows in ([row] for row in asked(known)):
        page = upload(client, *rows)
        run = page.context["run"]
        assert (run.accepted, run.refused, refused_of(run)) == (1, 0, [])
        assert "专家库中已有" not in page.content.decode()
        # Twice in the file: the second is refused, whoever is in the pool.
        twice = upload(client, *rows, *rows).context["run"]
        assert (twice.accepted, twice.refused) == (1, 1)
        assert refused_of(twice)[0]["cells"][0]["detail"] == "与第 2 行相同。"


@pytest.mark.parametrize("which", ["phone", "card"])
def test_the_whole_page_is_the_same_by_a_known_number_and_by_a_free_one(
    known: Expert, clerk: User, which: str
) -> None:
    client = login(Client(), clerk)
    free = make_phone(), make_id_number(serial=81)
    taken = (known.phone, free[1]) if which == "phone" else (free[0], known.id_number)
    pages = []
    for numbers in (free, taken):
        row = ("甲", *numbers)
        text = upload(client, row).content.decode()
        for number in numbers:  # what he typed himself
            text = text.replace(number, "#").replace(f"{number[:3]}****{number[-4:]}", "#")
        pages.append(re.sub(SAID_ANEW, "", text))
    assert pages[0] == pages[1]


@pytest.mark.shows("EXP-09")
def test_after_the_import_he_is_told_which_rows_and_not_whose(known: Expert, clerk: User) -> None:
    """Which did not come in he saw before, too: by those that did."""
    client = login(Client(), clerk)
    run = upload(client, *asked(known)).context["run"]
    page = client.post(reverse("experts:import_confirm", args=[run.pk]), follow=True)
    run = page.context["run"]
    assert (run.accepted, run.refused) == (1, 2)
    assert run.reasons == {"手机号重复": 1, "证件号重复": 1}
    assert [row["row"] for row in refused_of(run)] == [2, 3]
    refused = client.get(reverse("experts:import_refused", args=[run.pk]))
    sheet = read_xlsx(io.BytesIO(refused.content))
    told = "专家库或登录账号中已有，只能属于一个人；您不能查看完整{}，请由能查看的人核对（谁能查看，在「角色」中设置）"
    assert [row[:3] for row in sheet[1:]] == [
        [2, f"手机号重复：{told.format('手机号')}", "甲"],
        [3, f"证件号重复：{told.format('证件号码')}", "乙"],
    ]
    text = page.content.decode()
    assert known.name not in text + str(sheet)
    assert known.number not in text + str(sheet)


@pytest.mark.shows("EXP-08", "EXP-09")
def test_a_mail_that_is_taken_is_left_out_whoever_imports(known: Expert, clerk: User) -> None:
    """The whole row was refused of who does not see it plain, and named nowhere."""
    known.email = "taken@example.cn"
    known.email_index = email_index(known.email)
    known.save()
    client, rows = login(Client(), clerk), [("甲", make_phone(), known.email)]
    page = upload(client, *rows, head=["姓名", "手机号", "邮箱"])
    assert (page.context["run"].accepted, page.context["found"]["left"]) == (1, [])
    run = page.context["run"]
    page = client.post(reverse("experts:import_confirm", args=[run.pk]), follow=True)
    run = page.context["run"]
    assert (run.accepted, run.left) == (1, {"邮箱重复": 1})
    assert Expert.objects.exclude(pk=known.pk).get().email == ""
    assert known.number not in page.content.decode()


def test_who_sees_one_of_them_plain_is_told_of_it_at_once(known: Expert, admin: User) -> None:
    """The administrator sees telephone numbers, no ID card numbers."""
    page = upload(login(Client(), admin), *asked(known))
    run = page.context["run"]
    assert (run.accepted, run.refused) == (2, 1)
    assert [row["row"] for row in refused_of(run)] == [2]


def test_every_preview_is_logged(known: Expert, clerk: User) -> None:
    client = login(Client(), clerk)
    run = upload(client, *asked(known)).context["run"]
    entry = Entry.objects.get(action="import.preview")
    assert (entry.actor, entry.after["总行数"]) == (clerk, 3)
    client.post(reverse("experts:import_discard", args=[run.pk]))
    assert Entry.objects.filter(action="import.preview").count() == 1


def test_nobody_previews_without_end(known: Expert, admin: User, time_machine: Any) -> None:
    """Giving up each makes no room."""
    time_machine.move_to(NOW, tick=False)
    configure(IMPORTS_PER_HOUR, 2)
    client = login(Client(), admin)
    for _ in range(2):
        run = upload(client, *asked(known)).context["run"]
        client.post(reverse("experts:import_discard", args=[run.pk]))
        assert client.get(reverse("experts:import_run", args=[run.pk])).status_code == 404
    page = upload(client, *asked(known))
    assert page.status_code == 422
    assert "一小时内已上传 2 个文件" in page.content.decode()
    assert ImportRun.objects.count() == 2


def test_a_check_that_comes_late_takes_no_confirmation_back(known: Expert, admin: User) -> None:
    """Else the file could be confirmed, and imported, once more."""
    run = upload(login(Client(), admin), *asked(known)).context["run"]
    ImportRun.objects.filter(pk=run.pk).update(state=ImportState.RUNNING)
    with pytest.raises(RunRefused, match="已经确认"):
        answer_import(run=run, words={}, cells={}, now=NOW)
    run.refresh_from_db()
    assert run.state == ImportState.RUNNING
