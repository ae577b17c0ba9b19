"""The append-only, hash-chained log of everything that anybody did."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from expertpool.core.fields import BlindIndexField, EncryptedTextField

MOST_NOTE = 500  # letters of why something was done
GENESIS = bytes(32)  # what the first entry is linked to


class Entry(models.Model):
    """One action: who, when, where, what, before and after.

    Written by `audit.services.record` in the transaction of the change. ``digest`` is SHA-256 of
    the canonical content; at commit a deferred trigger gives the row the next ``chain_no`` and
    ``hash = SHA-256(previous hash ‖ digest)``, or the next place in a branch first. Triggers refuse
    every other UPDATE, DELETE and TRUNCATE (migrations 0002, 0008).
    """

    never = ("UPDATE", "DELETE")

    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="操作人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # As he was called then: accounts are renamed, and the entry is read for years.
    actor_name = models.CharField("操作人姓名", max_length=64, blank=True)
    address = models.CharField("IP 地址", max_length=45, blank=True)
    action = models.CharField("动作", max_length=64)
    subject_type = models.CharField("对象类型", max_length=64, blank=True)
    # Text, since subjects are rows of any model.
    subject_id = models.CharField("对象编号", max_length=64, blank=True)
    # As it was called then: the row may be gone.
    subject_label = models.CharField("对象", max_length=200, blank=True)
    before = models.JSONField("变更前", null=True)
    after = models.JSONField("变更后", null=True)
    note = models.CharField("说明", max_length=MOST_NOTE, blank=True)
    # Apart from the hash: it is there when the row is written, the link only at commit.
    digest = models.BinaryField("内容摘要", max_length=32)
    # By a key outside the database: that this system wrote the entry (`services.proofs`).
    proof = models.BinaryField("凭证", null=True, max_length=24)
    chain_no = models.BigIntegerField("链上序号", null=True, unique=True)
    previous_hash = models.BinaryField("前一哈希", null=True, max_length=32)
    hash = models.BinaryField("链哈希", null=True, max_length=32)
    # Where departments have chains of their own: that of its actor, and its place and link there,
    # which it has first (docs/decisions/0346).
    branch = models.BigIntegerField("部门链", null=True)
    branch_no = models.BigIntegerField("部门链上序号", null=True)
    branch_hash = models.BinaryField("部门链哈希", null=True, max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-id"]
        indexes = [
            # The history of one row, newest first.
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_subject"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            # The days by which the log is narrowed.
            models.Index(fields=["-at"], name="audit_at"),
        ]
        constraints = [
            # A copy of an entry that was written here is none.
            models.UniqueConstraint(
                fields=["proof"], name="audit_proof", condition=models.Q(proof__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["branch", "branch_no"],
                name="audit_branch_place",
                condition=models.Q(branch_no__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_label}"


class Unproven(models.Model):
    """The single row that says up to which place in the chain entries were written before they had
    proofs, and has a proof itself; none where all have."""

    never = ("INSERT", "UPDATE", "DELETE")

    number = models.BigIntegerField("链长")
    proof = BlindIndexField("凭证")

    class Meta:
        verbose_name = verbose_name_plural = "没有凭证的日志"

    def __str__(self) -> str:
        return f"{self.number}"


class ChainHead(models.Model):
    """The single row that holds the end of the chain; its row lock orders concurrent commits."""

    # The link is made by the owner's function; who locks a row needs the right to change it.
    never = ("INSERT", "DELETE")

    number = models.BigIntegerField("链长", default=0)
    hash = models.BinaryField("链头", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "链头"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="audit_one_chain_head")
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Branch(models.Model):
    """The end of the chain of one department, whose row lock orders its commits; what is in it is
    taken into the chain by the next commit there."""

    never = ("INSERT", "UPDATE", "DELETE")

    department = models.BigIntegerField("部门", primary_key=True)
    number = models.BigIntegerField("链长")
    hash = models.BinaryField("链头", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "部门链"

    def __str__(self) -> str:
        return f"{self.department}:{self.number}"


class Anchor(models.Model):
    """The chain as it was at one moment, confirmed with a key that is not in the database.

    Whoever owns the database can rewrite entries and every hash after them, but not ``proof``: it
    is bound to the columns beside it, and only the program can make one (docs/decisions/0083).
    """

    never = ("DELETE",)

    number = models.BigIntegerField("链长", unique=True)
    hash = models.CharField("链头", max_length=64)  # hex, since a token is bound to texts
    # So that one that was taken away is missed; 0 before the first.
    previous = models.BigIntegerField("上一个锚点")
    at = models.DateTimeField("时间")
    proof = EncryptedTextField("凭证", bound_to=("number", "hash", "previous"), key="SEAL_KEY")

    class Meta:
        verbose_name = verbose_name_plural = "锚点"

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"
