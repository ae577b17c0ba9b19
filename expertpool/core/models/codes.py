"""A code that somebody is sent and gives back: once, in time, in few tries."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

MOST_TRIES = 5  # of one code


class TriedCode(models.Model):
    """What every code has that is sent to somebody; apps say to whom and for what, see `core.codes`.

    ``digest`` is keyed. Append-only but for its end: ``tries`` counts each attempt before the code is
    looked at, ``used_at`` is written by one conditional update.
    """

    digest = models.BinaryField("摘要", max_length=16)
    sent_at = models.DateTimeField("发送时间")
    expires_at = models.DateTimeField("失效时间")
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(tries__lte=MOST_TRIES), name="%(app_label)s_code_few_tries"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("expires_at")),
                name="%(app_label)s_code_used_in_time",
            ),
        ]
