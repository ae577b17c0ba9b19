"""Titles, divisions, entries of lists, schemes: pages by declaration."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from expertpool.audit.services import Edits
from expertpool.core.views.crud import Crud, CrudColumn
from expertpool.core.views.listing import ListTab
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.forms import DictionaryItemForm, DivisionForm, SchemeForm, TitleForm
from expertpool.directory.models import DictionaryItem, Division, SpecialtyScheme, Title
from expertpool.directory.queries import division_tree
from expertpool.directory.queries.lists import kept_word
from expertpool.directory.services.rows import delete_row, save_row

VIEW, EDIT = "directory.view", "directory.edit"

titles = Crud(
    app="directory",
    name="title",
    title="职称",
    tab_field="level",
    subtitle="职称决定专家的职称级别，抽取条件可按级别设置。",
    rows=lambda _user: Title.objects.all(),
    form=TitleForm,
    columns=(
        CrudColumn("职称", "name", sort="name", kind="main"),
        CrudColumn("级别", "get_level_display", sort="level"),
    ),
    default_sort="-level",
    search=("name",),
    tabs=(
        ListTab("", "全部"),
        *(
            ListTab(str(level.value), str(level.label), Q(level=level))
            for level in reversed(TitleLevel)
        ),
    ),
    view_permission=VIEW,
    edit_permission=EDIT,
    save=save_row,
    edits=Edits,
    delete=delete_row,
    word=kept_word,
)

divisions = Crud(
    app="directory",
    name="division",
    title="行政区划",
    subtitle="省、市、县三级。选择上级即包含其全部下级。",
    rows=lambda _user: Division.objects.select_related("parent"),
    form=DivisionForm,
    columns=(
        CrudColumn("名称", "name", sort="name", kind="main"),
        CrudColumn("代码", "code", sort="code"),
        CrudColumn("上级", lambda row: row.parent or "—"),
    ),
    default_sort="code",
    search=("name", "code"),
    search_hint="名称或代码",
    tabs=(
        ListTab("", "全部"),
        ListTab("1", "省级", Q(level=1)),
        ListTab("2", "市级", Q(level=2)),
        ListTab("3", "县级", Q(level=3)),
    ),
    view_permission=VIEW,
    edit_permission=EDIT,
    save=save_row,
    edits=Edits,
    delete=delete_row,
    word=kept_word,
)

items = Crud(
    app="directory",
    name="item",
    title="字典",
    noun="字典项",
    tab_field="dictionary",
    subtitle="各处下拉选项的内容。停用的选项不再出现，已有记录不受影响。",
    rows=lambda _user: DictionaryItem.objects.all(),
    form=DictionaryItemForm,
    columns=(
        CrudColumn("名称", "name", sort="name", kind="main"),
        CrudColumn("次序", "order", sort="order", kind="num"),
        CrudColumn("状态", "active", kind="state"),
    ),
    default_sort="order",
    search=("name",),
    tabs=tuple(ListTab(code.value, str(code.label), Q(dictionary=code)) for code in DictionaryCode),
    view_permission=VIEW,
    edit_permission=EDIT,
    save=save_row,
    edits=Edits,
    delete=delete_row,
    word=kept_word,
)

schemes = Crud(
    app="directory",
    name="scheme",
    title="专业体系",
    subtitle="可同时使用几套专业分类；启用的体系用于专家资料、查询和抽取。",
    rows=lambda _user: SpecialtyScheme.objects.all(),
    form=SchemeForm,
    columns=(
        CrudColumn("名称", "name", sort="name", kind="main"),
        CrudColumn("代码", "code", sort="code"),
        CrudColumn("次序", "order", sort="order", kind="num"),
        CrudColumn("状态", "active", kind="state"),
    ),
    default_sort="order",
    view_permission=VIEW,
    edit_permission=EDIT,
    save=save_row,
    edits=Edits,
    delete=delete_row,
)


@require_safe
def division_nodes(request: HttpRequest) -> JsonResponse:
    """Nodes for the cascader."""
    return JsonResponse(division_tree(), safe=False)
