"""What the product is made of: whether something of it is known to be vulnerable, and since when nobody has asked."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import distributions

from django.utils import timezone

from config import advisories
from config.advisories import OLD_AFTER, PYTHON, SCRIPTS
from expertpool.core.health import Check, CheckGroup, Finding, Health

SUPPLY = CheckGroup("supply", "组件", 40)
RENEW = (
    "请升级到新版本；在能上网的机器上，源码目录中运行 make advisories 更新资料，"
    "把 config/data/advisories.json 复制到这里。"
)


def find_vulnerable(now: datetime) -> Finding:
    """Look by the file that came with the product, which knows nothing of what was told since."""
    installed = {
        one.metadata["Name"].lower().replace("_", "-"): one.version for one in distributions()
    }
    if found := advisories.known(advisories.kept(PYTHON)["packages"], installed):
        mend = "请升级到不含这些漏洞的版本。"
        return Finding(Health.WARNING, f"有已公布漏洞的组件：{'；'.join(found)}", mend=mend)
    today = timezone.localdate(now)
    ages = {one: advisories.days_old(one, today=today) for one in (PYTHON, SCRIPTS)}
    told = [
        f"{label}截至 {advisories.kept(one)['date']}（{ages[one]} 天前）"
        if ages[one] is not None
        else f"{label}没有查询过"
        for one, label in ((PYTHON, "Python 组件"), (SCRIPTS, "页面脚本"))
    ]
    sentence = f"没有发现已公布漏洞的组件；漏洞资料：{'，'.join(told)}，此后公布的不在其中。"
    if all(age is not None and age <= OLD_AFTER for age in ages.values()):
        return Finding(Health.OK, sentence)
    return Finding(Health.WARNING, sentence, mend=RENEW)


CHECKS = (Check("vulnerable", "已公布的漏洞", SUPPLY, find_vulnerable),)
