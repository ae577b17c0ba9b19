"""The record of an expert: one person or organisation, one file."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from expertpool.core.bounds import DAYS, within
from expertpool.core.fields import (
    UNREADABLE,
    BlindIndexField,
    EncryptedTextField,
    IndexOfField,
)
from expertpool.directory.enums import TitleLevel
from expertpool.experts.enums import (
    ExpertKind,
    ExpertSource,
    ExpertStatus,
    IdKind,
    Sex,
    TagColour,
)
from expertpool.experts.validators.values import PRACTICE_YEARS


class Tag(models.Model):
    """A custom group of experts (专家分组)."""

    name = models.CharField("分组名称", max_length=50, unique=True)
    colour = models.CharField(
        "颜色", max_length=16, choices=TagColour.choices, default=TagColour.BLUE
    )

    class Meta:
        verbose_name = verbose_name_plural = "专家分组"
        ordering = ["name"]
        constraints = [
            # A list that shows it knows no other.
            models.CheckConstraint(
                condition=models.Q(colour__in=TagColour.values), name="experts_tag_colour_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Expert(models.Model):
    """An expert of the pool.

    ``status`` changes only through `experts.services.status.set_status`. ``number`` (ZJ…) never
    changes: it is the ``ref`` of draw records. Who is called alike is found by ``name_index``, parts of names and
    their initials by packs (`queries.names`).

    ``phone_index``, ``email_index`` and ``id_number_index`` are unique over the whole pool, deleted
    experts included: a deleted record is restored, never entered a second time. Nor is phone or mail
    that of an account which is not his (a trigger, docs/decisions/0100).
    """

    never = ("DELETE",)  # else he came back under the id of another, and took his seats
    final = ("created_by_id",)  # who does not admit him

    number = models.CharField("专家编号", max_length=20, unique=True, editable=False)
    kind = models.CharField(
        "类别", max_length=12, choices=ExpertKind.choices, default=ExpertKind.INDIVIDUAL
    )
    # It stands on every page: one that was altered says so there.
    name = EncryptedTextField(
        "姓名",
        bound_to=("number",),
        at_least=64,
        seals_empty=True,
        when_shut=UNREADABLE,
        blank=False,
    )
    name_index = IndexOfField("姓名索引", of="name", purpose="expert.name")
    sex = models.CharField("性别", max_length=6, choices=Sex.choices, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True, validators=[DAYS])
    id_kind = models.CharField(
        "证件类型", max_length=12, choices=IdKind.choices, default=IdKind.RESIDENT
    )
    id_number = EncryptedTextField("证件号码", bound_to=("number",))
    # Of the number alone: one person's is not entered twice under two kinds.
    id_number_index = BlindIndexField("证件号码索引")
    phone = EncryptedTextField("手机号", bound_to=("number",), seals_empty=True)
    phone_index = BlindIndexField("手机号索引")
    email = EncryptedTextField("邮箱", bound_to=("number",), at_least=64, seals_empty=True)
    email_index = BlindIndexField("邮箱索引")
    # 0, but of those who had the mail of an earlier record before that was refused.
    email_twin = models.PositiveIntegerField("共用邮箱的第几份", default=0, editable=False)
    employer = models.ForeignKey(
        "directory.Unit",
        verbose_name="工作单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # experts_by_employer
    )
    title = models.CharField("职称", max_length=50, blank=True)
    title_level = models.PositiveSmallIntegerField(
        "职称级别", choices=TitleLevel.choices, default=TitleLevel.NONE
    )
    position = models.CharField("职务", max_length=50, blank=True)
    education = models.CharField("学历", max_length=50, blank=True)
    practice_years = models.PositiveSmallIntegerField(
        "从业年限", null=True, blank=True, validators=[PRACTICE_YEARS]
    )
    division = models.ForeignKey(
        "directory.Division",
        verbose_name="所在地区",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    expert_type = models.CharField("专家类型", max_length=50, blank=True)
    address = EncryptedTextField("通讯地址", bound_to=("number",), at_least=128)
    postcode = models.CharField("邮编", max_length=10, blank=True)
    bank_name = models.CharField("开户银行", max_length=100, blank=True)
    bank_account = EncryptedTextField("银行账号", bound_to=("number",))
    remark = models.TextField("备注", blank=True)
    contact_person = models.CharField("联系人", max_length=50, blank=True)  # kind organisation

    status = models.CharField(
        "状态", max_length=12, choices=ExpertStatus.choices, default=ExpertStatus.PENDING
    )
    status_before_deletion = models.CharField(
        "删除前状态", max_length=12, blank=True, editable=False
    )
    deletion_reason = models.CharField("删除原因", max_length=200, blank=True, editable=False)
    deleted_at = models.DateTimeField("删除时间", null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="删除人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    # Since when nothing stands here but number, times and, as far as law wants, the name (a tombstone).
    erased_at = models.DateTimeField("抹去个人信息的时间", null=True, blank=True, editable=False)
    # Until when law wants the name of a tombstone; None: it is gone, or this is none.
    name_until = models.DateField("姓名依法保留至", null=True, blank=True, editable=False)
    # Another record of the same person, which stays; never one that is merged itself.
    merged_into = models.ForeignKey(
        "self",
        verbose_name="合并至",
        null=True,
        on_delete=models.PROTECT,
        related_name="merged",
        editable=False,
        db_index=False,  # experts_merged
    )
    term_start_date = models.DateField("聘期开始", null=True, blank=True, validators=[DAYS])
    term_end_date = models.DateField("聘期至", null=True, blank=True, validators=[DAYS])
    source = models.CharField(
        "来源", max_length=16, choices=ExpertSource.choices, default=ExpertSource.MANUAL
    )
    # In words, as it was then: of whoever recommended him while he was himself in the pool, name and number.
    recommender = models.CharField("推荐人", max_length=100, blank=True, default="", db_default="")
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name="所属部门",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="登录账号",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # That the account is his: `queries.experts.account_of` (docs/decisions/0085).
    account_proof = BlindIndexField("账号凭证")
    link_sent_at = models.DateTimeField("激活链接发送时间", null=True, editable=False)
    activated_at = models.DateTimeField("账号激活时间", null=True, editable=False)
    specialties = models.ManyToManyField(
        "directory.Specialty", verbose_name="评审专业", through="ExpertSpecialty", related_name="+"
    )
    tags = models.ManyToManyField(Tag, verbose_name="分组", blank=True, related_name="experts")
    # Values of the fields that administrators added (`core.subjects`), by their codes.
    extra = models.JSONField("其他信息", default=dict, blank=True, editable=False)
    created_at = models.DateTimeField("入库时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="录入人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "专家"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["phone_index"], name="experts_phone_once"),
            # An expert without a card number has NULL there, of which there may be many.
            models.UniqueConstraint(fields=["id_number_index"], name="experts_id_number_once"),
            models.UniqueConstraint(
                fields=["email_index", "email_twin"], name="experts_email_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ExpertStatus.values), name="experts_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(term_start_date__isnull=True)
                | models.Q(term_end_date__isnull=True)
                | models.Q(term_end_date__gte=models.F("term_start_date")),
                name="experts_term_order",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ExpertStatus.DELETED, deleted_at__isnull=False)
                | (~models.Q(status=ExpertStatus.DELETED) & models.Q(deleted_at__isnull=True)),
                name="experts_deleted_when",
            ),
            # Whoever was merged is drawn no more, and comes back no more.
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | models.Q(status=ExpertStatus.DELETED) & ~models.Q(merged_into=models.F("id")),
                name="experts_merged_is_closed",
            ),
            # Whoever was erased comes back no more, and nothing of him is written anew.
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(
                    status=ExpertStatus.DELETED,
                    phone_index__isnull=True,
                    email_index__isnull=True,
                    id_number_index__isnull=True,
                    birth_date__isnull=True,
                ),
                name="experts_erased_is_closed",
            ),
            within(
                "experts_expert_bounds",
                birth_date=DAYS,
                practice_years=PRACTICE_YEARS,
                term_start_date=DAYS,
                term_end_date=DAYS,
            ),
        ]
        indexes = [
            GinIndex(fields=["number"], opclasses=["gin_trgm_ops"], name="experts_number"),
            GinIndex(fields=["extra"], opclasses=["jsonb_path_ops"], name="experts_extra"),
            # A tab of the list, newest first.
            models.Index(fields=["status", "-id"], name="experts_status"),
            # The tab 即将到期.
            models.Index(fields=["status", "term_end_date"], name="experts_term"),
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="experts_merged",
            ),
            # With the id: a search gathers thousands by their employers without reading one row. Name and
            # status: nor does who counts them, or looks for two of one name.
            models.Index(
                fields=["employer", "name_index"],
                include=["id", "status", "merged_into"],
                name="experts_by_employer",
            ),
            models.Index(
                fields=["birth_date", "name_index"],
                include=["id", "status", "merged_into"],
                name="experts_by_birth",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(status=ExpertStatus.FORMAL, email_index__isnull=True),
                name="experts_no_email",
            ),
            models.Index(fields=["name_index"], name="experts_by_name"),
            # What the list is sorted by: its first page is read off the index.
            models.Index(fields=["term_end_date", "id"], name="experts_by_term"),
            models.Index(fields=["title_level", "id"], name="experts_by_level"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.number}）"

    @classmethod
    def label_of(cls, name: str) -> str:
        """Return what a field is called in Chinese; raises FieldDoesNotExist."""
        field: Any = cls._meta.get_field(name)
        return str(field.verbose_name)

    @property
    def is_restorable(self) -> bool:
        """Whether it was deleted and can come back; what was merged or erased is closed for good."""
        gone = self.status == ExpertStatus.DELETED
        return gone and self.merged_into_id is None and self.erased_at is None

    @cached_property
    def specialty_names(self) -> list[str]:
        """The names of the specialties, as a list shows them; of many experts `queries.beside` reads them at once."""
        return [specialty.name for specialty in self.specialties.all()]

    @cached_property
    def tag_marks(self) -> list[tuple[str, str]]:
        """Name and colour of the groups, as a list shows them; read at once in the same way."""
        return [(tag.name, tag.colour) for tag in self.tags.all()]


class ExpertSpecialty(models.Model):
    """That an expert holds a specialty."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="specialty_links")
    specialty = models.ForeignKey("directory.Specialty", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "专家专业"
        constraints = [
            models.UniqueConstraint(fields=["expert", "specialty"], name="experts_specialty_once"),
        ]
        indexes = [models.Index(fields=["specialty", "expert"], name="experts_by_specialty")]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.specialty_id}"
