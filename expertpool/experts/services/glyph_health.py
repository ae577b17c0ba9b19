"""Whether the names of all experts can be printed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from expertpool.core.health import Check, Finding, Health
from expertpool.core.health.program import SERVER
from expertpool.experts.queries.glyphs import count_lacking

MEND = "请把有这些字的字体文件（.ttf、.otf、.ttc）放到 {}，放好即生效，不用重启；证书、抽取表等重新打印即可。"


def find_names(_now: datetime) -> Finding:
    """How many, and not whose: the words of a check leave the house."""
    count = count_lacking()
    if count:
        return Finding(
            Health.WARNING,
            "有专家姓名里的字现有字体里没有，打印时是空框。",
            f"{count} 位专家",
            MEND.format(settings.FONT_DIR),
        )
    return Finding(Health.OK, "专家姓名的字都能打印。")


NAMES = Check("names_printed", "打印用字", SERVER, find_names, order=54)
