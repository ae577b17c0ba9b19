"""How the virus scanner is, and what waits for it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from expertpool.core.health import Check, Finding, Health
from expertpool.core.health.program import SERVER
from expertpool.core.scanning.clamd import is_there
from expertpool.files.models import Attachment

MEND = "请在服务器上查看 clamd 是否在运行、CLAMD 的地址是否正确；恢复后等待的文件自动查杀。"


def find_scanner(_now: datetime) -> Finding:
    """Ask the scanner whether it is there, and count the files that nobody can open until it was."""
    waiting = Attachment.objects.filter(held=True).count()
    figure = f"{waiting} 个文件等待查杀" if waiting else ""
    if not settings.CLAMD:
        return Finding(Health.OFF, "没有设置 CLAMD，收到的文件不查杀。", figure)
    if not is_there(settings.CLAMD):
        sentence = "病毒查杀程序没有答复：新收到的文件不能打开，或不能上传。"
        return Finding(Health.FAILED, sentence, figure, MEND)
    return Finding(Health.OK, "有答复。", figure)


SCANNER = Check("scanner", "病毒查杀", SERVER, find_scanner, order=50)
