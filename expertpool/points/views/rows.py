"""Rules, levels and services: pages by declaration."""

from __future__ import annotations

from typing import Any

from expertpool.audit.services import Edits
from expertpool.core.text import moment_text
from expertpool.core.views.crud import Crud, CrudColumn
from expertpool.points.forms.rows import BenefitForm, LevelForm, RuleForm
from expertpool.points.models import Benefit, PointLevel, PointRule
from expertpool.points.models.ledger import signed
from expertpool.points.permissions import MANAGE
from expertpool.points.registry import POINT_FACTS
from expertpool.points.services.rows import delete_row, save_row


def _help(row: PointRule) -> str:
    known = POINT_FACTS.get(row.fact)
    return known.help if known else ""


def _crud(**of: Any) -> Crud:
    return Crud(
        app="points",
        view_permission=MANAGE,
        edit_permission=MANAGE,
        save=save_row,
        delete=delete_row,
        edits=Edits,
        **of,
    )


rules = _crud(
    name="rule",
    title="积分规则",
    noun="规则",
    subtitle="评审结束、名单公开之后自动记分，每次评审每项只记一次；修改只对以后结束的评审有效，已记的积分不变。",
    rows=lambda _user: PointRule.objects.all(),
    form=RuleForm,
    columns=(
        CrudColumn("事项", "label", kind="main"),
        CrudColumn("积分", lambda row: signed(row.points), sort="points", kind="num"),
        CrudColumn("什么时候记", _help, kind="wide"),
        CrudColumn("生效时间", lambda row: moment_text(row.since), sort="since"),
        CrudColumn("状态", "active", kind="state"),
    ),
    default_sort="-points",
)
levels = _crud(
    name="level",
    title="积分等级",
    noun="等级",
    subtitle="专家的积分达到多少是哪个等级。专家在「我的积分」里看到自己的等级和离下一级还差多少。",
    rows=lambda _user: PointLevel.objects.all(),
    form=LevelForm,
    columns=(
        CrudColumn("等级", "name", kind="main"),
        CrudColumn("达到积分", "threshold", sort="threshold", kind="num"),
        CrudColumn("说明", "note", kind="wide"),
    ),
    default_sort="threshold",
)
benefits = _crud(
    name="benefit",
    title="专属服务",
    noun="服务",
    subtitle="达到等级的专家可以在「我的积分」里申请；停用的不再出现，已提出的申请照常答复。",
    rows=lambda _user: Benefit.objects.select_related("level"),
    form=BenefitForm,
    columns=(
        CrudColumn("服务", "name", kind="main"),
        CrudColumn("从哪个等级起", lambda row: row.level or "所有专家"),
        CrudColumn("服务内容", "description", kind="wide"),
        CrudColumn("次序", "order", sort="order", kind="num"),
        CrudColumn("状态", "active", kind="state"),
    ),
    default_sort="order",
)
