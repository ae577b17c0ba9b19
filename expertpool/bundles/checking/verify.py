"""Checks the evidence bundle of a project: that nothing in it was altered, added or taken away.

    python3 verify_bundle.py 证据包.zip [清单摘要]      or      expertpool verify-bundle 证据包.zip [清单摘要]

One file, the standard library, nothing of the rest of the product. Each file is compared with the list in the bundle
(清单.json), the entries of the log with each other; the records of draws and results are recomputed by verify_draw.py and
verify_review.py, which lie beside this file. Whoever has the digest of the list, as the system and its log tell it, gives it: the
list itself cannot be exchanged then. Exit code 0: nothing was altered, 1: something was, 2: it is no bundle.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import sys
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TextIO

FORMAT = "expertpool-bundle/1"
LIST = "清单.json"
DRAWS, REVIEWS, LOG, CONTENTS = "draws", "reviews", "log", "log_contents"
NAMES = "names"  # records of draws with who sat
PIECE = 1024 * 1024
LARGEST_LIST = 64 * PIECE
LARGEST_TEXTS = 512 * PIECE  # of all JSON together, unpacked: it is read in memory
LARGEST_DIRECTORY = 16 * PIECE  # of the names in it: a hundred thousand files
LAST = 22 + 65_535 + 20 + 56  # bytes in which an archive says where its list is
END, END_BYTES, LOCATOR, LOCATOR_BYTES = b"PK\5\6", 22, b"PK\6\7", 20
END64, END64_BYTES, ELSEWHERE = b"PK\6\6", 56, 0xFFFFFFFF  # a length that stands there
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without bound
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
# What reading a text by anybody may come to.
UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError),
)
# Names by which a file is unpacked elsewhere, or not at all.
ODD = re.compile(r'[\x00-\x1f\\:*?"<>|]|^/|(^|/)\.\.?(/|$)|[. ](/|$)')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
HEX = frozenset("0123456789abcdef")

Check = Callable[[bytes], str]  # content -> what differs, or nothing


class NoBundle(Exception):
    """The file is no evidence bundle; the message says why."""


@dataclass
class Found:
    """What came of a check: what differs, how many of each were looked at, and what could not be."""

    digest: str = ""
    differences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    room: int = field(default_factory=lambda: LARGEST_TEXTS)


def check_bundle(path: str | Path, *, expected: str = "", checks: dict[str, Check]) -> Found:
    """Check the bundle at ``path``; ``expected``: the digest of its list, if it is known. ``checks``: how the records of each
    part are recomputed. Raises NoBundle."""
    try:
        with Path(path).open("rb") as file:
            _check_directory(file)
        with zipfile.ZipFile(path) as archive:
            return _check(archive, expected, checks)
    except OSError as error:
        raise NoBundle(f"无法读取：{error.strerror or error}") from error
    except (*BROKEN, ValueError) as error:
        raise NoBundle("不是完整的 ZIP 文件，可能没有下载完") from error


def _check_directory(file: BinaryIO) -> None:
    """Refuse (NoBundle) an archive that lists far more files than a bundle has, before the list is read: a million empty ones
    take half a gigabyte of whoever reads it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - LAST, 0))
    last = file.read()
    # As `zipfile` looks for it: at the very end, or before a comment.
    at = len(last) - END_BYTES
    if last[-END_BYTES : -END_BYTES + 4] != END or last[-2:] != b"\0\0":
        at = last.rfind(END)
    if at < 0:
        return
    length = int.from_bytes(last[at + 12 : at + 16], "little")
    if at >= LOCATOR_BYTES and last[at - LOCATOR_BYTES :].startswith(LOCATOR):
        begin = at - LOCATOR_BYTES - END64_BYTES
        huge = last[max(begin, 0) :]
        said = int.from_bytes(last[at - LOCATOR_BYTES + 8 : at - LOCATOR_BYTES + 16], "little")
        # Readers differ in whether they look there, or right before: elsewhere each reads another list.
        if not huge.startswith(END64) or said != size - len(last) + begin:
            raise NoBundle("文件列表的位置对不上，不是本系统的证据包")
        length = 0 if length == ELSEWHERE else length
        length = max(length, int.from_bytes(huge[40:48], "little"))
    if length > LARGEST_DIRECTORY:
        raise NoBundle("里面的文件太多，不是本系统的证据包")


