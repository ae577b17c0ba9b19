"""A draw as the protocol VDRAW-1 defines it: seal, candidates, events."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KT
from django.utils.functional import cached_property

from expertpool.core.fields import EncryptedBytesField, EncryptedTextField
from expertpool.core.text import hour_of, moment_text
from expertpool.draws.enums import (
    INVALID,
    MANUAL_STATUS_LABEL,
    ONLY_RANDOM,
    RUNNING,
    DrawKind,
    DrawStatus,
)
from expertpool.draws.exceptions import of_draw
from expertpool.draws.rules import SealedReveal, SealedRule, read_reveals
from expertpool.projects.models import Project
from vdraw import EngineError

# What is neither sealed nor given up has an order; what does not run has ended.
_NO_ORDER = models.Q(status__in=(DrawStatus.SEALED, DrawStatus.ABANDONED))
_RUNNING = models.Q(status__in=RUNNING)
_HAS_ITS_TIMES = (
    (_NO_ORDER & models.Q(ordered_at=None)) | (~_NO_ORDER & models.Q(ordered_at__isnull=False))
) & ((_RUNNING & models.Q(ended_at=None)) | (~_RUNNING & models.Q(ended_at__isnull=False)))


# Copied by hand from a printed sheet: no two signs look alike. 16 of 31 are 79 bits.
_ID_SIGNS, _ID_LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 16


def new_public_id() -> str:
    """Return a fresh address for the public page of a draw: it tells nothing and cannot be guessed."""
    return "".join(secrets.choice(_ID_SIGNS) for _ in range(_ID_LENGTH))


class Draw(models.Model):
    """How the experts of one project, or of the projects of one batch, are found: one seal and one
    order, or, where the law allows it, a list that persons chose. ``status`` changes only by
    `draws.services.status.set_draw_status`. ``project`` carries the plan: the lead of the batch;
    ``projects`` are all.

    ``rule`` is what was sealed, read from ``rule_content``, which never changes afterwards (a
    trigger refuses it). ``nonce`` is the
    system's contribution, encrypted with the seal key until the order is made. A project has at
    most one draw that is neither abandoned nor void (see `DrawProject`), but for those that widen
    it: ``widens`` is the draw before it that did not fill the panel (docs/decisions/0016).

    ``reveal_at`` and ``released_at`` are set by `draws.services.reveal` only, with the ``reveal_proof``
    that shows so: without it names stay sealed (`draws.queries.reveal`). ``moves`` says how often
    they were set for another time of the panel; it only grows (trigger), and the proof names it.

    ``public_id`` is where anybody finds it who was given it: numbers could be counted through.
    ``publication`` is what was made public of who sat (`draws.services.publishing`), with
    ``published_at``; neither changes afterwards (a trigger refuses it).

    A kind other than random has no seal, no seed and no order; its ``rule`` holds the reason and
    the approval number, ``ordered_at`` says when a second person agreed to the list.
    """

    never = ("DELETE",)

    number = models.CharField("抽取编号", max_length=32, unique=True)  # draw_id in the record
    public_id = models.CharField(
        "核验码", max_length=_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    projects = models.ManyToManyField("projects.Project", through="DrawProject", related_name="+")
    widens = models.ForeignKey(
        "self", verbose_name="补充", null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(
        "方式", max_length=12, choices=DrawKind.choices, default=DrawKind.RANDOM
    )
    status = models.CharField(
        "状态", max_length=20, choices=DrawStatus.choices, default=DrawStatus.SEALED
    )
    rule_content = models.JSONField("规则", db_column="rule")
    candidate_count = models.PositiveIntegerField("候选人数")
    # What a pre-query told in the moment of the seal, whoever was held elsewhere: of all ("") and of each group.
    open_counts = models.JSONField("封存时可以透露的人数", null=True)
    seal = models.CharField("封存值", max_length=64, blank=True)
    # How many of its events were verified after they were written (`services.checking`).
    checked_events = models.PositiveIntegerField("已核验事件数", default=0)
    nonce = EncryptedBytesField("系统随机数", key="SEAL_KEY", bound_to=("number",))
    reveals = models.JSONField("揭示值", default=list)  # [{"role": "system", "value": "hex"}, …]
    seed = models.CharField("种子", max_length=64, blank=True)
    reveal_at = models.DateTimeField("名单公开时间")
    released_at = models.DateTimeField("名单已公开", null=True)
    reveal_proof = EncryptedTextField("公开凭证", key="SEAL_KEY", bound_to=("number",))
    moves = models.PositiveIntegerField("改期次数", default=0, editable=False)
    published_at = models.DateTimeField("结果公布时间", null=True)
    publication = models.JSONField("公布的名单", null=True)  # one object for each who sat
    sealed_at = models.DateTimeField("封存时间")
    ordered_at = models.DateTimeField("定序时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="抽取人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "抽取"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(kind=DrawKind.RANDOM) & ~models.Q(seal=""))
                | (~models.Q(kind=DrawKind.RANDOM) & models.Q(seal="", seed="")),
                name="draws_only_random_is_sealed",
            ),
            models.UniqueConstraint(
                fields=["widens"],
                condition=~models.Q(status__in=INVALID),
                name="draws_widened_once",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=DrawStatus.values)
                & (models.Q(kind=DrawKind.RANDOM) | ~models.Q(status__in=sorted(ONLY_RANDOM))),
                name="draws_status_known",
            ),
            models.CheckConstraint(condition=_HAS_ITS_TIMES, name="draws_status_has_its_times"),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True, publication__isnull=True)
                | models.Q(
                    published_at__isnull=False,
                    publication__isnull=False,
                    released_at__isnull=False,
                    ended_at__isnull=False,
                ),
                name="draws_published_once_released",
            ),
        ]
        indexes = [
            # The list by its tabs, the latest first.
            models.Index(fields=["status", "-id"], name="draws_status"),
            # Whose names are sealed, which each supplement asks.
            models.Index(
                fields=["number"],
                name="draws_untold",
                condition=models.Q(released_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def rule(self) -> SealedRule:
        """What was sealed; raises EngineError when it was changed by hand into nonsense."""
        with of_draw(self.pk):
            return SealedRule.from_dict(self.rule_content)

    @property
    def revealed(self) -> tuple[SealedReveal, ...]:
        """The values given so far; raises EngineError as ``rule``."""
        return read_reveals(self.reveals)

    def published_seats(self, project: str) -> int:
        """How many sat by it in ``project`` (number) when its result was published; until then how many seats
        it fills. What was published before each line named its projects holds for all."""
        if self.publication is None:
            return self.rule.seats
        return sum(project in one.get("projects", [project]) for one in self.publication)

    @property
    def is_random(self) -> bool:
        return self.kind == DrawKind.RANDOM

    @property
    def is_valid(self) -> bool:
        return self.status not in INVALID

    @property
    def tells_counts(self) -> bool:
        """Whether it may be told how many candidates there were, and how many each reason excluded:
        with the names. Before, the numbers of a draw made for it tell who sits elsewhere."""
        return self.released_at is not None or not self.is_random

    @property
    def told_candidates(self) -> int | None:
        """How many candidates there were, where that may be told."""
        return self.candidate_count if self.tells_counts else None

    def told(self, at: datetime | None) -> datetime | None:
        """Return what is told of when somebody answered, or of what followed: until names are
        released the hour alone (docs/decisions/0088), of that in which the draw began what is left of it:
        nothing follows before that (0619)."""
        if at is None or self.released_at is not None:
            return at
        return max(hour_of(at), self.ordered_at or self.sealed_at)

    @cached_property
    def last_moved_at(self) -> datetime | None:
        """When its panel was last moved to another time or place."""
        return max((one.moved_at for one in self.reschedulings.all()), default=None)

    @property
    def next_sitting(self) -> datetime:
        """When the panel sat, or sits, next after its names were sealed, or sealed again: until then these wait
        at most, and values are taken."""
        openings = [project.opening_at for project in self.covered]
        if len(openings) == 1:
            return openings[0]
        since = self.last_moved_at or self.sealed_at
        return min((at for at in openings if at > since), default=max(openings))

    @property
    def told_ended_at(self) -> datetime | None:
        """When it ended, as far as it is told: the last answer ends it."""
        return self.told(self.ended_at)

    @property
    def is_shared(self) -> bool:
        """Whether it is the draw of several projects."""
        return len(self.rule.projects) > 1

    @property
    def covered(self) -> list[Project]:
        """The projects for which it finds experts, its own first, then by their time; load them
        with ``prefetch_related("projects")`` where there are many draws."""
        if not self.is_shared:
            return [self.project]
        others = (one for one in self.projects.all() if one.pk != self.project_id)
        return [self.project, *sorted(others, key=lambda one: (one.opening_at, one.pk))]

    @property
    def title(self) -> str:
        """What it is for, in words; of a draw whose rule was altered its own project, since an alarm
        names it."""
        try:
            count = len(self.rule.projects)
        except EngineError:
            count = 1
        return f"{self.project.name} 等 {count} 个项目" if count > 1 else self.project.name

    @property
    def waits_for_all(self) -> bool:
        """Whether its names open once all who sit have signed in; ``reveal_at`` is the latest."""
        policy = self.rule.policy
        return policy is not None and policy.reveal_present and self.released_at is None

    def names_nobody(self, now: datetime) -> bool:
        """Whether it was given up before its order, or can only be given up: no names of it will ever open."""
        is_over = self.status == DrawStatus.ABANDONED or self.next_sitting <= now
        return self.ordered_at is None and is_over

    @property
    def reveal_words(self) -> str:
        """When its names open, before 有权限的人员可查看. Answers are waited for until the panel sits
        (`draws.queries.waiting.waits_for_answers`)."""
        at = moment_text(self.reveal_at)
        if self.waits_for_all:
            return f"全体到场签到后（最晚 {at}）"
        opening = self.next_sitting
        if not self.is_random or self.status not in RUNNING or self.reveal_at >= opening:
            return f"{at} 后"
        return f"{at} 后、邀请都有结果时（最晚 {moment_text(opening)} 评审开始）"

    @property
    def is_list_in_force(self) -> bool:
        """Whether persons were chosen by hand, confirmed, and are expected: nobody moves up by
        himself where one of them leaves."""
        return not self.is_random and self.is_valid and self.status != DrawStatus.SEALED

    @property
    def status_label(self) -> str:
        """Where it stands, in the words of its kind."""
        return self.get_status_display() if self.is_random else MANUAL_STATUS_LABEL[self.status]


class DrawProject(models.Model):
    """That a draw finds the experts of a project: one row for each project that its rule names.

    ``valid`` follows the status of the draw, ``first`` says that it widens no other (triggers
    write both, and keep the rows): a project has at most one first draw that is neither abandoned
    nor void.
    """

    never = ("DELETE",)

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    valid = models.BooleanField("有效", default=True)
    first = models.BooleanField("首次", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽取的项目"
        constraints = [
            models.UniqueConstraint(fields=["draw", "project"], name="draws_project_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(valid=True, first=True),
                name="draws_one_valid_draw",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.project_id}"


class SealBlock(models.Model):
    """Candidates of a draw as they were sealed, a thousand to a row, in the order of their leaves.

    Who they are stands only in ``openings``: expert ids, salts and numbers; for what they fit, and
    with whom they share a unit, only in ``fittings``. Both are encrypted with the seal key, which is
    kept outside the database. `draws.queries.blocks` packs and unpacks the columns.
    """

    never = ("DELETE",)

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="blocks")
    n = models.PositiveIntegerField("序号")  # from 0
    commits = models.BinaryField("身份承诺")  # 32 bytes each
    # As long for few candidates, whatever they fit; of a full block it says how many kinds there
    # are to some fifty (docs/decisions/0117).
    fittings = EncryptedBytesField(
        "条件组级次和单位代号",
        key="SEAL_KEY",
        bound_to=("draw_id", "n"),
        rows_at_once=50,
        at_least=1024,
    )
    openings = EncryptedBytesField(
        "身份", key="SEAL_KEY", bound_to=("draw_id", "n"), rows_at_once=50
    )

    class Meta:
        verbose_name = verbose_name_plural = "封存的候选人"
        ordering = ["draw", "n"]
        constraints = [models.UniqueConstraint(fields=["draw", "n"], name="draws_sealblock_n")]

    def __str__(self) -> str:
        return f"{self.draw_id} 第 {self.n} 段"


class DrawEvent(models.Model):
    """One event of the record, append-only. ``hash`` links it to the one before; none in a draw
    sealed before events were chained. A trigger lets no event but the next one in, none after a
    void, and none without its hash where the rule chains them."""

    never = ("UPDATE", "DELETE")

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="events")
    n = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间")
    content = models.JSONField("内容")  # as in the record
    hash = models.GeneratedField(
        expression=KT("content__hash"),
        output_field=models.CharField("事件链", max_length=64, null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = "抽取事件"
        ordering = ["draw", "n"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "n"], name="draws_event_n"),
            models.UniqueConstraint(fields=["hash"], name="draws_event_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} #{self.n}"
