from __future__ import annotations

from django.db import models


class BundleState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "生成中"
    DONE = "done", "已生成"
    FAILED = "failed", "失败"


TONES = {
    BundleState.QUEUED: "grey",
    BundleState.RUNNING: "blue",
    BundleState.DONE: "green",
    BundleState.FAILED: "red",
}


class Part(models.TextChoices):
    """What a bundle may hold, each in a folder of its own. Who may see a part is one rule for all of it
    (`queries.rights`): who may read it in one bundle, may in each."""

    DRAWS = "draws", "抽取记录"
    NAMES = "names", "抽取表和名单"
    RECORDINGS = "recordings", "录屏录音"
    REVIEWS = "reviews", "评审结果"
    FEES = "fees", "劳务费"
    RATINGS = "ratings", "综合评价"
    NOTICES = "notices", "通知"
    CALLS = "calls", "通话录音"
    LOG = "log", "操作日志"
    CONTENTS = "log_contents", "操作日志原文"


CHECKS = "checks"  # the programs that check it, and how: of all
FILE = "bundle"  # the kind of the file