def _check(archive: zipfile.ZipFile, expected: str, checks: dict[str, Check]) -> Found:
    found = Found()
    entries = {one.filename: one for one in archive.infolist()}
    twice = Counter(one.filename for one in archive.infolist())
    if LIST not in entries or entries[LIST].file_size > LARGEST_LIST:
        raise NoBundle(f"里面没有{LIST}，不是证据包")
    if twice[LIST] > 1:
        raise NoBundle(f"里面有两份{LIST}")
    if entries[LIST].compress_type not in METHODS:
        raise NoBundle(f"{LIST}的压缩方法不对")
    text = b"".join(_pieces(archive, entries[LIST]))
    found.digest = hashlib.sha256(text).hexdigest()
    listed = _read_list(text)
    if expected and expected.strip().lower() != found.digest:
        found.differences.append(f"清单的摘要与给出的不同：清单.json 被换过，给出的是 {expected}")
    found.differences += [f"有两个同名文件：{name}" for name, n in twice.items() if n > 1]
    names = [row["path"] for row in listed["files"]]
    if len(set(names)) < len(names):
        found.differences.append("清单里有重复的文件")
    extra = entries.keys() - set(names) - {LIST}
    found.differences += [f"清单之外的文件：{name}" for name in sorted(extra)]
    found.notes += _hard_to_unpack(entries)
    contents: dict[str, list[tuple[str, bytes]]] = {}
    for row in listed["files"]:
        if row["path"] not in entries:
            found.differences.append(f"缺少文件：{row['path']}")
        elif (content := _same(archive, entries[row["path"]], row, found)) is not None:
            contents.setdefault(row["part"], []).append((row["path"], content))
    found.counts["files"] = len(names)
    seals = list(_recompute(contents, checks, found))
    _check_log(contents, listed["chain"], seals, found)
    for row in listed["withheld"]:
        found.notes.append(f"没有收入：{row['label']}（{row['reason']}）")
    return found


def _hard_to_unpack(names: Iterable[str]) -> Iterator[str]:
    """Yield what to know before the files are unpacked: where they overwrite each other, or lie elsewhere than they seem to."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(unicodedata.normalize("NFC", name).casefold(), []).append(name)
        if ODD.search(name) or any(RESERVED.match(part) for part in name.split("/")):
            yield f"解压时可能写到别处或打不开的文件名：{name}"
    for same in alike.values():
        if len(same) > 1:
            yield f"解压到 Windows 或 Mac 上会互相覆盖：{'、'.join(same)}"


def _read_list(text: bytes) -> dict[str, Any]:
    try:
        listed = json.loads(text, object_pairs_hook=_object)
        if listed["format"] != FORMAT:
            raise NoBundle(f"不认识这种证据包：{listed['format']}")
        for row in listed["files"]:
            texts = isinstance(row["path"], str) and isinstance(row["part"], str)
            if not (texts and type(row["size"]) is int and row["part"]):
                raise NoBundle(f"读不懂{LIST}")
            if len(row["sha256"]) != 64 or not set(row["sha256"]) <= HEX:
                raise NoBundle(f"读不懂{LIST}")
        if not (type(listed["chain"]["number"]) is int and listed["chain"]["hash"]):
            raise NoBundle(f"读不懂{LIST}")
        for row in listed["withheld"]:
            row["label"], row["reason"]
    except UNREADABLE as error:
        raise NoBundle(f"读不懂{LIST}") from error
    return dict(listed)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    # Readers differ in which of two equal keys they take.
    if len(content) < len(pairs):
        raise ValueError
    return content


def _same(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, row: dict[str, Any], found: Found
) -> bytes | None:
    """Compare a file with the list; return its content where it is JSON and the same."""
    if entry.file_size != row["size"]:
        found.differences.append(f"大小不同，被改动过：{row['path']}")
        return None
    if entry.compress_type not in METHODS:
        found.differences.append(f"压缩方法不对，被改动过：{row['path']}")
        return None
    digest, kept = hashlib.sha256(), bytearray()
    keep = row["path"].endswith(".json")
    if keep:
        found.room -= entry.file_size
        if found.room < 0:
            found.differences.append(f"太大，不能核验：{row['path']}")
            return None
    try:
        for piece in _pieces(archive, entry):
            digest.update(piece)
            if keep:
                kept += piece
    except BROKEN:
        found.differences.append(f"内容损坏：{row['path']}")
        return None
    if digest.hexdigest() != row["sha256"]:
        found.differences.append(f"内容不同，被改动过：{row['path']}")
        return None
    return bytes(kept) if keep else None


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a file bit by bit: read at once it is unpacked whole, however small it says that it is."""
    with archive.open(entry) as file:
        while piece := file.read(PIECE):
            yield piece


