"""Check the record of a VDRAW-1 draw:  python verify.py record.json

Prints 一致 if everything in the record follows from its rule, candidates and revealed values,
and of which draw it is, how that ended, how many events the record has and the head of their chain, to be compared with
the public page or the printed sheet: a record whose last events were cut off holds by itself. Otherwise the first
difference. With the head of the chain as it was shown the comparison is made here:  python verify.py record.json HEAD.
The record of an assignment of items to experts is checked likewise.
Of a short record, public while names are sealed, seal, seed, tickets
and chain of events are checked; with two files, a short record and the whole one, also that they are
of the same draw:  python verify.py short.json record.json. Needs Python 3.11 or newer and nothing else: no database, no network,
no other file of the system that made the record, and none of that system's code.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

TAG = b"VDRAW-1"
CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
TIME = re.compile(rf"\d{{4}}-\d\d-\d\dT{CLOCK}(:[0-5]\d)?[+-]{CLOCK}", re.ASCII)
# Written once more rather than imported: this file is checked, and carried away, alone.
SKIP_REASONS = (
    "on_leave",
    "busy",
    "blacklisted",
    "avoided",
    "frozen",
    "expired",
    "removed",
    "ineligible",
)
EXIT_REASONS = (
    "declined", "no_answer", "unreached", "leave", "conflict", "replaced", *SKIP_REASONS
)  # fmt: skip
EVENTS = ("drawn", "exit", "skip", "supplement", "end")
CHAINED_EVENTS = (*EVENTS, "note", "reschedule", "void")
ASSIGNMENT_EVENTS = ("drawn", "exit", "recuse", "skip", "supplement", "end", "void")
ASSIGNMENT_KEYS = (
    "protocol", "form", "rule", "items", "candidates",
    "seal", "reveals", "seed", "events", "openings",
)  # fmt: skip
SHORT_KEYS = (
    "protocol", "form", "hash", "rule", "leaves", "root", "seal",
    "nonce_commit", "reveals", "seed", "tickets", "events",
)  # fmt: skip
# Notes of what one person asks and another agrees to.
NOTES_OF_TWO = ("emergency", "early_release")
# Notes by which the names of those who sit became known; by the last one of themselves, as their time had come.
RELEASED = "released"
OPENING_NOTES = ("early_release", "all_present", RELEASED)
UNREADABLE = {
    FileNotFoundError: "没有这个文件",
    NotADirectoryError: "没有这个文件",
    IsADirectoryError: "这是目录，不是文件",
    PermissionError: "没有读取的权限",
}
STATES = {
    "success": "抽取成功",
    "success_supplement": "抽取成功（补抽）",
    "unsatisfied": "不满足",
    "void": "已作废",
}
ASSIGNMENT_STATES = {
    "success": "全部分配",
    "success_supplement": "全部分配（经补充）",
    "unsatisfied": "有评审对象缺专家",
    "void": "已作废",
}
ABOUT_STANDING = "请与公开页面或抽取表上的核对：不同的，是记录较旧或最后的事件被截去"
HELP = frozenset({"-h", "--help"})
HEAD = re.compile(r"[0-9a-f]{64}")
ABOUT_SHORT = "公开前的记录：只核对封存、定序和事件链；席位在完整记录公开后核对"

Hash = Callable[[bytes], bytes]


def find_difference(record: Any, *, is_whole: bool = True) -> str | None:
    """The first difference as a Chinese sentence that names the place, or None if there is none.

    ``is_whole`` False: the draw still goes on, and its events stop anywhere.
    """
    try:
        if is_assignment(record):
            _check_assignment(record, is_whole)
        elif is_short(record):
            _check_short(record)
        else:
            _check_record(record, is_whole)
    except Difference as difference:
        return str(difference)
    except RecursionError:
        # A file from anybody may be nested without end.
        return "记录的嵌套层数过多"
    return None


def find_difference_in_text(text: bytes | str) -> str | None:
    """The same for a record as JSON text, which may be malformed too."""
    try:
        record = json.loads(
            text, object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_constant
        )
    except Difference as difference:
        return str(difference)
    except json.JSONDecodeError as error:
        return f"不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列附近有错误"
    except UnicodeDecodeError:
        return "不是有效的 JSON：文件不是 UTF-8 编码"
    except RecursionError:
        return "记录的嵌套层数过多"
    except ValueError:
        # Python refuses to read numbers of thousands of digits.
        return "不是有效的 JSON：有无法读取的数字"
    return find_difference(record)


def find_misfit(short: Any, record: Any) -> str | None:
    """In what a short record is not of the draw of the whole ``record``, or None if it is. Both hold
    for themselves (`find_difference`)."""
    try:
        _check_same_draw(short, record)
    except Difference as difference:
        return str(difference)
    return None


def is_short(record: Any) -> bool:
    """Whether this means to be the short record of a draw whose names are sealed."""
    return isinstance(record, dict) and "form" in record and not is_assignment(record)


def is_assignment(record: Any) -> bool:
    """Whether this means to be the record of an assignment of items to experts."""
    return isinstance(record, dict) and record.get("form") == "assignment"


def main(argv: list[str], called: str = "python verify.py") -> int:
    """Check the file named in ``argv``, with the head of its chain as it was shown, or the two, of which one is a
    short record; 0 if all agrees, 1 if not, 2 if a file cannot be read. ``called``: how this is run, for who names no
    file."""
    # Copied from a page or a sheet, where it stands in parts.
    shown = "".join("".join(argv[1:]).split()).lower()
    names = argv[:1] if HEAD.fullmatch(shown) else argv
    asks_how = not HELP.isdisjoint(argv)
    if asks_how or len(names) not in (1, 2):
        say(f"用法：{called} 记录.json [事件链头]  或  {called} 公开前的记录.json 记录.json")
        return 0 if asks_how else 2
    records = []
    for name in names:
        try:
            text = Path(name).read_bytes()
        except OSError as error:
            say(f"无法读取 {name}：{_why(error)}")
            return 2
        place = f"{name}：" if len(names) > 1 else ""
        if difference := find_difference_in_text(text):
            say(place + difference)
            return 1
        records.append(json.loads(text))
        say(f"{place}一致")
        say(f"{standing(records[-1])}。")
        if is_short(records[-1]):
            say(ABOUT_SHORT)
    if names != argv:
        return _compare_head(records[0], shown)
    if len(names) == 2:
        return _compare(records)
    say(ABOUT_STANDING)
    return 0


def standing(record: Any) -> str:
    """Of which draw a record is that holds, how it ended, how many events it has, and the head of their chain where they
    have one: by these a public page or a printed sheet says whether others have followed. A short record says no
    number and no types of events, but the seal."""
    events = record["events"]
    if is_short(record):
        said = [f"封存值：{record['seal']}"]
    else:
        said = [f"{'分配' if is_assignment(record) else '抽取'}编号：{record['rule']['draw_id']}"]
    ends = [one for one in events if one.get("type") in ("end", "void")]
    if ends:
        states = ASSIGNMENT_STATES if is_assignment(record) else STATES
        state = ends[-1].get("state", "void")
        said.append(f"状态：{states.get(state, state)}")
    said.append(f"事件：{len(events)} 个")
    if head := events[-1].get("hash"):
        said.append(f"事件链头：{head}")
    return "；".join(said)


def _compare_head(record: Any, shown: str) -> int:
    """Say whether the chain of a ``record`` ends where that of its draw did when the head was ``shown``."""
    heads = [event.get("hash") for event in record["events"]]
    if shown not in heads:
        say("事件链头不符：记录较旧，或最后的事件被截去，或不是同一次抽取")
        return 1
    later = len(heads) - 1 - heads.index(shown)
    say(
        "事件链头相符：到这个链头为止，记录没有缺少事件"
        if not later
        else f"给出的链头之后又有 {later} 个事件：记录较新"
    )
    return 0


def _compare(records: list[Any]) -> int:
    records.sort(key=is_short, reverse=True)
    if [is_short(record) for record in records] != [True, False]:
        say("两份文件中应有一份公开前的记录和一份完整记录")
        return 2
    misfit = find_misfit(*records)
    say(misfit or "两份记录属于同一次抽取：封存、候选人、定序和事件链都相符")
    return 1 if misfit else 0


def _why(error: OSError) -> str:
    for kind, words in UNREADABLE.items():
        if isinstance(error, kind):
            return words
    return f"系统不让读取（{error.errno}）"


def say(line: str) -> None:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has gone (`| head`): the exit code still tells, and Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Difference(Exception):
    """Something in the record is not as it must be."""


def fail(message: str) -> NoReturn:
    raise Difference(message)


def need(holds: bool, message: str) -> None:
    if not holds:
        fail(message)


# --- The whole record ---------------------------------------------------------------------------


def _check_record(record: Any, is_whole: bool) -> None:
    _check_keys(
        record,
        "记录",
        ["protocol", "rule", "candidates", "seal", "reveals", "seed", "events", "openings"],
    )
    need(record["protocol"] == "VDRAW-1", "记录的 protocol 应为 VDRAW-1")
    rule, candidates = record["rule"], record["candidates"]
    _check_rule(rule)
    digest = hash_named(rule["hash"])
    _check_candidates(candidates, rule)
    leaves = _check_leaves(candidates, digest)
    seal = seal_of(rule, leaves, digest)
    _check_value(record["seal"], seal.hex(), "记录的 seal（封存值）")
    _check_reveals(record["reveals"], rule, digest)
    values = [bytes.fromhex(reveal["value"]) for reveal in record["reveals"]]
    seed = digest(b"\x03" + TAG + seal + b"".join(digest(value) for value in values))
    _check_value(record["seed"], seed.hex(), "记录的 seed（种子）")
    order = sorted(range(len(leaves)), key=lambda i: digest(b"\x04" + TAG + seed + leaves[i]))
    draw = Draw(rule, candidates, order)
    chain = Chain(seed, digest, rule) if "events" in rule else None
    replay = _check_events(record["events"], draw, chain)
    need(not is_whole or replay.ended is not None, "记录没有以 end 事件结束，不完整")
    _check_openings(record["openings"], rule["draw_id"], draw, digest)
    need(not record["openings"] or replay.may_be_opened, "记录里没有公开名单的事件，不应有开封")


# --- The short record ---------------------------------------------------------------------------


def _check_short(record: Any) -> None:
    _check_short_form(record)
    digest = hash_named(record["hash"])
    leaves = [bytes.fromhex(leaf) for leaf in record["leaves"]]
    root = merkle_root(leaves, digest)
    _check_value(record["root"], root.hex(), "记录的 root（候选人树根）")
    count = len(leaves).to_bytes(8, "big")
    seal = digest(b"\x02" + TAG + bytes.fromhex(record["rule"]) + root + count)
    _check_value(record["seal"], seal.hex(), "记录的 seal（封存值）")
    values = [bytes.fromhex(value) for value in record["reveals"]]
    commit = digest(b"\x06" + TAG + values[0])
    _check_value(record["nonce_commit"], commit.hex(), "记录的 nonce_commit")
    seed = digest(b"\x03" + TAG + seal + b"".join(digest(value) for value in values))
    _check_value(record["seed"], seed.hex(), "记录的 seed（种子）")
    need(len(record["tickets"]) == len(leaves), f"记录的 tickets 应有 {len(leaves)} 个")
    for n, (leaf, ticket) in enumerate(zip(leaves, record["tickets"], strict=True), 1):
        _check_value(
            ticket, digest(b"\x04" + TAG + seed + leaf).hex(), f"第 {n} 个 tickets（票号）"
        )
    head = seed
    for n, event in enumerate(record["events"], 1):
        head = digest(b"\x07" + TAG + head + bytes.fromhex(event["content"]))
        _check_value(event["hash"], head.hex(), f"第 {n} 个事件的 hash（事件链）")


def _check_short_form(record: Any) -> None:
    _check_keys(record, "记录", SHORT_KEYS)
    need(record["protocol"] == "VDRAW-1", "记录的 protocol 应为 VDRAW-1")
    need(record["form"] == "short", "记录的 form 只能是 short")
    need(record["hash"] in ("sha256", "sm3"), "记录的 hash 必须是 sha256 或 sm3")
    for name in ("rule", "root", "seal", "nonce_commit", "seed"):
        _check_hex(record[name], f"记录的 {name}", 32)
    for name in ("leaves", "tickets"):
        _check_list(record[name], f"记录的 {name}")
        for n, value in enumerate(record[name], 1):
            _check_hex(value, f"第 {n} 个 {name}", 32)
    for n in range(1, len(record["leaves"])):
        in_order = record["leaves"][n - 1] < record["leaves"][n]
        need(in_order, f"第 {n + 1} 个 leaves 不在按叶子值排序的位置上")
    _check_list(record["reveals"], "记录的 reveals")
    need(len(record["reveals"]) > 0, "记录的 reveals 不能为空")
    for n, value in enumerate(record["reveals"], 1):
        _check_hex(value, f"第 {n} 个公开值", 32 if n == 1 else None)
    _check_list(record["events"], "记录的 events")
    need(len(record["events"]) > 0, "记录的 events 为空：缺少 drawn 事件")
    for n, event in enumerate(record["events"], 1):
        _check_keys(event, f"第 {n} 个事件", ["content", "hash"])
        _check_hex(event["content"], f"第 {n} 个事件的 content", 32)
        _check_hex(event["hash"], f"第 {n} 个事件的 hash", 32)


def _check_same_draw(short: Any, record: Any) -> None:
    """What the whole record gives is what the short one says; events may have followed since."""
    need(not is_assignment(record), "两份记录不是同一次抽取：完整记录是一次分配")
    linked = record["rule"].get("events") == "linked"
    need(linked, "完整记录的事件没有逐条摘要，不会有公开前的记录")
    rule, other = record["rule"], "两份记录不是同一次抽取"
    digest = hash_named(rule["hash"])
    leaves = [
        digest(b"\x00" + TAG + canonical([one["commit"], one["groups"], one["unit"]])).hex()
        for one in record["candidates"]
    ]
    need(short["hash"] == rule["hash"], f"{other}：hash 不同")
    need(short["rule"] == digest(canonical(rule)).hex(), f"{other}：规则的摘要不同")
    need(short["leaves"] == leaves, f"{other}：候选人不同")
    need(short["seal"] == record["seal"], f"{other}：封存值不同")
    values = [reveal["value"] for reveal in record["reveals"]]
    need(short["reveals"] == values, f"{other}：公开值不同")
    need(short["seed"] == record["seed"], f"{other}：种子不同")
    # What was shown before can have been added to, never changed.
    for n, (before, event) in enumerate(zip(short["events"], record["events"], strict=False), 1):
        need(before["hash"] == event["hash"], f"第 {n} 个事件与公开前的记录不同（事件链）")
    count, known = len(short["events"]), len(record["events"])
    need(
        count <= known,
        f"完整记录较旧：前 {known} 个事件相符，公开前的记录已有 {count} 个。"
        "请下载最新的完整记录再比较；最新的仍比公开前少的，才是不符",
    )


# --- Rule and candidates ------------------------------------------------------------------------


def _check_rule(rule: Any) -> None:
    names = ["draw_id", "kind", "hash", "groups", "unit_cap", "nonce_commit", "contributors"]
    _check_keys(rule, "规则", names, more=True)
    _check_canonical(rule, "规则")
    _check_text(rule["draw_id"], "规则的 draw_id")
    need(rule["kind"] == "random", "规则的 kind 必须是 random：人工选定的不是随机抽取")
    events = rule.get("events", "chained")
    need(events in ("chained", "linked"), "规则的 events 只能是 chained 或 linked")
    if events == "linked":
        _check_linked(rule)
        if "reveal_at" in rule:
            known = _read_time(rule["reveal_at"]) is not None
            need(known, "规则的 reveal_at 必须是带时区的时间")
    need(rule["hash"] in ("sha256", "sm3"), "规则的 hash 必须是 sha256 或 sm3")
    _check_list(rule["groups"], "规则的 groups")
    need(len(rule["groups"]) > 0, "规则的 groups 不能为空")
    for n, group in enumerate(rule["groups"], 1):
        where = f"第 {n} 个条件组"
        _check_keys(group, where, ["id", "name", "seats"], more=True)
        _check_text(group["id"], f"{where}的 id")
        need(group["id"].isascii(), f"{where}的 id 必须是 ASCII 文本")
        _check_text(group["name"], f"{where}的 name")
        need(is_count(group["seats"]), f"{where}的 seats 必须是正整数")
        earlier = [other["id"] for other in rule["groups"][: n - 1]]
        need(group["id"] not in earlier, f"{where}的 id 与前面的重复")
    _check_standbys(rule["groups"])
    cap = rule["unit_cap"]
    need(cap is None or is_count(cap), "规则的 unit_cap 必须是 null 或正整数")
    _check_contributors(rule)


def _check_contributors(rule: Any) -> None:
    _check_hex(rule["nonce_commit"], "规则的 nonce_commit", 32)
    _check_list(rule["contributors"], "规则的 contributors")
    for n, role in enumerate(rule["contributors"], 1):
        where = f"规则的第 {n} 个 contributors"
        _check_text(role, where)
        need(role != "system", f"{where}不能是 system")
        need(role not in rule["contributors"][: n - 1], f"{where}与前面的重复")


def _check_linked(rule: Any) -> None:
    _check_keys(rule, "规则", ["salt"], more=True)
    _check_hex(rule["salt"], "规则的 salt", 16)
    if "grounds" not in rule:
        return
    _check_list(rule["grounds"], "规则的 grounds")
    need(len(rule["grounds"]) > 0, "规则的 grounds 不能为空")
    for n, ground in enumerate(rule["grounds"], 1):
        where = f"规则的第 {n} 个 grounds"
        _check_text(ground, where)
        need(ground not in rule["grounds"][: n - 1], f"{where}与前面的重复")


def _check_standbys(groups: list[Any]) -> None:
    """A standby group stands behind the ordinary group it names, which has no other."""
    free = set()
    for n, group in enumerate(groups, 1):
        if "standby_for" not in group:
            free.add(group["id"])
            continue
        home = group["standby_for"]
        need(
            isinstance(home, str) and home in free,
            f"第 {n} 个条件组的 standby_for 必须是前面的一个条件组，且每组只能有一个候补组",
        )
        free.discard(home)


def _check_candidates(candidates: Any, rule: Any) -> None:
    _check_list(candidates, "记录的 candidates")
    standbys = {group["id"] for group in rule["groups"] if "standby_for" in group}
    group_ids = {group["id"] for group in rule["groups"]}
    seen: set[str] = set()
    for n, candidate in enumerate(candidates, 1):
        where = f"第 {n} 位候选人"
        _check_keys(candidate, where, ["commit", "groups", "unit"])
        commit, groups, unit = candidate["commit"], candidate["groups"], candidate["unit"]
        _check_hex(commit, f"{where}的 commit", 32)
        need(commit not in seen, f"{where}与前面的重复")
        seen.add(commit)
        need(isinstance(groups, dict), f"{where}的 groups 必须是对象")
        need(len(groups) > 0, f"{where}不属于任何条件组")
        for group_id, level in groups.items():
            need(group_id in group_ids, f"{where}的条件组 {group_id} 不在规则里")
            need(group_id not in standbys, f"{where}不应列出候补组 {group_id}")
            need(is_count(level), f"{where}在条件组 {group_id} 的级别必须是正整数")
        need(unit is None or isinstance(unit, str), f"{where}的 unit 必须是 null 或文本")
        _check_canonical([groups, unit], where)


def _check_leaves(candidates: list[Any], digest: Hash) -> list[bytes]:
    leaves = []
    for n, candidate in enumerate(candidates, 1):
        content = [candidate["commit"], candidate["groups"], candidate["unit"]]
        leaves.append(digest(b"\x00" + TAG + canonical(content)))
        in_place = n == 1 or leaves[-2] < leaves[-1]
        need(in_place, f"第 {n} 位候选人不在按叶子值排序的位置上（内容被改动或次序被调换）")
    return leaves


def seal_of(rule: Any, leaves: list[bytes], digest: Hash) -> bytes:
    count = len(leaves).to_bytes(8, "big")
    root = merkle_root(leaves, digest)
    return digest(b"\x02" + TAG + digest(canonical(rule)) + root + count)


def merkle_root(leaves: list[bytes], digest: Hash) -> bytes:
    """RFC 6962: split at the largest power of two below the number of leaves."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return leaves[0]
    # The definition by halves; the engine pairs neighbours, so that two ways have to agree.
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    left, right = merkle_root(leaves[:half], digest), merkle_root(leaves[half:], digest)
    return digest(b"\x01" + left + right)


