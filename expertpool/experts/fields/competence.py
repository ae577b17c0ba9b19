"""What an expert is drawn for: his region, specialties, type and groups."""

from __future__ import annotations

import re

from django.urls import reverse

from expertpool.core import criteria as ask
from expertpool.core.importing import as_text
from expertpool.core.prepared import Prepared
from expertpool.core.subjects import (
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
    Owner,
    Rows,
)
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import Division, Specialty
from expertpool.directory.queries.lists import DIVISIONS, SPECIALTIES, list_called
from expertpool.experts.fields.meant import division_meanings, may_be_division
from expertpool.experts.fields.shared import (
    BASIC,
    INDIVIDUAL,
    ORGANISATION,
    PROFESSION,
    divisions,
    entries,
    labels_of,
    pairs,
    specialties,
    tree,
)
from expertpool.experts.fields.words import TYPE_ENDINGS
from expertpool.experts.models import Tag
from expertpool.experts.queries import criteria as answers
from expertpool.experts.validators import values as rules


def _type_meanings() -> dict[str, str]:
    """Return the ways to write a type of the office's own list: 技术 for 技术类."""
    types = entries(DictionaryCode.EXPERT_TYPE)()
    return {
        one.removesuffix("类") + ending: one
        for one in types
        for ending in TYPE_ENDINGS
        if one.removesuffix("类") + ending not in types
    }


# What somebody has studied is not what he reviews: 专业 below 学历 is one of these.
# What a university says of its people by the list of sciences, whose names are those of specialties, too.
_DISCIPLINES = (
    *("一级学科", "二级学科", "学科", "所属学科", "所在学科", "学科专业", "学科方向"),
    *("研究方向", "研究领域", "主要研究方向"),
)
_STUDIED = tuple(
    f"{of}专业"
    for of in (
        *(
            "所学",
            "毕业",
            "毕业院校",
            "毕业学校",
            "学历",
            "学位",
            "学历学位",
            "学历情况",
            "教育背景",
        ),
        *(
            "教育情况",
            "教育经历",
            "学历信息",
            "学习经历",
            "最高学历",
            "第一学历",
            "全日制教育",
            "在职教育",
        ),
    )
)
_OF_SCHOOL = re.compile("院校|学校|毕业|学位|就读")

TAGS = "experts.tag"  # the list of groups
_tags = Prepared(lambda: Tag.objects.values_list("pk", "name"))

COMPETENCE = (
    FieldDeclaration(
        code="division",
        label="所在地区",
        owner=Owner.CONTROLLED,
        kind=Rows(
            rows=Division.objects.all, attrs=tree("directory:division_tree", "地区", single="")
        ),
        form=InForm(section="contact"),
        show=lambda one: one.division.name if one.division else "",
        imported=InImport(
            words=divisions,
            meanings=division_meanings,
            may_be=may_be_division,
            dispensable=True,
            aliases=(
                *("地区", "所在区域", "区域", "所在地", "行政区划", "区划", "所属地区", "所属区域"),
                *("工作地区", "工作所在地", "常住地", "现居住地", "居住地", "Region", "Location"),
            ),
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
                labels=labels_of(Division),
                kept_list=DIVISIONS,
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
        applied=InApplication(step=BASIC),
    ),
    FieldDeclaration(
        code="specialties",
        label="评审专业",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Rows(
            rows=Specialty.objects.all,
            many=True,
            attrs=tree("directory:specialty_tree", "专业", leaves=""),
        ),
        write=False,  # given apart
        form=InForm(section="specialties"),
        imported=InImport(
            words=specialties,
            src=lambda: reverse("directory:specialty_tree"),
            lists=True,
            looks=rules.is_specialty_code,
            aliases=(
                "专业",
                "专业代码",
                "评标专业",
                "Specialty",
                "Speciality",
                "Specialties",
                "专业名称",
                "评审专业代码",
                "评标专业代码",
                "专业编码",
                "评审专业编码",
                "评审专业名称",
                "评标专业名称",
                "申报专业",
                "拟申报专业",
                "申报评审专业",
                "申报专业代码",
                "申报专业编码",
                "申报评审专业代码",
                "拟评审专业代码",
                "拟报评审专业",
                "拟申报评审专业",
                *("入库专业", "审评专业"),
                *("拟评审专业", "拟评标专业"),
                *(
                    f"{of}专业{told}"
                    for of in ("", "评标", "评审")
                    for told in ("及代码", "代码及名称", "名称及代码", "代码和名称", "名称和代码")
                ),
            ),
            others=("毕业院校及专业", *_DISCIPLINES, *_STUDIED),
            apart=_STUDIED,
            vague=("专业", "专业名称"),
            after_header=_OF_SCHOOL.search,
            likely=(
                "熟悉专业",
                *("熟悉的专业", "擅长的专业", "擅长的评审专业", "可评审专业", "可评审的专业"),
                *("报名专业", "拟报专业", "拟申报的专业", "意向专业"),
                "从事专业",
                "现从事专业",
                "从事专业技术领域",
                "专业特长",
                "擅长专业",
                "擅长领域",
                "专长",
                "评审领域",
                "拟任评审领域",
                *("评审类别", "专业类别"),
                "评审品目",
                "熟悉的评审品目",
                *("Expertise", "Field of Expertise", "Field"),
            ),
            help="专业代码或名称，多个用分号隔开，或分成几列：专业一、专业二。重名的专业请填代码。",
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
                labels=labels_of(Specialty),
                kept_list=SPECIALTIES,
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
        applied=InApplication(step=PROFESSION, order=-1, required=True),
    ),
    FieldDeclaration(
        code="expert_type",
        label="专家类型",
        owner=Owner.CONTROLLED,
        kind=Entry(longest=50, words=entries(DictionaryCode.EXPERT_TYPE)),
        form=InForm(section={INDIVIDUAL: "work", ORGANISATION: "basic"}),
        imported=InImport(
            meanings=_type_meanings,
            dispensable=True,
            aliases=("专家类别", "Expert Type"),
            likely=("拟聘类别", "聘任类别", "拟聘专家类别", "入库类别"),
            sample="技术类",
            width=12,
        ),
        exported=InExport(width=10),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Choice(
                choices=pairs(entries(DictionaryCode.EXPERT_TYPE)),
                kept_list=list_called(DictionaryCode.EXPERT_TYPE),
            ),
            order=7,
        ),
        filtered=InFilter(order=8),
        applied=InApplication(step=PROFESSION),
        interface=InInterface(),
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
                choices=_tags.all,
                kept_list=TAGS,
            ),
            order=5,
        ),
        filtered=InFilter(order=5),
    ),
)
