from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.fields import BlindIndexField, EncryptedTextField, ProofField
from expertpool.directory.enums import TitleLevel
from expertpool.experts.enums import ExpertKind, ExpertSource
from expertpool.joining.enums import EDITABLE, OPEN, TONES, Channel, State
from expertpool.joining.models.consent import ConsentText
from expertpool.joining.models.recommendation import Recommendation


class Application(models.Model):
    """What somebody fills in who wants to be an expert.

    ``contents`` holds what was typed, by step, as JSON (`queries.contents`), finished or not; each time it
    is saved ``version`` grows, so that of two devices the second one notices. The columns below are what
    lists and flows ask; they are written when it is handed in. ``state`` changes only through
    `services.states.set_state`. ``proof`` says whose it is, where it stands and what it says, as of this
    ``version``, which never shrinks (trigger): nothing of before counts again (docs/decisions/0193).
    """

    never = ("DELETE",)

    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("申请编号", max_length=20, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("类别", max_length=12, choices=ExpertKind.choices)
    channel = models.CharField("渠道", max_length=12, choices=Channel.choices)
    in_wechat = models.BooleanField("在微信中打开", default=False)
    recommendation = models.OneToOneField(
        Recommendation,
        verbose_name="推荐",
        null=True,
        on_delete=models.PROTECT,
        related_name="application",
    )
    consent = models.ForeignKey(
        ConsentText, verbose_name="个人信息告知书", on_delete=models.PROTECT, related_name="+"
    )
    consented_at = models.DateTimeField("同意时间")
    # Filled up to that length: else it would tell who has filled in much.
    contents = EncryptedTextField("填写的内容", bound_to=("uid",), at_least=4096)
    # What it said when it was returned last: whoever decides again reads what was corrected since.
    returned_contents = EncryptedTextField(
        "退回时的内容", bound_to=("uid",), at_least=4096, editable=False
    )
    version = models.PositiveIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)

    name = models.CharField("姓名或单位", max_length=100, blank=True)
    employer_name = models.CharField("工作单位", max_length=200, blank=True)
    title = models.CharField("职称", max_length=50, blank=True)
    title_level = models.PositiveSmallIntegerField(
        "职称级别", choices=TitleLevel.choices, default=TitleLevel.NONE
    )
    specialties = models.ManyToManyField(
        "directory.Specialty", verbose_name="评审专业", related_name="+"
    )
    phone_index = BlindIndexField("手机号索引")
    # By it who decides finds what the same person has applied before from another account.
    id_number_index = BlindIndexField("证件号码索引")
    # What the steps of its flow may ask beside, by the names that a record has: written from ``contents`` when it
    # is handed in and before each decision (`services.asked`).
    expert_type = models.CharField("专家类型", max_length=50, blank=True, editable=False)
    education = models.CharField("学历", max_length=50, blank=True, editable=False)
    practice_years = models.PositiveSmallIntegerField("从业年限", null=True, editable=False)
    division = models.ForeignKey(
        "directory.Division",
        verbose_name="所在地区",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    extra = models.JSONField("其他信息", default=dict, editable=False)

    created_at = models.DateTimeField("开始时间")
    updated_at = models.DateTimeField("修改时间")
    handed_in_at = models.DateTimeField("提交时间", null=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审核人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField("审核意见", max_length=500, blank=True)
    # What has to be corrected while it is returned: reasons by the name of the field.
    reasons = models.JSONField("退回原因", default=dict, blank=True)
    expert = models.OneToOneField(
        "experts.Expert",
        verbose_name="专家档案",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    erased_at = models.DateTimeField("清除时间", null=True)
    proof = ProofField(
        "凭证",
        says=(
            *("uid", "user.username", "kind", "recommended_by", "consent.number", "consented_at"),
            *("version", "state", "contents", "reasons"),
            *("name", "employer_name", "title", "title_level"),
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "入库申请"
        ordering = ["-id"]
        constraints = [
            # What came to nothing keeps nobody from applying anew.
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=OPEN), name="joining_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="joining_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT)
                | Q(state=State.WITHDRAWN)
                | Q(handed_in_at__isnull=False),
                name="joining_handed_in_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="joining_by_state"),
            models.Index(fields=["phone_index"], name="joining_by_phone"),
            models.Index(fields=["id_number_index"], name="joining_by_id_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name or '未填姓名'}（{self.number}）"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def recommended_by(self) -> str:
        """Which recommendation led here; empty: none."""
        return str(self.recommendation.uid) if self.recommendation else ""

    @property
    def specialty_names(self) -> list[str]:
        """As a list shows them, with their codes: the same name stands below several others. Prefetch
        ``specialties``."""
        return [str(specialty) for specialty in self.specialties.all()]

    @property
    def tone(self) -> str:
        return TONES[State(self.state)]

    @property
    def source(self) -> str:
        """The source that its expert will have."""
        recommended = self.recommendation_id is not None
        return ExpertSource.RECOMMENDATION if recommended else ExpertSource.APPLICATION
