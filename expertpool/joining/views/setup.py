"""申请入口: links and codes by channel, what the public page shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.documents import qr_data_uri
from expertpool.core.permissions import requires
from expertpool.core.responses import saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.joining.enums import Channel, Purpose
from expertpool.joining.forms.review import ConsentForm, FriendLinkForm
from expertpool.joining.models import ConsentText, FriendLink
from expertpool.joining.queries.channels import counts_by_channel
from expertpool.joining.queries.public import is_open
from expertpool.joining.services.setup import (
    CONSENT_LOCK,
    delete_link,
    ensure_consent,
    publish_consent,
    save_link,
)

NOTES = {
    Channel.SITE: "放在单位官网或登录页，点开即可申请。",
    Channel.WECHAT: "放进公众号菜单、推文；在微信里打开官网入口也记为微信；扫二维码、点分享链接的仍记各自渠道，注明在微信中打开。",
    Channel.SHARE: "发到工作群、邮件，供转发。",
    Channel.QR: "印在通知、海报上，手机扫码打开。",
}


@dataclass(frozen=True)
class Entrance:
    """One way to the form."""

    code: str
    label: str
    note: str
    url: str
    count: int

    @property
    def picture(self) -> str:
        return qr_data_uri(self.url)


def _entrances() -> list[Entrance]:
    counts = counts_by_channel()
    return [
        Entrance(channel.value, str(channel.label), note, _url(channel), counts.get(channel, 0))
        for channel, note in NOTES.items()
    ]


def _url(channel: Channel) -> str:
    named = "" if channel == Channel.SITE else f"?c={channel.value}"
    return f"{settings.SITE_URL}{reverse('joining:start')}{named}"


@require_safe
@requires("joining.setup")
def entrance(request: UserRequest) -> HttpResponse:
    context = {
        "entrances": _entrances(),
        "links": FriendLink.objects.all(),
        "consents": [ensure_consent(one, now=timezone.now()) for one in Purpose.values],
        "is_open": is_open(),
    }
    return render(request, "joining/entrance.html", context)


@require_safe
@requires("joining.setup")
def poster(request: UserRequest, channel: str) -> HttpResponse:
    """One code on a sheet of A4."""
    found = next((one for one in _entrances() if one.code == channel), None)
    if found is None:
        raise Http404
    return render(request, "joining/poster.html", {"entrance": found})


@requires("joining.setup")
def link_add(request: UserRequest) -> HttpResponse:
    return _link(request, FriendLink(), "新增友情链接")


@requires("joining.setup")
def link_edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((FriendLink, [pk])))
    row = get_object_or_404(FriendLink, pk=pk)
    return _link(request, row, "修改友情链接", editing)


def _link(
    request: UserRequest, row: FriendLink, title: str, editing: Editing | None = None
) -> HttpResponse:
    form = FriendLinkForm(request.POST if request.method == "POST" else None, instance=row)

    def write() -> None:
        save_link(row=form.instance, actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        title=title,
        refresh="page",
        editing=editing,
        back=reverse("joining:entrance"),
    )


@require_POST
@requires("joining.setup")
def link_delete(request: UserRequest, pk: int) -> HttpResponse:
    delete_link(row=get_object_or_404(FriendLink, pk=pk), actor=request.user, now=timezone.now())
    return saved("已删除。", refresh="page")


@requires("joining.setup")
def consent_edit(request: UserRequest, purpose: str = Purpose.JOINING) -> HttpResponse:
    if purpose not in Purpose.values:
        raise Http404
    now = timezone.now()
    # Every edit is a version of its own.
    rows = ConsentText.objects.filter(purpose=purpose)
    editing = Editing(request, Edits((ConsentText, rows), lock=CONSENT_LOCK))
    form = ConsentForm(
        request.POST if request.method == "POST" else None,
        initial={"text": ensure_consent(purpose, now=now).text},
    )

    def write() -> str:
        text = form.cleaned_data["text"]
        row = publish_consent(text=text, purpose=purpose, actor=request.user, now=now)
        return f"现在使用{row}。"

    return drawer_form(
        request,
        form,
        write,
        title=f"修改个人信息告知书 · {Purpose(purpose).label}",
        refresh="page",
        editing=editing,
        back=reverse("joining:entrance"),
    )
