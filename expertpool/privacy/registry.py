"""What apps above know of personal data: which entries of the log say that somebody saw some."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class Read:
    """The log action ``code`` says that somebody saw personal data: ``kind`` is how, of `KINDS`. ``of_persons``: only
    where it is about one of `PERSONS`, since it is logged of others as well."""

    code: str
    kind: str
    of_persons: bool = False


@dataclass(frozen=True)
class Person:
    """A type of subject (``experts.expert``) whose files are those of a person."""

    code: str


KINDS = {
    "reveal": "查看原文",
    "look": "打开档案，看到原文",
    "file": "查看、下载附件",
    "export": "导出名单",
    "paper": "下载文书、报盘文件",
    "names": "查看抽取名单、可选专家",
}
READS: Catalogue[Read] = Catalogue(
    "read of personal data",
    faults=lambda one: [] if one.kind in KINDS else [f"{one.kind} is no kind of reading"],
)

PERSONS: Catalogue[Person] = Catalogue("subject that is a person")

BELOW = (
    Read("expert.reveal", "reveal"),
    Read("expert.look", "look"),
    Read("joining.reveal", "reveal"),
    Read("file.download", "file", of_persons=True),
    Read("file.preview", "file", of_persons=True),
    Read("export.finish", "export"),
    Read("expert.export", "export"),
    Read("joining.export", "export"),
    Read("certificate.print", "paper"),
)
PERSONS_BELOW = (
    Person("experts.expert"),
    Person("joining.application"),
    Person("changes.changerequest"),
    Person("achievements.achievement"),
)
