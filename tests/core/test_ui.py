"""Components: what they write, and that a wrong use is seen at once."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from expertpool.core.registry import ACCOUNT_ITEMS, MENU
from expertpool.core.templatetags.ui_base import element
from expertpool.core.timeline import TimelineEntry, TimelineFile
from expertpool.core.views.listing import RowCount

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = [
    "dropdown", "page_head", "card", "section", "alert", "empty_state", "field_grid", "list_box",
    "toolbar", "bulk_bar", "table", "row_actions", "kv_list", "kv",
]  # fmt: skip
SINGLES = [
    "icon", "pill", "chip", "chips", "badge", "avatar", "person", "masked", "countdown", "copy",
    "qr", "button", "menu_item", "field", "form_errors", "form_fields", "filters", "tabs",
    "bulk_button", "th", "th_select", "td_select", "pager", "stat", "todo", "timeline", "steps",
    "progress", "job",
]  # fmt: skip


def render(text: str, path: str = "/", **values: Any) -> str:
    request = RequestFactory().get(path)
    html = Template(text).render(Context({"request": request, "csrf_token": "t", **values}))
    return re.sub(r"\s+", " ", html).strip()


class PersonForm(forms.Form):
    sections = [("基本信息", ["phone", "name"])]
    wide = {"name"}
    name = forms.CharField(label="姓名", help_text="与身份证一致")
    phone = forms.CharField(label="手机号", required=False)
    term = forms.DateField(label="聘期至")
    meeting = forms.DateTimeField(label="评审时间", required=False)
    level = forms.ChoiceField(label="级别", choices=[("a", "正高"), ("b", "副高")])
    kind = forms.ChoiceField(label="类型", choices=[("p", "个人")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="同意")
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)


# --- Strictness --------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", [*BLOCKS, *SINGLES])
def test_a_misspelt_parameter_fails_when_the_template_is_compiled(tag: str) -> None:
    end = f"{{% end{tag} %}}" if tag in BLOCKS else ""
    with pytest.raises(TemplateSyntaxError):
        Template(f'{{% {tag} titel="x" %}}{end}')


@pytest.mark.parametrize("tag", ["icon", "pill", "button", "card"])
def test_parameters_are_named(tag: str) -> None:
    end = "{% endcard %}" if tag == "card" else ""
    with pytest.raises(TemplateSyntaxError):
        Template(f'{{% {tag} "users" %}}{end}')


def test_an_unknown_tone_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown tone"):
        render('{% pill label="在库" tone="gren" %}')
    with pytest.raises(ValueError, match="Unknown tone"):
        render('{% button label="好" tone="success" %}')


def test_a_button_does_one_thing() -> None:
    with pytest.raises(ValueError, match="url and drawer"):
        render('{% button label="好" url="/a/" drawer="/b/" %}')


def test_only_a_bound_field_is_a_field() -> None:
    with pytest.raises(TypeError):
        render("{% field field=name %}", name="x")


def test_every_icon_in_use_is_in_the_sprite() -> None:
    known = set(json.loads((ROOT / "frontend/icons.json").read_text()))
    used = set()
    for path in (ROOT / "expertpool").glob("**/templates/**/*.html"):
        text = path.read_text()
        used |= set(re.findall(r'{% icon name="([\w-]+)"', text))
        used |= set(re.findall(r'\bicon="([\w-]+)"', text))
    for path in (ROOT / "expertpool").glob("**/*.py"):
        used |= set(re.findall(r'\bicon="([a-z][\w-]+)"', path.read_text()))
    for path in (ROOT / "frontend/src").glob("**/*.js"):
        used |= set(re.findall(r'\bicon\("([\w-]+)"', path.read_text()))
    used |= {item.icon for item in (*MENU, *ACCOUNT_ITEMS)}
    assert used - known == set()


# --- Filters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("{{ v|money }}", 1200, "¥1,200.00"),
        ("{{ v|money }}", "-3.5", "-¥3.50"),
        ("{{ v|money }}", None, "—"),
        ("{{ v|yuan }}", "-1234.5", "-1,234.50"),
        ("{{ v|yuan }}", None, "—"),
        ("{{ v|thousands }}", 12486, "12,486"),
        ("{{ v|date }}", date(2026, 11, 24), "2026-11-24"),
        ("{{ v|date:'Y' }}", date(2026, 11, 24), "2026"),
        ("{{ v|datetime }}", datetime(2026, 11, 24, 1, 30, tzinfo=UTC), "2026-11-24 09:30"),
        ("{{ v|datetime }}", None, "—"),
    ],
)
def test_money_and_times_are_written_one_way(text: str, value: Any, shown: str) -> None:
    assert render(text, v=value) == shown


# --- Fields ------------------------------------------------------------------------------------


def test_a_field_names_its_control_and_its_help() -> None:
    html = render("{% field field=form.name %}", form=PersonForm())
    assert '<label class="field-label" for="id_name">姓名' in html
    assert "field-required" in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert '<p class="field-help" id="id_name_helptext">与身份证一致</p>' in html
    assert 'class="field is-wide"' in html


def test_errors_stand_below_in_words_that_say_what_to_do() -> None:
    form = PersonForm({"phone": "138"})
    text = "{% field field=form.name %}{% field field=form.level %}{% field field=form.agreed %}"
    html = render(text, form=form)
    assert "请填写姓名。" in html
    assert "请选择级别。" in html
    assert "请勾选“同意”。" in html
    assert 'aria-invalid="true"' in html
    assert 'class="form-control is-invalid"' in html
    assert 'id="id_name_error"' in html


def test_dates_are_typed_as_they_are_shown() -> None:
    form = PersonForm(
        initial={"term": date(2027, 3, 16), "meeting": datetime(2026, 11, 24, 9, 30)}  # noqa: DTZ001
    )
    html = render("{% field field=form.term %}{% field field=form.meeting %}", form=form)
    assert 'value="2027-03-16"' in html
    assert 'data-enhance="date"' in html
    assert 'value="2026-11-24 09:30"' in html
    assert 'data-enhance="datetime"' in html


def test_radio_buttons_are_a_group_with_a_legend() -> None:
    html = render("{% field field=form.kind %}", form=PersonForm())
    assert html.startswith('<fieldset class="field"')
    assert "<legend" in html
    assert 'type="radio"' in html


def test_fields_come_in_sections_and_none_is_forgotten() -> None:
    html = render("{% form_fields form=form %}", form=PersonForm())
    assert html.index("id_phone") < html.index("id_name") < html.index("id_term")
    assert html.count("section-head") == 1
    assert all(f'name="{name}"' in html for name in PersonForm.base_fields)


# --- Buttons and menus -------------------------------------------------------------------------


def test_a_drawer_button_asks_htmx_for_the_drawer() -> None:
    html = render('{% button label="编辑" drawer="/e/1/" confirm="确定？" %}')
    assert 'hx-get="/e/1/" hx-target="#drawer"' in html
    assert 'data-confirm="确定？"' in html


def test_a_post_button_is_a_form_with_a_token() -> None:
    html = render('{% button label="删除" post="/e/1/delete/" tone="danger" %}')
    assert '<form class="inline-form" method="post" action="/e/1/delete/">' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert "data-danger" in html


def test_text_from_people_is_escaped() -> None:
    html = render("{% pill label=v %}{% person name=v note=v %}{% button label=v %}", v="<b>&")
    assert "<b>" not in html


# --- Lists -------------------------------------------------------------------------------------


def test_a_sort_link_keeps_the_filters_and_turns_round() -> None:
    html = render('{% th label="次数" sort="draws" %}', "/x/?q=a&page=3&sort=draws")
    assert 'aria-sort="ascending"' in html
    assert 'hx-get="?q=a&amp;sort=-draws"' in html


def test_the_pager_keeps_the_filters() -> None:
    page = Paginator(range(95), 20).get_page(2)
    html = render("{% pager page=page %}", "/x/?q=a&q=b&page=2&size=20", page=page)
    assert "第 21–40 条，共 95 条" in html
    assert 'href="?q=a&amp;q=b&amp;size=20&amp;page=3"' in html
    assert html.count('<input type="hidden" name="q" value="b">') == 2
    assert 'aria-current="page" aria-label="第 2 页"' in html


def test_an_empty_page_has_no_pager() -> None:
    assert render("{% pager page=page %}", page=Paginator([], 20).get_page(1)) == ""


@pytest.mark.parametrize(
    ("total", "is_too_long"),
    [(RowCount(5_000), False), (RowCount(5_001), True), (RowCount(5_000, is_least=True), True)],
)
def test_a_list_too_long_for_one_action_says_so_where_all_are_chosen(
    total: RowCount, is_too_long: bool
) -> None:
    shown = render("{% bulk_bar total=total %}{% endbulk_bar %}", total=total)
    assert ("选择全部" in shown) is not is_too_long
    assert ("一次最多处理 5,000 条，要处理全部请先筛选" in shown) is is_too_long


def test_further_filters_are_open_when_one_is_filled() -> None:
    class Filters(forms.Form):
        q = forms.CharField(label="关键词", required=False)
        unit = forms.CharField(label="单位", required=False)
        own = forms.BooleanField(label="只看本单位", required=False)

    closed = render("{% filters form=form shown=1 %}", form=Filters({"q": "a"}))
    opened = render("{% filters form=form shown=1 %}", form=Filters({"unit": "a"}))
    ticked = render("{% filters form=form shown=1 %}", form=Filters({"own": "on"}))
    assert 'class="card filters"' in closed
    assert 'class="card filters is-open"' in opened
    assert 'class="card filters is-open"' in ticked


def test_a_table_with_ticks_says_so_to_the_phone() -> None:
    text = '{% table label="t" key="k" %}<tr>{% td_select value=1 label="甲" %}</tr>{% endtable %}'
    html = render(text)
    assert "with-cards has-select" in html
    assert 'data-columns="k"' in html
    assert 'aria-label="选择甲"' in html


def test_more_chips_than_fit_are_named_in_the_last() -> None:
    html = render("{% chips items=v limit=1 %}", v=["软件", "硬件", "运维"])
    assert html.count('<li class="chip') == 2
    assert 'title="硬件、运维">+2<' in html


# --- Facts -------------------------------------------------------------------------------------


def test_an_empty_fact_shows_a_dash() -> None:
    html = render('{% kv_list %}{% kv label="备注" %}  {% endkv %}{% endkv_list %}')
    assert "<dd>—</dd>" in html


def test_a_job_asks_until_it_has_ended() -> None:
    text = '{% job url="/j/" label="导入" value=v total=10 done=done result_url="/r/" %}'
    assert 'hx-get="/j/" hx-trigger="every 1s"' in render(text, v=3, done=False)
    ended = render(text, v=10, done=True)
    assert "hx-get" not in ended
    assert 'href="/r/"' in ended


def test_no_badge_for_nothing() -> None:
    assert render("{% badge count=0 %}{% badge count=None %}") == ""
    assert ">18</span>" in render("{% badge count=18 %}")


def test_the_title_of_a_page_is_its_heading() -> None:
    html = render('{% extends "core/list_page.html" %}{% block title %}专家信息{% endblock %}')
    assert "<title>专家信息 · " in html
    assert "<h1>专家信息</h1>" in html
    assert '<span aria-current="page">专家信息</span>' in html


# --- How components are written ----------------------------------------------------------------


def test_an_element_escapes_what_is_not_safe_and_leaves_out_what_is_empty() -> None:
    inside = element("b", "<i>", title='"', hidden=True, hx_get="", class_="x", download=False)
    assert inside == '<b title="&quot;" hidden class="x">&lt;i&gt;</b>'
    assert element("p", inside, 0, value=0) == f'<p value="0">{inside}0</p>'
    assert element("input", name=mark_safe("a&amp;b")) == '<input name="a&amp;b">'


# --- Timelines ---------------------------------------------------------------------------------


def test_a_timeline_tells_when_what_who_and_the_rest() -> None:
    at = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    files = [TimelineFile("纪要.pdf", "/files/1/", "/files/1/view/"), TimelineFile("表.xls", "/f/")]
    html = render(
        "{% timeline items=items %}",
        items=[
            TimelineEntry(at, "<审核>", "李经办", "一行\n<二行>", "/p/", "green", files=files),
            TimelineEntry(at, "打印", icon="printer"),
        ],
    )
    first, second = html.split("<li>")[1:]
    for text in (
        '<a href="/p/">&lt;审核&gt;</a>', "李经办", "2026-11-24 09:30", "一行<br>&lt;二行&gt;",
        "tone-green timeline-dot", '<a href="/files/1/" download>纪要.pdf</a>',
        '<a href="/files/1/view/" target="_blank" rel="noopener">预览</a>',
    ):  # fmt: skip
        assert text in first
    assert first.count("预览") == 1
    assert "tone-grey timeline-mark" in second
    assert "<p" not in second


def test_no_page_builds_a_timeline_of_its_own() -> None:
    templates = (ROOT / "expertpool").rglob("templates/**/*.html")
    own = {path.name for path in templates if 'class="timeline"' in path.read_text()}
    assert own == {"timeline.html"}
