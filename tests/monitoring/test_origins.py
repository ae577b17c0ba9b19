"""From where visitors of public pages come, without asking anybody outside."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.monitoring.models import PublicVisit, RegionNetwork
from expertpool.monitoring.queries.origins import INSIDE, UNKNOWN, Origin, origin_of, region_of
from expertpool.monitoring.services.buffer import BUFFER
from tests.factories.monitoring import public_seen
from tests.fixtures import login

KNOWN = {"203.0.113.0/24": "湖南省", "203.0.113.128/25": "湖南省长沙市", "2001:db8::/32": "北京市"}


@pytest.mark.shows("OPS-07")
@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("203.0.113.7", "湖南省"),
        ("203.0.113.200", "湖南省长沙市"),
        ("::ffff:203.0.113.7", "湖南省"),
        ("2001:db8::1", "北京市"),
        ("10.1.2.3", INSIDE),
        ("8.8.8.8", UNKNOWN),
        ("", UNKNOWN),
        ("nonsense", UNKNOWN),
    ],
)
def test_the_narrowest_network_tells_the_region(address: str, region: str) -> None:
    assert region_of(address, KNOWN) == region


WORD = quote("专家库 抽取")


@pytest.mark.shows("OPS-07")
@pytest.mark.parametrize(
    ("referrer", "origin"),
    [
        ("", Origin(UNKNOWN)),
        (f"{settings.SITE_URL}/verify/", Origin(UNKNOWN)),
        ("https://www.example.org/links?x=1", Origin(UNKNOWN, "example.org")),
        (f"https://www.baidu.com/s?wd={WORD}", Origin(UNKNOWN, "baidu.com", "百度", "专家库 抽取")),
        (
            f"https://m.baidu.com/s?word={WORD}",
            Origin(UNKNOWN, "m.baidu.com", "百度", "专家库 抽取"),
        ),
        ("https://www.baidu.com/", Origin(UNKNOWN, "baidu.com", "百度")),
        (
            f"https://cn.bing.com/search?q={WORD}",
            Origin(UNKNOWN, "cn.bing.com", "必应", "专家库 抽取"),
        ),
        ("https://notbaidu.com/?wd=x", Origin(UNKNOWN, "notbaidu.com")),
        ("https://www.so.com/s?q=%00", Origin(UNKNOWN, "so.com", "360 搜索")),
        ("http://[::1", Origin(UNKNOWN)),
        (
            "https://www.sogou.com/web?query=" + "长" * 900,
            Origin(UNKNOWN, "sogou.com", "搜狗", "长" * 60),
        ),
    ],
)
def test_what_a_referrer_says(referrer: str, origin: Origin) -> None:
    assert origin_of("8.8.8.8", referrer, {}) == origin


@pytest.mark.shows("OPS-07")
@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_the_report_counts_visits_of_public_pages_alone(client: Client, admin: User) -> None:
    RegionNetwork.objects.create(network="203.0.113.0/24", region="湖南省")
    visitor = Client(REMOTE_ADDR="203.0.113.7")
    visitor.get("/verify/", headers={"Referer": f"https://www.baidu.com/s?wd={WORD}"})
    visitor.get("/login/")
    visitor.get("/r/none-such/")
    login(client, admin).get("/verify/")
    BUFFER.flush()
    public_seen(timezone.now(), address="8.8.8.8", referrer="https://example.org/")
    assert PublicVisit.objects.count() == 3

    def counts(by: str) -> dict[str, Any]:
        found = client.get("/draws/statistics/traffic/", {"by": by}).context["found"]
        return {line.label: line.sums["count"] for line in found.lines}

    assert counts("region") == {"湖南省": 2, UNKNOWN: 1}
    assert counts("engine") == {"百度": 1, "不是从搜索引擎来": 2}
    assert counts("keyword") == {"专家库 抽取": 1, "搜索引擎未提供": 2}
    assert counts("referrer") == {"baidu.com": 1, "example.org": 1, "直接打开或未提供": 1}
    assert sum(counts("day").values()) == sum(counts("page").values()) == 3


@pytest.mark.django_db
def test_regions_are_kept_by_the_office(client: Client, admin: User) -> None:
    login(client, admin)
    form = {"network": "203.0.113.9/24", "region": "湖南省"}
    assert client.post("/monitoring/regions/new/", form).status_code == 204
    row = RegionNetwork.objects.get()
    assert row.network == "203.0.113.0/24"
    assert client.post("/monitoring/regions/new/", form).status_code == 422
    assert (
        "请填写 IP 地址或网段"
        in client.post("/monitoring/regions/new/", form | {"network": "湖南"}).content.decode()
    )
    assert client.post(f"/monitoring/regions/{row.pk}/delete/").status_code == 204
    actions = Entry.objects.filter(action__startswith="monitoring.region").values_list(
        "action", flat=True
    )
    assert set(actions) == {"monitoring.region_create", "monitoring.region_delete"}