# --- What the records say -----------------------------------------------------------------------


def _recompute(
    contents: dict[str, list[tuple[str, bytes]]], checks: dict[str, Check], found: Found
) -> Iterator[tuple[str, str]]:
    """Recompute each record; yield its path and what the log tells of it: its seal, or its digest."""
    for part in (DRAWS, NAMES, REVIEWS):
        for path, content in contents.get(part, []):
            if part not in checks:
                found.notes.append(f"没有重新计算：{path}（本文件旁边没有核验程序）")
            elif difference := checks[part](content):
                found.differences.append(f"{path}：{difference}")
            else:
                found.counts[part] += 1
            try:
                record = json.loads(content)
                known = record["seal"] if "seal" in record else _digest(record)
            except UNREADABLE:
                found.differences.append(f"读不懂：{path}")
            else:
                yield path, str(known)


def _digest(value: Any) -> str:
    """SHA-256 of canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- The log ------------------------------------------------------------------------------------


def _check_log(
    contents: dict[str, list[tuple[str, bytes]]],
    head: dict[str, Any],
    seals: list[tuple[str, str]],
    found: Found,
) -> None:
    """Check each entry of the extract: its link, its neighbours, its content, and that no record is without its seal; where
    there is none, say how many records were compared with nothing."""
    try:
        rows = [row for _, one in contents.get(LOG, []) for row in json.loads(one)]
        said = {
            row["number"]: row["content"]
            for _, one in contents.get(CONTENTS, [])
            for row in json.loads(one)
        }
        before: dict[int, str] = {}
        for row in sorted(rows, key=lambda one: one["number"]):
            number, where = row["number"], f"操作日志第 {row['number']} 条"
            link = hashlib.sha256(bytes.fromhex(row["previous"]) + bytes.fromhex(row["digest"]))
            if link.hexdigest() != row["hash"]:
                found.differences.append(f"{where}：链哈希不符，被改动过")
            if number - 1 in before and before[number - 1] != row["previous"]:
                found.differences.append(f"{where}：与前一条接不上")
            if number > head["number"] or (
                number == head["number"] and row["hash"] != head["hash"]
            ):
                found.differences.append(f"{where}：与清单里的链头不符")
            if number in said and _digest(said[number]) != row["digest"]:
                found.differences.append(f"{where}：内容与摘要不符，被改动过")
            before[number] = row["hash"]
        unknown = said.keys() - before.keys()
        found.differences += [f"操作日志第 {one} 条只有原文，没有链哈希" for one in sorted(unknown)]
        found.counts["entries"], found.counts["contents"] = len(rows), len(said)
        found.notes += _not_compared(len(before.keys() - said.keys()))
    except UNREADABLE:
        found.differences.append("读不懂操作日志")
        return
    if rows:
        _check_seals(contents, seals, found)
    elif seals:
        found.notes.append(f"没有操作日志，{len(seals)} 份记录没有与日志核对")


def _check_seals(
    contents: dict[str, list[tuple[str, bytes]]], seals: list[tuple[str, str]], found: Found
) -> None:
    """Ask of each record that the log has its seal: what that says was linked long before the bundle was made."""
    log = "".join(one.decode() for part in (LOG, CONTENTS) for _, one in contents.get(part, []))
    for path, seal in seals:
        if seal not in log:
            found.differences.append(f"{path}：操作日志里没有它的封存值或摘要，不是当时的记录")


def _not_compared(count: int) -> Iterator[str]:
    if count:
        yield f"操作日志有 {count} 条没有原文：核对了链哈希，列出的操作人、内容等文字没有核对"


# --- Run ------------------------------------------------------------------------------------------


def checks_beside() -> dict[str, Check]:
    """Return the checks of the files that lie beside this one."""
    here = Path(__file__).resolve().parent
    return checks_by(_load(here / "verify_draw.py"), _load(here / "verify_review.py"))


def checks_by(draws: Any, reviews: Any) -> dict[str, Check]:
    """Return the checks of the parts of a bundle by the modules that recompute draws and results, as far as they are there."""
    checks: dict[str, Check] = {}
    if draws is not None:
        checks[DRAWS] = checks[NAMES] = check_of_draws(draws)
    if draws is not None and reviews is not None:
        checks[REVIEWS] = check_of_reviews(reviews, draws)
    return checks


def check_of_draws(verify: Any) -> Check:
    return lambda content: verify.find_difference_in_text(content) or ""


def check_of_reviews(verify: Any, draws: Any) -> Check:
    """The record of a result, or of who was given what to review, which is a draw."""

    def check(content: bytes) -> str:
        try:
            record = json.loads(content)
            if "protocol" in record:
                return draws.find_difference_in_text(content) or ""
            if record["format"] not in verify.FORMATS:
                return f"不是这种记录：{record['format']}"
            return "；".join(verify.differences(record))
        except UNREADABLE as error:
            return f"读不懂这份记录：{error}"

    return check


def _load(path: Path) -> Any:
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # its dataclasses ask for it
    spec.loader.exec_module(module)
    return module


def _say(line: str, *, stream: TextIO | None = None) -> None:
    """Print ``line`` as one line: what it quotes of a file by anybody writes no other, and steers no screen."""
    stream = stream or sys.stdout
    plain = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in line)
    encoding = stream.encoding or "utf-8"
    print(plain.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def main(
    arguments: list[str],
    *,
    called: str = "python3 verify_bundle.py",
    checks: dict[str, Check] | None = None,
) -> int:
    """Check the bundle named in ``arguments``, against the digest of its list if that is given too."""
    if len(arguments) not in (1, 2):
        print(f"用法：{called} 证据包.zip [清单摘要]", file=sys.stderr)
        return 2
    try:
        found = check_bundle(
            arguments[0],
            expected=arguments[1] if len(arguments) > 1 else "",
            checks=checks_beside() if checks is None else checks,
        )
    except NoBundle as error:
        _say(f"不是可以核验的证据包：{error}", stream=sys.stderr)
        return 2
    for line in found.differences:
        _say(f"不一致：{line}")
    if not found.differences:
        counts = found.counts
        print(
            f"一致：{counts['files']} 个文件与清单相同；重新核验抽取记录 {counts[DRAWS] + counts[NAMES]} 份、"
            f"评审记录 {counts[REVIEWS]} 份、操作日志 {counts['entries']} 条（其中核对原文 {counts['contents']} 条）"
        )
    for line in found.notes:
        _say(f"说明：{line}")
    print(f"清单摘要（SHA-256）：{found.digest}")
    if len(arguments) == 1:
        print(
            "请与系统中这份证据包的页面或操作日志里的清单摘要对照；对照一致，清单本身也没有被换过。"
        )
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
