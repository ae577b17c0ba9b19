"""The style guide: every template, component and widget with sample data (development only)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from expertpool.core.responses import Undo, saved
from expertpool.core.templatetags.ui import TONES
from expertpool.core.views.listing import page_size, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.styleguide.views import samples


class TreeSelect(forms.SelectMultiple):
    """The sample tree as a cascader over plain options."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        node = samples.NODES[str(value)]
        option["attrs"] |= {"data-parent": node["parent"], "data-code": node["code"]}
        return option


SAMPLE_PAGES = ("dashboard", "detail", "form", "public", "print", "room", "empty")

tree_field = partial(
    forms.MultipleChoiceField,
    label="评审专业",
    choices=[(node["id"], node["label"]) for node in samples.NODES.values()],
    widget=TreeSelect(attrs={"data-enhance": "cascader", "data-noun": "专业"}),
)


class SampleFilters(forms.Form):
    q = forms.CharField(
        label="关键词",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "姓名 / 编号 / 单位"}),
    )
    specialty = tree_field(required=False)
    status = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部状态"), *((code, label) for code, label, _ in samples.STATES)],
    )
    term = forms.CharField(
        label="聘期届满",
        required=False,
        widget=forms.TextInput(attrs={"data-enhance": "daterange"}),
    )
    division = forms.ChoiceField(
        label="所在区域",
        required=False,
        choices=[("", "全部"), *((name, name) for name in samples.DIVISIONS)],
        widget=forms.Select(attrs={"data-enhance": "select"}),
    )


class SampleForm(forms.Form):
    sections = [
        ("基本信息", ["name", "id_number", "phone", "employer", "title", "term"]),
        ("评审专业", ["specialties"]),
        ("其他", ["kind", "tags", "colleagues", "meeting", "note", "proof", "agreed"]),
    ]
    name = forms.CharField(label="姓名", max_length=20)
    id_number = forms.CharField(label="身份证号", help_text="加密存储，列表中脱敏显示")
    phone = forms.RegexField(
        r"^1\d{10}$",
        label="手机号码",
        error_messages={
            "required": "请填写手机号码。",
            "invalid": "手机号码应为 11 位数字，以 1 开头。",
        },
    )
    employer = forms.CharField(label="工作单位")
    title = forms.ChoiceField(label="职称", choices=[("", "请选择"), *samples.TITLES])
    term = forms.DateField(label="聘期至")
    specialties = tree_field()
    kind = forms.ChoiceField(
        label="类型", choices=[("person", "个人"), ("unit", "单位")], widget=forms.RadioSelect
    )
    tags = forms.MultipleChoiceField(
        label="分组",
        required=False,
        choices=[("a", "应急"), ("b", "远程"), ("c", "资深")],
        widget=forms.CheckboxSelectMultiple,
    )
    colleagues = forms.MultipleChoiceField(label="推荐人", required=False, choices=samples.PEOPLE)
    meeting = forms.DateTimeField(label="评审开始时间", required=False)
    note = forms.CharField(
        label="备注", required=False, widget=forms.Textarea(attrs={"data-count": 200, "rows": 3})
    )
    proof = forms.FileField(label="证明材料", required=False)
    agreed = forms.BooleanField(label="本人已阅读并同意《评审专家承诺书》")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colleagues"].widget.attrs["data-url"] = "/styleguide/people/"


class ConditionForm(forms.Form):
    conditions = forms.CharField(
        label="抽取条件",
        widget=forms.Textarea(
            attrs={"data-enhance": "conditions", "data-schema": "condition-schema"}
        ),
    )


def _page(request: HttpRequest, name: str, **values: Any) -> HttpResponse:
    labels = ["基本信息", "评审专业", "证明材料", "提交"]
    context = samples.shell(request.path) | {"step_labels": labels} | values
    return render(request, f"styleguide/{name}.html", context)


@login_not_required
def guide(request: HttpRequest) -> HttpResponse:
    """All components on one page."""
    now = timezone.now()
    initial = {"name": "梁世杰", "employer": "市信息技术中心", "specialties": ["C0101", "C0102"]}
    return _page(
        request,
        "guide",
        tones=[(tone, samples.TONE_LABELS[tone]) for tone in sorted(TONES)],
        form=SampleForm(initial=initial, prefix="sample"),
        refused=SampleForm(MultiValueDict({"name": ["梁世杰"], "phone": ["12"]})),
        condition_form=ConditionForm(initial={"conditions": samples.CONDITIONS}),
        schema={"fields": samples.SCHEMA},
        icons=samples.icon_names(),
        timeline=samples.timeline(now),
        soon=now + timedelta(minutes=25),
        later=now + timedelta(days=3),
        rows=samples.EXPERTS[:5],
    )


