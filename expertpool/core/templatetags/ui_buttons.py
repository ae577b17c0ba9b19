"""Buttons and menus."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.template import Context
from django.utils.safestring import SafeString

from expertpool.core.templatetags.ui_base import element, one_action, posted, register
from expertpool.core.templatetags.ui_marks import icon as sign

_TONES = frozenset({"primary", "default", "danger", "link", "ghost"})


def opening_drawer(url: str) -> dict[str, str]:
    """The attributes of what opens ``url`` in the drawer."""
    return {"hx_get": url, "hx_target": "#drawer", "hx_swap": "innerHTML"}


def _does(*, drawer: str, hx_post: str) -> dict[str, str]:
    if drawer:
        return opening_drawer(drawer)
    return {"hx_post": hx_post, "hx_swap": "none"} if hx_post else {}


def _asks(*, confirm: str, ask: str, danger: bool, most: int | str = 0) -> dict[str, Any]:
    """Questions before an action; ``most`` characters of what is asked are taken: so many, or what a text of the database
    has room for (``certificates.Certificate.reason``). Raises LookupError where there is no such text."""
    asked = {"data_confirm": confirm, "data_ask": ask, "data_danger": danger}
    return asked | ({"data_ask_most": str(_room(most))} if most else {})


def _room(most: int | str) -> Any:
    if isinstance(most, int):
        return most
    model, _, name = most.rpartition(".")
    return apps.get_model(model)._meta.get_field(name).max_length


@register.simple_tag(takes_context=True)
def button(
    context: Context,
    *,
    label: str,
    icon: str = "",
    tone: str = "default",
    size: str = "",
    url: str = "",
    drawer: str = "",
    post: str = "",
    hx_post: str = "",
    confirm: str = "",
    ask: str = "",
    ask_most: int | str = 0,
    name: str = "",
    value: str = "",
    form: str = "",
    action: str = "",
    new_tab: bool = False,
    download: bool = False,
    disabled: bool = False,
    hide_label: bool = False,
    submit: bool = False,
) -> SafeString:
    """A button or a link that looks like one; ``action`` sends its form to another address."""
    one_action(url=url, drawer=drawer, post=post, hx_post=hx_post, submit=submit)
    if tone not in _TONES:
        raise ValueError(f"Unknown tone of a button: {tone!r}")
    inside = sign(name=icon) if icon else "", "" if hide_label else element("span", label)
    common = {
        "class_": f"btn btn-{tone}{f' btn-{size}' if size else ''}",
        "aria_label": hide_label and label,
        "title": hide_label and label,
        **_asks(confirm=confirm, ask=ask, danger=tone == "danger", most=ask_most),
    }
    # A link cannot be disabled: it becomes a button that does nothing.
    if url and not disabled:
        target = {"target": "_blank", "rel": "noopener"} if new_tab else {}
        return element("a", *inside, href=url, **target, download=download, **common)
    shown = element(
        "button",
        *inside,
        type="submit" if post or submit else "button",
        **_does(drawer=drawer, hx_post=hx_post),
        name=name,
        value=value,
        form=form,
        formaction=action,
        disabled=disabled,
        **common,
    )
    return posted(context, post, shown, class_="inline-form") if post else shown


@register.simple_block_tag
def dropdown(
    content: SafeString,
    *,
    label: str,
    icon: str = "dots",
    tone: str = "ghost",
    hide_label: bool = True,
    size: str = "",
    load: str = "",
) -> SafeString:
    """A button that opens a menu of ``menu_item``: the content, or what the address ``load``
    answers when it is opened first (a list has twenty menus, of which one is looked at)."""
    opener = element(
        "button",
        sign(name=icon) if icon else "",
        "" if hide_label else element("span", label),
        "" if hide_label else sign(name="chevron-down", size="sm"),
        type="button",
        class_=f"btn btn-{tone}{f' btn-{size}' if size else ''}",
        aria_haspopup="true",
        aria_expanded="false",
        aria_label=hide_label and label,
        title=hide_label and label,
    )
    menu = element("div", content, class_="dropdown-menu", hidden=True, data_load=load)
    return element("div", opener, menu, class_="dropdown", data_dropdown=True)


@register.simple_tag(takes_context=True)
def menu_item(
    context: Context,
    *,
    label: str,
    icon: str = "",
    url: str = "",
    drawer: str = "",
    post: str = "",
    hx_post: str = "",
    confirm: str = "",
    ask: str = "",
    ask_most: int | str = 0,
    danger: bool = False,
    download: bool = False,
) -> SafeString:
    """One line of a ``dropdown``."""
    one_action(url=url, drawer=drawer, post=post, hx_post=hx_post)
    inside = sign(name=icon) if icon else "", element("span", label)
    common = {
        "class_": f"dropdown-item{' is-danger' if danger else ''}",
        **_asks(confirm=confirm, ask=ask, danger=danger, most=ask_most),
    }
    if url:
        return element("a", *inside, href=url, download=download, **common)
    shown = element(
        "button",
        *inside,
        type="submit" if post else "button",
        **_does(drawer=drawer, hx_post=hx_post),
        **common,
    )
    return posted(context, post, shown) if post else shown


@register.simple_tag
def bulk_button(
    *,
    label: str,
    icon: str = "",
    tone: str = "default",
    url: str = "",
    drawer: str = "",
    confirm: str = "",
    ask: str = "",
    ask_most: int | str = 0,
) -> SafeString:
    """Sends the ticked rows: ``pk`` (many), or ``all=1`` with the filters of the address."""
    one_action(url=url, drawer=drawer)
    return element(
        "button",
        sign(name=icon, size="sm") if icon else "",
        element("span", label),
        type="button",
        class_=f"btn btn-{tone} btn-sm",
        **_does(drawer=drawer, hx_post=url),
        **_asks(confirm=confirm, ask=ask, danger=tone == "danger", most=ask_most),
    )
