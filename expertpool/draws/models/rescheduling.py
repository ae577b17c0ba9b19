from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from expertpool.draws.models.draw import Draw

WHEN, WHERE = "评审时间", "评审地点"
_MOMENT = "%Y-%m-%d %H:%M"  # as `core.text.moment_text` says it


def words_of_move(before: dict[str, str], after: dict[str, str]) -> str:
    """Say a change of time and place: 2026-12-01 09:00，301 室 → 2026-12-03 09:00，301 室."""
    return " → ".join("，".join((one[WHEN], one[WHERE])) for one in (before, after))


def change_in_words(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """Say to experts what is another than it was, and in a line what is new, by the names of `occasions.RESCHEDULED`:
    of a review that takes place elsewhere at the same time, nobody would understand that it was put off."""
    when, where = after[WHEN], after[WHERE]
    if before == after:  # moved and moved back before he was told
        return {"改动": f"时间、地点不变，仍为 {when}，{where}", "改动要点": "时间地点不变"}
    if when == before[WHEN]:
        change = f"地点改为{where}（原定{before[WHERE]}），时间不变，仍为 {when}"
        return {"改动": change, "改动要点": f"地点改为{where}"}
    was = before[WHEN] if where == before[WHERE] else f"{before[WHEN]}，{before[WHERE]}"
    stays = "地点不变，仍为" if where == before[WHERE] else "地点"
    return {"改动": f"改期为 {when}，{stays}{where}（原定 {was}）", "改动要点": f"改期到 {when}"}


class Rescheduling(models.Model):
    """That the panel of a draw sits at another time or place: ``before`` and ``after`` in words, by
    `WHEN` and `WHERE`. Everybody who sat was asked anew; each draw of the panel has its row."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="reschedulings")
    before = models.JSONField("原时间、地点")
    after = models.JSONField("新时间、地点")
    reason = models.CharField("改期原因", max_length=200)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="改期人", on_delete=models.PROTECT, related_name="+"
    )
    # Where the time is earlier than it was: by a `RescheduleRequest`.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    moved_at = models.DateTimeField("改期时间")

    class Meta:
        verbose_name = verbose_name_plural = "改期"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.draw} 改期"

    @property
    def openings_before(self) -> list[datetime]:
        """When the panel was to sit until then, to the minute; nothing where somebody altered the row."""
        try:
            times = [datetime.strptime(one, _MOMENT) for one in self.before[WHEN].split("、")]  # noqa: DTZ007
        except ValueError:
            return []
        return [timezone.make_aware(one) for one in times]

    @property
    def words(self) -> str:
        """What it was and is."""
        return words_of_move(self.before, self.after)

    @property
    def hands(self) -> str:
        """Whose step it was: 王经办, or 王经办（李监督确认）."""
        confirmed = f"（{self.confirmed_by.name}确认）" if self.confirmed_by else ""
        return f"{self.moved_by.name}{confirmed}"
