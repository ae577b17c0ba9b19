"""What is sealed before chance is known: the rule of an assignment, its items and its experts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vdraw.exceptions import EngineError
from vdraw.hashing import HashFunction, hash_all, hash_function
from vdraw.rule import LINKED, check_common, check_linked, is_count, is_text, require
from vdraw.text import is_key

KIND = "assignment"


@dataclass(frozen=True, slots=True)
class Item:
    """What is judged: ``experts`` are wanted for it; ``content`` holds further sealed keys."""

    id: str
    class_id: str
    experts: int
    content: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {**self.content, "id": self.id, "class": self.class_id, "experts": self.experts}

    @classmethod
    def from_dict(cls, row: Any) -> "Item":
        """Read an item; raises EngineError naming the first thing that is wrong."""
        require(isinstance(row, Mapping), "每个评审对象必须是对象")
        require(is_key(row.get("id")), "评审对象的 id 必须是非空 ASCII 文本")
        require(is_key(row.get("class")), "评审对象的 class 必须是非空 ASCII 文本")
        require(is_count(row.get("experts")), "评审对象的 experts 必须是正整数")
        content = {
            key: value for key, value in row.items() if key not in ("id", "class", "experts")
        }
        return cls(row["id"], row["class"], row["experts"], content)


@dataclass(frozen=True, slots=True)
class Judge:
    """An expert in the hat: he may judge items of ``classes`` but for those he is ``barred`` from."""

    commit: str
    classes: tuple[str, ...]
    barred: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"commit": self.commit, "classes": list(self.classes), "barred": list(self.barred)}


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """The sealed rule. ``content`` is the JSON object itself, the rest is read from it."""

    content: Mapping[str, Any]
    draw_id: str
    hash_name: str
    classes: tuple[str, ...]
    per_expert: int
    nonce_commit: str
    contributors: tuple[str, ...]

    @property
    def is_linked(self) -> bool:
        return True

    @property
    def grounds(self) -> None:
        """There is no list of reasons for which a hand may take an item from somebody."""
        return

    @property
    def digest(self) -> HashFunction:
        return hash_function(self.hash_name)

    def digest_all(self, values: Iterable[bytes]) -> list[bytes]:
        """What `digest` gives for each of ``values``."""
        return hash_all(self.hash_name, values)

    def to_dict(self) -> dict[str, Any]:
        return dict(self.content)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "AssignmentRule":
        """Read and check a rule; raises EngineError naming the first thing that is wrong."""
        check_common(content)
        require(content.get("kind") == KIND, "kind 必须是 assignment")
        require(content.get("events") == LINKED, "events 必须是 linked")
        check_linked(content)
        require(is_count(content.get("per_expert")), "per_expert 必须是正整数")
        return cls(
            content=dict(content),
            draw_id=content["draw_id"],
            hash_name=content["hash"],
            classes=_read_classes(content.get("classes")),
            per_expert=content["per_expert"],
            nonce_commit=content["nonce_commit"],
            contributors=tuple(content["contributors"]),
        )


def build_assignment_rule(
    *,
    draw_id: str,
    classes: Mapping[str, str],
    per_expert: int,
    nonce_commit: str,
    contributors: Sequence[str],
    salt: str,
    hash_name: str = "sha256",
    further: Mapping[str, Any] | None = None,
) -> AssignmentRule:
    """Put a rule together: ``classes`` maps the id of each class of items to its name, nobody gets more
    than ``per_expert`` items. ``further`` holds additional sealed keys."""
    content: dict[str, Any] = {
        "draw_id": draw_id,
        "kind": KIND,
        "events": LINKED,
        "salt": salt,
        "hash": hash_name,
        "classes": [{"id": key, "name": name} for key, name in classes.items()],
        "per_expert": per_expert,
        "nonce_commit": nonce_commit,
        "contributors": list(contributors),
    }
    return AssignmentRule.from_dict({**(further or {}), **content})


def check_items(rule: AssignmentRule, items: Sequence[Item]) -> None:
    """Raises EngineError for an item that comes twice or is of no class of the rule."""
    if not items:
        raise EngineError("没有评审对象")
    seen: set[str] = set()
    for item in items:
        Item.from_dict(item.to_dict())
        if item.id in seen:
            raise EngineError(f"评审对象重复：{item.id}")
        if item.class_id not in rule.classes:
            raise EngineError(f"评审对象 {item.id} 的类别 {item.class_id} 不在规则里")
        seen.add(item.id)


def check_reviewers(
    rule: AssignmentRule, items: Iterable[Item], reviewers: Iterable[Judge]
) -> None:
    """Raises EngineError for an expert who names no class, or a class or an item that there is not."""
    known = {item.id for item in items}
    for one in reviewers:
        if not one.classes:
            raise EngineError(f"专家 {one.commit} 没有可评的类别")
        for values, of, what in ((one.classes, rule.classes, "类别"), (one.barred, known, "回避")):
            # One way to write it down: two texts of the same would be two leaves.
            if list(values) != sorted(set(values)):
                raise EngineError(f"专家 {one.commit} 的{what}必须升序且不重复")
            if unknown := next((value for value in values if value not in of), None):
                raise EngineError(f"专家 {one.commit} 的{what} {unknown} 不存在")


def _read_classes(value: Any) -> tuple[str, ...]:
    require(isinstance(value, list | tuple) and len(value) > 0, "classes 必须是非空列表")
    for row in value:
        require(isinstance(row, Mapping), "classes 里的每一项必须是对象")
        require(is_key(row.get("id")), "类别 id 必须是非空 ASCII 文本")
        require(is_text(row.get("name")), "类别 name 必须是非空文本")
    ids = tuple(row["id"] for row in value)
    require(len(set(ids)) == len(ids), "classes 里的 id 不能重复")
    return ids
