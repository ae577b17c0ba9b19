"""The designs that the product brings: without a picture, with a frame that the document draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from expertpool.experts.enums import ExpertKind

SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
RED, INK, GREY = "#a61c1c", "#1f2937", "#4b5563"


@dataclass(frozen=True)
class BuiltIn:
    name: str
    prefix: str
    elements: list[dict[str, Any]]


def _text(text: str, y: int, size: int, **also: Any) -> dict[str, Any]:
    plain = {
        "kind": "text",
        "x": 350,
        "width": 2270,
        "font": SERIF,
        "align": "center",
        "colour": INK,
        "wrap": False,
    }
    return plain | {"text": text, "y": y, "size": size} | also


_LEFT = {"x": 350, "width": 1500, "align": "left"}
_FOOT = [
    _text("证书编号：{{证书编号}}", 1600, 120, **_LEFT, colour=GREY, font=SANS),
    _text("有 效 期：{{有效期自}} 至 {{有效期至}}", 1680, 120, **_LEFT, colour=GREY, font=SANS),
    _text("扫描二维码查验真伪和有效期", 1760, 100, **_LEFT, colour=GREY, font=SANS),
    _text("{{发证单位}}", 1440, 160, x=1420, width=1200, align="right"),
    _text("{{发证日期}}", 1520, 140, x=1420, width=1200, align="right"),
    {"kind": "qr", "x": 2330, "y": 1620, "width": 290},
]
BUILT_IN = {
    ExpertKind.INDIVIDUAL: BuiltIn(
        "个人专家聘书",
        "ZJZS",
        [
            _text("专 家 聘 书", 300, 480, colour=RED),
            _text("{{姓名}}", 660, 320),
            _text(
                "　　兹聘请您为本专家库{{专家类型}}评审专家，请依法、公正、独立地参加评审工作。"
                "本证书有效期自{{有效期自}}起至{{有效期至}}止。",
                900,
                180,
                x=420,
                width=2130,
                align="left",
                wrap=True,
            ),
            _text("专业：{{评审专业}}", 1240, 130, x=420, width=2130, align="left", colour=GREY),
            *_FOOT,
        ],
    ),
    ExpertKind.ORGANISATION: BuiltIn(
        "单位专家证书",
        "DWZS",
        [
            _text("单位专家证书", 300, 440, colour=RED),
            _text("{{姓名}}", 660, 280),
            _text(
                "　　经审核，贵单位符合入库条件，为本专家库单位专家，可按规定承担评审、咨询工作。"
                "本证书有效期自{{有效期自}}起至{{有效期至}}止。",
                900,
                180,
                x=420,
                width=2130,
                align="left",
                wrap=True,
            ),
            _text("专业：{{评审专业}}", 1240, 130, x=420, width=2130, align="left", colour=GREY),
            *_FOOT,
        ],
    ),
}
