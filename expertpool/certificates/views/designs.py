"""Designs: the list, the page on which one is made, and what it shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.forms import DesignForm, LayoutForm, SampleForm
from expertpool.certificates.models import Design, DesignVersion
from expertpool.certificates.queries.designs import fonts, newest, newest_versions
from expertpool.certificates.services.built_in import BUILT_IN
from expertpool.certificates.services.designs import (
    ensure_built_in,
    keep_background,
    save_design,
    use_design,
)
from expertpool.certificates.services.printing import preview_pdf, preview_png, sample_of
from expertpool.certificates.validators import VOCABULARY, as_typed, clean_elements
from expertpool.core.permissions import requires
from expertpool.core.placeholders import mark
from expertpool.core.responses import file_answer, refused, saved
from expertpool.core.views.drawers import attempt
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.experts.enums import ExpertKind

RIGHT = "certificates.designs"
TABS = (
    ListTab("", "使用中", Q(design__active=True)),
    ListTab("unused", "已停用", Q(design__active=False)),
)


@require_safe
@requires(RIGHT)
def index(request: UserRequest) -> HttpResponse:
    ensure_built_in(now=timezone.now())
    found = listing(
        request,
        newest_versions(),
        sorts={"name": "design__name", "saved": ("created_at", "id")},
        default_sort="name",
        tabs=TABS,
    )
    return render_list(request, "certificates/design_list.html", found.context)


@requires(RIGHT)
def edit(request: UserRequest, pk: int | None = None) -> HttpResponse:
    """The designer; what is wrong is said above the form, which keeps all that was done."""
    design = get_object_or_404(Design, pk=pk) if pk else None
    version = newest(design) if design else None
    posted = request.POST if request.method == "POST" else None
    form = DesignForm(posted, design=design, initial=_initial(design, version))

    def write() -> DesignVersion:
        return save_design(design=design, data=form.values, actor=request.user, now=timezone.now())

    if posted is not None and (done := attempt(form, write, refusals=CertificateRefused)):
        messages.success(request, f"已保存为{done.result}，以后签发的证书使用它。")
        return redirect("certificates:designs")
    context = {
        "form": form,
        "design": design,
        "version": version,
        "layout": _layout(form, version),
        "fonts": list(fonts().items()),
        "placeholders": [(mark(name), name) for name in VOCABULARY.names],
        "cancel_url": reverse("certificates:designs"),
    }
    status = 422 if posted is not None else 200
    return render(request, "certificates/design.html", context, status=status)


@require_POST
@requires(RIGHT)
def background(request: UserRequest) -> JsonResponse:
    """Keep an uploaded picture; its key goes back to the designer."""
    upload = request.FILES.get("file")
    if upload is None:
        return JsonResponse({"error": "请选择底版文件。"}, status=422)
    try:
        kept = keep_background(upload=upload, actor=request.user, now=timezone.now())
    except CertificateRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    return JsonResponse({"background": kept.pk, "landscape": kept.landscape})


@require_POST
@requires(RIGHT)
def preview(request: UserRequest, *, as_pdf: bool) -> HttpResponseBase:
    """What is designed with sample values, from the document that is printed: a picture, or the PDF."""
    form = LayoutForm(request.POST)
    try:
        if not form.is_valid():
            raise CertificateRefused("样式的内容没有完整传上来，请刷新页面后再试。")
        data = form.cleaned_data
        kept = data["background"]
        landscape = kept.landscape if kept else data["landscape"]
        elements = clean_elements(data["layout"], landscape=landscape, fonts=fonts(), whole=as_pdf)
    except CertificateRefused as refusal:
        if as_pdf:
            return refused(str(refusal))
        return JsonResponse({"error": str(refusal)}, status=422)
    at = timezone.now()
    said = sample_of(SampleForm(request.POST).designed(now=at), now=at)
    if as_pdf:
        content = preview_pdf(elements, background=kept, landscape=landscape, at=at, said=said)
        return file_answer(content, name="证书样式预览.pdf", inline=True)
    content = preview_png(elements, background=kept, landscape=landscape, said=said)
    return file_answer(content, name="preview.png", content_type="image/png", inline=True)


@require_POST
@requires(RIGHT)
def use(request: UserRequest, pk: int, *, active: bool) -> HttpResponse:
    design = get_object_or_404(Design, pk=pk)
    try:
        use_design(design=design, active=active, actor=request.user, now=timezone.now())
    except CertificateRefused as refusal:
        return refused(str(refusal))
    return saved("已启用，以后签发的证书使用它。" if active else "已停用，已签发的证书不受影响。")


def _initial(design: Design | None, version: DesignVersion | None) -> dict[str, Any]:
    if design is None or version is None:
        return {
            "kinds": [ExpertKind.INDIVIDUAL],
            "with_year": True,
            "digits": 5,
            "seen": 0,
            "landscape": True,
        }
    names = ("name", "kinds", "types", "prefix", "with_year", "digits")
    return {name: getattr(design, name) for name in names} | {
        "seen": version.number,
        "background": version.background_id,
        "landscape": version.landscape,
    }


def _layout(form: DesignForm, version: DesignVersion | None) -> dict[str, Any]:
    """What the script begins with; what was sent and refused is in the form."""
    made = version.elements if version else BUILT_IN[ExpertKind.INDIVIDUAL].elements
    return {
        "elements": as_typed(made),
        "sent": form.data.get("layout", "") if form.is_bound else "",
        "landscape": version.landscape if version else True,
    }
