"""Checks that nobody changed the log: `expertpool verify-chain`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from expertpool.audit.queries import chain_head
from expertpool.audit.services.chain import verify_chain


class Command(BaseCommand):
    help = "核验操作日志的链条；一致时退出码为 0，不一致时为 1。"

    def handle(self, *args: Any, **options: Any) -> None:
        head = chain_head()
        found = verify_chain()
        if found is None:
            self.stdout.write(f"一致\n链长 {head.number}\n链头 {head.hash}")
            return
        entry = f"（记录编号 {found.entry_id}）" if found.entry_id else ""
        self.stderr.write(f"不一致\n第 {found.number} 条{entry}：{found.reason}")
        sys.exit(1)
