"""Every field of an expert's record, declared once; see `core.subjects`.

The order is that of most places: export, history, sections of the form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from expertpool.accounts.models import Department
from expertpool.core import criteria as ask
from expertpool.core.importing import FIRST, LAST, CellRefused, as_text
from expertpool.core.subjects import (
    Choice,
    Day,
    Entry,
    FieldDeclaration,
    InCriteria,
    InExport,
    InFilter,
    InForm,
    InHistory,
    InImport,
    Moment,
    Number,
    Rows,
    Subject,
    Text,
)
from expertpool.core.text import is_key, mask_email, mask_middle
from expertpool.core.visibility import GuardedField, Sensitivity
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import Division, Specialty, Title, Unit
from expertpool.directory.queries import UNIT_SEARCH, dictionary_names, unit_name
from expertpool.experts import validators as rules
from expertpool.experts.enums import ExpertKind, ExpertSource, ExpertStatus, Sex
from expertpool.experts.models import Tag
from expertpool.experts.queries import criteria as answers
from expertpool.experts.queries.experts import state_word

INDIVIDUAL, ORGANISATION = ExpertKind.INDIVIDUAL.value, ExpertKind.ORGANISATION.value
COMMON = {
    "specialties": "评审专业",
    "contact": "地区与通讯",
    "bank": "银行账户",
    "term": "聘期与管理",
    "extra": "其他信息",
}
SECTIONS = {
    INDIVIDUAL: {"basic": "基本信息", "work": "工作与职称"} | COMMON,
    ORGANISATION: {"basic": "单位信息", "work": "联系人"} | COMMON,
}
# As lists in use write them; the labels are shorter.
LEVEL_WORDS = {"副高级": TitleLevel.ASSOCIATE, "正高级": TitleLevel.SENIOR}
KIND_WORDS = {
    "个人": ExpertKind.INDIVIDUAL,
    "自然人": ExpertKind.INDIVIDUAL,
    "单位": ExpertKind.ORGANISATION,
    "机构": ExpertKind.ORGANISATION,
}
SEX_WORDS = {"男性": Sex.MALE, "女性": Sex.FEMALE}
# What lists mean by words that the dictionaries do not have: proposed, never put in unasked.
TITLE_MEANINGS = {
    "高工": "高级工程师",
    "高级": "高级工程师",
    "正高工": "正高级工程师",
    "教高": "教授级高级工程师",
    "教授级高工": "教授级高级工程师",
    "中级工程师": "工程师",
    "助工": "助理工程师",
    "高会": "高级会计师",
    "高经": "高级经济师",
    # A level: which title it is, nobody can propose.
    **dict.fromkeys(("正高", "正高级", "副高", "副高级", "中级", "初级"), ""),
}
LEVEL_MEANINGS = {"高级": "副高", "正高级职称": "正高", "副高级职称": "副高", "中级职称": "中级"}
EDUCATION_MEANINGS = {
    "大学": "本科",
    "大学本科": "本科",
    "学士": "本科",
    "专科": "大专",
    "硕士": "硕士研究生",
    "研究生": "硕士研究生",
    "博士": "博士研究生",
}
TYPE_MEANINGS = {"技术": "技术类", "经济": "经济类", "法律": "法律类", "商务": "经济类"}
CONTACT = {"sensitivity": Sensitivity.CONTACT}
NUMBERS = ("gte", "lte", "between", "eq")  # how conditions compare them


def tree(address: str, noun: str, **marks: str) -> dict[str, Any]:
    """Return what the script needs to fetch the nodes of a tree."""
    return {
        "data-enhance": "cascader",
        "data-src": reverse_lazy(address),
        "data-noun": noun,
    } | {f"data-{name}": value for name, value in marks.items()}


def _guard(code: str, label: str, mask: Callable[[str], str], **more: Any) -> GuardedField:
    return GuardedField(f"experts.{code}", label, mask, **more)


def _labels(model: type[Model]) -> Callable[[Sequence[str]], dict[str, str]]:
    def labels(values: Sequence[str]) -> dict[str, str]:
        # The values come from addresses and kept searches, where anything may stand.
        valid = [value for value in values if is_key(value)]
        rows = model._default_manager.filter(pk__in=valid).values_list("pk", "name")
        return {str(pk): name for pk, name in rows}

    return labels


def _entries(dictionary: DictionaryCode) -> Callable[[], list[str]]:
    return lambda: dictionary_names(dictionary)


def _titles() -> list[str]:
    return list(Title.objects.values_list("name", flat=True))


def _specialties() -> list[str]:
    rows = Specialty.objects.filter(active=True, scheme__active=True)
    return list(rows.order_by("name").values_list("name", flat=True).distinct())


def _divisions() -> list[str]:
    return list(Division.objects.order_by("code").values_list("name", flat=True))


def _looks(rule: Callable[[Any], Any]) -> Callable[[Any], bool]:
    """Return whether a cell passes a rule that few other cells pass."""

    def looks(cell: Any) -> bool:
        try:
            return bool(rule(cell))
        except CellRefused:
            return False

    return looks


def _pairs(words: Callable[[], list[str]]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(word, word) for word in words()]


FIELDS = (
    FieldDeclaration(
        code="number",
        label="专家编号",
        kind=Text(longest=20),
        write=False,
        exported=InExport(width=14),
        # It names somebody, and a draw asks only what several may fulfil.
        criterion=InCriteria(field=ask.Text(), order=17, draws=False),
    ),
    FieldDeclaration(
        code="name",
        label="姓名",
        kind=Text(longest=100, rule=rules.name),
        required=True,
        form=InForm(section="basic", labels={ORGANISATION: "单位名称"}),
        imported=InImport(
            aliases=("专家姓名", "名称", "单位专家名称"),
            help="单位专家填单位全称。",
            sample="王小明",
        ),
        exported=InExport(width=12),
        history=InHistory(),
        criterion=InCriteria(field=ask.Text(), order=16, draws=False),
    ),
    FieldDeclaration(
        code="kind",
        label="类别",
        kind=Choice(pairs=ExpertKind.choices, words=KIND_WORDS),
        imported=InImport(order=1, help="不填为个人专家。", sample="个人专家", width=10),
        exported=InExport(width=10),
        history=InHistory(order=-1),
        criterion=InCriteria(field=ask.Choice(choices=ExpertKind.choices), order=6),
        filtered=InFilter(order=7),
    ),
    FieldDeclaration(
        code="sex",
        label="性别",
        kind=Choice(pairs=Sex.choices, words=SEX_WORDS),
        form=InForm(section={INDIVIDUAL: "basic"}, order=1),
        imported=InImport(dispensable=True, help="可不填，按身份证号补。", sample="男", width=8),
        exported=InExport(width=6),
        history=InHistory(),
        criterion=InCriteria(field=ask.Choice(choices=Sex.choices), order=9),
    ),
    FieldDeclaration(
        code="birth_date",
        label="出生日期",
        kind=Day(),
        form=InForm(section={INDIVIDUAL: "basic"}, order=1),
        imported=InImport(
            dispensable=True,
            code="birth",
            header="出生年月",
            aliases=("出生日期", "生日"),
            help="像 1967-09 或 1967-09-20；可不填，按身份证号补。",
            sample="1980-01",
            width=12,
            clean=rules.birth,
        ),
        exported=InExport(code="birth", width=12),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Number(
                code="age",
                label="年龄",
                match=answers.age_q,
                suffix="岁",
                maximum=150,
                operators=NUMBERS,
            ),
            order=10,
        ),
    ),
    FieldDeclaration(
        code="id_number",
        label="身份证号",
        kind=Text(longest=18, rule=rules.id_number),
        guard=_guard("id_number", "身份证号", lambda value: mask_middle(value, head=4, tail=2)),
        form=InForm(
            section={INDIVIDUAL: "basic"},
            help="18 位，加密保存。填写后出生日期和性别自动补全。",
        ),
        imported=InImport(
            looks=_looks(rules.id_number),
            aliases=("证件号码", "证件号", "身份证号码", "身份证"),
            help="18 位，必须是文本格式。同一号码只能有一份档案。",
            sample="110101198001010010",
            width=22,
        ),
        exported=InExport(width=22),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="phone",
        label="手机号",
        kind=Text(longest=20, rule=rules.phone),
        required=True,
        guard=_guard(
            "phone", "手机号", lambda value: mask_middle(value, head=3, tail=4), **CONTACT
        ),
        form=InForm(
            section={INDIVIDUAL: "basic", ORGANISATION: "work"},
            help="11 位，加密保存，同一号码只能有一份档案。",
        ),
        imported=InImport(
            looks=_looks(rules.phone),
            aliases=("手机", "手机号码", "联系电话", "联系方式", "电话", "移动电话"),
            help="11 位。同一手机号只能有一份档案。",
            sample="13800138000",
        ),
        exported=InExport(width=14, optional=True),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="email",
        label="邮箱",
        kind=Text(longest=254, rule=rules.email),
        guard=_guard("email", "邮箱", mask_email, **CONTACT),
        form=InForm(section={INDIVIDUAL: "basic", ORGANISATION: "work"}, help="加密保存。"),
        imported=InImport(
            looks=_looks(rules.email),
            aliases=("电子邮箱", "电子邮件", "邮件", "Email", "E-mail"),
            sample="name@example.cn",
            width=24,
        ),
        exported=InExport(width=24),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="contact_person",
        label="联系人",
        kind=Text(longest=50, rule=rules.short_name),
        form=InForm(section={ORGANISATION: "work"}, order=-1, required=True),
        imported=InImport(order=1, help="单位专家必填。"),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="employer",
        label="工作单位",
        kind=Rows(rows=Unit.objects.all),
        form=InForm(section={INDIVIDUAL: "work"}, typed=False),
        exported=InExport(
            width=30, optional=True, value=lambda one: one.employer.name if one.employer else ""
        ),
        show=lambda one: one.employer.name if one.employer else "",
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Reference(
                labels=_labels(Unit),
                src=lambda: reverse("directory:unit_search"),
            ),
            order=12,
            draws=False,
        ),
        filtered=InFilter(order=6, kind=Rows(rows=Unit.objects.all, attrs=UNIT_SEARCH)),
    ),
    # The unit is named by words, and found or entered in the directory (`forms.profile`).
    FieldDeclaration(
        code="employer_name",
        label="工作单位",
        kind=Text(longest=200),
        write=False,
        form=InForm(section={INDIVIDUAL: "work"}, wide=True, shown=False),
        imported=InImport(
            code="employer",
            aliases=("单位名称", "单位", "所在单位", "现工作单位"),
            help="单位全称，用于回避。",
            sample="示例市建筑设计研究院",
            width=30,
            clean=unit_name,
        ),
        read=lambda one: one.employer.name if one.employer else "",
    ),
    FieldDeclaration(
        code="employer_uscc",
        label="统一社会信用代码",
        kind=Text(longest=18, rule=rules.uscc),
        write=False,
        form=InForm(
            section={INDIVIDUAL: "work", ORGANISATION: "basic"},
            help="18 位，可不填；填了按代码识别单位，用于回避。",
        ),
        imported=InImport(
            looks=_looks(rules.uscc),
            dispensable=True,
            code="uscc",
            aliases=("信用代码", "社会信用代码", "单位代码"),
            help="18 位，可不填。填了就按代码识别单位。",
            sample="91110000600037341L",
            width=22,
        ),
        read=lambda one: one.employer.uscc if one.employer else "",
    ),
    FieldDeclaration(
        code="title",
        label="职称",
        kind=Entry(longest=50, words=_titles),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(
            meanings=TITLE_MEANINGS,
            dispensable=True,
            aliases=("专业技术职称", "技术职称"),
            sample="高级工程师",
        ),
        exported=InExport(width=14),
        history=InHistory(),
        criterion=InCriteria(field=ask.Choice(choices=_pairs(_titles)), order=3),
    ),
    FieldDeclaration(
        code="title_level",
        label="职称级别",
        kind=Choice(pairs=TitleLevel.choices, words=LEVEL_WORDS, without="按职称确定"),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(
            meanings=LEVEL_MEANINGS,
            dispensable=True,
            aliases=("职称等级",),
            help="可不填，按职称补。",
            sample="副高",
            width=10,
        ),
        exported=InExport(code="level", width=10, optional=True),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Choice(choices=TitleLevel.choices, ordered=True),
            order=2,
        ),
        filtered=InFilter(order=2),
    ),
    FieldDeclaration(
        code="position",
        label="职务",
        kind=Text(longest=50),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(dispensable=True, sample="总工程师"),
        exported=InExport(width=12),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="education",
        label="学历",
        kind=Entry(longest=50, words=_entries(DictionaryCode.EDUCATION)),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(
            meanings=EDUCATION_MEANINGS,
            dispensable=True,
            aliases=("文化程度", "最高学历"),
            sample="本科",
            width=12,
        ),
        exported=InExport(width=12),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Choice(choices=_pairs(_entries(DictionaryCode.EDUCATION))),
            order=8,
        ),
        filtered=InFilter(order=9),
    ),
    FieldDeclaration(
        code="practice_years",
        label="从业年限",
        kind=Number(most=rules.PRACTICE_YEARS.high, suffix="年"),
        form=InForm(section={INDIVIDUAL: "work"}),
        show=lambda one: "" if one.practice_years is None else f"{one.practice_years} 年",
        imported=InImport(
            dispensable=True, aliases=("工作年限", "从业年数"), sample="15", width=10
        ),
        exported=InExport(width=10),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Number(
                suffix="年",
                maximum=100,
                operators=NUMBERS,
            ),
            order=11,
        ),
    ),
    FieldDeclaration(
        code="division",
        label="所在地区",
        kind=Rows(
            rows=Division.objects.all, attrs=tree("directory:division_tree", "地区", single="")
        ),
        form=InForm(section="contact"),
        show=lambda one: one.division.name if one.division else "",
        imported=InImport(
            words=_divisions,
            dispensable=True,
            aliases=("地区", "所在区域", "区域", "所在地", "行政区划"),
            help="省、市、县的名称或 6 位代码；重名的县连同上级一起写，如“福州市鼓楼区”。",
            sample="长沙市",
            clean=as_text,
        ),
        exported=InExport(width=12, optional=True),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Tree(
                match=answers.division_q,
                find=answers.experts_in_divisions,
                labels=_labels(Division),
                src=lambda: reverse("directory:division_tree"),
                operators=("in", "not_in"),
            ),
            order=4,
        ),
        filtered=InFilter(
            order=4,
            kind=Rows(
                rows=Division.objects.all,
                many=True,
                attrs=tree("directory:division_tree", "地区"),
            ),
        ),
    ),
    FieldDeclaration(
        code="specialties",
        label="评审专业",
        kind=Rows(
            rows=Specialty.objects.all,
            many=True,
            attrs=tree("directory:specialty_tree", "专业", leaves=""),
        ),
        write=False,  # given apart
        form=InForm(section="specialties"),
        imported=InImport(
            words=_specialties,
            lists=True,
            looks=rules.is_specialty_code,
            aliases=("专业", "专业代码", "评标专业", "专业名称", "评审专业代码"),
            others=("所学专业", "毕业专业", "毕业院校及专业", "从事专业"),
            help="专业代码或名称，多个用分号隔开。重名的专业请填代码。",
            sample="A010101;A080101",
            width=24,
            clean=as_text,
        ),
        exported=InExport(width=36, optional=True),
        history=InHistory(order=2),
        criterion=InCriteria(
            field=ask.Tree(
                code="specialty",
                label="专业",
                match=answers.specialty_q,
                find=answers.experts_holding,
                prepare=answers.prepare_specialties,
                labels=_labels(Specialty),
                src=lambda: reverse("directory:specialty_tree"),
            ),
            order=1,
        ),
        filtered=InFilter(
            order=1,
            kind=Rows(
                rows=Specialty.objects.all,
                many=True,
                attrs=tree("directory:specialty_tree", "专业"),
            ),
        ),
    ),
    FieldDeclaration(
        code="expert_type",
        label="专家类型",
        kind=Entry(longest=50, words=_entries(DictionaryCode.EXPERT_TYPE)),
        form=InForm(section={INDIVIDUAL: "work", ORGANISATION: "basic"}),
        imported=InImport(
            meanings=TYPE_MEANINGS,
            dispensable=True,
            aliases=("专家类别",),
            sample="技术类",
            width=12,
        ),
        exported=InExport(width=10),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Choice(
                choices=_pairs(_entries(DictionaryCode.EXPERT_TYPE)),
            ),
            order=7,
        ),
        filtered=InFilter(order=8),
    ),
    FieldDeclaration(
        code="tags",
        label="分组",
        kind=Rows(rows=Tag.objects.all, many=True),
        write=False,
        exported=InExport(width=16, optional=True),
        criterion=InCriteria(
            field=ask.Multi(
                code="tag",
                match=answers.tag_q,
                find=answers.experts_in_groups,
                choices=lambda: list(Tag.objects.values_list("pk", "name")),
            ),
            order=5,
        ),
        filtered=InFilter(order=5),
    ),
    FieldDeclaration(
        code="address",
        label="通讯地址",
        kind=Text(longest=200),
        guard=_guard(
            "address", "通讯地址", lambda value: mask_middle(value, head=3, tail=0), **CONTACT
        ),
        form=InForm(section="contact", order=1, help="加密保存。", wide=True),
        imported=InImport(
            dispensable=True, aliases=("地址", "联系地址"), sample="示例路 1 号", width=24
        ),
        exported=InExport(width=30),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="postcode",
        label="邮编",
        kind=Text(longest=10, rule=rules.postcode),
        form=InForm(section="contact"),
        imported=InImport(dispensable=True, aliases=("邮政编码",), sample="410000", width=10),
        exported=InExport(width=8),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="bank_name",
        label="开户银行",
        kind=Text(longest=100),
        form=InForm(section="bank"),
        imported=InImport(dispensable=True, aliases=("开户行",), sample="中国银行"),
        exported=InExport(width=16),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="bank_account",
        label="银行账号",
        kind=Text(longest=40, rule=rules.bank_account),
        # Paid from the payment page, never from a list that travels.
        guard=_guard(
            "bank_account",
            "银行账号",
            lambda value: mask_middle(value, head=0, tail=4),
            exportable=False,
        ),
        form=InForm(section="bank", help="加密保存，不会出现在导出中。"),
        imported=InImport(
            dispensable=True,
            aliases=("银行卡号", "账号", "银行账户"),
            help="必须是文本格式。",
            sample="6217000012345678901",
            width=24,
        ),
        exported=InExport(width=24),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="status",
        label="状态",
        kind=Choice(pairs=ExpertStatus.choices),
        write=False,
        exported=InExport(
            code="state", width=10, value=lambda one: state_word(one, timezone.localdate())
        ),
        criterion=InCriteria(
            field=ask.Choice(choices=ExpertStatus.choices),
            order=13,
            draws=False,
        ),
    ),
    FieldDeclaration(
        code="remark",
        label="备注",
        kind=Text(longest=2000, rows=3),
        form=InForm(section="term", order=1),
        imported=InImport(dispensable=True, aliases=("说明",), width=24),
        history=InHistory(order=1),
    ),
    FieldDeclaration(
        code="term_start_date",
        label="聘期开始",
        kind=Day(month=FIRST),
        form=InForm(section="term"),
        imported=InImport(aliases=("聘期起", "聘任日期"), sample="2026-01-01"),
        exported=InExport(code="term_start", width=12),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="term_end_date",
        label="聘期至",
        kind=Day(month=LAST),
        form=InForm(section="term", help="过了这一天不再被抽取。"),
        imported=InImport(aliases=("聘期止", "聘期届满", "到期日期"), sample="2028-12-31"),
        exported=InExport(code="term", width=12, optional=True),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Date(code="term_end", path="term_end_date", nullable=True),
            order=14,
        ),
        filtered=InFilter(order=3, name="term", label="聘期届满"),
    ),
    FieldDeclaration(
        code="department",
        label="所属部门",
        kind=Rows(rows=Department.objects.all),
        form=InForm(section="term"),
        exported=InExport(),
        history=InHistory(),
    ),
    FieldDeclaration(
        code="source",
        label="来源",
        kind=Choice(pairs=ExpertSource.choices),
        write=False,
        form=InForm(section="term", typed=False),
        exported=InExport(width=10),
        criterion=InCriteria(
            field=ask.Choice(choices=ExpertSource.choices),
            order=18,
            draws=False,
        ),
        filtered=InFilter(order=10),
    ),
    FieldDeclaration(
        code="created_at",
        label="入库时间",
        kind=Moment(),
        write=False,
        form=InForm(section="term", typed=False),
        exported=InExport(code="entered", width=18, optional=True),
    ),
    FieldDeclaration(
        code="participation",
        label="参加评审次数",
        kind=Number(),
        write=False,
        # Not in lists: it would tell who has just been drawn while names are sealed.
        criterion=InCriteria(
            field=ask.Number(
                match=answers.participation_q,
                suffix="次",
                maximum=100_000,
                operators=NUMBERS,
            ),
            order=15,
            lists=False,
        ),
    ),
)

EXPERT = Subject(answers.SUBJECT, label="专家", sections=SECTIONS, fields=FIELDS)
