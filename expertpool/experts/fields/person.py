"""Who an expert is, and how he is reached."""

from __future__ import annotations

from expertpool.core import criteria as ask
from expertpool.core.importing import FIRST
from expertpool.core.subjects import (
    Choice,
    Day,
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
    Text,
)
from expertpool.core.text import mask_email, mask_middle
from expertpool.core.visibility import NAME
from expertpool.experts.enums import ExpertKind, IdKind, Sex
from expertpool.experts.fields.shared import (
    AS_CONTACT,
    BASIC,
    INDIVIDUAL,
    NUMBERS,
    ORGANISATION,
    encrypted,
    guarded,
    passes,
)
from expertpool.experts.fields.words import (
    ID_KIND_WORDS,
    KIND_WORDS,
    NO_MAIL,
    SEX_MEANINGS,
    SEX_WORDS,
)
from expertpool.experts.models import Expert
from expertpool.experts.queries import criteria as answers
from expertpool.experts.queries.packs import encrypted_q
from expertpool.experts.validators import documents
from expertpool.experts.validators import values as rules


def mask_id(value: str) -> str:
    """Mask the number of a document; of a short one no more than half is shown."""
    return mask_middle(value, head=min(4, len(value) // 4), tail=2)


def id_kind_words(expert: Expert) -> str:
    """Return the kind of document, in words; of who has no number there is nothing to say."""
    return expert.get_id_kind_display() if expert.id_number_index else ""


# Beside his age, which is what a draw asks of the same column.
BORN = ask.Date(code="birth", label="出生日期", path="birth_date", nullable=True)

_NUMBERS = ("身份证件号", "身份证件号码", "证件编号")
_ID_NUMBERS = tuple(
    f"{kind}{end}"
    for kind in ("ID", "ID Card", "Identity Card", "Identity", "National ID", "Citizen ID")
    for end in (" No.", " Number", " Num")
)
# Several telephones in one column, of which the cells show whether they are mobile ones.
_PHONES = (
    "电话/手机",
    "手机/电话",
    "电话手机",
    "手机电话",
    "联系电话/手机",
    "手机/联系电话",
    "手机/固话",
    "固话/手机",
)
_PHONES_IN_ENGLISH = (
    *("Phone", "Mobile", "Mobile Phone", "Cell Phone", "Cellphone", "Telephone", "Tel", "Tel."),
    *(
        f"{kind}{end}"
        for kind in ("Phone", "Mobile", "Cell", "Tel", "Telephone", "Contact", "Contact Phone")
        for end in (" Number", " No.", " 1")
    ),
    *("Cell", "Mob.", "Contact Phone", "Mobile Tel."),
)
_CALLED = ("手机", "手机号", "手机号码", "联系电话", "电话", "联系方式", "移动电话")
# The first of several is his; the others have no place here.
_FIRST_PHONES = tuple(
    name for one in _CALLED for name in (f"{one}1", f"{one}一", f"第一{one}", f"主要{one}")
)
_FURTHER_PHONES = (
    *(f"{one}{at}" for one in (*_CALLED, "Phone", "Mobile", "Cell", "Tel") for at in "23二三"),
    *(
        f"{which}{one}"
        for which in ("备用", "备用的", "第二", "第三", "另一", "其他", "其它", "紧急", "紧急联系")
        for one in (*_CALLED, "号码", "联系号码")
    ),
    *(
        "短号",
        "小号",
        "集团短号",
        "集团号",
        "虚拟网号",
        "虚拟号",
        "紧急联系人电话",
        "紧急联系人手机",
    ),
    *(
        f"{which} {kind}"
        for which in ("Alternate", "Alternative", "Other", "Second", "Backup", "Emergency")
        for kind in ("Phone", "Mobile", "Tel", "Contact", "Number")
    ),
)
_LANDLINES = (
    *("固话", "座机", "固定电话", "座机号码", "固话号码", "办公电话", "办公室电话", "单位电话"),
    *("住宅电话", "家庭电话", "宅电", "传真", "传真号码", "传真电话", "Fax", "Fax No.", "Landline"),
    *(
        f"{where} {kind}"
        for where in ("Office", "Work", "Home")
        for kind in ("Phone", "Tel", "Number")
    ),
)

PERSON = (
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
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Text(longest=100, rule=rules.name),
        required=True,
        veil=NAME,
        form=InForm(section="basic", labels={ORGANISATION: "单位名称"}),
        imported=InImport(
            aliases=(
                "专家姓名",
                "评委姓名",
                "评委",
                "专家",
                "专家名称",
                "名称",
                "单位专家名称",
                "评审专家姓名",
                "Name",
                "Full Name",
                "Expert Name",
                "Expert",
                *(
                    "人员姓名",
                    "员工姓名",
                    "职工姓名",
                    "教师姓名",
                    "教职工姓名",
                    "真实姓名",
                    "中文姓名",
                ),
                "名字",
            ),
            likely=(
                *("评审专家", "English Name", "被推荐人", "被推荐专家"),
                *("报名人", "申报人", "申请人", "候选人"),
            ),
            bare=rules.is_like_a_name,
            pieces=("姓", "名"),
            piece_names={
                **dict.fromkeys(("Last Name", "Surname", "Family Name"), "姓"),
                **dict.fromkeys(("First Name", "Given Name", "Given Names", "Forename"), "名"),
            },
            help="单位专家填单位全称。",
            sample="王小明",
        ),
        exported=InExport(width=12),
        history=InHistory(),
        criterion=InCriteria(
            field=ask.Text(match=encrypted_q("name"), nullable=False), order=16, draws=False
        ),
        applied=InApplication(step=BASIC),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="kind",
        label="类别",
        kind=Choice(pairs=ExpertKind.choices, words=KIND_WORDS),
        imported=InImport(
            order=1,
            rather="expert_type",
            help="不填为个人专家。",
            sample="个人专家",
            width=10,
        ),
        exported=InExport(width=10),
        history=InHistory(order=-1),
        criterion=InCriteria(field=ask.Choice(choices=ExpertKind.choices), order=6),
        filtered=InFilter(order=7),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="sex",
        label="性别",
        owner=Owner.CONTROLLED,
        kind=Choice(pairs=Sex.choices, words=SEX_WORDS),
        form=InForm(section={INDIVIDUAL: "basic"}, order=1),
        imported=InImport(
            dispensable=True,
            meanings=lambda: SEX_MEANINGS,
            aliases=("Gender", "Sex"),
            help="可不填，按身份证号补。",
            sample="男",
            width=8,
        ),
        exported=InExport(width=6),
        history=InHistory(),
        criterion=InCriteria(field=ask.Choice(choices=Sex.choices), order=9),
        applied=InApplication(step={INDIVIDUAL: BASIC}),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="birth_date",
        label="出生日期",
        owner=Owner.CONTROLLED,
        kind=Day(month=FIRST),
        form=InForm(
            section={INDIVIDUAL: "basic"},
            order=1,
            help="可以只填年月，像 1975-10；填了身份证号的，按它补日期。",
        ),
        imported=InImport(
            dispensable=True,
            code="birth",
            header="出生年月",
            aliases=(
                *("出生日期", "出生年月日", "出生时间", "出生", "生日"),
                *("Date of Birth", "Birth Date", "Birthday", "Birth", "DOB"),
            ),
            pieces=("出生年", "出生月", "出生日"),
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
        applied=InApplication(step={INDIVIDUAL: BASIC}, help="填了身份证号的不用填。"),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="id_kind",
        label="证件类型",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Choice(pairs=IdKind.choices, words=ID_KIND_WORDS),
        show=id_kind_words,
        form=InForm(
            section={INDIVIDUAL: "basic"}, help="不选时按号码判断；港澳台居民居住证选居民身份证。"
        ),
        imported=InImport(
            aliases=("证件种类", "证件名称", "身份证件类型", "ID Type"),
            help="可不填，按号码判断。",
            sample="居民身份证",
            width=14,
        ),
        exported=InExport(width=22, value=id_kind_words),
        history=InHistory(),
        criterion=InCriteria(field=ask.Choice(choices=IdKind.choices), order=21, draws=False),
        applied=InApplication(step={INDIVIDUAL: BASIC}),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="id_number",
        label="证件号码",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Text(longest=documents.LONGEST_ID, rule=documents.id_number),
        guard=guarded("id_number", "证件号码", mask_id),
        form=InForm(
            section={INDIVIDUAL: "basic"},
            help="加密保存。填写身份证号后出生日期和性别自动补全。",
        ),
        imported=InImport(
            looks=passes(documents.resident_id),
            aliases=(
                *("身份证号", "证件号", "身份证号码", "公民身份号码", "身份证", *_NUMBERS),
                *("ID Card", "Identity Card", "National ID", "Citizen ID", *_ID_NUMBERS),
            ),
            help="必须是文本格式。同一号码只能有一份档案。",
            sample="110101198001010010",
            width=22,
        ),
        exported=InExport(width=22),
        history=InHistory(),
        criterion=InCriteria(
            field=encrypted("id_number", index="id_number_index"), order=21, draws=False
        ),
        applied=InApplication(
            step={INDIVIDUAL: BASIC},
            required=True,
            help="加密保存；填写身份证号后出生日期和性别自动补全。",
        ),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="phone",
        label="手机号",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Text(longest=20, rule=rules.phone),
        required=True,
        guard=guarded(
            "phone", "手机号", lambda value: mask_middle(value, head=3, tail=4), **AS_CONTACT
        ),
        form=InForm(
            section={INDIVIDUAL: "basic", ORGANISATION: "work"},
            help="11 位，加密保存，同一号码只能有一份档案。",
        ),
        imported=InImport(
            looks=passes(rules.phone),
            aliases=(
                *("手机", "手机号码", "联系电话", "联系方式", "电话", "移动电话"),
                *(*_PHONES, *_PHONES_IN_ENGLISH, *_FIRST_PHONES),
            ),
            apart=(*_LANDLINES, *_FURTHER_PHONES),
            help="11 位。同一手机号只能有一份档案。",
            sample="13800138000",
        ),
        exported=InExport(width=14, optional=True),
        history=InHistory(),
        criterion=InCriteria(field=encrypted("phone", index="phone_index"), order=16, draws=False),
        applied=InApplication(step=BASIC, help="11 位，邀请和通知发到这里，加密保存。"),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="email",
        label="邮箱",
        owner=Owner.CONTROLLED,
        always_asked=True,
        kind=Text(longest=254, rule=rules.email),
        guard=guarded("email", "邮箱", mask_email, **AS_CONTACT),
        form=InForm(section={INDIVIDUAL: "basic", ORGANISATION: "work"}, help="加密保存。"),
        imported=InImport(
            looks=passes(rules.email),
            aliases=("电子邮箱", "电子邮件", "邮件", "Email", "Mail", "Email Address"),
            blanks=NO_MAIL,
            sample="name@example.cn",
            width=24,
        ),
        exported=InExport(width=24),
        history=InHistory(),
        criterion=InCriteria(field=encrypted("email", index="email_index"), order=16, draws=False),
        applied=InApplication(step=BASIC),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="contact_person",
        label="联系人",
        owner=Owner.OWN,
        kind=Text(longest=50, rule=rules.short_name),
        veil=NAME,
        form=InForm(section={ORGANISATION: "work"}, order=-1, required=True),
        imported=InImport(
            order=1,
            aliases=("联系人姓名",),
            likely=("单位联系人", "单位联系人姓名", "业务联系人", "联络人", "联络人姓名"),
            help="单位专家必填。",
        ),
        history=InHistory(),
        criterion=InCriteria(field=ask.Text(nullable=True), order=21, draws=False),
        applied=InApplication(step={ORGANISATION: BASIC}, required=True),
        interface=InInterface(),
    ),
)
