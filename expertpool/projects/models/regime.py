from __future__ import annotations

from django.db import models

from expertpool.projects.enums import Regime, RegimeOption


class RegimeSetting(models.Model):
    """That an option is on for the projects of a regime; without a row it is off."""

    regime = models.CharField("适用制度", max_length=12, choices=Regime.choices)
    option = models.CharField("选项", max_length=20, choices=RegimeOption.choices)
    on = models.BooleanField("启用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "制度选项"
        constraints = [
            models.UniqueConstraint(fields=["regime", "option"], name="projects_option_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_regime_display()}：{self.get_option_display()}"