@login_not_required
def sample_list(request: HttpRequest) -> HttpResponse:
    """A list page: filters, tabs, bulk bar, columns, pager, cards on a phone."""
    form = SampleFilters(request.GET)
    form.is_valid()
    rows = samples.search(**form.cleaned_data)
    tab = request.GET.get("tab", "")
    tabs = samples.tabs(rows, tab, request.GET)
    rows = [row for row in rows if not tab or row["status"] == tab]
    order = request.GET.get("sort", "")
    if order.lstrip("-") in {"draws", "score", "term"}:
        rows.sort(key=lambda row: row[order.lstrip("-")], reverse=order.startswith("-"))
    page = Paginator(rows, page_size(request)).get_page(request.GET.get("page"))
    context = samples.shell(request.path) | {
        "filter_form": form,
        "page": page,
        "tabs": tabs,
        "saved": [{"name": "即将到期", "url": "?tab=expiring", "delete_url": "done/"}],
    }
    return render_list(request, "styleguide/list.html", context)


@login_not_required
def drawer(request: HttpRequest) -> HttpResponse:
    """A drawer form: 422 with the form, or 204 with a message."""
    if request.method == "POST":
        form = SampleForm(request.POST, request.FILES)
        if form.is_valid():
            return saved("已保存", undo=Undo("/styleguide/done/"))
        status = 422
    else:
        form, status = SampleForm(initial={"name": "梁世杰", "specialties": ["C01"]}), 200
    context = {"title": "编辑专家 · 梁世杰", "form": form}
    return render(request, "core/drawer_form.html", context, status=status)


@login_not_required
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """Takes any action of the sample pages."""
    reason = reason_of(request)
    count = "全部" if request.POST.get("all") else len(request.POST.getlist("pk"))
    return saved(f"已处理 {count} 项{f'，原因：{reason}' if reason else ''}")


@login_not_required
@require_POST
def reveal(request: HttpRequest) -> HttpResponse:
    """The clear text of a masked value."""
    return HttpResponse("13800138000")


@login_not_required
def search(request: HttpRequest) -> HttpResponse:
    """Results of the global search."""
    query = request.GET.get("q", "").strip()
    found = samples.search(q=query)[:6] if query else []
    items = [
        {"title": row["name"], "note": row["code"], "url": "/styleguide/detail/", "icon": "user"}
        for row in found
    ]
    context = {"query": query, "groups": [{"label": "专家", "items": items}] if items else []}
    return render(request, "core/search_results.html", context)


@login_not_required
def tree(request: HttpRequest) -> HttpResponse:
    """A large tree for the remote cascader."""
    return JsonResponse(samples.large_tree(), safe=False)


@login_not_required
def people(request: HttpRequest) -> HttpResponse:
    """Answers of the remote select."""
    found = samples.search(q=request.GET.get("q", ""))[:20]
    rows = [{"value": row["pk"], "text": row["name"], "note": row["employer"]} for row in found]
    return JsonResponse(rows, safe=False)


@login_not_required
def job(request: HttpRequest) -> HttpResponse:
    """Long work that ends after five questions."""
    asked = request.GET.get("step", "0")
    step = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    return render(
        request,
        "styleguide/job.html",
        {"value": step * 100, "url": f"/styleguide/job/?step={step + 1}", "done": step >= 5},
    )


@login_not_required
def sample_page(request: HttpRequest, name: str) -> HttpResponse:
    """The page templates."""
    if name not in SAMPLE_PAGES:
        raise Http404
    now = timezone.now()
    return _page(
        request,
        name,
        form=SampleForm(),
        cancel_url="/styleguide/",
        rows=samples.EXPERTS[:24],
        timeline=samples.timeline(now),
        soon=now + timedelta(minutes=25),
        title="还没有项目",
        text="新建一个项目，或从公共资源交易平台导入。",
        action_label="新建项目",
        action_url="/styleguide/form/",
        tabs=[
            {"label": "时间线", "url": "?tab=timeline", "active": True, "count": None},
            {"label": "参与项目", "url": "?tab=projects", "active": False, "count": 15},
            {"label": "评价", "url": "?tab=ratings", "active": False, "count": 12},
        ],
    )
