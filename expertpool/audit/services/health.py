"""How the chain of the log is, by its end: the whole is gone through by `chain.verify_chain`."""

from __future__ import annotations

from datetime import datetime, timedelta

from expertpool.audit.actions import FORGED
from expertpool.audit.models import Anchor, Entry
from expertpool.audit.queries import chain_head, waiting_in_branches
from expertpool.audit.services.anchors import is_proven
from expertpool.audit.services.kept import difference
from expertpool.core.health import Check, CheckGroup, Finding, Health
from expertpool.core.mandates import forged_rows

LOG = CheckGroup("log", "留痕", 50)
# The anchor comes each minute.
LATE = timedelta(minutes=10)
LATELY = timedelta(days=1)
COUNTED = (
    100_000  # of the last entries none may be missing; all are gone through by `chain.verify_chain`
)
MEND = "请立即核验操作日志，停用可疑的数据库账号，并告诉审计员；必要时用备份比对。"
RESTORED = "刚由数据库管理员恢复过旧数据的，删去数据目录中的 log/chain-head 即可。"


def find_chain(now: datetime) -> Finding:
    """Count the last entries, compare the last anchor, and what this machine has seen, with the chain, and say what
    waits for the next."""
    if wrong := difference():
        return Finding(Health.FAILED, wrong, f"{chain_head().number:,} 条", f"{MEND}{RESTORED}")
    head, last = chain_head(), Anchor.objects.order_by("-number").first()
    figure = f"{head.number:,} 条"
    late = "请查看后台任务是否在运行。"
    if waiting_in_branches().filter(at__lt=now - LATE).exists():
        return Finding(Health.WARNING, "部门链上的日志超过十分钟没有并入总链。", figure, late)
    before = max(0, head.number - COUNTED)
    stored = Entry.objects.filter(chain_no__gt=before, chain_no__lte=head.number).count()
    if missing := head.number - before - stored:
        return Finding(Health.FAILED, f"日志少了 {missing:,} 条：被删去了。", figure, MEND)
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
        return Finding(Health.WARNING, "新的日志超过十分钟没有由锚点确认。", figure, late)
    return Finding(Health.OK, "链条完整到最后一个锚点。", figure)


def find_forged(now: datetime) -> Finding:
    """Look for rows that would act, or speak, in somebody's name and were not written here, and for jobs that
    were to work such off lately."""
    found = forged_rows(now=now)
    lately = Entry.objects.filter(action=FORGED, at__gt=now - LATELY).count()
    if found or lately:
        parts = [f"{label} {count} 项" for label, count in found.items()]
        figure = "，".join([*parts, *([f"一天内拦下 {lately} 次"] if lately else [])])
        sentence = "有人绕过系统写入或改动了办理事项、评价或对外文字，没有办理、计入或显示。"
        return Finding(Health.FAILED, sentence, figure, MEND)
    return Finding(Health.OK, "都是本系统所写。")


CHAIN = Check("chain", "操作日志链条", LOG, find_chain, url_name="audit:entry_list")
MANDATED = Check(
    "mandates",
    "办理事项",
    LOG,
    find_forged,
    order=110,
    url_name="audit:entry_list",
    readers=("audit.view",),
)
