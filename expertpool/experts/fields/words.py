"""What lists in use write for an entry of ours."""

from __future__ import annotations

from expertpool.core.importing.columns import NOTHING
from expertpool.directory.enums import TitleLevel
from expertpool.experts.enums import ExpertKind, IdKind, Sex

# As lists in use write them; the labels are shorter.
LEVEL_WORDS = {"副高级": TitleLevel.ASSOCIATE, "正高级": TitleLevel.SENIOR}
KIND_WORDS = {
    "个人": ExpertKind.INDIVIDUAL,
    "自然人": ExpertKind.INDIVIDUAL,
    "单位": ExpertKind.ORGANISATION,
    "机构": ExpertKind.ORGANISATION,
}
ID_KIND_WORDS = {
    **dict.fromkeys(("身份证", "二代身份证", "港澳台居民居住证"), IdKind.RESIDENT),
    **dict.fromkeys(("港澳通行证", "港澳居民通行证", "回乡证"), IdKind.HONG_KONG),
    **dict.fromkeys(("台湾居民通行证", "台胞证"), IdKind.TAIWAN),
    **dict.fromkeys(("外国人永久居留证", "永久居留身份证", "永居证"), IdKind.PERMANENT),
    **dict.fromkeys(("中国护照", "外国护照"), IdKind.PASSPORT),
    **dict.fromkeys(("军人证", "军官证件"), IdKind.OFFICER),
    "其他证件": IdKind.OTHER,
}
# What stands where an employer is asked for, and is none.
NO_EMPLOYER = (
    *("退休", "已退休", "退休人员", "离退休", "离休", "内退"),
    *("无单位", "无业", "待业", "自由职业", "自由职业者", "个人"),
    # What programs write: a cell that Excel shows as TRUE reads 是.
    *("是", "否", "TRUE", "True", "true", "FALSE", "False", "false"),
    *("None", "none", "NONE", "NULL", "Null", "null", "(null)", "nan", "NaN", "NAN", "undefined"),
)


# What stands where an address is asked for, and is none; one that is written wrongly can be mended.
NO_MAIL = (
    *("0", "N/A", "n/a", "NA", "None", "none", "NULL", "null", "no", "NO", "@"),
    *(
        "未知",
        "不详",
        "不清楚",
        "不知道",
        "保密",
        "见附件",
        "附后",
        "待补",
        "待补充",
        "待定",
        "暂缺",
        "缺",
        "未填",
    ),
    *("无邮箱", "没有邮箱", "暂无邮箱", "无电子邮箱", "未提供", "同手机号", "同电话"),
)


def is_no_employer(text: str) -> bool:
    """Tell whether ``text`` stands where a unit is asked for and says that there is none."""
    return text in NOTHING or text in NO_EMPLOYER


SEX_WORDS = {"男性": Sex.MALE, "女性": Sex.FEMALE}
# What lists mean by words that the dictionaries do not have, where each can mean one only: chosen on the page
# already, never put in unasked.
SEX_MEANINGS = {
    **dict.fromkeys(("先生", "M", "Male", "1"), "男"),  # by GB/T 2261.1
    **dict.fromkeys(("女士", "F", "Female", "2"), "女"),
}
TITLE_MEANINGS = {
    "高工": "高级工程师",
    "正高工": "正高级工程师",
    "教高": "教授级高级工程师",
    "教授级高工": "教授级高级工程师",
    "中级工程师": "工程师",
    "助工": "助理工程师",
    "高会": "高级会计师",
    "高经": "高级经济师",
    "副高级工程师": "高级工程师",
    "教授博导": "教授",
    "副教授硕导": "副教授",
    "Professor": "教授",
    "Associate Professor": "副教授",
    "Lecturer": "讲师",
    "Senior Engineer": "高级工程师",
    "Engineer": "工程师",
}
# What people write for a title that is a level alone, and which levels it may be.
LEVELS_ALONE = {
    **dict.fromkeys(("正高", "正高级", "正高级职称"), (TitleLevel.SENIOR,)),
    **dict.fromkeys(("副高", "副高级", "副高级职称"), (TitleLevel.ASSOCIATE,)),
    **dict.fromkeys(("高级", "高级职称"), (TitleLevel.ASSOCIATE, TitleLevel.SENIOR)),
    **dict.fromkeys(("中级", "中级职称"), (TitleLevel.INTERMEDIATE,)),
    **dict.fromkeys(("初级", "初级职称"), (TitleLevel.JUNIOR,)),
}
LEVEL_MEANINGS = {"正高级职称": "正高", "副高级职称": "副高", "中级职称": "中级"}
EDUCATION_MEANINGS = {
    "大学": "本科",
    "大学本科": "本科",
    "学士": "本科",
    "专科": "大专",
    "硕士": "硕士研究生",
    "博士": "博士研究生",
}
TYPE_ENDINGS = (
    "",
    "专家",
    "类专家",
    "评委",
    "组",
)  # what lists write behind a type's stem: 技术, 技术专家
