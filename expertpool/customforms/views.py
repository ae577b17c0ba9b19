"""The fields that administrators add, as a list with a drawer."""

from __future__ import annotations

from functools import partial

from expertpool.audit.services import Edits
from expertpool.core.subjects import SUBJECTS
from expertpool.core.views.crud import Crud, CrudColumn
from expertpool.customforms.forms import CustomFieldForm
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import NAMING, save_field

fields = Crud(
    app="customforms",
    name="field",
    title="自定义字段",
    subtitle="新增的字段立即出现在表单、导入、导出、筛选条件和抽取条件中。",
    noun="字段",
    rows=lambda _user: CustomField.objects.all(),
    form=CustomFieldForm,
    columns=(
        CrudColumn("名称", "label", sort="label", kind="main"),
        CrudColumn("对象", lambda row: SUBJECTS[row.subject].label, sort="subject"),
        CrudColumn("类型", "get_kind_display"),
        CrudColumn("选项", lambda row: "、".join(row.options) or "—", kind="wide"),
        CrudColumn("必填", lambda row: "是" if row.required else "否"),
        CrudColumn("状态", "active", kind="state"),
    ),
    default_sort="subject",
    search=("label",),
    view_permission="customforms.manage",
    edit_permission="customforms.manage",
    save=save_field,
    edits=partial(Edits, lock=NAMING),
)
