"""Networks and their regions: a page by declaration."""

from __future__ import annotations

from expertpool.audit.services import Edits
from expertpool.core.views.crud import Crud, CrudColumn
from expertpool.monitoring.forms import RegionForm
from expertpool.monitoring.models import RegionNetwork
from expertpool.monitoring.permissions import TRAFFIC
from expertpool.monitoring.services.regions import delete_region, save_region

regions = Crud(
    app="monitoring",
    name="region",
    title="地域网段",
    subtitle="流量统计按这里的网段判断访问者的地域；没有登记的记为未知，内部网络自动识别。以后的访问适用。",
    rows=lambda _user: RegionNetwork.objects.all(),
    form=RegionForm,
    columns=(
        CrudColumn("网段", "network", sort="network", kind="main"),
        CrudColumn("地域", "region", sort="region"),
    ),
    default_sort="region",
    search=("network", "region"),
    search_hint="按网段、地域查找",
    view_permission=TRAFFIC,
    edit_permission="siteconfig.manage",
    save=save_region,
    edits=Edits,
    delete=delete_region,
)
