"""Rows that show how a list is filled in, and name nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# 示例：李四, （例）王五, 例：赵六; but not 例如意, who may be called so.
_MARKED = re.compile(r"[(（\[【]?(?:填写)?(?:示例|样例|举例|范例|例)[)）\]】:：、\s\d]")
_NOBODY = frozenset(("张三", "李四", "王五", "赵六"))
# 某某, 张某某, XXX: whoever is meant, he is not called so.
_UNNAMED = re.compile(r".?某{1,3}|[X×*]{2,}|示例|样例|测试(?:专家|人员|用户)?\d*", re.IGNORECASE)
_NO_UNIT = re.compile(r".*(?:某某|某公司|某单位|[X×*]{2}).*", re.IGNORECASE)
# By what the sample row of a template is known, which is nobody's.
NAMING = ("name", "phone", "id_number", "email")
_NO_PHONE = frozenset(("13800138000", "13800138001", "13812345678", "13912345678", "13800000000"))


def is_marked(cell: object) -> bool:
    """Tell whether ``cell`` says of itself that it is an example."""
    return isinstance(cell, str) and _MARKED.match(cell) is not None


def is_example(values: Mapping[str, Any]) -> bool:
    """Tell whether a row is marked as an example, has a name that names nobody, or two of its name, number and unit are nobody's: one alone
    may be somebody's."""
    name = str(values.get("name") or "")
    if is_marked(name) or _UNNAMED.fullmatch(name):
        return True
    nobodys = (
        name in _NOBODY,
        values.get("phone") in _NO_PHONE,
        _NO_UNIT.fullmatch(str(values.get("employer") or "")) is not None,
    )
    return sum(nobodys) > 1