def _check_reveals(reveals: Any, rule: Any, digest: Hash) -> None:
    _check_list(reveals, "记录的 reveals")
    roles = ["system", *rule["contributors"]]
    # The shorter counts: that their numbers differ is told below.
    for n, (role, reveal) in enumerate(zip(roles, reveals, strict=False), 1):
        where = f"第 {n} 个公开值"
        _check_keys(reveal, where, ["role", "value"])
        _check_value(reveal["role"], role, f"{where}的 role")
        _check_hex(reveal["value"], f"{where}的 value")
    need(len(reveals) == len(roles), f"公开值应有 {len(roles)} 个，记录里有 {len(reveals)} 个")
    nonce = reveals[0]["value"]
    _check_hex(nonce, "系统公开的随机数", 32)
    commit = digest(b"\x06" + TAG + bytes.fromhex(nonce)).hex()
    need(commit == rule["nonce_commit"], "系统公开的随机数与规则里的 nonce_commit 不符")


# --- Seats --------------------------------------------------------------------------------------


class Draw:
    """The seats, replayed. A person is his position among the candidates."""

    def __init__(self, rule: Any, candidates: list[Any], order: list[int]) -> None:
        self.candidates = candidates
        self.order = order
        self.cap = rule["unit_cap"]
        self.meetings = rule.get("meetings", [rule])
        self.opening = _last_opening(self.meetings)
        self.projects = rule.get("projects")
        # From when names open by themselves: as was sealed, then as the last move says.
        self.says_opening = rule.get("events") == "linked" and "reveal_at" in rule
        self.reveal = _read_time(rule["reveal_at"]) if self.says_opening else None
        self.wanted = {group["id"]: group["seats"] for group in rule["groups"]}
        # The group whose conditions count: its own, or the one for which its people stand by.
        self.home = {group["id"]: group.get("standby_for", group["id"]) for group in rule["groups"]}
        self.ordinary = [group for group, home in self.home.items() if home == group]
        self.standby = [group for group, home in self.home.items() if home != group]
        self.sitting: dict[str, list[int]] = {group: [] for group in self.wanted}
        self.used: list[int] = []  # everybody ever seated, in seating order
        self.position = {person["commit"]: i for i, person in enumerate(candidates)}
        self.levels = sorted({n for person in candidates for n in person["groups"].values()})
        self.queues: dict[tuple[str, int], list[int]] = {}  # by group and level, in ticket order
        for i in order:
            for fit in candidates[i]["groups"].items():
                self.queues.setdefault(fit, []).append(i)

    def seat_first(self) -> list[int]:
        """Step 4 on empty seats: the panel, then those who stand by."""
        return [
            person
            for groups in (self.ordinary, self.standby)
            for person in self._seat_by_levels(groups, set())
        ]

    def supplement(self, skipped: set[int]) -> list[int]:
        """Step 6: directly, for each group and its levels; then by step 4's search. The panel, then
        those who stand by."""
        new = []
        for groups in (self.ordinary, self.standby):
            for group in groups:
                new += self._seat_directly(group, skipped)
            new += self._seat_by_levels(groups, skipped)
        return new

    def _seat_directly(self, group: str, skipped: set[int]) -> list[int]:
        new: list[int] = []
        for level in self.levels:
            for person in self.queues.get((self.home[group], level), []):
                if self.free(group) == 0:
                    return new
                if self._may_sit(person, skipped):
                    self.sitting[group].append(person)
                    self.used.append(person)
                    new.append(person)
        return new

    def leave(self, person: int) -> int | None:
        """Step 5: the seat becomes free; whoever stood by longest for it takes it and is returned."""
        left = self.group_of(person)
        self.sitting[left].remove(person)
        for standby in self.standby:
            if self.home[standby] == left and self.sitting[standby]:
                self.sitting[left].append(self.sitting[standby].pop(0))
                return self.sitting[left][-1]
        return None

    def free(self, group: str) -> int:
        return int(self.wanted[group]) - len(self.sitting[group])

    def lacking(self) -> dict[str, int]:
        """What the panel lacks; a standby is never lacking."""
        return {group: self.free(group) for group in self.ordinary if self.free(group) > 0}

    def any_free(self, groups: Iterable[str]) -> bool:
        return any(self.free(group) > 0 for group in groups)

    def group_of(self, person: int) -> str:
        return next((group for group, row in self.sitting.items() if person in row), "")

    def seat_of(self, person: int) -> dict[str, Any]:
        content, group = self.candidates[person], self.group_of(person)
        level = content["groups"][self.home[group]]
        return {"commit": content["commit"], "group": group, "level": level}

    def _may_sit(self, person: int, skipped: set[int]) -> bool:
        if person in self.used or person in skipped:
            return False
        unit = self.candidates[person]["unit"]
        if self.cap is None or unit is None:
            return True
        seated = (other for row in self.sitting.values() for other in row)
        same = [other for other in seated if self.candidates[other]["unit"] == unit]
        return len(same) < int(self.cap)

    def _seat_by_levels(self, groups: list[str], skipped: set[int]) -> list[int]:
        """Step 4's search, which sees no other groups than these."""
        new: list[int] = []
        for level in self.levels:
            # Groups where a search found no way: at this level none can open any more.
            closed = self.wanted.keys() - set(groups)
            for person in self.order if self.any_free(groups) else []:
                if closed.issuperset(self._open_to(person, level)):
                    continue
                if not self._may_sit(person, skipped):
                    continue
                visited = set(closed)
                if not self._search(person, level, visited):
                    closed = visited
                    continue
                self.used.append(person)
                new.append(person)
                if not self.any_free(groups):
                    return new
        return new

    def _open_to(self, person: int, level: int) -> list[str]:
        groups = self.candidates[person]["groups"]
        return [one for one, home in self.home.items() if groups.get(home, level + 1) <= level]

    def _search(self, person: int, level: int, visited: set[str]) -> bool:
        """Kuhn's augmenting path, each group visited once."""
        for group in self._open_to(person, level):
            if group in visited:
                continue
            visited.add(group)
            row = self.sitting[group]
            if self.free(group) > 0:
                row.append(person)
                return True
            for sitter in list(row):
                if self._search(sitter, level, visited):
                    row.remove(sitter)
                    row.append(person)
                    return True
        return False


