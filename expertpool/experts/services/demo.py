"""Experts who do not exist, for trying and for tests of the whole; the same ones for one seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.accounts.services.users import create_user
from expertpool.core.importing import check_rows
from expertpool.core.subjects import Owner, joined_fields
from expertpool.core.validators import ID_CARD_WEIGHTS, USCC_ALPHABET, id_card_check_digit
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.services.fields import FieldData, add_field
from expertpool.directory.models import Specialty
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, Tag
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.experts import account_of
from expertpool.experts.services.accounts import bind_account, expert_role
from expertpool.experts.services.admission import begin_admissions
from expertpool.experts.services.appeals import file_appeal
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.importing import ExpertImporter
from expertpool.experts.services.leave import file_leave
from expertpool.experts.services.sharing import set_sharing
from expertpool.experts.services.status import freeze_expert
from expertpool.experts.services.tags import save_tag, tag_experts
from expertpool.experts.validators.values import account_warning

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英文华建国志红玉兰鑫子轩思涵宇浩然梓晨"
CITIES = (
    ("长沙市", "430102"),
    ("武汉市", "420106"),
    ("南昌市", "360102"),
    ("广州市", "440104"),
    ("成都市", "510104"),
    ("西安市", "610102"),
)
EMPLOYERS = (
    "建筑设计研究院",
    "水利水电勘测设计院",
    "信息技术中心",
    "市政工程集团有限公司",
    "环境监测中心",
    "会计师事务所",
    "律师事务所",
    "人民医院",
    "轨道交通集团有限公司",
    "质量检验研究院",
)
TITLES = (
    "工程师",
    "高级工程师",
    "高级工程师",
    "正高级工程师",
    "副教授",
    "教授",
    "高级经济师",
    "高级会计师",
)
EDUCATION = ("大专", "本科", "本科", "硕士研究生", "博士研究生")
POSITIONS = ("", "主任", "副主任", "总工程师", "科长")
TAGS = (("资深", "orange"), ("应急", "red"), ("外省", "grey"))
# A field of the office.
LICENCE, LICENCES = "执业资格", ("一级注册建造师", "注册造价工程师", "注册监理工程师", "无")
# So long they are in the pool: longer than any draw of the demonstration.
POOL_AGE = timedelta(days=40)
SHARING, BORROWING = "信息中心", ("采购中心", "工程建设部")
BRANCHES = 24  # so many branches of the tree, so that draws find several experts for one


@transaction.atomic
def ensure_demo_experts(
    *, count: int = 300, seed: int = 42, actor: User | None = None, now: datetime
) -> int:
    """Fill an empty pool with ``count`` experts and return how many there are then.

    Of every fifty one is pending, one frozen, one on the blacklist and two on leave; some are in
    groups. A pool that has experts stays as it is.
    """
    if Expert.objects.exists():
        return Expert.objects.count()
    random = Random(seed)  # noqa: S311 (people who do not exist)
    if not joined_fields(EXPERT.code):
        _add_licence(actor, now)
    # Through the import, so that what is shown has passed every check.
    # By nobody, who lets them in at once, as a command of the server does.
    importer = ExpertImporter(actor=None, now=now - POOL_AGE, options={})
    rows = ((at, row) for at, row in enumerate(demo_rows(random, count, now), 2))
    refused: list[Any] = []
    check_rows(
        importer,
        rows,
        [column.code for column in ExpertImporter.get_columns()],
        keep=True,
        refused=refused.append,
    )
    if refused:
        message = f"demo row refused: {refused[0].faults}"
        raise RuntimeError(message)
    _change_some(random, actor, now)
    return count


def _add_licence(actor: User | None, now: datetime) -> None:
    """Add a field of the office, so that one sees where all it appears."""
    data = FieldData(
        LICENCE,
        options=LICENCES,
        help="有几项的，选与评审专业最接近的一项。",
        owner=Owner.CONTROLLED,
        in_application=True,
    )
    add_field(subject=EXPERT.code, kind=FieldKind.CHOICE, data=data, actor=actor, now=now)


def demo_rows(random: Random, count: int, now: datetime) -> Iterator[list[Any]]:
    """Yield rows of the import's columns."""
    codes = [column.code for column in ExpertImporter.get_columns()]
    added = next((one.code for one in joined_fields(EXPERT.code) if one.label == LICENCE), "")
    branches = _branches(random)
    units = [_unit(random, city, kind) for city in CITIES for kind in EMPLOYERS]
    for number in range(count):
        city, division, employer, uscc = random.choice(units)
        year = random.randint(1962, 1988)
        id_number = _id_number(random, division, year)
        values = {
            "name": _name(random),
            "id_number": id_number,
            "phone": f"139{number:04d}{random.randint(0, 9999):04d}",
            "email": f"expert{number + 1}@example.cn",
            "employer": employer,
            "uscc": uscc,
            "title": random.choice(TITLES),
            "position": random.choice(POSITIONS),
            "education": random.choice(EDUCATION),
            "practice_years": str(random.randint(8, now.year - year - 22)),
            "division": city,
            "specialties": ";".join(_codes(random, branches)),
            "expert_type": random.choice(("技术类", "技术类", "经济类", "法律类")),
            "address": f"{city}解放路{random.randint(1, 300)}号",
            "postcode": f"{random.randint(100_000, 799_999)}",
            "bank_name": random.choice(("中国银行", "中国工商银行", "中国建设银行")),
            "bank_account": _account(random),
            "term_start_date": (now - timedelta(days=random.randint(30, 400))).date(),
            "term_end_date": (now + timedelta(days=random.randint(20, 900))).date(),
            # By the number: whoever is drawn up by chance stays who he was.
            added: LICENCES[number % 7 % len(LICENCES)],
        }
        yield [values.get(code, "") for code in codes]


