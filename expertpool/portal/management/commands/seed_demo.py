"""Fills an installation with made-up data to try it with: `expertpool seed-demo`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, ensure_demo_accounts

Step = Callable[[datetime], object]

# Each step is idempotent and builds on those before it, through services only. (stage, what, step)
STAGES = ("accounts", "pool", "draw", "review", "done")
STEPS: list[tuple[str, str, Step]] = [
    ("accounts", "部门、角色和账号", lambda now: ensure_demo_accounts(now=now)),
]


class Command(BaseCommand):
    help = "生成演示数据（可重复执行，已有的不会重复生成）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stage", choices=STAGES, default=STAGES[-1], help="生成到哪一步为止（默认：全部）"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="已有账号时不生成，只列出演示账号"
        )

    def handle(self, *args: Any, stage: str, if_empty: bool, **options: Any) -> None:
        filled = if_empty and User.objects.exists()
        wanted = () if filled else STAGES[: STAGES.index(stage) + 1]
        now = timezone.now()
        for step_stage, what, step in STEPS:
            if step_stage in wanted:
                self.stdout.write(f"{what} …")
                with transaction.atomic():
                    step(now)
        self.stdout.write(f"演示账号（密码都是 {DEMO_PASSWORD}）：")
        for account in DEMO_ACCOUNTS:
            self.stdout.write(f"  {account.username:<12}{account.name}")