# --- Events -------------------------------------------------------------------------------------


class Chain:
    """The hashes of the events, each over itself and the one before, the first over the seed."""

    def __init__(self, seed: bytes, digest: Hash, rule: Any) -> None:
        self.head = seed
        self.digest = digest
        # A linked event is hashed by its digest, so that the chain is known before the events are.
        self.is_linked = rule["events"] == "linked"
        self.grounds = rule.get("grounds") if self.is_linked else None
        self.last: datetime | None = None  # when the event before was

    def check(self, event: Any, where: str) -> None:
        self._check_hand(event, where)
        if self.is_linked:
            self._check_ground(event, where)
            self._check_time(event, where)
            by_hand = event["type"] in ("exit", "recuse") and event["via"] == "operator"
            if by_hand or (event["type"] == "note" and event["code"] in NOTES_OF_TWO):
                _check_second(event, where)
        _check_canonical(event, where)
        content = canonical({key: value for key, value in event.items() if key != "hash"})
        if self.is_linked:
            content = self.digest(content)
        self.head = self.digest(b"\x07" + TAG + self.head + content)
        _check_value(event["hash"], self.head.hex(), f"{where}的 hash（事件链）")

    def _check_hand(self, event: Any, where: str) -> None:
        """Who did it when, by which way and why."""
        _check_keys(event, where, ["at", "by", "hash"], more=True)
        need(_read_time(event["at"]) is not None, f"{where}的 at 必须是带时区的时间")
        if event["type"] != "void":
            _check_person(event["by"], f"{where}的 by")
        if event["type"] not in ("drawn", "skip"):
            _check_keys(event, where, ["via", "reason_code"], more=True)
        for name in ("via", "reason_code"):
            if name in event:
                _check_key(event[name], f"{where}的 {name}")
        if "witness" in event:
            _check_hex(event["witness"], f"{where}的 witness", 32)

    def _check_time(self, event: Any, where: str) -> None:
        """Times do not run backwards."""
        at = _read_time(event["at"])
        need(at is None or self.last is None or at >= self.last, f"{where}的 at 早于前一事件")
        self.last = at

    def _check_ground(self, event: Any, where: str) -> None:
        """Whoever is taken off his seat by hand is so for a ground from the sealed list."""
        by_hand = event["type"] == "exit" and event["via"] == "operator"
        if not by_hand or self.grounds is None:
            need("ground" not in event, f"{where}不应有 ground")
            return
        _check_keys(event, where, ["ground"], more=True)
        need(event["ground"] in self.grounds, f"{where}的 ground 不在规则列明的原因里")


