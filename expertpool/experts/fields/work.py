"""Where an expert works, and as what."""

from __future__ import annotations

from django.urls import reverse

from expertpool.core import criteria as ask
from expertpool.core.subjects import (
    Choice,
    Entry,
    FieldDeclaration,
    InApplication,
    InCriteria,
    InExport,
    InFilter,
    InForm,
    InHistory,
    InImport,
    InInterface,
    Number,
    Owner,
    Rows,
    Text,
)
from expertpool.core.visibility import EMPLOYER
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import Unit
from expertpool.directory.queries import (
    UNIT_LIKE,
    UNIT_NAME,
    UNIT_SEARCH,
    now_called,
    title_levels,
    unit_name,
)
from expertpool.directory.queries.lists import TITLES, UNITS, list_called
from expertpool.experts.fields.meant import may_be_title
from expertpool.experts.fields.shared import (
    BASIC,
    INDIVIDUAL,
    NUMBERS,
    ORGANISATION,
    PROFESSION,
    entries,
    labels_of,
    pairs,
    passes,
    titles,
)
from expertpool.experts.fields.words import (
    EDUCATION_MEANINGS,
    LEVEL_MEANINGS,
    LEVEL_WORDS,
    NO_EMPLOYER,
    TITLE_MEANINGS,
)
from expertpool.experts.validators import values as rules

_UNITS = ("工作单位", "所在单位", "现工作单位", "任职单位", "所属单位")
_BETWEEN = ("", "、", "/", "及", "和")  # two things below one header
# Which of the two is meant, or comes first, the cells say.
_TITLES_AND_POSTS = tuple(
    f"{one}{between}{other}"
    for title in ("职称", "技术职称", "专业技术职称")
    for one, other in ((title, "职务"), ("职务", title))
    for between in (*_BETWEEN, "或")
)
_CALLED = (
    "职称",
    "技术职称",
    "专业技术职称",
    "专业技术职务",
    "技术职务",
    "专业技术资格",
    "专业职称",
)
# What a roster says of a title beside its name and level, and nobody keeps.
_SINCE = tuple(
    f"{title}{got}{when}"
    for title in (*_CALLED, "专业技术职务任职资格", "任职资格")
    for got in (
        "",
        *(
            "聘任",
            "聘用",
            "取得",
            "获得",
            "获取",
            "评定",
            "评审",
            "任职",
            "批准",
            "授予",
            "起聘",
            "受聘",
        ),
    )
    for when in ("时间", "日期", "年月")
)

