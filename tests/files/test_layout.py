"""Office files are shown as they were laid out, where there is a converter; nothing of a document leaves its cage."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.audit.models import Entry
from expertpool.core.documents import office
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.turns import BUSY, TURNS, Busy
from expertpool.core.storing import store
from expertpool.files.models import Attachment
from expertpool.files.queries import preview_kind
from expertpool.files.services import remove_attachment, remove_orphans
from expertpool.files.services.layout import FOLDER
from tests.files.test_preview import body, open_page, sheet, word
from tests.files.test_preview import store as attach
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
WORDS = "<w:p><w:r><w:t>技术方案</w:t></w:r></w:p>"


def kept() -> list[str]:
    return [one.name for one in store.below(f"{FOLDER}/")]


def test_it_is_laid_out_once_and_kept_for_a_day(
    converter: Any, client: Client, auditor: User, subject: Department
) -> None:
    converter()
    attachment = attach(subject, "方案.docx", word(WORDS))
    page, address = open_page(login(client, auditor), attachment)
    assert "<iframe " in page.content.decode()
    answer = client.get(address)
    assert body(answer) == b"%PDF-1.4 laid out"
    assert answer["Content-Type"] == "application/pdf"
    assert len(kept()) == 1
    converter("exit 1")
    assert body(client.get(open_page(client, attachment)[1])) == b"%PDF-1.4 laid out"
    assert Entry.objects.filter(action="file.preview").count() == 2
    remove_orphans(now=timezone.now() + timedelta(days=2))
    assert kept() == []


def test_what_was_made_of_a_file_goes_with_it(
    converter: Any,
    client: Client,
    auditor: User,
    subject: Department,
    django_capture_on_commit_callbacks: Any,
) -> None:
    converter()
    attachment = attach(subject, "方案.docx", word(WORDS))
    open_page(login(client, auditor), attachment)
    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(attachment=attachment, actor=auditor, now=timezone.now())
    assert kept() == []


def test_one_that_waits_for_the_scanner_is_not_laid_out(
    converter: Any, client: Client, auditor: User, subject: Department
) -> None:
    converter()
    attachment = attach(subject, "方案.docx", word(WORDS))
    _, address = open_page(login(client, auditor), attachment)
    Attachment.objects.filter(pk=attachment.pk).update(held=True)
    attachment.refresh_from_db()
    assert preview_kind(attachment) == ""
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "script",
    ["exit 1", 'echo no > "$room/in.pdf"', 'ln -s /etc/passwd "$room/in.pdf"'],
    ids=["fails", "no PDF", "a link"],
)
def test_of_what_cannot_be_laid_out_the_words_are_shown(
    converter: Any, client: Client, auditor: User, subject: Department, script: str
) -> None:
    converter(script)
    attachment = attach(subject, "方案.docx", word(WORDS))
    page, _ = open_page(login(client, auditor), attachment)
    shown = page.content.decode()
    assert "技术方案" in shown
    assert "<iframe " not in shown
    converter()  # nobody has it tried again and again: what takes a minute would keep everybody waiting
    assert "<iframe " not in open_page(client, attachment)[0].content.decode()
    remove_orphans(now=timezone.now() + timedelta(days=2))
    assert "<iframe " in open_page(client, attachment)[0].content.decode()


def test_few_wait_for_the_converter(
    converter: Any,
    client: Client,
    auditor: User,
    subject: Department,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forty who waited for one large file kept all threads, and the page of signing in for a minute."""
    converter()
    attachment = attach(subject, "方案.docx", word(WORDS))
    login(client, auditor)
    url = reverse("files:preview", args=[attachment.pk])
    monkeypatch.setattr(office, "PATIENCE", 0.1)
    with TURNS.turn("office", places=1, seconds=1):
        busy = client.get(url)
    assert busy.status_code == 409
    assert BUSY in busy.content.decode()
    assert kept() == []
    assert "<iframe " in client.get(url).content.decode()


def test_without_a_cage_nothing_is_laid_out(
    converter: Any, client: Client, auditor: User, subject: Department
) -> None:
    converter(code=1)
    page, _ = open_page(login(client, auditor), attach(subject, "方案.docx", word(WORDS)))
    assert "技术方案" in page.content.decode()
    assert not office.is_installed()


def test_whoever_waits_too_long_is_told(converter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    converter("sleep 3")
    monkeypatch.setattr(office, "SECONDS", 0.2)
    with pytest.raises(Refused) as refused:
        office.office_pdf(io.BytesIO(b"x"), "docx")
    assert refused.value.problems == (office.FAILED,)
    monkeypatch.setattr(office, "PATIENCE", 0.1)
    with TURNS.turn("office", places=1, seconds=1), pytest.raises(Busy) as refused:
        office.office_pdf(io.BytesIO(b"x"), "docx")
    assert refused.value.problems == (BUSY,)


def test_libreoffice_itself_sees_nothing_of_ours(settings: Any, tmp_path: Path) -> None:
    """The real program in its cage, where it is installed."""
    settings.OFFICE_PREVIEW = True
    office._is_found.cache_clear()
    if not office.is_installed():
        pytest.skip("LibreOffice or bubblewrap is not installed")
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET-KEY-OF-OURS")
    content = office.office_pdf(io.BytesIO(sheet()), "xlsx")
    assert content.startswith(b"%PDF-")
    room = tmp_path / "room"
    room.mkdir()
    run = [*office._cage(room), "sh", "-c", f"cat {secret} || ls /proc/1/environ /etc/passwd; env"]
    seen = office.subprocess.run(run, capture_output=True, text=True, check=False)
    assert "SECRET" not in seen.stdout + seen.stderr
    assert "DATABASE" not in seen.stdout
