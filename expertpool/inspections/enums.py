from django.db import models


class RoundState(models.TextChoices):
    """Experts know of a round once it is ``OPEN``."""

    DRAFT = "draft", "未开启"
    OPENING = "opening", "正在建立名单"
    OPEN = "open", "进行中"
    CLOSED = "closed", "已结束"


class State(models.TextChoices):
    """Where one expert stands in a round; that he is too late follows from the day."""

    WAITING = "waiting", "待提交"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "退回修改"
    PASSED = "passed", "通过"
    FAILED = "failed", "不通过"


# While it is so, the expert may write and hand in.
TO_SUBMIT = (State.WAITING, State.RETURNED)
TOO_LATE = "未按期提交"


class RenewalState(models.TextChoices):
    """``OVERTAKEN``: the office has renewed the term otherwise."""

    WAITING = "waiting", "待审核"
    APPROVED = "approved", "已续聘"
    REJECTED = "rejected", "不续聘"
    OVERTAKEN = "overtaken", "已另行续聘"


class RunState(models.TextChoices):
    QUEUED = "queued", "等待处理"
    RUNNING = "running", "正在处理"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
