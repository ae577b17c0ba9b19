"""What a new installation still needs before experts can be drawn, read off the data: nobody ticks anything."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, QuerySet

from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import users_with_permission
from expertpool.core.configuration import value_of
from expertpool.draws.models import Draw
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.admission import RIGHT as ADMISSION
from expertpool.notifications.queries.channels import reaches_beyond
from expertpool.portal.settings import FIRST_HOUR

RIGHT = "siteconfig.manage"


@dataclass(frozen=True)
class FirstStep:
    """One step: what to do, at which page, and whether the data say that it is done; ``practice_url_name`` is the page
    on which it may be tried before, for who may do it."""

    title: str
    text: str
    url_name: str
    is_done: bool
    practice_url_name: str = ""


def first_steps(user: User) -> list[FirstStep]:
    """Return the steps for whoever sets the system up, done ones too; none once all are, or when he was told to
    leave it."""
    if not user.has_permission(RIGHT) or not value_of(FIRST_HOUR):
        return []
    done = _done(user)
    steps = [
        FirstStep(
            "建部门",
            "把单位的部门建起来，用户和项目都属于部门",
            "accounts:department_list",
            done["departments"],
        ),
        FirstStep(
            "建用户、分角色",
            "至少要有一位经办人和一位监督人，必须是两个人",
            "accounts:user_list",
            done["operators"] and done["supervisors"],
        ),
        FirstStep(
            "定谁审核入库",
            "导入的专家由另一人审核，导入的人自己不能审核：在角色权限里给监督人等勾选「审核专家入库」",
            "accounts:role_list",
            done["admitters"] or done["experts"],
        ),
        FirstStep(
            "导入专家",
            "上传现有的名单，再由审核入库的人在专家信息里审核通过",
            "experts:import",
            done["experts"],
        ),
        FirstStep(
            "接通短信或邮件",
            "没有接通之前，邀请发不到专家手里；参数在站点设置里填",
            "notifications:channels",
            reaches_beyond(),
        ),
        FirstStep(
            "抽第一次",
            "由经办人申请项目、设好方案，和监督人一起抽一次；可以先练一次",
            "projects:list",
            done["draws"],
            "draws:practice" if user.has_permission("draws.run") else "",
        ),
    ]
    # All or none: what is done stays in sight while others are left.
    return [] if all(step.is_done for step in steps) else steps


def _done(user: User) -> dict[str, bool]:
    """Ask for all that is in tables by one statement, each question answered by the first row."""
    asked: dict[str, QuerySet] = {
        "departments": Department.objects.all(),
        # Not he who sets the system up: it takes somebody else.
        "operators": users_with_permission("draws.run").exclude(pk=user.pk),
        "supervisors": users_with_permission("draws.confirm_steps"),
        # Nor he, who imports or has opened the account of who does (docs/decisions/0363).
        "admitters": users_with_permission(ADMISSION).exclude(pk=user.pk),
        "experts": Expert.objects.filter(status=ExpertStatus.FORMAL),
        "draws": Draw.objects.all(),
    }
    row = User.objects.filter(pk=user.pk).annotate(
        **{f"has_{name}": Exists(rows.order_by()) for name, rows in asked.items()}
    )
    (found,) = row.values_list(*(f"has_{name}" for name in asked))
    return dict(zip(asked, found, strict=True))