def _check_second(event: Any, where: str) -> None:
    """One hand was not enough: who agreed, and the hash of what he confirmed."""
    for name in ("witness", "supervisor"):
        need(name in event, f"{where}须由第二人确认：缺少 {name}")
    _check_hex(event["witness"], f"{where}的 witness", 32)
    _check_text(event["supervisor"], f"{where}的 supervisor")


def _check_person(person: Any, where: str) -> None:
    _check_keys(person, where, ["role"], more=True)
    _check_key(person["role"], f"{where}的 role")
    if "account" in person:
        _check_keys(person, where, ["role", "account"])
        _check_text(person["account"], f"{where}的 account")
    else:
        _check_keys(person, where, ["role"])


def _check_events(events: Any, draw: Draw, chain: Chain | None) -> "Replay":
    replay = Replay(draw, chain is not None, chain is not None and chain.is_linked)
    _check_each(events, replay, CHAINED_EVENTS if chain else EVENTS, "抽取", chain)
    return replay


def _check_each(
    events: Any,
    replay: "Replay | Giving",
    types: tuple[str, ...],
    what: str,
    chain: Chain | None,
) -> None:
    _check_list(events, "记录的 events")
    for n, event in enumerate(events, 1):
        where = f"第 {n} 个事件"
        _check_keys(event, where, ["n", "type"], more=True)
        need(type(event["n"]) is int and event["n"] == n, f"{where}的 n 应为 {n}")
        kind = event["type"]
        known = isinstance(kind, str) and kind in types
        need(known, f"{where}的 type 必须是 {'、'.join(types)} 之一")
        where = f"第 {n} 个事件（{kind}）"
        need((kind == "drawn") == (n == 1), f"{where}：第一个事件必须是 drawn，且只有它是")
        need(replay.ended != "void", f"{where}：{what}已作废，之后不能再有事件")
        need(
            not replay.skipped or kind in ("skip", "supplement"),
            f"{where}：跳过之后必须紧接 supplement",
        )
        # One of the types, as was checked above.
        getattr(replay, kind)(event, where)
        if chain:
            chain.check(event, where)
    need(len(events) > 0, "记录的 events 为空：缺少 drawn 事件")


