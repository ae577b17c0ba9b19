"""What was backed up, and what a restore would lose."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.backups.enums import BackupState
from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.queries import backups_visible_to, standing
from expertpool.backups.services.journal import protected_until
from expertpool.backups.services.nightly import request_backup
from expertpool.backups.tables import age_in_words, worded
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import ListTab, listing, render_list

TABS = (
    ListTab("", "全部"),
    *(ListTab(state.value, str(state.label), Q(state=state)) for state in BackupState),
)


@require_safe
@requires("backups.view")
def backup_list(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        backups_visible_to(request.user),
        sorts={"started": "started_at", "size": "size"},
        default_sort="-started",
        tabs=TABS,
    )
    now = timezone.now()
    found = standing(now=now, kept_until=protected_until(now=now))
    context = shown.context | {
        "standing": found,
        "lost": age_in_words(found.lost) or "没有内容",
        "lost_note": f"和 {found.entries_lost:,} 条操作",
        "lost_tone": "red" if found.is_late else "blue",
        "rows": [worded(row) for row in shown.context["page"]],
        "may_make": not found.is_elsewhere and request.user.has_permission("backups.make"),
    }
    return render_list(request, "backups/backup_list.html", context)


@require_POST
@requires("backups.make")
def make(request: UserRequest) -> HttpResponse:
    try:
        request_backup(actor=request.user, now=timezone.now())
    except BackupRefused as error:
        return refused(str(error))
    return saved("已开始备份，完成后刷新本页查看结果。", refresh="page")
