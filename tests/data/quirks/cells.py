"""Lists of which a cell cannot be taken, and those of which one keeps its row out."""

from __future__ import annotations

from tests.data.quirks.files import HEAD, LI, ZHANG, Quirk, book, plain

CELLS = (
    Quirk(
        "who_is_on_the_blacklist_is_asked_about.xlsx",
        plain(
            ["格甲", "13977761001", "否"],
            ["格乙", "13977761002", "是"],
            ["格丙", "13977761003", ""],
            ["格丁", "13977761004", "2024年列入"],
            ["格戊", "13977761005", "√"],
            ["格己", "13977761006", "无"],
            head=["姓名", "手机", "是否黑名单"],
        ),
        3,
        {3: "在黑名单中", 5: "在黑名单中", 6: "在黑名单中"},
        each={"name": ["格甲", "格丙", "格己"]},
    ),
    Quirk(
        "a_sheet_named_by_a_type.xlsx",
        book({"技术类专家": [HEAD, ZHANG, LI]}),
        2,
        each={"expert_type": ["技术类", "技术类"]},
    ),
)
