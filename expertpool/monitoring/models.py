"""Who was at his account when, and on which pages; visits of public pages.

These tables are partitioned by month (`services.partitions`): old months are dropped whole. They are filled in batches by
`services.buffer`, never while a page is answered.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.client import validate_network


def _user() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="用户", on_delete=models.CASCADE, related_name="+"
    )


class Heartbeat(models.Model):
    """That a page of ``user`` was open at ``at``, to the second; of who does not work for the office, to the hour. Of
    those long ago one an hour is kept (`services.thinning`)."""

    user = _user()
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "心跳"
        indexes = [models.Index(fields=["at", "user"], name="monitoring_heartbeat_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M:%S}"


class LastBeat(models.Model):
    """When the last heartbeat of ``user`` came; once none has come for a while he is not online."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="用户",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    at = models.DateTimeField("最近心跳", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "在线状态"

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M:%S}"


class Visit(models.Model):
    """A page that ``user`` opened: which part of the system, never whose record (`queries.pages`). Of who does not
    work for the office no part, and the hour alone."""

    user = _user()
    at = models.DateTimeField("时间")
    page = models.CharField("页面", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "访问页面"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="monitoring_visit_at"),
            models.Index(fields=["user", "-at"], name="monitoring_visit_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.page}"


class PublicVisit(models.Model):
    """A visit of a public page by whoever: where from, as a region and the site that led here. No address, no cookie,
    nothing that says who."""

    at = models.DateTimeField("时间")
    page = models.CharField("页面", max_length=80)
    region = models.CharField("地域", max_length=40)
    referrer = models.CharField("来源网站", max_length=100, blank=True)
    engine = models.CharField("搜索引擎", max_length=20, blank=True)
    keyword = models.CharField("关键词", max_length=60, blank=True)
    device = models.CharField("设备", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公开页面访问"
        indexes = [models.Index(fields=["at"], name="monitoring_public_at")]

    def __str__(self) -> str:
        return f"{self.page} {self.at:%Y-%m-%d %H}"


class RegionNetwork(models.Model):
    """To which region a network belongs, as the office says."""

    network = models.CharField("网段", max_length=43, unique=True, validators=[validate_network])
    region = models.CharField("地域", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "地域网段"
        ordering = ["region", "network"]

    def __str__(self) -> str:
        return f"{self.region} {self.network}"


# Partitioned by month; the others are not.
PARTITIONED = (Heartbeat, Visit, PublicVisit)
