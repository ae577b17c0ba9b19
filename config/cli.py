"""The command `expertpool`: finds what a word means and hands the rest of the line to it.

Imports nothing but the standard library, so that `expertpool verify-draw` runs with no Django,
no settings and no database.
"""

from __future__ import annotations

import sys
from importlib import import_module

DJANGO = "config.commands:django_command"
ENTRY_POINTS = {
    "check": "config.readiness:main",
    "run": "config.supervisor:main",
    "serve": "config.commands:serve",
    "worker": "config.supervisor:work",
    "metrics": "config.commands:figures",
    "restore": "config.commands:restore",
    "verify-draw": "config.cli:verify_draw",
    "verify-review": "config.cli:verify_review",
    "verify-bundle": "config.cli:verify_bundle",
}
USAGE = """专家库综合管理系统

用法：expertpool 命令 [参数…]        某条命令的参数：expertpool 命令 --help

运行
  check                          启动之前：机器、设置、数据库缺什么、哪里不安全，不改动任何内容
  run                            启动全部：数据库、网页服务和后台任务
  serve                          只启动网页服务（HOST、PORT 指定地址，默认 127.0.0.1:8000）
  worker                         只启动后台任务：限时任务和其他任务各一个进程
  voice-agent                    拨打电话通知（站点设置中选用电话线路后；docs/operations/telephone.md）
  metrics                        只启动供 Prometheus 读取的指标（METRICS_PORT 指定端口）
  migrate                        升级数据库结构
  support-bundle 文件.zip        生成支持包，供远程协助，不含个人信息

数据
  seed-demo                      生成演示数据
  create-admin                   新建管理员账号
  release-networks               解除全部禁止访问的网络地址（管理员都被挡在外面时）
  import-experts 文件.xlsx       导入专家（--dry-run 只检查，--report 未导入.xlsx，--json）

核验
  verify-draw 文件.json          核验一次抽取的公开记录，不需要数据库
  verify-review 文件.json        按规则重新计算一次评审的结果记录，不需要数据库
  verify-bundle 文件.zip [摘要]  核验一个项目的证据包，不需要数据库；写上清单摘要，清单被换也能发现
  verify-chain                   核验操作留痕的链条

备份
  backup [目录]                  备份数据库和附件，系统照常运行（docs/operations/backup.md）
  restore 目录                   把备份恢复到空的数据目录（docs/operations/restore.md）

密钥
  seal-files                     加密升级以前存下的附件，系统不用停（后台任务也会做，这条命令一次做完）
  rotate-keys                    用新密钥重新加密全部信息，系统不用停（docs/howto/rotate-keys.md）

其他
  django …                       Django 自带的管理命令
"""


def main(arguments: list[str] | None = None) -> int:
    """Run ``arguments`` (default: the command line); return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        print(USAGE, end="")
        return 0
    command, *rest = arguments
    if command in ENTRY_POINTS:
        return _call(ENTRY_POINTS[command], rest)
    if command == "django":
        return _call(DJANGO, rest)
    # The usage is the list of the words: what it does not tell does not exist.
    if f"\n  {command} " in USAGE:
        return _call(DJANGO, [command.replace("-", "_"), *rest])
    print(f"没有“{command}”这条命令。\n\n{USAGE}", end="", file=sys.stderr)
    return 2


def verify_draw(arguments: list[str]) -> int:
    """Check a record, or two, as whoever took the verifier alone does."""
    return int(import_module("vdraw.verify").main(arguments, called="expertpool verify-draw"))


def verify_review(arguments: list[str]) -> int:
    """Recompute the record of a result, as whoever took the file alone does."""
    verify = import_module("expertpool.reviews.calculation.verify")
    return int(verify.main(arguments, called="expertpool verify-review"))


def verify_bundle(arguments: list[str]) -> int:
    """Check an evidence bundle, as whoever took its programs alone does."""
    bundle = import_module("expertpool.bundles.checking.verify")
    draw = import_module("vdraw.verify")
    review = import_module("expertpool.reviews.calculation.verify")
    checks = bundle.checks_by(draw, review)
    return int(bundle.main(arguments, called="expertpool verify-bundle", checks=checks))


def _call(entry_point: str, arguments: list[str]) -> int:
    module, _, function = entry_point.partition(":")
    return int(getattr(import_module(module), function)(arguments) or 0)


if __name__ == "__main__":
    sys.exit(main())
