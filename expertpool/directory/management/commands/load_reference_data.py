from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from expertpool.directory.services.loading import load_reference_data

LABELS = {
    "divisions": "行政区划",
    "ndrc2018": "评标专业",
    "procurement2022": "政府采购品目",
    "titles": "职称",
    "dictionaries": "字典项",
}


class Command(BaseCommand):
    help = "补充随系统提供的基础资料（行政区划、专业、职称、字典），不改动已有记录。"

    def handle(self, *args: Any, **options: Any) -> None:
        for code, count in load_reference_data().items():
            self.stdout.write(f"{LABELS[code]}：新增 {count} 条")
