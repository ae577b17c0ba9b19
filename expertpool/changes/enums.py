from django.db import models


class RequestState(models.TextChoices):
    """Where a request of an expert stands. Overtaken: what it asked for was changed otherwise meanwhile."""

    WAITING = "waiting", "待核准"
    APPROVED = "approved", "已核准"
    REJECTED = "rejected", "未核准"
    WITHDRAWN = "withdrawn", "已撤回"
    OVERTAKEN = "overtaken", "已不适用"


# By value of `workflow.Verdict`: what the file of the expert calls it.
CALLED = {
    "approved": str(RequestState.APPROVED.label),
    "rejected": str(RequestState.REJECTED.label),
}


class WorkKind(models.TextChoices):
    """What somebody has published or made."""

    PAPER = "paper", "论文"
    BOOK = "book", "著作"
    REPORT = "report", "研究报告"
    DESIGN = "design", "设计、工程作品"
    OTHER = "other", "其他"
