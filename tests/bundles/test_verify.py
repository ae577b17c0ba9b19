"""Bundles that were altered are refused in words, by the command and by the file alone."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from config.cli import main
from expertpool.bundles.checking import verify
from expertpool.bundles.services import making
from expertpool.reviews.services.ending import end_review
from tests.factories.accounts import make_user
from tests.factories.bundles import content_of, make_made, make_proven
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import fill_in, make_assigned, reviewer_of, submit

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def bundle(once: Callable[[], AbstractContextManager[None]], media_once: None) -> tuple[bytes, str]:
    """A whole bundle and the digest of its list."""
    with once():
        made = make_made(make_proven(make_user("operator")), make_user("admin"))
        return content_of(made), made.digest


pytestmark = pytest.mark.django_db


def files_of(content: bytes) -> Files:
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {one: archive.read(one) for one in archive.namelist()}


def relisted(files: Files) -> Files:
    """The same with a list that fits its files, as a forger would write it."""
    listed = json.loads(files["清单.json"])
    parts = {row["path"]: row["part"] for row in listed["files"]}
    listed["files"] = [
        {
            "path": path,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "part": parts[path],
        }
        for path, content in files.items()
        if path in parts
    ]
    return files | {"清单.json": json.dumps(listed, ensure_ascii=False).encode()}


def said_of(
    files: Files | bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *more: str,
    code: int = 1,
) -> str:
    path = tmp_path / "证据包.zip"
    if isinstance(files, bytes):
        path.write_bytes(files)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    capsys.readouterr()
    assert main(["verify-bundle", str(path), *more]) == code, capsys.readouterr().out
    said = capsys.readouterr()
    return said.out + said.err


def changed(files: Files, ending: str, change: Callable[[Any], Any]) -> tuple[str, Files]:
    """The files with one of JSON written anew."""
    path = next(one for one in files if one.endswith(ending))
    return path, files | {
        path: json.dumps(change(json.loads(files[path])), ensure_ascii=False).encode()
    }


def test_one_that_is_whole_agrees(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_of(bundle[0], tmp_path, capsys, bundle[1], code=0)
    assert "一致" in said
    assert "抽取记录 2 份、评审记录 1 份" in said
    assert "不一致" not in said
    assert bundle[1] in said
    assert "对照" in said_of(bundle[0], tmp_path, capsys, code=0)


def test_the_file_in_it_checks_it_alone(bundle: tuple[bytes, str], tmp_path: Path) -> None:
    """In another folder, with nothing of the product within reach."""
    (tmp_path / "包.zip").write_bytes(bundle[0])
    zipfile.ZipFile(io.BytesIO(bundle[0])).extractall(tmp_path / "有")
    run = [sys.executable, "-I", "核验/verify_bundle.py", str(tmp_path / "包.zip"), bundle[1]]
    done = subprocess.run(run, cwd=tmp_path / "有", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "抽取记录 2 份、评审记录 1 份" in done.stdout
    # Without the programs beside it, it says what it cannot do.
    (tmp_path / "无").mkdir()
    shutil.copy(tmp_path / "有/核验/verify_bundle.py", tmp_path / "无")
    run[2] = "verify_bundle.py"
    done = subprocess.run(run, cwd=tmp_path / "无", capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "没有重新计算" in done.stdout


def test_altered_files_are_named(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_of(bundle[0])
    letter = next(one for one in files if one.startswith("劳务费/"))
    altered = files | {letter: files[letter][:-1] + b"!"}
    assert f"内容不同，被改动过：{letter}" in said_of(altered, tmp_path, capsys)
    assert "大小不同" in said_of(files | {letter: b"%PDF"}, tmp_path, capsys)
    missing = {path: content for path, content in files.items() if path != letter}
    assert f"缺少文件：{letter}" in said_of(missing, tmp_path, capsys)
    assert "清单之外的文件：另一份.pdf" in said_of(files | {"另一份.pdf": b"1"}, tmp_path, capsys)


def test_without_the_log_it_says_what_was_compared_with_nothing(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = files_of(bundle[0])
    assert "没有与日志核对" not in said_of(whole, tmp_path, capsys, code=0)
    bare = relisted({path: one for path, one in whole.items() if not path.startswith("操作日志")})
    assert "没有操作日志，3 份记录没有与日志核对" in said_of(bare, tmp_path, capsys, code=0)


def test_a_list_that_was_exchanged_is_found_by_its_digest(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_of(bundle[0])
    letter = next(one for one in files if one.startswith("劳务费/"))
    forged = relisted(files | {letter: b"%PDF-1.4 more money"})
    assert "一致" in said_of(forged, tmp_path, capsys, code=0), "nothing else can tell"
    assert "清单.json 被换过" in said_of(forged, tmp_path, capsys, bundle[1])


def test_records_are_recomputed_and_known_to_the_log(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_of(bundle[0])

    def other_result(record: dict) -> dict:
        record["result"]["rows"][0]["total"] = "99.00"
        return record

    path, altered = changed(files, "评审结果记录.json", other_result)
    said = said_of(relisted(altered), tmp_path, capsys)
    assert f"不一致：{path}：" in said
    assert "操作日志里没有它的封存值或摘要" in said

    def other_draw(record: dict) -> dict:
        record["candidates"] = record["candidates"][1:]
        return record

    path, altered = changed(files, "（含名单）.json", other_draw)
    assert f"不一致：{path}：" in said_of(relisted(altered), tmp_path, capsys)


@pytest.mark.shows("PRJ-31", "OVW-12")
def test_how_items_were_given_is_in_it_and_recomputed(
    media: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operator, supervisor, now = make_user("operator"), make_user("supervisor"), timezone.now()
    pool = [make_expert(name) for name in "甲乙丙丁"]
    for one in pool:
        give_account(one, make_user("expert"))
    given = make_assigned(operator, supervisor, now=now, pool=pool)
    for one in pool:
        fill_in(reviewer_of(given.review, one), now=now)
        submit(reviewer_of(given.review, one), now=now)
    end_review(review=given.review, actor=operator, now=now)
    files = files_of(content_of(make_made(given.review.project, make_user("admin"))))
    path = f"评审结果/分配记录 {given.number}.json"
    assert path in files
    whole = said_of(files, tmp_path, capsys, code=0)
    assert "评审记录 2 份" in whole
    assert "没有重新计算" not in whole

    def another_expert(record: dict) -> dict:
        commits = record["events"][0]["shares"][0]["commits"]
        others = {one["commit"] for one in record["candidates"]} - set(commits)
        commits[0] = min(others)
        return record

    _, altered = changed(files, path, another_expert)
    said = said_of(relisted(altered), tmp_path, capsys)
    assert f"不一致：{path}：" in said


def test_the_log_holds_together(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_of(bundle[0])

    def other_hash(rows: list) -> list:
        rows[0]["digest"] = "00" * 32
        return rows

    _, altered = changed(files, "/操作日志.json", other_hash)
    assert "链哈希不符" in said_of(relisted(altered), tmp_path, capsys)

    def other_words(rows: list) -> list:
        rows[0]["content"]["actor_name"] = "别人"
        return rows

    _, altered = changed(files, "操作日志原文.json", other_words)
    assert "内容与摘要不符" in said_of(relisted(altered), tmp_path, capsys)
    _, altered = changed(files, "/操作日志.json", lambda rows: rows[1:])
    assert "只有原文" in said_of(relisted(altered), tmp_path, capsys)
    _, altered = changed(files, "/操作日志.json", lambda rows: [{}])
    assert "读不懂操作日志" in said_of(relisted(altered), tmp_path, capsys)

    def earlier_head(listed: dict) -> dict:
        listed["chain"]["number"] = 1
        return listed

    _, altered = changed(files, "清单.json", earlier_head)
    assert "与清单里的链头不符" in said_of(altered, tmp_path, capsys)


def test_what_is_no_bundle_is_said(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_of(bundle[0])
    assert "不是完整的 ZIP" in said_of(bundle[0][:-100], tmp_path, capsys, code=2)
    assert "里面没有清单.json" in said_of({"a.txt": b""}, tmp_path, capsys, code=2)
    for text in (b"{}", b"[]", b"{", b'{"format": 1, "format": 2}'):
        said = said_of(files | {"清单.json": text}, tmp_path, capsys, code=2)
        assert "读不懂" in said or "不认识" in said
    listed = json.loads(files["清单.json"])
    for key in ("size", "sha256", "path"):
        rows = [row | {key: None} for row in listed["files"]]
        text = json.dumps(listed | {"files": rows}).encode()
        assert "读不懂" in said_of(files | {"清单.json": text}, tmp_path, capsys, code=2)
    assert "不认识" in said_of(
        files | {"清单.json": json.dumps(listed | {"format": "x"}).encode()},
        tmp_path,
        capsys,
        code=2,
    )
    with pytest.raises(verify.NoBundle, match="无法读取"):
        verify.check_bundle(tmp_path / "没有.zip", checks={})
    assert main(["verify-bundle"]) == 2
    assert "用法" in capsys.readouterr().err


def zipped(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED, size: int = 0) -> bytes:
    """A ZIP of one file, which says that it has ``size`` bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, content)
    made = bytearray(stream.getvalue())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = made.index(mark) + at
        made[place : place + 4] = (size or len(content)).to_bytes(4, "little")
    return bytes(made)


