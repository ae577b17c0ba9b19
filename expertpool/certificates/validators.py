"""What stands on a certificate, element by element: read from a designer, refused in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from expertpool.certificates.enums import Align, ElementKind
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.core.placeholders import Vocabulary, has_stray_braces, names_in
from expertpool.core.validators import is_writable

VOCABULARY = Vocabulary.of(
    {
        "姓名": "张晓明",
        "证书编号": "ZJZS202600001",
        "专家编号": "ZJ2026000001",
        "专家类别": "个人专家",
        "专家类型": "技术类",
        "工作单位": "长沙市建筑设计研究院",
        "职称": "高级工程师",
        "评审专业": "建筑工程、市政工程",
        "发证日期": "2026年11月28日",
        "有效期自": "2026年11月28日",
        "有效期至": "2029年11月27日",
        "发证单位": "专家库管理中心",
    },
    required=("姓名", "证书编号"),
)
# In tenths of a millimetre, of A4; sizes in tenths of a point.
LONG, SHORT = 2970, 2100
NARROWEST, SMALLEST_QR = 50, 150
SMALLEST, LARGEST = 60, 1200
MOST_ELEMENTS, MOST_TEXT = 40, 400
MOST_BYTES = 60_000
COLOUR = re.compile(r"#[0-9a-f]{6}")
Element = dict[str, Any]


def clean_elements(
    text: str, *, landscape: bool, fonts: Mapping[str, str], whole: bool = True
) -> list[Element]:
    """Return the elements of a design from what its page sends (JSON, lengths in millimetres, sizes in points).

    Refuses (CertificateRefused) what is no such list, lies outside the page, cannot be read, and, where it is
    the ``whole``, a design without name, number or code.
    """
    try:
        rows = json.loads(text) if len(text) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        raise CertificateRefused("样式的内容没有完整传上来，请刷新页面后再试。")
    if len(rows) > MOST_ELEMENTS:
        raise CertificateRefused(f"一张证书最多放 {MOST_ELEMENTS} 个元素，请删去一些。")
    page = (LONG, SHORT) if landscape else (SHORT, LONG)
    elements = [_clean(row, at, page, fonts) for at, row in enumerate(rows, 1)]
    if not whole:
        return elements
    named = {name for one in elements for name in names_in(one.get("text", ""))}
    if missing := VOCABULARY.missing_in(named):
        marks = "、".join(f"{{{{{name}}}}}" for name in missing)
        raise CertificateRefused(f"证书上还没有 {marks}，请加一个含有它的文字元素。")
    if not any(one["kind"] == ElementKind.QR for one in elements):
        raise CertificateRefused("证书上还没有防伪二维码，请点「加二维码」。")
    return elements


def _clean(row: Any, at: int, page: tuple[int, int], fonts: Mapping[str, str]) -> Element:
    where = f"第 {at} 个元素"
    if not isinstance(row, dict) or row.get("kind") not in ElementKind.values:
        raise CertificateRefused(f"{where}不是文字也不是二维码，请删去后重加。")
    is_qr = row["kind"] == ElementKind.QR
    least = SMALLEST_QR if is_qr else NARROWEST
    x, y, width = (_tenths(row.get(name), where) for name in ("x", "y", "width"))
    if not least <= width <= page[0]:
        raise CertificateRefused(f"{where}的宽度应为 {least // 10} 至 {page[0] // 10} 毫米。")
    if not (0 <= x <= page[0] - width and 0 <= y <= page[1] - (width if is_qr else NARROWEST)):
        raise CertificateRefused(f"{where}超出了纸张，请移回来。")
    element = {"kind": row["kind"], "x": x, "y": y, "width": width}
    return element if is_qr else element | _clean_text(row, where, fonts)


def _clean_text(row: Element, where: str, fonts: Mapping[str, str]) -> Element:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise CertificateRefused(f"{where}没有文字，请填写或删去。")
    text = text.replace("\r\n", "\n")
    if len(text) > MOST_TEXT:
        raise CertificateRefused(f"{where}的文字最多 {MOST_TEXT} 字，请缩短。")
    if not is_writable(text):
        raise CertificateRefused(f"{where}的文字含有看不见的控制字符，请删去后重新输入。")
    if unknown := VOCABULARY.unknown_in(text):
        near = VOCABULARY.nearest(unknown[0])
        hint = f"，是不是 {{{{{near}}}}}？" if near else "，请从列表中选择。"
        raise CertificateRefused(f"{where}中没有 {{{{{unknown[0]}}}}} 这个变量{hint}")
    if has_stray_braces(text):
        raise CertificateRefused(f"{where}的花括号没有成对，变量应像 {{{{姓名}}}}。")
    size = _tenths(row.get("size"), where)
    if not SMALLEST <= size <= LARGEST:
        raise CertificateRefused(f"{where}的字号应为 {SMALLEST // 10} 至 {LARGEST // 10} 磅。")
    font, align, colour = row.get("font"), row.get("align"), str(row.get("colour", "")).lower()
    if not isinstance(font, str) or font not in fonts:
        raise CertificateRefused(f"{where}的字体已不在服务器上，请另选一种。")
    if align not in Align.values or not COLOUR.fullmatch(colour):
        raise CertificateRefused(f"{where}的对齐方式或颜色不对，请重新选择。")
    return {
        "text": text,
        "size": size,
        "font": font,
        "align": align,
        "colour": colour,
        "wrap": row.get("wrap") is True,
    }


def _tenths(value: Any, where: str) -> int:
    # True is a number to Python, and a number may be beyond any page.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e4 < value < 1e4:
        raise CertificateRefused(f"{where}的位置、宽度或字号不是数，请重新填写。")
    return round(value * 10)


def as_typed(elements: list[Element]) -> list[Element]:
    """Return ``elements`` as a designer's page has them, in millimetres and points."""
    lengths = ("x", "y", "width", "size")
    return [
        {name: value / 10 if name in lengths else value for name, value in one.items()}
        for one in elements
    ]
