"""Achievements of experts who do not exist."""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.achievements.models import Achievement
from expertpool.achievements.services.writing import hand_in, save_achievement
from expertpool.experts.models import Expert
from expertpool.files.services import attach

MADE = (
    ("paper", {"title": "装配式混凝土结构节点抗震性能研究", "year": 2023, "source": "建筑结构学报", "level": "EI"}),
    ("patent", {"title": "一种可调节的桥梁减隔震支座", "year": 2022, "number": "ZL202210123456.7", "level": "发明专利"}),
    ("award", {"title": "湘江大桥加固关键技术", "year": 2021, "source": "湖南省人民政府", "level": "省部级"}),
    ("standard", {"title": "城市综合管廊运行维护技术规程", "year": 2024, "number": "DBJ43/T 315-2024", "level": "地方标准"}),
    ("paper", {"title": "海绵城市雨水系统的多目标优化", "year": 2024, "source": "给水排水", "level": "中文核心"}),
    ("award", {"title": "市政污水深度处理工程", "year": 2020, "source": "中国勘察设计协会", "level": "行业、学会"}),
)  # fmt: skip
PROOF = b"%PDF-1.7\n%%EOF\n"


@transaction.atomic
def ensure_demo_achievements(*, expert: Expert, actor: User, now: datetime) -> None:
    """Enter some for others, and for ``expert`` one that waits and a draft; once."""
    if Achievement.objects.exists() or expert.user is None:
        return
    others = Expert.objects.filter(status="formal").exclude(pk=expert.pk).order_by("pk")
    for other, (kind, values) in zip(others[: len(MADE)], MADE, strict=False):
        row = Achievement(expert=other, kind=kind)
        save_achievement(row=row, values=values, actor=actor, now=now)
    for kind, values in (
        ("paper", {"title": "高层建筑施工图审查要点", "year": 2025, "source": "建筑设计管理"}),
        ("patent", {"title": "一种模块化屋面排水装置", "year": 2025, "number": "ZL202520111222.3", "level": "实用新型"}),
    ):  # fmt: skip
        row = Achievement(expert=expert, kind=kind)
        row = save_achievement(row=row, values=values, actor=expert.user, now=now)
    file = SimpleUploadedFile("专利证书.pdf", PROOF)
    attach(subject=row, uploaded_file=file, actor=expert.user, now=now)
    hand_in(row=row, actor=expert.user, now=now)