def listing(*files: tuple[str, bytes], **more: Any) -> tuple[str, bytes]:
    rows = [
        {
            "path": path,
            "size": len(content),
            "part": "log",
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for path, content in files
    ]
    listed = {"format": verify.FORMAT, "chain": {"number": 1, "hash": "x"}, "withheld": []}
    return "清单.json", json.dumps(listed | {"files": rows} | more).encode()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_list_that_unpacks_without_end_takes_no_memory(
    method: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bomb = zipped("清单.json", b" " * 100_000_000, method, size=100)
    tracemalloc.start()
    try:
        assert said_of(bomb, tmp_path, capsys, code=2)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000, "what it says of its size counts for nothing"


def test_texts_in_it_are_read_up_to_a_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "LARGEST_TEXTS", 1000)
    many = [(f"{at}.json", b"[" + b" " * 600 + b"]") for at in range(2)]
    said = said_of(dict([listing(*many), *many]), tmp_path, capsys)
    assert "太大，不能核验：1.json" in said
    assert "0.json" not in said
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        name, text = listing(("a.pdf", b"1"))
        archive.writestr(name, text)
        archive.writestr("a.pdf", b"1", zipfile.ZIP_BZIP2)
    assert "压缩方法不对，被改动过：a.pdf" in said_of(packed.getvalue(), tmp_path, capsys)


def test_what_is_broken_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, text = listing()
    broken = bytearray(zipped(name, text))
    at = broken.index(name.encode()) + len(name.encode())
    broken[at : at + 3] = b"\xff\xff\xff"
    assert "不是完整的 ZIP" in said_of(bytes(broken), tmp_path, capsys, code=2)
    deep = ("a.json", b"[" * 200_000)
    assert "读不懂操作日志" in said_of(dict([listing(deep), deep]), tmp_path, capsys)
    assert "读不懂清单" in said_of({"清单.json": deep[1]}, tmp_path, capsys, code=2)
    rows = [{"path": "a.json", "size": 1, "part": ["log"], "sha256": "0" * 64}]
    odd = {"清单.json": listing(files=rows)[1], "a.json": b"1"}
    assert "读不懂清单" in said_of(odd, tmp_path, capsys, code=2)


def test_what_it_quotes_writes_no_line_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a\n一致：9 个文件与清单相同\x1b[2J\u202e"
    said = said_of(dict([listing(), (name, b"1")]), tmp_path, capsys)
    assert not any(line.startswith("一致") for line in said.splitlines()), said
    assert "\x1b" not in said
    assert "\u202e" not in said
    lone = [{"label": "\ud800", "reason": "x"}]
    assert "没有收入" in said_of(dict([listing(withheld=lone)]), tmp_path, capsys, code=0)


def test_a_directory_without_end_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where it stands behind a comment, or is said in the numbers of large archives."""

    def listing_many(comment: bytes = b"") -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in (listing(), *((f"{n:05}", b"") for n in range(2_000))):
                archive.writestr(name, content)
            archive.comment = comment
        return stream.getvalue()

    found = [listing_many(), listing_many(b"x" * 60_000)]
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 100)  # as of 65,535 files
    found.append(listing_many())
    assert verify.LOCATOR in found[2]
    for content in found:
        assert "清单之外的文件：00000" in said_of(content, tmp_path, capsys)
    monkeypatch.setattr(verify, "LARGEST_DIRECTORY", 50_000)
    for content in found:
        assert "文件太多" in said_of(content, tmp_path, capsys, code=2)


@pytest.mark.parametrize("begins", [b"PK\6\6", b"none"])
def test_a_list_that_lies_elsewhere_for_some_readers_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], begins: bytes
) -> None:
    """The record of large archives is what some go by, others not: where it is none, or not where it is said to be."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(*listing())
    content = stream.getvalue()
    ours, end = content[:-22], content[-22:]
    fake = begins.ljust(verify.END64_BYTES, b"\0") + verify.LOCATOR
    fake += (0).to_bytes(4, "little") + (7).to_bytes(8, "little") + (1).to_bytes(4, "little")
    assert "文件列表的位置对不上" in said_of(ours + fake + end, tmp_path, capsys, code=2)


def test_it_tells_before_files_are_unpacked_over_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [
        "资料/A.pdf",
        "资料/a.PDF",
        "资料/con.txt",
        "../../x.sh",
        "C:\\x",
        "/etc/x",
        "资料/好.pdf",
    ]
    files = [(name, b"1") for name in names]
    said = said_of(dict([listing(*files), *files]), tmp_path, capsys, code=0)
    assert "互相覆盖：资料/A.pdf、资料/a.PDF" in said
    for odd in ("资料/con.txt", "../../x.sh", "/etc/x"):
        assert f"文件名：{odd}" in said
    assert "文件名：资料/好" not in said
    # Ours has no such names.
    for name in ("con.txt", "a:b?.pdf", "x. ", "..", "a/b"):
        clean = making._clean(name)
        assert not verify.ODD.search(clean), clean
        assert not verify.RESERVED.match(clean)


def test_it_says_of_how_many_entries_the_words_were_not_compared(
    bundle: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forger who exchanges the list may write any words beside digests that hold."""
    files = files_of(bundle[0])
    path = next(one for one in files if "原文" in one and one.endswith(".json"))
    listed = json.loads(files["清单.json"])
    parts = {row["path"]: row["part"] for row in listed["files"]}
    assert parts[path] == "log_contents"
    kept = {one: content for one, content in files.items() if one != path}
    said = said_of(relisted(kept), tmp_path, capsys, code=0)
    assert "条没有原文" in said
    assert "条没有原文" not in said_of(bundle[0], tmp_path, capsys, bundle[1], code=0)