class Replay:
    """The events one after the other; each method checks one type."""

    def __init__(self, draw: Draw, is_chained: bool, is_linked: bool) -> None:
        self.state = draw
        self.is_chained = is_chained
        self.is_linked = is_linked
        self.skipped: set[int] = set()
        self.was_short = False  # a seating once left seats free
        self.is_due = False  # somebody left since the last seating
        self.ended: str | None = None
        self.opened: str | None = None  # by which note names are open

    @property
    def may_be_opened(self) -> bool:
        """Where the rule says when names open, an event says that they did; none follows a void."""
        return self.opened is not None or self.ended == "void" or not self.state.says_opening

    def drawn(self, event: Any, where: str) -> None:
        self._check_seats(event, self.state.seat_first, where)

    def supplement(self, event: Any, where: str) -> None:
        need(self.state.any_free(self.state.wanted), f"{where}：没有空席，不应补抽")
        was_due = self.is_due
        self._check_seats(event, lambda: self.state.supplement(self.skipped), where)
        self.skipped = set()
        vain = self.is_chained and not event["seats"] and not was_due
        need(not vain, f"{where}：没有人退出，也没有人可补，不应补抽")

    def exit(self, event: Any, where: str) -> None:
        person = self._person(event, where, EXIT_REASONS)
        need(
            self.state.group_of(person) != "",
            f"{where}：{event['commit']} 此时不在席位上，不能退出",
        )
        self._check_moved_up(event, self.state.leave(person), where)
        self.is_due, self.ended = True, None

    def skip(self, event: Any, where: str) -> None:
        person = self._person(event, where, SKIP_REASONS)
        need(person not in self.state.used, f"{where}：{event['commit']} 已入过席，不能再跳过")
        need(person not in self.skipped, f"{where}：{event['commit']} 已跳过，不能重复")
        self.skipped.add(person)
        self.ended = None

    def end(self, event: Any, where: str) -> None:
        _check_keys(event, where, ["state"], more=True)
        # Before events were chained a draw was voided by an end, also after its end.
        is_void = event["state"] == "void" and not self.is_chained
        need(self.ended is None or is_void, f"{where}：抽取已经结束，不能再次结束")
        self.ended = event["state"]
        if is_void:
            _check_void(event, where)
            by = event["by"]
            names = isinstance(by, list) and len(by) == 2 and all(isinstance(x, str) for x in by)
            two = names and all(by) and by[0] != by[1]
            need(two, f"{where}的 by 必须是两名不同的人员")
            return
        lacking = self.state.lacking()
        due = bool(lacking) and self.is_due
        if "closed" in event:
            need(event["closed"] is True, f"{where}的 closed 只能是 true")
            need(due, f"{where}：没有尚未补抽的空席，不应写明 closed")
            at, opening = _read_time(event.get("at")), self.state.opening
            opened = at is not None and opening is not None and at >= opening
            need(opened, f"{where}：评审还没有开始，有人退出后应先补抽")
        need("closed" in event or not due, f"{where}：有人退出后尚未补抽，不能结束")
        full = "success_supplement" if self.was_short else "success"
        _check_value(self.ended, "unsatisfied" if lacking else full, f"{where}的 state")
        if self.is_chained:
            need(("lacking" in event) == bool(lacking), f"{where}有缺额才写、也必须写 lacking")
        if "lacking" in event:
            same = _same(event["lacking"], lacking)
            need(same, f"{where}的 lacking 应为 {canonical(lacking).decode()}")

    def note(self, event: Any, where: str) -> None:
        """It changes no seat."""
        _check_keys(event, where, ["code"], more=True)
        _check_key(event["code"], f"{where}的 code")
        if event["code"] in OPENING_NOTES:
            again = self.opened is not None and RELEASED in (self.opened, event["code"])
            need(not again, f"{where}：名单已经公开，不能再次公开")
            self.opened = event["code"]
        if event["code"] == RELEASED:
            itself = event.get("by") == {"role": "system"} and event.get("via") == "system"
            need(itself, f"{where}：到时公开名单只能由系统记下")
            at, reveal = _read_time(event.get("at")), self.state.reveal
            early = at is not None and reveal is not None and at < reveal
            need(not early, f"{where}：还没有到名单公开的时间")

    def reschedule(self, event: Any, where: str) -> None:
        """It changes no seat; a list that had ended goes on."""
        _check_keys(event, where, ["meetings"], more=True)
        opening, at = _last_opening(event["meetings"]), _read_time(event.get("at"))
        need(opening is not None, f"{where}的 meetings 必须是列表，每一场都有带时区的 opening_at")
        late = at is not None and opening is not None and opening <= at
        need(not late, f"{where}：改期后的评审时间必须晚于改期的时间")
        if self.is_linked:
            self._check_move(event, where)
        reveal = _read_time(event.get("reveal_at"))
        known = "reveal_at" not in event or reveal is not None
        need(known, f"{where}的 reveal_at 必须是带时区的时间")
        self.state.meetings, self.state.reveal = event["meetings"], reveal
        self.state.opening, self.ended, self.opened = opening, None, None

    def _check_move(self, event: Any, where: str) -> None:
        """Only projects of the rule move, and to an earlier time by two persons."""
        meetings, projects = event["meetings"], self.state.projects
        named = [row["project"] for row in meetings if "project" in row]
        known = not isinstance(projects, list) or all(
            isinstance(one, str) and one in projects for one in named
        )
        need(known, f"{where}：改期的项目不在规则的项目里")
        if _is_earlier(meetings, self.state.meetings):
            _check_second(event, where)

    def void(self, event: Any, where: str) -> None:
        _check_void_by_two(event, where)
        self.ended = "void"

    def _person(self, event: Any, where: str, reasons: tuple[str, ...]) -> int:
        _check_keys(event, where, ["commit", "reason"], more=True)
        _check_hex(event["commit"], f"{where}的 commit", 32)
        need(event["reason"] in reasons, f"{where}的 reason 必须是 {'、'.join(reasons)} 之一")
        need(event["commit"] in self.state.position, f"{where}：候选人里没有 {event['commit']}")
        return self.state.position[event["commit"]]

    def _check_seats(self, event: Any, seat: Callable[[], list[int]], where: str) -> None:
        _check_keys(event, where, ["seats"], more=True)
        _check_list(event["seats"], f"{where}的 seats")
        expected = [self.state.seat_of(person) for person in seat()]
        for n, (right, given) in enumerate(zip(expected, event["seats"], strict=False), 1):
            _check_seat(given, right, f"{where}的第 {n} 席")
        count = len(event["seats"])
        need(count == len(expected), f"{where}应有 {len(expected)} 席，记录里有 {count} 席")
        self.was_short = self.was_short or bool(self.state.lacking())
        self.is_due, self.ended = False, None

    def _check_moved_up(self, event: Any, person: int | None, where: str) -> None:
        if person is None:
            need("moved_up" not in event, f"{where}：没有候补递补，不应有 moved_up")
            return
        _check_keys(event, where, ["moved_up"], more=True)
        _check_seat(event["moved_up"], self.state.seat_of(person), f"{where}的 moved_up（递补）")


