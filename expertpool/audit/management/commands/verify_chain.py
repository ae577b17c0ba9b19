"""Checks that nobody changed the log: `expertpool verify-chain [--expect 链长:链头]`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from expertpool.audit.models import Branch
from expertpool.audit.queries import Head, anchors, chain_head, kept_head, waiting_in_branches
from expertpool.audit.services.chain import verify_chain


def _kept(text: str) -> Head:
    try:
        return kept_head(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = "核验操作日志的链条；一致时退出码为 0，不一致时为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            type=_kept,
            action="append",
            default=[],
            metavar="链长:链头",
            help="您留存的链头（邮件、抽取表或公开页面上的），可以多次给出",
        )

    def handle(self, *args: Any, expect: list[Head], **options: Any) -> None:
        head = chain_head()
        found = verify_chain(dict(expect))
        if found is None:
            known = anchors()
            self.stdout.write(f"一致\n链长 {head.number}\n链头 {head.hash}")
            self.stdout.write(f"锚点 {known.count} 个，最近一个在第 {known.last} 条")
            if branches := Branch.objects.count():
                waiting = waiting_in_branches().count()
                self.stdout.write(f"部门链 {branches} 条，{waiting} 条日志等待并入")
            return
        entry = f"（记录编号 {found.entry_id}）" if found.entry_id else ""
        self.stderr.write(f"不一致\n{found}{entry}")
        sys.exit(1)
