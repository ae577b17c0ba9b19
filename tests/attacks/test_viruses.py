"""Somebody brings a file with a virus, by whatever door files come in: it is kept nowhere, and told.

Against ClamAV's daemon where the machine has it (Debian's `clamav-daemon`), and everywhere against a
small server that speaks its protocol.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.documents import qr_png
from expertpool.core.health import Finding, Health
from expertpool.core.models import ImportRun
from expertpool.core.scanning.clamd import ScannerDown, TooLarge, ask
from expertpool.core.settings import WHILE_DOWN, WhileDown
from expertpool.core.storing import store
from expertpool.customforms.enums import FieldKind
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.telling import token_of
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import opened
from expertpool.files.services import attach, scan_held
from expertpool.files.services.health import find_scanner
from expertpool.notifications.models import Message
from expertpool.operations.models import Alert
from expertpool.operations.services.alerts import watch
from expertpool.papers.models import PaperTemplate
from expertpool.siteconfig.models import StoredSetting
from tests.architecture.app_order import APPS_DIR
from tests.factories.accounts import make_department, make_token, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.fields import make_field
from tests.factories.joining import make_draft
from tests.factories.projects import make_project
from tests.factories.scoring import make_review
from tests.factories.siteconfig import configure
from tests.files.samples import PDF
from tests.fixtures import login
from tests.reviews.services.test_materials import take, zipped
from tests.scanners import CLAMD, EICAR, LIMIT, VIRUS, Scanner, clamd, speaking

pytestmark = pytest.mark.django_db
NOW = timezone.now()
FILM = b"\x1a\x45\xdf\xa3" + bytes(range(256))


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def scanner(settings: Any) -> Iterator[Scanner]:
    with speaking() as server:
        settings.CLAMD = server.address
        yield server


def upload(content: bytes, name: str = "材料.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def template() -> bytes:
    """A template that can be filled, with the virus as one of its pictures."""
    from expertpool.papers.registry import PAPERS

    paper = PAPERS["draw_sheet"]
    content = io.BytesIO(paper.starter())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/image1.png", EICAR)
    return content.getvalue()


# --- Each door ------------------------------------------------------------------------------------


def by_page(client: Client, admin: User) -> HttpResponseBase:
    address = f"/files/of/projects.project/{make_project().pk}/"
    return client.post(address, {"files": upload(PDF + EICAR)}, headers={"HX-Request": "true"})


def by_interface(client: Client, admin: User) -> HttpResponseBase:
    given = {"subject_type": "projects.project", "subject_id": make_project().pk}
    token = make_token(admin)
    headers = {"Authorization": f"Bearer {token.text}"}
    return Client().post(
        "/api/v1/attachments", given | {"file": upload(PDF + EICAR)}, headers=headers
    )


def with_progress(client: Client, admin: User) -> HttpResponseBase:
    given = {"text": "开标完成", "attachments": upload(PDF + EICAR)}
    return client.post(f"/projects/{make_project().pk}/progress/add/", given)


def as_list(client: Client, admin: User) -> HttpResponseBase:
    table = "姓名,手机号\n王小明,13912345678\n".encode() + EICAR
    return client.post("/experts/import/", {"file": upload(table, "名单.csv"), "status": "formal"})


def as_template(client: Client, admin: User) -> HttpResponseBase:
    given = {"paper": "draw_sheet", "project_kind": "", "file": upload(template(), "表.xlsx")}
    return client.post("/papers/new/", given)


def as_logo(client: Client, admin: User) -> HttpResponseBase:
    page = client.get("/settings/groups/site/")
    values = {
        "version": page.context["form"]["version"].value(),
        "core-site_name": "专家库",
        "core-logo": upload(qr_png("标志") + EICAR, "标志.png"),
    }
    return client.post("/settings/groups/site/", values)


def as_recording(client: Client, admin: User) -> HttpResponseBase:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=1)
    part = f"/draws/{draw.pk}/recordings/{uuid4()}/"
    client.post(f"{part}?offset=0", FILM + EICAR, content_type="application/octet-stream")
    return client.post(f"{part}finish/")


def as_evidence(client: Client, admin: User) -> HttpResponseBase:
    for _ in range(3):
        make_expert()
    draw = make_draw(now=timezone.now(), seats=1)
    address = reverse("draws:supply", args=[draw.pk])
    return client.post(address, {"materials": upload(PDF + EICAR, "签字的抽取表.pdf")})


def as_field(client: Client, admin: User) -> HttpResponseBase:
    field = make_field("职称证书", FieldKind.FILE)
    address = reverse("experts:edit", args=[make_expert().pk])
    return client.post(address, {field.code: upload(PDF + EICAR, "证书.pdf")})


def as_background(client: Client, admin: User) -> HttpResponseBase:
    address = reverse("certificates:background")
    return client.post(address, {"file": upload(qr_png("底版") + EICAR, "底版.png")})


DOORS = (
    *(by_page, by_interface, with_progress, as_list, as_template, as_logo, as_recording),
    *(as_evidence, as_field, as_background),
)


@pytest.mark.shows("OPS-05")
@pytest.mark.parametrize("door", DOORS)
def test_it_comes_in_by_no_door(
    door: Callable[[Client, User], HttpResponseBase], scanner: Scanner, client: Client, admin: User
) -> None:
    answer: Any = door(login(client, admin), admin)
    assert answer.status_code in {409, 422}
    is_json = "json" in answer["Content-Type"]
    assert f"含有病毒（{VIRUS}）" in (str(answer.json()) if is_json else answer.content.decode())
    assert not Attachment.objects.exists()
    assert not ImportRun.objects.exists()
    assert not PaperTemplate.objects.exists()
    assert not StoredSetting.objects.filter(code="core.logo").exists()
    assert [one.name for one in store.below("") if "/parts/" not in one.name] == []
    entry = Entry.objects.get(action="file.virus")
    assert (entry.actor, entry.after["病毒"]) == (admin, VIRUS)
    letters = Message.objects.filter(occasion="portal.virus")
    assert {one.channel for one in letters} >= {"site"}
    assert all(admin.name in one.body and VIRUS in one.body for one in letters)


# --- Doors of those who are no colleagues ---------------------------------------------------------


def own_photo(client: Client) -> tuple[User | None, HttpResponseBase]:
    user = make_user("expert")
    make_expert(user=user)
    picture = upload(qr_png("照片") + EICAR, "照片.png")
    return user, login(client, user).post(reverse("changes:photo"), {"photo": picture})


def applicants_photo(client: Client) -> tuple[User | None, HttpResponseBase]:
    user = make_draft().user
    given = {"photo": upload(qr_png("照片") + EICAR, "照片.png")}
    return user, login(client, user).post(reverse("joining:photo"), given, follow=True)


def applicants_papers(client: Client) -> tuple[User | None, HttpResponseBase]:
    user = make_draft().user
    given = {"files": [upload(PDF + EICAR, "证书.pdf")]}
    return user, login(client, user).post(reverse("joining:files"), given, follow=True)


def appeal(client: Client) -> tuple[User | None, HttpResponseBase]:
    """By a link, without an account."""
    actor = make_user("admin", username="blacklists")
    entry = add_to_blacklist(expert=make_expert(), reason="缺席两次", actor=actor, now=NOW)
    given = {"reason": "两次都请过假", "materials": [upload(PDF + EICAR, "请假条.pdf")]}
    return None, client.post(reverse("experts:appeal", args=[token_of(entry)]), given)


def field_of_a_project(client: Client) -> tuple[User | None, HttpResponseBase]:
    user = make_user("operator", department=make_department())
    field = make_field("批文", FieldKind.FILE, subject="projects.project")
    address = reverse("projects:create")
    values = login(client, user).get(address).context["form"].initial
    given = {name: value for name, value in values.items() if value} | {
        "name": "甲工程",
        field.code: upload(PDF + EICAR, "批文.pdf"),
    }
    return user, client.post(address, given)


@pytest.mark.shows("OPS-05")
@pytest.mark.parametrize(
    "door", [own_photo, applicants_photo, applicants_papers, appeal, field_of_a_project]
)
def test_nor_by_a_door_of_somebody_else(
    door: Callable[[Client], tuple[User | None, HttpResponseBase]],
    scanner: Scanner,
    client: Client,
    admin: User,
) -> None:
    user, answer = door(client)
    said: Any = answer
    assert f"含有病毒（{VIRUS}）" in said.content.decode()
    assert not Attachment.objects.exists()
    assert [one.name for one in store.below("")] == []
    entry = Entry.objects.get(action="file.virus")
    assert (entry.actor, entry.after["病毒"]) == (user, VIRUS)
    letters = Message.objects.filter(occasion="portal.virus", channel="site")
    assert admin.username in {one.address for one in letters}


def test_nor_within_an_archive(scanner: Scanner, operator: User) -> None:
    review = make_review(operator, now=NOW)
    archive = zipped({"T-1 方案.pdf": PDF + EICAR, "T-2 方案.pdf": PDF})
    run = take(review, archive, operator)
    assert (len(run.made), len(run.refused)) == (1, 1)
    assert f"含有病毒（{VIRUS}）" in run.refused[0][1]
    assert Entry.objects.filter(action="file.virus").count() == 1


def test_nor_by_the_command_on_the_server(scanner: Scanner, tmp_path: Path) -> None:
    table = tmp_path / "名单.csv"
    table.write_bytes("姓名,手机号\n王小明,13912345678\n".encode() + EICAR)
    with pytest.raises(SystemExit):
        call_command("import_experts", str(table))
    assert Entry.objects.get(action="file.virus").actor is None


def test_no_other_door_was_opened_unseen() -> None:
    """What takes a file from a request is played above, or asks `receive` and `scan` by one that is."""
    doors = re.compile(
        r"request\.FILES|files\.uploadedfile import|File\[UploadedFile\]|\.FileField\("
    )
    found = {
        path.relative_to(APPS_DIR).as_posix()
        for path in APPS_DIR.rglob("*.py")
        if doors.search(path.read_text()) and "styleguide" not in path.parts
    }
    assert (
        found
        - {
            *("core/api/idempotency.py", "core/configuration/kinds.py", "siteconfig/views.py"),
            *("core/importing/forms.py", "core/importing/pages.py", "core/importing/runs.py"),
            *("draws/services/recordings.py", "draws/services/sheet_files.py"),
            "draws/services/supplied.py",
            # A bundle is made here of files that were taken.
            "bundles/services/making.py",
            *("files/api.py", "files/models.py", "files/migrations/0001_initial.py"),
            *("files/services/attaching.py", "files/services/receiving.py"),
            *(
                "files/views/attachments.py",
                "papers/forms.py",
                "papers/services.py",
                "papers/views.py",
            ),
            *("projects/forms/follow_up.py", "projects/services/progress.py"),
            "projects/views/follow_up.py",
            # A custom field that is a file, wherever a record is typed.
            *("core/subjects/kinds.py", "customforms/services/files.py"),
            *("experts/views/profile.py", "projects/views/application.py"),
            # An expert's photo, an applicant's papers, the ground of certificates.
            *("changes/forms.py", "changes/views/own.py", "experts/services/photos.py"),
            "joining/views/mine.py",
            # A drawer that takes files, read and shown in one way; what an appeal rests on.
            *("core/views/drawers.py", "core/views/uploads.py", "experts/services/appeals.py"),
            *("certificates/services/designs.py", "certificates/views/designs.py"),
            # A ZIP of materials: each file in it is taken as if it came alone (below).
            *("reviews/forms/reviews.py", "reviews/services/materials.py"),
            *("achievements/services/demo.py", "joining/services/demo.py"),
            *("inspections/services/demo.py", "projects/services/demo.py", "fees/services/demo.py"),
        }
        == set()
    )


# --- While the scanner does not answer --------------------------------------------------------------


def kept(actor: User, content: bytes = PDF, name: str = "材料.pdf") -> Attachment:
    return attach(subject=make_project(), uploaded_file=upload(content, name), actor=actor, now=NOW)


def test_meanwhile_a_file_is_read_by_nobody_and_scanned_later(
    scanner: Scanner, client: Client, admin: User
) -> None:
    scanner.mode = "broken"
    file = kept(admin)
    assert file.held
    client = login(client, admin)
    for address in (f"/files/{file.pk}/", f"/files/{file.pk}/preview/"):
        answer = client.get(address)
        assert (answer.status_code, "等待病毒查杀" in answer.content.decode()) == (409, True)
    listed = client.get(f"/files/of/projects.project/{file.subject_id}/").content.decode()
    assert "待查杀" in listed
    assert f"/files/{file.pk}/preview/" not in listed
    assert scan_held(now=NOW) == 0
    scanner.mode = "scan"
    assert scan_held(now=NOW) == 1
    file.refresh_from_db()
    with opened(file) as content:
        assert content.read() == PDF


def test_meanwhile_programs_and_whoever_runs_the_system_are_told(
    scanner: Scanner, client: Client, admin: User, settings: Any
) -> None:
    scanner.mode = "broken"
    file = kept(admin)
    headers = {"authorization": f"Bearer {make_token(admin).text}"}
    of = {"subject_type": "projects.project", "subject_id": file.subject_id}
    (told,) = client.get("/api/v1/attachments", of, headers=headers).json()
    assert told["held"] is True
    refused = client.get(f"/api/v1/attachments/{file.pk}/content", headers=headers)
    assert (refused.status_code, "等待病毒查杀" in refused.content.decode()) == (422, True)

    found = find_scanner(NOW)
    assert (found.state, found.figure) == (Health.FAILED, "1 个文件等待查杀")
    assert "病毒查杀程序没有答复" in login(client, admin).get("/operations/").content.decode()
    watch(now=NOW)
    watch(now=NOW + timedelta(minutes=1))  # twice, then it is told
    alert = Alert.objects.get(check_code="scanner")
    assert alert.told_at is not None

    scanner.mode = "scan"
    assert scan_held(now=NOW) == 1
    (told,) = client.get("/api/v1/attachments", of, headers=headers).json()
    assert told["held"] is False
    assert find_scanner(NOW) == Finding(Health.OK, "有答复。")
    settings.CLAMD = ""
    assert find_scanner(NOW).state is Health.OFF


def test_what_was_found_later_is_removed_and_its_sender_told(
    scanner: Scanner, admin: User, django_capture_on_commit_callbacks: Any
) -> None:
    sender = make_user("operator")
    scanner.mode = "broken"
    bad, good = kept(sender, PDF + EICAR), kept(sender)
    scanner.mode = "scan"
    with django_capture_on_commit_callbacks(execute=True):
        assert scan_held(now=NOW) == 1
    assert list(Attachment.objects.all()) == [good]
    assert [one.name for one in store.below("")] == [good.file.name]
    assert Entry.objects.get(action="file.remove").note == VIRUS
    told = Message.objects.filter(occasion="portal.virus", channel="site")
    assert {one.address for one in told} == {admin.username, sender.username}
    assert all("已经删除" in one.body for one in told)
    assert not Attachment.objects.filter(pk=bad.pk).exists()


def test_it_is_not_taken_where_the_office_says_so(scanner: Scanner, admin: User) -> None:
    configure(WHILE_DOWN, WhileDown.REFUSE)
    scanner.mode = "broken"
    with pytest.raises(FileRefused, match=r"没有答复.*请稍后再试"):
        kept(admin)
    assert list(store.below("")) == []


def test_what_is_used_at_once_is_never_taken_unscanned(
    scanner: Scanner, client: Client, admin: User
) -> None:
    scanner.mode = "broken"
    for door in (as_list, as_template, as_logo):
        answer: Any = door(login(client, admin), admin)
        assert answer.status_code == 422
        assert "病毒查杀程序现在没有答复" in answer.content.decode()
    assert not ImportRun.objects.exists()
    assert not PaperTemplate.objects.exists()


def test_many_of_them_fill_no_box(scanner: Scanner, admin: User) -> None:
    for _ in range(3):
        with pytest.raises(FileRefused):
            kept(admin, PDF + EICAR)
    assert Entry.objects.filter(action="file.virus").count() == 3
    assert Message.objects.filter(occasion="portal.virus", channel="site").count() == 1


def test_without_a_scanner_nothing_is_asked(admin: User) -> None:
    assert not kept(admin).held


# --- The protocol ---------------------------------------------------------------------------------


def peers() -> list[Any]:
    missing = pytest.mark.skipif(not CLAMD, reason="clamd is not installed")
    return ["speaking", *(pytest.param(kind, marks=missing) for kind in ("tcp", "unix"))]


@pytest.fixture(params=peers(), scope="module")
def address(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    if request.param == "speaking":
        with speaking() as server:
            yield server.address
    else:
        with clamd(tmp_path_factory.mktemp("clamd"), tcp=request.param == "tcp") as running:
            yield running


def test_the_scanner_is_understood(address: str) -> None:
    assert ask(address, io.BytesIO(PDF), seconds=30) == ""
    assert ask(address, io.BytesIO(b""), seconds=30) == ""
    assert ask(address, io.BytesIO(EICAR), seconds=30).startswith(VIRUS)
    large = io.BytesIO(bytes(LIMIT - 100_000) + EICAR)
    assert ask(address, large, seconds=30).startswith(VIRUS)
    with pytest.raises(TooLarge):
        ask(address, io.BytesIO(bytes(3 * LIMIT)), seconds=30)


def test_a_scanner_that_never_answers_holds_up_nobody(settings: Any) -> None:
    with speaking() as server:
        server.mode = "mute"
        began = timezone.now()
        with pytest.raises(ScannerDown):
            ask(server.address, io.BytesIO(PDF), seconds=1)
        assert timezone.now() - began < timedelta(seconds=5)
    with pytest.raises(ScannerDown):
        ask("tcp://127.0.0.1:9", io.BytesIO(PDF), seconds=5)
    with pytest.raises(ScannerDown):
        ask("unix:/nowhere/clamd.ctl", io.BytesIO(PDF), seconds=5)


def test_what_it_cannot_take_is_told(scanner: Scanner, admin: User) -> None:
    with pytest.raises(FileRefused, match="调大查杀程序的大小限制"):
        kept(admin, PDF + bytes(2 * LIMIT))