def _name(random: Random) -> str:
    given = random.sample(GIVEN, random.choice((1, 2, 2)))
    return random.choice(SURNAMES) + "".join(given)


def _account(random: Random) -> str:
    """Return the number of a bank card, with its check digit."""
    body = f"62{random.randint(10**16, 10**17 - 1)}"[:-1]
    return next(card for card in (f"{body}{at}" for at in range(10)) if not account_warning(card))


def _id_number(random: Random, division: str, year: int) -> str:
    day = f"{year}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
    body = f"{division}{day}{random.randint(1, 999):03d}"[: len(ID_CARD_WEIGHTS)]
    return body + id_card_check_digit(body)


def _unit(random: Random, city: tuple[str, str], kind: str) -> tuple[str, str, str, str]:
    """Return city, division, name and a valid USCC of a unit."""
    name, division = city
    body = "91" + division + "".join(random.choice(USCC_ALPHABET) for _ in range(9))
    total = sum(USCC_ALPHABET.index(char) * pow(3, at, 31) for at, char in enumerate(body))
    return name, division, f"{name}{kind}", body + USCC_ALPHABET[(31 - total % 31) % 31]


def _branches(random: Random) -> list[list[str]]:
    """Return the codes of the leaves of some branches of the first scheme."""
    rows = Specialty.objects.filter(active=True, scheme__active=True, children=None)
    groups: dict[int | None, list[str]] = {}
    for parent, code in rows.order_by("scheme__order", "code").values_list("parent_id", "code"):
        groups.setdefault(parent, []).append(code)
    full = [codes for codes in groups.values() if len(codes) >= 3]
    return random.sample(full, min(BRANCHES, len(full)))


def _codes(random: Random, branches: list[list[str]]) -> list[str]:
    chosen = random.sample(branches, random.choice((1, 1, 2)))
    return [code for codes in chosen for code in random.sample(codes, random.randint(1, 2))]


def _change_some(random: Random, actor: User | None, now: datetime) -> None:
    """Put some on leave, freeze, blacklist and group some, leave some pending."""
    keys = list(Expert.objects.order_by("pk").values_list("pk", flat=True))
    random.shuffle(keys)
    share = max(len(keys) // 50, 1)
    # No door leads back to pending. A clerk has entered them, for somebody else to admit: written once, it stays.
    clerk = User.objects.filter(username="operator").first() or actor
    pending = Expert.objects.filter(pk__in=keys[:share])
    pending.update(status=ExpertStatus.PENDING, created_by=clerk)
    Expert.objects.filter(pk__in=keys[share:]).update(created_by=actor)
    known = Expert.objects.in_bulk()
    experts = [known[pk] for pk in keys]
    parts = iter(experts[share:])

    def take(number: int) -> list[Expert]:
        return [expert for expert, _ in zip(parts, range(number), strict=False)]

    begin_admissions(now=now)
    for expert in take(share):
        freeze_expert(expert=expert, reason="证书年检中", actor=actor, now=now)
    for at, expert in enumerate(take(share)):
        entry = add_to_blacklist(
            expert=expert,
            reason="无故缺席评审两次",
            evidence="内部通报〔2026〕3 号",
            until_date=timezone.localdate(now) + timedelta(days=365) if at % 2 else None,
            # The first one came from elsewhere, so that the demonstration's administrator decides on the appeal.
            actor=actor if at else None,
            now=now,
        )
        if not at:
            file_appeal(entry=entry, reason="两次都事先请过假，有短信为证，请核对。", now=now)
    for expert in take(2 * share):
        # Half of them are on leave now; times are full days.
        start = day_start(timezone.localdate(now)) + timedelta(days=random.randint(-6, 5))
        end = start + timedelta(days=random.randint(10, 60))
        file_leave(expert=expert, start=start, end=end, reason="出国学习", actor=actor, now=now)
    _group(random, experts, actor, now)
    _share(experts[-share * 4 :], actor, now)


def _share(experts: list[Expert], actor: User | None, now: datetime) -> None:
    """Put ``experts`` into a department that shares them with some of the others."""
    owner = Department.objects.filter(name=SHARING).first()
    if owner is None:
        return
    Expert.objects.filter(pk__in=[one.pk for one in experts]).update(department=owner)
    borrowers = Department.objects.filter(name__in=BORROWING)
    set_sharing(department=owner, mode="chosen", borrowers=borrowers, actor=actor, now=now)


def _group(random: Random, experts: list[Expert], actor: User | None, now: datetime) -> None:
    for name, colour in TAGS:
        tag = Tag.objects.filter(name=name).first()
        tag = tag or save_tag(row=Tag(name=name, colour=colour), actor=actor, now=now)
        chosen = random.sample(experts, len(experts) // 10)
        tag_experts(expert_ids=[one.pk for one in chosen], add=[tag], actor=actor, now=now)


def demo_account(expert: Expert, *, now: datetime) -> User:
    """Return the account of ``expert``; one is made without a letter, since nobody is there to read it."""
    if (user := account_of(expert)) is not None:
        return user
    user, _ = create_user(
        username=expert.number,
        name=expert.name[:50],
        department=expert.department,
        roles=[expert_role()],
        actor=None,
        now=now,
    )
    bind_account(expert, user, actor=None, now=now)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    return user