WORK = (
    FieldDeclaration(
        code="employer",
        label="工作单位",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Rows(rows=Unit.objects.all),
        veil=EMPLOYER,
        form=InForm(section={INDIVIDUAL: "work"}, typed=False),
        exported=InExport(
            width=30, optional=True, value=lambda one: one.employer.name if one.employer else ""
        ),
        show=lambda one: one.employer.name if one.employer else "",
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Reference(
                labels=labels_of(Unit),
                src=lambda: reverse("directory:unit_search"),
                moved=now_called,
                kept_list=UNITS,
            ),
            order=12,
            draws=False,
        ),
        filtered=InFilter(
            order=6, kind=Rows(rows=Unit.objects.all, attrs=UNIT_SEARCH, moved=now_called)
        ),
    ),
    # The unit is named by words, and found or entered in the directory (`forms.profile`).
    FieldDeclaration(
        code="employer_name",
        label="工作单位",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Text(longest=200, attrs=UNIT_NAME | {"data-code": "employer_uscc"}),
        write=False,
        form=InForm(section={INDIVIDUAL: "work"}, wide=True, shown=False),
        imported=InImport(
            code="employer",
            aliases=(
                "单位名称",
                "单位全称",
                "单位",
                "所在单位",
                "现工作单位",
                "现任单位",
                "现单位",
                "服务机构",
                "工作所在单位",
                "任职单位",
                "服务单位",
                "所属机构",
                "所在机构",
                "工作机构",
                "就职单位",
                "供职单位",
                "专家单位",
                "所属单位",
                *("Employer", "Company", "Organization", "Organisation", "Affiliation", "Org."),
                *("Unit", "Work Unit", "Institution", "Institute", "Workplace", "Place of Work"),
                *(f"{one} Name" for one in ("Employer", "Company", "Organization", "Unit")),
                *(f"{one}{end}" for one in _UNITS for end in ("名称", "全称", "名称全称")),
            ),
            likely=(
                "工作单位及部门",
                "单位及部门",
                "学校名称",
                *(f"{unit}{by}职务" for unit in ("工作单位", "单位") for by in _BETWEEN),
            ),
            bare=UNIT_LIKE.fullmatch,
            help="单位全称，用于回避。没有单位的不填。",
            blanks=NO_EMPLOYER,
            missed="按没有工作单位导入：不能按单位回避，请核对。",
            sample="示例市建筑设计研究院",
            width=30,
            clean=unit_name,
        ),
        read=lambda one: one.employer.name if one.employer else "",
        applied=InApplication(
            step={INDIVIDUAL: PROFESSION},
            required=True,
            help="全称；抽取时回避与本单位有关的项目。",
        ),
    ),
    FieldDeclaration(
        code="employer_uscc",
        label="统一社会信用代码",
        owner=Owner.CONTROLLED,
        always_asked=True,
        veil=EMPLOYER,
        kind=Text(longest=18, rule=rules.uscc),
        write=False,
        form=InForm(
            section={INDIVIDUAL: "work", ORGANISATION: "basic"},
            help="18 位，可不填；填了按代码识别单位，用于回避。",
        ),
        imported=InImport(
            looks=passes(rules.uscc),
            dispensable=True,
            code="uscc",
            aliases=(
                *("信用代码", "社会信用代码", "单位代码"),
                *("USCC", "Credit Code", "Unified Social Credit Code"),
            ),
            help="18 位，可不填。填了就按代码识别单位。",
            sample="91110000600037341L",
            width=22,
        ),
        read=lambda one: one.employer.uscc if one.employer else "",
        criterion=InCriteria(
            field=ask.Text(path="employer__uscc", nullable=True), order=12, draws=False
        ),
        applied=InApplication(
            step={INDIVIDUAL: PROFESSION, ORGANISATION: BASIC},
            help="18 位，知道时填写，可避免重名。",
        ),
    ),
    FieldDeclaration(
        code="title",
        label="职称",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Entry(longest=50, words=titles),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(
            meanings=lambda: TITLE_MEANINGS,
            may_be=may_be_title,
            dispensable=True,
            aliases=(
                *(
                    "专业技术职称",
                    "技术职称",
                    "Professional Title",
                    "Technical Title",
                    "Academic Title",
                ),
                *(f"{one}名称" for one in (*_CALLED, "专业技术职务任职资格")),
            ),
            apart=_SINCE,
            likely=(
                *(
                    f"{title}及取得{when}"
                    for title in ("职称", "技术职称", "专业技术职称")
                    for when in ("时间", "日期", "年月")
                ),
                "技术职务",
                "专业技术职务",
                *("专业技术职务任职资格", "专业技术资格", "现聘专业技术职务", "聘任专业技术职务"),
                "职称/执业资格",
                "职称执业资格",
                "职称或执业资格",
                "Title",
                *_TITLES_AND_POSTS,
            ),
            sample="高级工程师",
        ),
        exported=InExport(width=14),
        history=InHistory(),
        criterion=InCriteria(field=ask.Choice(choices=pairs(titles), kept_list=TITLES), order=3),
        applied=InApplication(step={INDIVIDUAL: PROFESSION}),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="title_level",
        label="职称级别",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Choice(pairs=TitleLevel.choices, words=LEVEL_WORDS, without="按职称确定"),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(
            meanings=lambda: LEVEL_MEANINGS,
            dispensable=True,
            aliases=(
                "职称等级",
                *(f"{one}{level}" for one in _CALLED[1:] for level in ("级别", "等级")),
            ),
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
        applied=InApplication(told_by="title", tells=title_levels),
    ),
    FieldDeclaration(
        code="position",
        label="职务",
        owner=Owner.OWN,
        kind=Text(longest=50),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(
            dispensable=True,
            aliases=("现任职务", "行政职务", "Position", "Job Title", "Post"),
            likely=(*_TITLES_AND_POSTS, "岗位", "现任岗位", "工作岗位"),
            sample="总工程师",
        ),
        exported=InExport(width=12),
        history=InHistory(),
        criterion=InCriteria(field=ask.Text(nullable=True), order=17, draws=False),
        applied=InApplication(step={INDIVIDUAL: PROFESSION}),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="education",
        label="学历",
        owner=Owner.CONTROLLED,
        kind=Entry(longest=50, words=entries(DictionaryCode.EDUCATION)),
        form=InForm(section={INDIVIDUAL: "work"}),
        imported=InImport(
            meanings=lambda: EDUCATION_MEANINGS,
            dispensable=True,
            aliases=(
                "文化程度",
                "最高学历",
                "最高学历/学位",
                "最高学历学位",
                "学历/学位",
                "学历学位",
                "学历及学位",
                *("Education", "Education Level", "Degree", "Highest Degree"),
            ),
            sample="本科",
            width=12,
        ),
        exported=InExport(width=12),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Choice(
                choices=pairs(entries(DictionaryCode.EDUCATION)),
                kept_list=list_called(DictionaryCode.EDUCATION),
            ),
            order=8,
        ),
        filtered=InFilter(order=9),
        applied=InApplication(step={INDIVIDUAL: PROFESSION}),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="practice_years",
        label="从业年限",
        owner=Owner.CONTROLLED,
        kind=Number(most=rules.PRACTICE_YEARS.high, suffix="年"),
        form=InForm(section={INDIVIDUAL: "work"}),
        show=lambda one: "" if one.practice_years is None else f"{one.practice_years} 年",
        imported=InImport(
            dispensable=True,
            aliases=(
                *("工作年限", "从事本专业年限", "从事专业年限", "从业年数", "从业时间", "工龄"),
                *("Years of Practice", "Years of Experience", "Working Years"),
            ),
            sample="15",
            width=10,
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
        applied=InApplication(step={INDIVIDUAL: PROFESSION}),
        interface=InInterface(),
    ),
)
