"""Fills an installation with made-up data to try it with: `expertpool seed-demo`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from expertpool.portal.services.demo import STAGES, steps_up_to


class Command(BaseCommand):
    help = "生成演示数据（可重复执行，已有的不会重复生成）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stage",
            choices=STAGES,
            default=STAGES[-1],
            help="生成到哪一步为止：pool 专家库，draw 待抽取的项目，review 已抽取，done 全部（默认）",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="已有账号时不生成，只列出演示账号"
        )

    def handle(self, *args: Any, stage: str, if_empty: bool, **options: Any) -> None:
        now = timezone.now()
        if not (if_empty and User.objects.exists()):
            for step in steps_up_to(stage):
                self.stdout.write(f"{step.label} …")
                # All of a step or nothing: the next run takes up the one that failed.
                with transaction.atomic():
                    step.run(now)
        found = set(User.objects.values_list("username", flat=True))
        self.stdout.write(f"演示账号（密码都是 {DEMO_PASSWORD}）：")
        for account in DEMO_ACCOUNTS:
            if account.username in found:
                self.stdout.write(f"  {account.username:<12}{account.name}")
