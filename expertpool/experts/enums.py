from typing import NamedTuple

from django.db import models


class ExpertKind(models.TextChoices):
    INDIVIDUAL = "individual", "个人专家"
    ORGANISATION = "organisation", "单位专家"


class ExpertStatus(models.TextChoices):
    """Where an expert stands. Only FORMAL can be drawn; expiry follows from the term's end."""

    PENDING = "pending", "待审核"
    FORMAL = "formal", "在库"
    FROZEN = "frozen", "冻结"
    BLACKLISTED = "blacklisted", "黑名单"
    DELETED = "deleted", "已删除"


class StatusMove(NamedTuple):
    """From which statuses an act may lead, and to which; ``verb`` is what a clerk calls it."""

    verb: str
    starts: frozenset[str]
    ends: frozenset[str]


_KEPT = frozenset(ExpertStatus) - {ExpertStatus.DELETED}
# What each act, by its code in the log, does to a status; `experts.services.status.set_status` is
# the only door. Who leaves the blacklist or was deleted returns to the status he had before.
STATUS_MOVES: dict[str, StatusMove] = {
    "expert.approve": StatusMove(
        "审核通过", frozenset({ExpertStatus.PENDING}), frozenset({ExpertStatus.FORMAL})
    ),
    "expert.freeze": StatusMove(
        "冻结", frozenset({ExpertStatus.FORMAL}), frozenset({ExpertStatus.FROZEN})
    ),
    "expert.unfreeze": StatusMove(
        "解冻", frozenset({ExpertStatus.FROZEN}), frozenset({ExpertStatus.FORMAL})
    ),
    "expert.blacklist": StatusMove(
        "移入黑名单",
        frozenset({ExpertStatus.FORMAL, ExpertStatus.FROZEN}),
        frozenset({ExpertStatus.BLACKLISTED}),
    ),
    "expert.unblacklist": StatusMove(
        "移出黑名单",
        frozenset({ExpertStatus.BLACKLISTED}),
        frozenset({ExpertStatus.FORMAL, ExpertStatus.FROZEN}),
    ),
    "expert.delete": StatusMove("删除", _KEPT, frozenset({ExpertStatus.DELETED})),
    "expert.merge": StatusMove(
        "合并",
        frozenset({ExpertStatus.PENDING, ExpertStatus.FORMAL, ExpertStatus.DELETED}),
        frozenset({ExpertStatus.DELETED}),
    ),
    "expert.restore": StatusMove("恢复", frozenset({ExpertStatus.DELETED}), _KEPT),
}


class ChangeVia(models.TextChoices):
    """By which way a record was changed."""

    FORM = "form", "页面修改"
    OWN = "own", "本人修改"
    REQUEST = "request", "变更申请"
    AGREED = "agreed", "他人核准的修改"
    IMPORT = "import", "批量更新"
    MERGE = "merge", "合并档案"
    INTERFACE = "interface", "接口"
    RENEWAL = "renewal", "续聘"
    UNITS = "units", "单位合并"

    def words(self, note: str) -> str:
        """Return the way with what there is to say of it, once."""
        return note if note.startswith(self.label) else "：".join(filter(None, (self.label, note)))


class SharingMode(models.TextChoices):
    """Whose projects may draw the experts of a department besides its own."""

    ALL = "all", "全部部门"
    CHOSEN = "chosen", "指定部门"
    NONE = "none", "不共享"
    ABOVE = (
        "above",
        "按上级部门",
    )  # no rule of its own; what was chosen is kept for when there is one again


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class IdKind(models.TextChoices):
    """By which document somebody is known. The permits of residents from Hong Kong, Macao and Taiwan
    (港澳台居民居住证) have numbers like identity cards."""

    RESIDENT = "resident", "居民身份证"
    HONG_KONG = "hong_kong", "港澳居民来往内地通行证"
    TAIWAN = "taiwan", "台湾居民来往大陆通行证"
    PERMANENT = "permanent", "外国人永久居留身份证"
    PASSPORT = "passport", "护照"
    OFFICER = "officer", "军官证"
    OTHER = "other", "其他"


class ExpertSource(models.TextChoices):
    APPLICATION = "application", "自行申请"
    RECOMMENDATION = "recommendation", "同行推荐"
    IMPORT = "import", "批量导入"
    MANUAL = "manual", "手工录入"
    INTERFACE = "interface", "接口"


class AvoidanceKind(models.TextChoices):
    """Why an expert has to stay away from a unit, or (the last ones) from a person.

    The relations of 政府采购法实施条例 第九条 (employment, director or supervisor, controlling
    shareholder, kinship) and what else may affect fairness (财库〔2016〕198号 第十六条).
    """

    CURRENT_EMPLOYER = "current_employer", "现任职单位"
    PAST_EMPLOYER = "past_employer", "曾任职单位"
    DIRECTOR = "director", "任董事、监事、高管"
    SHAREHOLDER = "shareholder", "股东、实际控制人"
    ADVISER = "adviser", "任顾问"
    RELATIVE = "relative", "亲属任职单位"
    BUSINESS = "business", "业务往来、法律纠纷"
    DECLARED = "declared", "申报回避"
    KIN = "kin", "亲属"
    TEACHER = "teacher", "师生"
    PERSON = "person", "其他关系密切的人员"


# With a person; the unit, if it is known, only says which person of that name.
PERSON_KINDS = (AvoidanceKind.KIN, AvoidanceKind.TEACHER, AvoidanceKind.PERSON)

# While he is so, he acts by his account no more (docs/decisions/0100); the first two sign in to what is left to
# them (0250).
NARROWED = (ExpertStatus.FROZEN, ExpertStatus.BLACKLISTED)
NOT_SIGNED_IN = (*NARROWED, ExpertStatus.DELETED)


class AccountState(models.TextChoices):
    """How far an expert is with an account of his own."""

    NONE = "none", "未开通"
    SENT = "sent", "已发送"
    OPEN = "open", "已开通"


class TagColour(models.TextChoices):
    """Of the mark by which a group is known in lists; each is a tone of the design."""

    BLUE = "blue", "蓝"
    GREEN = "green", "绿"
    ORANGE = "orange", "橙"
    AMBER = "amber", "黄"
    RED = "red", "红"
    GREY = "grey", "灰"
