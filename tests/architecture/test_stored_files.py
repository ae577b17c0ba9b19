"""Files are kept by one store (`core.storing`), and those of a subject are read by one door."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from expertpool.certificates.models.run import FOLDER as CERTIFICATES
from expertpool.core.bulk import FOLDER as BULK
from expertpool.core.models.exports import EXPORTS
from expertpool.core.models.imports import IMPORTS
from expertpool.core.storing import KEPT_FOLDERS
from expertpool.draws.queries.recordings import PARTS
from expertpool.files.models import FOLDER as ATTACHMENTS
from expertpool.files.services.layout import FOLDER as PREVIEWS
from expertpool.telephone.channels.sentences import FOLDER as SENTENCES
from expertpool.telephone.services.calls import FOLDER as CALLS
from tests.architecture.app_order import APPS_DIR

# Scratch paper of one process (`folder_of_parts`), and how much of the disk is left.
KEEPERS = {"core/storing", "core/waiting.py", "core/health/program.py"}
BY_HAND = re.compile(r"\bMEDIA_ROOT\b|\bdefault_storage\b|\bFileSystemStorage\b")
# Only there it is known whether somebody may read it yet, and by what it is encrypted.
READER = {"files/queries", "files/services"}
READ_BY_HAND = re.compile(r"\.file\.(open|url|path)\b|queries\.content import .*\bcontent\b")
# Who writes into the store, and into which folder.
WRITES = re.compile(r"\bstore\.(save|replace)\(|\bupload_to=|\bWaitingFile\(")
WRITERS = {
    "certificates/models/run.py": CERTIFICATES,
    "core/bulk.py": BULK,
    "core/models/exports.py": EXPORTS,
    "core/models/imports.py": IMPORTS,
    "draws/queries/recordings.py": PARTS,
    "files/models.py": ATTACHMENTS,
    "files/services/layout.py": PREVIEWS,
    "telephone/channels/sentences.py": SENTENCES,
    "telephone/services/calls.py": CALLS,
}
GIVEN = {"core/waiting.py", "backups"}  # they write by a name that they were given
# What waits, and is swept once nothing names it.
SWEEPERS = re.compile(r"\bremove_unnamed\((\w+), ")
GUIDES = ("backup.md", "backup-server.md", "scaling.md")


def found(pattern: re.Pattern[str], but: Iterable[str]) -> list[str]:
    def excepted(path: Path) -> bool:
        place = path.relative_to(APPS_DIR).as_posix()
        return any(place == one or place.startswith(f"{one}/") for one in but)

    return [
        f"{path.relative_to(APPS_DIR)}: {hit[0]}"
        for path in sorted(APPS_DIR.rglob("*.py"))
        if not excepted(path)
        for hit in pattern.finditer(path.read_text())
    ]


def test_nobody_keeps_files_past_the_store() -> None:
    assert found(BY_HAND, KEEPERS) == []


def test_files_of_subjects_are_read_by_one_door() -> None:
    assert found(READ_BY_HAND, READER) == []


def test_the_searches_find_the_doors_themselves() -> None:
    assert found(BY_HAND, ()) != []
    assert found(READ_BY_HAND, ()) != []


def test_what_is_written_into_the_store_is_kept_or_swept() -> None:
    """What is in no folder of the list is in no backup."""
    writers = {hit.partition(":")[0] for hit in found(WRITES, GIVEN)}
    assert {name for name in writers if "/migrations/" not in name} == WRITERS.keys()
    top = {folder.partition("/")[0] for folder in WRITERS.values()}
    swept = {BULK, EXPORTS, IMPORTS, CERTIFICATES, PREVIEWS}
    assert set(KEPT_FOLDERS.codes) == {ATTACHMENTS, CALLS}
    assert top == swept | set(KEPT_FOLDERS.codes)
    assert len(found(SWEEPERS, {"core/waiting.py"})) == len(swept)


@pytest.mark.parametrize("name", GUIDES)
def test_the_guides_tell_to_copy_every_folder_that_is_kept(name: str) -> None:
    guide = (APPS_DIR.parent / "docs" / "operations" / name).read_text()
    assert [code for code in KEPT_FOLDERS.codes if f"`{code}`" not in guide] == []
