"""Ends all blocks of networks: `expertpool release-networks`, at the server itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from expertpool.networks.services.rules import end_all_blocks


class Command(BaseCommand):
    help = "解除全部禁止访问的网络地址；所有管理员都被挡在外面时，在服务器上运行。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        ended = end_all_blocks(now=timezone.now())
        self.stdout.write(
            f"已解除 {ended} 条禁止访问的网络地址。" if ended else "没有禁止访问的网络地址。"
        )