def _check_seat(given: Any, right: dict[str, Any], place: str) -> None:
    _check_keys(given, place, ["commit", "group", "level"])
    if not _same(given, right):
        fail(f"{place}应为 {_show_seat(right)}，记录里是 {_show_seat(given)}")


def _show_seat(seat: Any) -> str:
    values = (seat[key] for key in ("commit", "group", "level"))
    return " ".join(x if isinstance(x, str) else canonical(x).decode() for x in values)


def _check_void(event: Any, where: str) -> None:
    _check_keys(event, where, ["reason", "by"], more=True)
    _check_text(event["reason"], f"{where}的 reason")


def _check_void_by_two(event: Any, where: str) -> None:
    _check_void(event, where)
    by = event["by"]
    _check_list(by, f"{where}的 by")
    for n, person in enumerate(by, 1):
        _check_keys(person, f"{where}的 by 第 {n} 人", ["role", "account"])
        _check_person(person, f"{where}的 by 第 {n} 人")
    two = len(by) == 2 and by[0]["account"] != by[1]["account"]
    need(two, f"{where}的 by 必须是两名不同的人员")


# --- Assignments --------------------------------------------------------------------------------


def _check_assignment(record: Any, is_whole: bool) -> None:
    _check_keys(record, "记录", ASSIGNMENT_KEYS)
    need(record["protocol"] == "VDRAW-1", "记录的 protocol 应为 VDRAW-1")
    rule, items, candidates = record["rule"], record["items"], record["candidates"]
    _check_assignment_rule(rule)
    digest = hash_named(rule["hash"])
    _check_items(items, rule)
    _check_reviewers(candidates, rule, items)
    item_leaves = [digest(b"\x09" + TAG + canonical(item)) for item in items]
    leaves = [
        digest(b"\x0a" + TAG + canonical([one["commit"], one["classes"], one["barred"]]))
        for one in candidates
    ]
    for rows, what in ((item_leaves, "个评审对象"), (leaves, "位专家")):
        for n in range(1, len(rows)):
            in_place = rows[n - 1] < rows[n]
            need(in_place, f"第 {n + 1} {what}不在按叶子值排序的位置上（内容被改动或次序被调换）")
    content = b"\x0b" + TAG + digest(canonical(rule))
    for rows in (item_leaves, leaves):
        content += merkle_root(rows, digest) + len(rows).to_bytes(8, "big")
    seal = digest(content)
    _check_value(record["seal"], seal.hex(), "记录的 seal（封存值）")
    _check_reveals(record["reveals"], rule, digest)
    values = [bytes.fromhex(reveal["value"]) for reveal in record["reveals"]]
    seed = digest(b"\x03" + TAG + seal + b"".join(digest(value) for value in values))
    _check_value(record["seed"], seed.hex(), "记录的 seed（种子）")
    tickets = [digest(b"\x04" + TAG + seed + leaf) for leaf in item_leaves]
    giving = Giving(Assignment(rule, items, candidates, tickets, leaves, digest))
    _check_each(record["events"], giving, ASSIGNMENT_EVENTS, "分配", Chain(seed, digest, rule))
    need(not is_whole or giving.ended is not None, "记录没有以 end 事件结束，不完整")
    _check_openings(record["openings"], rule["draw_id"], giving.state, digest)


def _check_assignment_rule(rule: Any) -> None:
    names = [
        "draw_id", "kind", "hash", "classes", "per_expert",
        "nonce_commit", "contributors", "events",
    ]  # fmt: skip
    _check_keys(rule, "规则", names, more=True)
    _check_canonical(rule, "规则")
    _check_text(rule["draw_id"], "规则的 draw_id")
    need(rule["kind"] == "assignment", "规则的 kind 必须是 assignment")
    need(rule["events"] == "linked", "规则的 events 只能是 linked")
    need("grounds" not in rule, "规则不应有 grounds")
    _check_linked(rule)
    need(rule["hash"] in ("sha256", "sm3"), "规则的 hash 必须是 sha256 或 sm3")
    need(is_count(rule["per_expert"]), "规则的 per_expert 必须是正整数")
    _check_list(rule["classes"], "规则的 classes")
    need(len(rule["classes"]) > 0, "规则的 classes 不能为空")
    seen: set[str] = set()
    for n, row in enumerate(rule["classes"], 1):
        where = f"第 {n} 个类别"
        _check_keys(row, where, ["id", "name"], more=True)
        _check_key(row["id"], f"{where}的 id")
        _check_text(row["name"], f"{where}的 name")
        need(row["id"] not in seen, f"{where}的 id 与前面的重复")
        seen.add(row["id"])
    _check_contributors(rule)


def _check_items(items: Any, rule: Any) -> None:
    _check_list(items, "记录的 items")
    need(len(items) > 0, "记录的 items 不能为空")
    classes = {row["id"] for row in rule["classes"]}
    seen: set[str] = set()
    for n, item in enumerate(items, 1):
        where = f"第 {n} 个评审对象"
        _check_keys(item, where, ["id", "class", "experts"], more=True)
        _check_canonical(item, where)
        _check_key(item["id"], f"{where}的 id")
        need(item["id"] not in seen, f"{where}与前面的重复")
        seen.add(item["id"])
        known = isinstance(item["class"], str) and item["class"] in classes
        need(known, f"{where}的 class 不在规则里")
        need(is_count(item["experts"]), f"{where}的 experts 必须是正整数")


def _check_reviewers(candidates: Any, rule: Any, items: list[Any]) -> None:
    _check_list(candidates, "记录的 candidates")
    classes, ids = {row["id"] for row in rule["classes"]}, {item["id"] for item in items}
    seen: set[str] = set()
    for n, one in enumerate(candidates, 1):
        where = f"第 {n} 位专家"
        _check_keys(one, where, ["commit", "classes", "barred"])
        _check_hex(one["commit"], f"{where}的 commit", 32)
        need(one["commit"] not in seen, f"{where}与前面的重复")
        seen.add(one["commit"])
        for name, known in (("classes", classes), ("barred", ids)):
            row = one[name]
            _check_list(row, f"{where}的 {name}")
            right = all(isinstance(value, str) and value in known for value in row)
            need(right, f"{where}的 {name} 里有不存在的编号")
            need(row == sorted(set(row)), f"{where}的 {name} 必须升序且不重复")
        need(len(one["classes"]) > 0, f"{where}没有可评的类别")


