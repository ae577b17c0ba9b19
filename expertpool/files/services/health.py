"""How the virus scanner is, and what waits for it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from expertpool.core.health import Check, Finding, Health
from expertpool.core.health.program import SERVER
from expertpool.core.scanning.clamd import is_there
from expertpool.files.models import Attachment
from expertpool.files.queries import clear_files

BESIDE = "正在上传、查杀和转换的文件，处理完以前在服务器的临时目录里是明文；升级以前的备份也是。"
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


MEND_CLEAR = "后台任务每十分钟接着加密；要一次做完，或一直不减少（文件已缺失），请在服务器上运行 expertpool seal-files。"


def find_clear(_now: datetime) -> Finding:
    """Count the attachments that are not encrypted yet."""
    if not (count := clear_files().count()):
        return Finding(Health.OK, f"附件、录屏和存档的抽取表都已加密保存。{BESIDE}")
    sentence = f"升级以前存下的附件还没有全部加密，存放的磁盘上读得到。{BESIDE}"
    return Finding(Health.WARNING, sentence, f"还有 {count:,} 个", MEND_CLEAR)


CLEAR = Check("clear_files", "附件加密", SERVER, find_clear, order=52)
SCANNER = Check("scanner", "病毒查杀", SERVER, find_scanner, order=50)
