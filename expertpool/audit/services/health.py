"""How the chain of the log is, by its end: the whole is gone through by `chain.verify_chain`."""

from __future__ import annotations

from datetime import datetime, timedelta

from expertpool.audit.models import Anchor, Entry
from expertpool.audit.queries import chain_head
from expertpool.audit.services.anchors import is_proven
from expertpool.core.health import Check, CheckGroup, Finding, Health

LOG = CheckGroup("log", "留痕", 50)
# The anchor comes each minute.
LATE = timedelta(minutes=10)
MEND = "请立即核验操作日志，停用可疑的数据库账号，并告诉审计员；必要时用备份比对。"


def find_chain(now: datetime) -> Finding:
    """Compare the last anchor with the chain, and say what waits for the next."""
    head, last = chain_head(), Anchor.objects.order_by("-number").first()
    figure = f"{head.number:,} 条"
    if last is None:
        return Finding(Health.OK, "还没有锚点。", figure)
    if not is_proven(last):
        return Finding(Health.FAILED, "最后一个锚点不是本系统所写。", figure, MEND)
    if last.number > head.number:
        return Finding(Health.FAILED, "日志比确认过的少：末尾被删去了。", figure, MEND)
    entry = Entry.objects.filter(chain_no=last.number).first()
    if entry is None or entry.hash is None or bytes(entry.hash).hex() != last.hash:
        return Finding(Health.FAILED, "日志与锚点不符：被改写过。", figure, MEND)
    waiting = Entry.objects.filter(chain_no=last.number + 1).first()
    if waiting is not None and now - waiting.at > LATE:
        mend = "请查看后台任务是否在运行。"
        return Finding(Health.WARNING, "新的日志超过十分钟没有由锚点确认。", figure, mend)
    return Finding(Health.OK, "链条完整到最后一个锚点。", figure)


CHAIN = Check("chain", "操作日志链条", LOG, find_chain, url_name="audit:entry_list")