class Assignment:
    """Who judges what, replayed. Items and experts are their positions in the record."""

    def __init__(
        self,
        rule: Any,
        items: list[Any],
        candidates: list[Any],
        tickets: list[bytes],
        leaves: list[bytes],
        digest: Hash,
    ) -> None:
        self.items = items
        self.candidates = candidates
        self.cap = rule["per_expert"]
        self.tickets, self.leaves, self.digest = tickets, leaves, digest
        self.turns = sorted(range(len(items)), key=tickets.__getitem__)
        self.place = {item["id"]: at for at, item in enumerate(items)}
        self.position = {one["commit"]: at for at, one in enumerate(candidates)}
        self.held: list[set[int]] = [set() for _ in candidates]
        self.count = [0] * len(items)  # experts of each item
        self.never = [{self.place[item] for item in one["barred"]} for one in candidates]
        self.of: dict[str, list[int]] = {row["id"]: [] for row in rule["classes"]}
        for at, one in enumerate(candidates):
            for key in one["classes"]:
                self.of[key].append(at)
        self.out: set[int] = set()
        self.used: set[int] = set()
        self.orders: dict[int, dict[int, bytes]] = {}  # tickets of experts, by item

    def lacking(self) -> dict[str, int]:
        rows = zip(self.items, self.count, strict=True)
        return {item["id"]: item["experts"] - has for item, has in rows if item["experts"] > has}

    def give(self, absent: set[int]) -> list[dict[str, Any]]:
        """Each item in turn gets as many experts as it lacks, while there are any."""
        given: list[list[int]] = [[] for _ in self.candidates]
        for item in self.turns:
            while self.count[item] < self.items[item]["experts"]:
                if not self._place(item, given, absent):
                    break
        got: dict[int, list[str]] = {}
        for at, row in enumerate(given):
            for item in row:
                got.setdefault(item, []).append(self.candidates[at]["commit"])
            if row:
                self.used.add(at)
        return [
            {"item": self.items[item]["id"], "commits": sorted(got[item])}
            for item in self.turns
            if item in got
        ]

    def _place(self, item: int, given: list[list[int]], absent: set[int]) -> bool:
        """The search in breadth: of all in reach whoever has least, of several the first reached."""
        by: dict[int, int] = {}  # through which item an expert was reached
        giver: dict[int, int] = {item: -1}  # through whom an item came into reach
        queue, left = [item], dict(self.of)
        fewest, taker = self._fewest(item, given, absent), -1
        for at in queue:
            key = self.items[at]["class"]
            may = [
                one
                for one in left[key]
                if not (one in by or one in absent or at in self.held[one] or at in self.never[one])
            ]
            # Nobody has less than those: where there are such, nobody else's ticket is needed.
            least = [one for one in may if len(self.held[one]) == fewest]
            for one in self._sorted(at, least or may):
                by[one] = at
                load = len(self.held[one])
                if load < self.cap and (taker < 0 or load < len(self.held[taker])):
                    taker = one
                for other in given[one]:
                    if other not in giver:
                        giver[other] = one
                        queue.append(other)
            left[key] = [one for one in left[key] if one not in by]
            if taker >= 0 and len(self.held[taker]) == fewest:
                break  # nobody else in reach has less
        if taker < 0:
            return False
        self.count[item] += 1
        while taker >= 0:
            at = by[taker]
            self.held[taker].add(at)
            given[taker].append(at)
            taker = giver[at]
            if taker >= 0:
                self.held[taker].remove(at)
                given[taker].remove(at)
        return True

    def _fewest(self, item: int, given: list[list[int]], absent: set[int]) -> int:
        """Nobody who may be in reach has less than this: told by classes, without bars."""
        classes, seen, least = [self.items[item]["class"]], set(absent), int(self.cap)
        for key in classes:
            for one in self.of[key]:
                if one in seen:
                    continue
                seen.add(one)
                least = min(least, len(self.held[one]))
                if not all(own in classes for own in self.candidates[one]["classes"]):
                    more = {self.items[at]["class"] for at in given[one]}
                    classes += sorted(more.difference(classes))
        return least

    def _sorted(self, item: int, experts: list[int]) -> list[int]:
        """Experts in the order of their tickets for an item."""
        start, known = b"\x0c" + self.tickets[item], self.orders.setdefault(item, {})
        for one in experts:
            if one not in known:
                known[one] = self.digest(start + self.leaves[one])
        return sorted(experts, key=known.__getitem__)


class Giving:
    """The events of an assignment one after the other; each method checks one type."""

    def __init__(self, state: Assignment) -> None:
        self.state = state
        self.skipped: set[int] = set()
        self.was_short = False
        self.is_due = False
        self.ended: str | None = None

    def drawn(self, event: Any, where: str) -> None:
        self._check_shares(event, where)

    def supplement(self, event: Any, where: str) -> None:
        need(bool(self.state.lacking()), f"{where}：没有空缺，不应补充分配")
        was_due = self.is_due
        self._check_shares(event, where)
        vain = not event["shares"] and not was_due
        need(not vain, f"{where}：没有人退回，也没有人可补，不应补充分配")

    def exit(self, event: Any, where: str) -> None:
        person = self._give_up(event, where)
        need(person not in self.state.out, f"{where}：{event['commit']} 已经退出")
        self.state.out.add(person)

    def recuse(self, event: Any, where: str) -> None:
        self._give_up(event, where)
        need(len(event["items"]) > 0, f"{where}的 items 不能为空")

    def skip(self, event: Any, where: str) -> None:
        person = self._person(event, where, SKIP_REASONS)
        need(bool(self.state.lacking()), f"{where}：没有空缺，不应跳过")
        need(person not in self.state.out, f"{where}：{event['commit']} 已经退出，不能再跳过")
        need(person not in self.skipped, f"{where}：{event['commit']} 已跳过，不能重复")
        self.skipped.add(person)
        self.ended = None

    def end(self, event: Any, where: str) -> None:
        _check_keys(event, where, ["state"], more=True)
        need(self.ended is None, f"{where}：分配已经结束，不能再次结束")
        lacking = self.state.lacking()
        due = bool(lacking) and self.is_due
        if "closed" in event:
            need(event["closed"] is True, f"{where}的 closed 只能是 true")
            need(due, f"{where}：没有尚未补充的空缺，不应写明 closed")
            _check_second(event, where)
        need("closed" in event or not due, f"{where}：有人退回后尚未补充分配，不能结束")
        full = "success_supplement" if self.was_short else "success"
        _check_value(event["state"], "unsatisfied" if lacking else full, f"{where}的 state")
        need(("lacking" in event) == bool(lacking), f"{where}有缺额才写、也必须写 lacking")
        if lacking:
            same = _same(event["lacking"], lacking)
            need(same, f"{where}的 lacking 与重算的不同，共缺 {sum(lacking.values())} 人次")
        self.ended = event["state"]

    def void(self, event: Any, where: str) -> None:
        _check_void_by_two(event, where)
        self.ended = "void"

    def _person(self, event: Any, where: str, reasons: tuple[str, ...]) -> int:
        _check_keys(event, where, ["commit", "reason"], more=True)
        _check_hex(event["commit"], f"{where}的 commit", 32)
        need(event["reason"] in reasons, f"{where}的 reason 必须是 {'、'.join(reasons)} 之一")
        need(event["commit"] in self.state.position, f"{where}：专家里没有 {event['commit']}")
        return self.state.position[event["commit"]]

    def _give_up(self, event: Any, where: str) -> int:
        person = self._person(event, where, EXIT_REASONS)
        _check_keys(event, where, ["items"], more=True)
        _check_list(event["items"], f"{where}的 items")
        held = self.state.held[person]
        need(len(held) > 0, f"{where}：{event['commit']} 没有评审对象，不能退出")
        for n, item in enumerate(event["items"], 1):
            at = self.state.place.get(item) if isinstance(item, str) else None
            need(at in held, f"{where}的第 {n} 个 items 不在 {event['commit']} 名下")
            if at is not None:
                held.remove(at)
                self.state.never[person].add(at)
                self.state.count[at] -= 1
        self.is_due = self.is_due or len(event["items"]) > 0
        self.ended = None
        return person

    def _check_shares(self, event: Any, where: str) -> None:
        _check_keys(event, where, ["shares"], more=True)
        _check_list(event["shares"], f"{where}的 shares")
        expected = self.state.give(self.skipped | self.state.out)
        for n, (right, given) in enumerate(zip(expected, event["shares"], strict=False), 1):
            place = f"{where}的第 {n} 份"
            _check_keys(given, place, ["item", "commits"])
            _check_value(given["item"], right["item"], f"{place}的 item")
            _check_list(given["commits"], f"{place}的 commits")
            for m, pair in enumerate(zip(right["commits"], given["commits"], strict=False), 1):
                _check_value(pair[1], pair[0], f"{place}的第 {m} 位专家")
            wanted, count = len(right["commits"]), len(given["commits"])
            need(count == wanted, f"{place}应有 {wanted} 位专家，记录里有 {count} 位")
        count = len(event["shares"])
        need(count == len(expected), f"{where}应有 {len(expected)} 份，记录里有 {count} 份")
        self.was_short = self.was_short or bool(self.state.lacking())
        self.is_due, self.ended, self.skipped = False, None, set()


