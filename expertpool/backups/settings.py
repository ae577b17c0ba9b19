"""What the office decides about backups; where they lie and for whom they are encrypted stands in the
environment (docs/decisions/0156)."""

from datetime import timedelta

from expertpool.core.configuration import Boolean, Duration, Number, Setting, SettingGroup

BACKUPS = SettingGroup(
    "backups",
    "备份",
    order=80,
    note="备份的位置和加密在服务器的 .env 里设：BACKUP_DIR、BACKUP_RECIPIENTS",
)

EACH_DAY = Setting(
    "backups.each_day",
    "每天自动备份",
    Boolean(),
    True,
    group=BACKUPS,
    order=10,
    help="只对内置数据库；关闭后仍会提醒多久没有成功的备份。",
)
HOUR = Setting(
    "backups.hour",
    "备份时间",
    Number(0, 23, "点"),
    2,
    group=BACKUPS,
    order=20,
    help="这一小时起开始；没有成功的，每小时再试。当时没有开机的，开机后补做。",
)
FULL_EVERY = Setting(
    "backups.full_every",
    "完整备份间隔",
    # An incremental backup needs what the server notes of its changes, and that is kept for ten days.
    Number(1, 9, "天"),
    7,
    group=BACKUPS,
    order=30,
    help="之间的各天只备份改变的部分；填 1 则每天都是完整备份。调低的一天后生效，并立即告诉有「查看备份」权限的人。",
    strictest=max,
)
KEPT = Setting(
    "backups.kept",
    "保留完整备份",
    Number(1, 60, "份"),
    4,
    group=BACKUPS,
    order=40,
    help="更早的完整备份连同依靠它的增量备份，在下一次成功后自动删除。调低的一天后生效，并立即告诉有「查看备份」权限的人。",
    strictest=max,
)
JOURNAL = Setting(
    "backups.journal",
    "保留两份备份之间的数据库日志",
    Number(0, 60, "天"),
    14,
    group=BACKUPS,
    order=45,
    help="有它就能恢复到这些天里的任何时刻，服务器坏了最多丢几分钟；填 0 不保留，只能恢复到做备份的时刻。调低的一天后生效，并立即告诉有「查看备份」权限的人。",
    strictest=max,
)
TRIED = Setting(
    "backups.tried",
    "完整备份后试恢复",
    Boolean(),
    True,
    group=BACKUPS,
    order=50,
    help="恢复到临时位置核对行数、日志链条和附件，再删除；需要与数据库一样大的磁盘空间。加密的备份在服务器上打不开，不试。",
)
TOLD = Setting(
    "backups.told",
    "备份成功也通知",
    Boolean(),
    False,
    group=BACKUPS,
    order=60,
    help="每次成功后，向有「查看备份」权限的人发通知。",
)
LATE_AFTER = Setting(
    "backups.late_after",
    "没有成功的备份多久后提醒",
    Duration(12, 240, "小时"),
    timedelta(hours=30),
    group=BACKUPS,
    order=70,
    help="作为运行报警告诉接收人，以及有「查看备份」权限的人，直到有成功的备份。",
)

# How far back somebody can go: lowered, they count a day later.
KEEPING = (KEPT, FULL_EVERY, JOURNAL)
SETTINGS = (EACH_DAY, HOUR, FULL_EVERY, KEPT, JOURNAL, TRIED, TOLD, LATE_AFTER)