# --- Openings -----------------------------------------------------------------------------------


def _check_openings(openings: Any, draw_id: str, draw: "Draw | Assignment", digest: Hash) -> None:
    """All who were ever seated, or nobody while the names are still sealed."""
    _check_list(openings, "记录的 openings")
    opened: set[int] = set()
    for n, opening in enumerate(openings, 1):
        where = f"第 {n} 份开封"
        _check_keys(opening, where, ["commit", "ref", "salt"])
        _check_hex(opening["commit"], f"{where}的 commit", 32)
        _check_text(opening["ref"], f"{where}的 ref")
        _check_hex(opening["salt"], f"{where}的 salt", 16)
        _check_canonical(opening, where)
        content = canonical([draw_id, opening["ref"], opening["salt"]])
        commit = digest(b"\x05" + TAG + content).hex()
        need(commit == opening["commit"], f"{where}：编号和盐值与承诺 {opening['commit']} 不符")
        person = draw.position.get(commit, -1)
        need(person in draw.used, f"{where}：{commit} 从未入席，不应开封")
        need(person not in opened, f"{where}与前面的重复")
        opened.add(person)
    missing = [person for person in draw.used if openings and person not in opened]
    for person in missing:
        fail(f"缺少 {draw.candidates[person]['commit']} 的开封")


# --- Forms of values ----------------------------------------------------------------------------


def spaced(where: str, words: str) -> str:
    """Chinese after Latin letters is set off by a space."""
    return f"{where} {words}" if where[-1].isascii() else where + words


def _check_keys(value: Any, where: str, names: Iterable[str], more: bool = False) -> None:
    need(isinstance(value, dict), spaced(where, "必须是对象"))
    for name in names:
        need(name in value, spaced(where, f"缺少 {name}"))
    if not more:
        for name in value:
            need(name in names, spaced(where, f"有多余的 {name}"))


def _check_list(value: Any, where: str) -> None:
    need(isinstance(value, list), spaced(where, "必须是列表"))


def _check_text(value: Any, where: str) -> None:
    need(isinstance(value, str) and value != "", spaced(where, "必须是非空文本"))


def _check_key(value: Any, where: str) -> None:
    ascii_text = isinstance(value, str) and value != "" and value.isascii()
    need(ascii_text, spaced(where, "必须是非空 ASCII 文本"))


def _check_hex(value: Any, where: str, size: int | None = None) -> None:
    digits = isinstance(value, str) and re.fullmatch("([0-9a-f][0-9a-f])+", value) is not None
    if size is None:
        need(digits, spaced(where, "必须是非空的小写十六进制"))
    else:
        right = digits and len(value) == 2 * size
        need(right, spaced(where, f"必须是 {2 * size} 位小写十六进制"))


def _last_opening(rows: Any) -> datetime | None:
    """When the panel sits, of several meetings the last time; None unless each says when."""
    return max(_openings(rows), default=None)


def _is_earlier(rows: Any, before: Any) -> bool:
    """Whether the panel sits earlier than ``before``: the first or the last time, or for a project."""
    new, old = _openings(rows), _openings(before)
    if not new or not old:
        return False
    of = [(row.get("project"), at) for row, at in zip(before, old, strict=True)]
    moved = [(row.get("project"), at) for row, at in zip(rows, new, strict=True)]
    same = (
        (at, was) for one, at in moved for other, was in of if isinstance(one, str) and one == other
    )
    sooner = min(new) < min(old) or max(new) < max(old)
    return sooner or any(at < was for at, was in same)


def _openings(rows: Any) -> list[datetime]:
    """When each meeting begins; nothing unless each says so."""
    if not isinstance(rows, list):
        return []
    found = [_read_time(row.get("opening_at")) if isinstance(row, dict) else None for row in rows]
    known = [at for at in found if at is not None]
    return known if len(known) == len(found) else []


def _read_time(value: Any) -> datetime | None:
    """Date, time and distance from UTC: 2026-12-01T09:30+08:00, with seconds or without."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _check_value(given: Any, right: str, where: str) -> None:
    if given != right:
        shown = given if isinstance(given, str) else "别的类型"
        fail(spaced(where, f"应为 {right}，记录里是 {shown}"))


def _check_canonical(value: Any, where: str) -> None:
    """Only what RFC 8785 needs no number formatting for: ASCII keys, no fractions."""
    if isinstance(value, dict):
        for key, item in value.items():
            need(key.isascii(), f"{where}的键必须是 ASCII 文本")
            _check_canonical(item, where)
    elif isinstance(value, list):
        for item in value:
            _check_canonical(item, where)
    elif isinstance(value, str):
        need(not re.search("[\ud800-\udfff]", value), f"{where}里有不完整的 Unicode 字符")
    elif isinstance(value, int):
        need(abs(value) < 2**53, f"{where}里有过大的整数")
    else:
        need(value is None, f"{where}里有不能规范化的数字")


def _same(given: Any, right: dict[str, Any]) -> bool:
    """Equal in type too: JSON's true is not 1."""
    return (
        isinstance(given, dict)
        and given.keys() == right.keys()
        and all(type(given[key]) is type(right[key]) for key in right)
        and given == right
    )


def is_count(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**53


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    # Readers differ in which of two equal keys they take.
    need(len(content) == len(pairs), "不是有效的 JSON：同一个对象里有重复的键")
    return content


def _no_float(text: str) -> NoReturn:
    fail(f"记录里只能有整数，不能有 {text}")


def _no_constant(text: str) -> NoReturn:
    fail(f"不是有效的 JSON：{text}")


# --- Hashes -------------------------------------------------------------------------------------

_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    return _encoder.encode(value).encode()


def hash_named(name: str) -> Hash:
    if name == "sha256":
        return lambda data: hashlib.sha256(data).digest()
    try:
        hashlib.new("sm3")
    except ValueError:  # an OpenSSL without SM3
        return sm3
    return lambda data: hashlib.new("sm3", data).digest()


def sm3(data: bytes) -> bytes:
    """GB/T 32905-2016."""
    length = len(data)
    data += b"\x80" + bytes(-(length + 9) % 64) + (length * 8).to_bytes(8, "big")
    state = [
        0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
        0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
    ]  # fmt: skip
    for start in range(0, len(data), 64):
        w = [int.from_bytes(data[i : i + 4], "big") for i in range(start, start + 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ _turn(w[j - 3], 15)
            w.append(x ^ _turn(x, 15) ^ _turn(x, 23) ^ _turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            early = j < 16
            constant = _turn(0x79CC4519 if early else 0x7A879D8A, j % 32)
            s1 = _turn(_turn(a, 12) + e + constant, 7)
            s2 = s1 ^ _turn(a, 12)
            ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if early else (e & f) | (~e & g)
            t1 = ff + d + s2 + (w[j] ^ w[j + 4])
            t2 = gg + h + s1 + w[j]
            a, b, c, d = t1 & 0xFFFFFFFF, a, _turn(b, 9), c
            e, f, g, h = (t2 ^ _turn(t2, 9) ^ _turn(t2, 17)) & 0xFFFFFFFF, e, _turn(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True)]
    return b"".join(x.to_bytes(4, "big") for x in state)


def _turn(word: int, bits: int) -> int:
    # Sums come in as they are.
    word &= 0xFFFFFFFF
    return (word << bits | word >> (32 - bits)) & 0xFFFFFFFF


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
