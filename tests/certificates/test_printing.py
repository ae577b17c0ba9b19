"""What is printed is what was designed; many at once are watched."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pypdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.forms import SampleForm
from expertpool.certificates.models import Background, Certificate
from expertpool.certificates.queries.codes import address_of, certificate_by, check_address
from expertpool.certificates.queries.designs import fonts, newest
from expertpool.certificates.services import printing, runs
from expertpool.certificates.services.built_in import BUILT_IN
from expertpool.certificates.services.designs import DesignData, keep_background, save_design
from expertpool.certificates.services.printing import (
    certificates_pdf,
    preview_pdf,
    preview_png,
    sample_of,
)
from expertpool.certificates.validators import as_typed, clean_elements
from expertpool.core.documents import png_size, render_pngs
from expertpool.experts.enums import ExpertKind, ExpertStatus
from expertpool.experts.models import Expert
from tests.factories.certificates import (
    layout,
    make_certificate,
    make_design,
    picture,
    text_element,
)
from tests.factories.experts import make_expert, rename
from tests.fixtures import login
from tests.qr_pictures import modules_at, modules_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
PPI = 150.0


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def kept(admin: User, content: bytes, name: str = "底版.png") -> Background:
    upload = SimpleUploadedFile(name, content)
    return keep_background(upload=upload, actor=admin, now=timezone.now())


@pytest.mark.shows("PORT-26")
def test_the_preview_is_the_page_that_is_printed(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are one document with the same data, drawn by one program; and what is printed stands where it was
    put."""
    background = kept(admin, picture())
    assert kept(admin, picture()) == background  # once
    more = text_element("AAA《{{姓名}}》", x=40, y=150, width=80, size=20)
    elements = clean_elements(layout(more), landscape=True, fonts=fonts())
    given: dict[str, Any] = {}

    def noting(name: str) -> Any:
        render = getattr(printing, name)

        def note(template: str, data: Any, *, pictures: Any, **also: Any) -> Any:
            given[name] = (template, data, pictures)
            return render(template, data, pictures=pictures, **also)

        return note

    for name in ("render_pngs", "render_pdf"):
        monkeypatch.setattr(printing, name, noting(name))
    seen = preview_png(elements, background=background, landscape=True)
    pdf = preview_pdf(elements, background=background, landscape=True, at=timezone.now())
    assert given["render_pngs"] == given["render_pdf"]
    assert preview_png(elements, background=background, landscape=True) == seen
    width, height = png_size(seen)
    assert width / height == pytest.approx(297 / 210, abs=0.002)
    left, line = place_of("AAA", pdf)
    assert left == pytest.approx(40, abs=0.3)
    assert 150 < line < 150 + 20 * 0.3528 * 1.5


def place_of(words: str, pdf: bytes) -> tuple[float, float]:
    """Return how far from the left and from above ``words`` begin, in millimetres."""
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    found: list[tuple[float, float]] = []

    def visit(text: str, at: Any, matrix: Any, *_: Any) -> None:
        if words in text:
            x = matrix[4] * at[0] + at[4]
            y = matrix[5] * at[3] + at[5]
            found.append((x, y))

    page.extract_text(visitor_text=visit)
    (x, y) = found[0]
    high = float(page.mediabox.height)
    return x / 72 * 25.4, (high - y) / 72 * 25.4


@pytest.mark.shows("PORT-27")
def test_two_types_get_another_text(admin: User) -> None:
    words = layout(text_element("法律顾问聘书 {{姓名}}", x=30, y=60, width=200))
    make_design("法律", types=("法律类",), elements=words, actor=admin)
    lawyer = make_certificate(make_expert("李律师", expert_type="法律类"))
    engineer = make_certificate(make_expert("王工", expert_type="技术类"))
    first, second = text_of(certificates_pdf([lawyer, engineer], at=timezone.now()))
    assert "法律顾问聘书 李律师" in first
    assert lawyer.number in first
    assert "法律顾问" not in second
    assert "王工" in second


def test_a_line_without_a_value_is_left_out(admin: User) -> None:
    expert = make_expert("无专业者")
    assert not expert.specialty_names
    (page,) = text_of(certificates_pdf([make_certificate(expert)], at=timezone.now()))
    assert "无专业者" in page
    assert "专业：" not in page


def test_what_was_issued_keeps_its_version_and_words(admin: User) -> None:
    design = make_design("甲", actor=admin)
    certificate = make_certificate(make_expert("原名"))
    data = DesignData(
        name="甲", kinds=["individual"], types=[], prefix="T", with_year=True, digits=5,
        elements=layout(text_element("新版文字", y=70)), background=kept(admin, picture()), seen=1,
    )  # fmt: skip
    save_design(design=design, data=data, actor=admin, now=timezone.now())
    with pytest.raises(CertificateRefused, match="别人刚刚保存过"):
        save_design(design=design, data=data, actor=admin, now=timezone.now())
    rename(Expert.objects.all(), "新名")
    again = Certificate.objects.get(pk=certificate.pk)
    (page,) = text_of(certificates_pdf([again], at=timezone.now()))
    assert "原名" in page
    assert "新版" not in page
    version = newest(design)
    assert version is not None
    assert version.number == 2
    (newer,) = text_of(
        certificates_pdf([make_certificate(make_expert("另一位"))], at=timezone.now())
    )
    assert "新版文字" in newer


def test_words_are_never_markup_and_always_fit(admin: User) -> None:
    name = "#sys.inputs $x$ *名* _" + "很长的单位名称" * 12
    certificate = make_certificate(make_expert(name[:100]))
    (page,) = text_of(certificates_pdf([certificate], at=timezone.now()))
    assert "#sys.inputs" in page.replace("\n", "")


HOSTILE = [
    ("", "没有完整"),
    ("{", "没有完整"),
    ("[" * 50_000, "没有完整"),
    ('{"a": 1}', "没有完整"),
    (json.dumps([1]), "不是文字"),
    (json.dumps([{"kind": "svg"}]), "不是文字"),
    (json.dumps([text_element("x")] * 41), "最多放 40"),
    (layout(text_element("x", x=-1)), "超出了纸张"),
    (layout(text_element("x", x=1e308)), "不是数"),
    (layout(text_element("x", x=True)), "不是数"),
    (layout(text_element("x", size="NaN")), "不是数"),
    (layout(text_element("x", size=2)), "字号应为"),
    (layout(text_element("x", y=300)), "超出了纸张"),
    (layout(text_element("x", width=400)), "宽度应为"),
    (layout(text_element(" ")), "没有文字"),
    (layout(text_element("长" * 401)), "最多 400 字"),
    (layout(text_element("x\u202ey")), "控制字符"),
    (layout(text_element("{{身份证号}}")), "没有 {{身份证号}} 这个变量"),
    (layout(text_element("{{姓 名}")), "花括号没有成对"),
    (layout(text_element("x", font="../../etc")), "字体已不在"),
    *((layout(text_element("x", font=odd)), "字体已不在") for odd in ([], {}, None, 1)),
    *((layout(text_element("x", size=odd)), "不是数") for odd in ([], {}, None, "9")),
    *((layout(text_element("x") | {"text": odd}), "没有文字") for odd in ([], {"a": 1}, None, 1)),
    *((layout(text_element("x", align=odd)), "对齐方式") for odd in ([], {}, None, 1)),
    *((layout(text_element("x", colour=odd)), "颜色不对") for odd in ([], {}, None, 1)),
    *((json.dumps([{"kind": odd}]), "不是文字") for odd in ([], {}, None, 1)),
    (layout(text_element("x", colour="red;url(x)")), "颜色不对"),
    (layout(text_element("x", align="justify")), "对齐方式"),
    (json.dumps([text_element("{{姓名}}")]), "还没有 {{证书编号}}"),
    (json.dumps([text_element("{{姓名}}{{证书编号}}")]), "防伪二维码"),
]


@pytest.mark.parametrize(("text", "words"), HOSTILE)
def test_a_layout_that_is_not_in_order_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(CertificateRefused, match=words):
        clean_elements(text, landscape=True, fonts=fonts())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload=alert(1)>", "PNG、JPEG"),
        (b"\xff\xd8\xff\xe0 broken", "打不开"),
        (b"%PDF-1.7 broken", "打不开"),
        (picture()[:900], "打不开"),
        (picture(200, 200), "应为 A4"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\0" * 9, "打不开"),
        (b"x" * (10 * 1024**2 + 1), "最大 10 MB"),
    ],
)  # fmt: skip
def test_a_background_that_is_none_is_refused_and_not_kept(
    admin: User, content: bytes, words: str
) -> None:
    with pytest.raises(CertificateRefused, match=words):
        kept(admin, content)
    assert not Background.objects.exists()


def test_a_page_of_a_pdf_is_drawn_anew_standing(admin: User) -> None:
    background = kept(admin, picture(210, 297, "pdf"), "底版.pdf")
    assert not background.landscape
    assert png_size(bytes(background.content)) == (1654, 2339)


def test_many_at_once_are_issued_watched_and_printed(admin: User) -> None:
    now = timezone.now()
    experts = [make_expert(f"专家{at}") for at in range(60)]
    Expert.objects.filter(pk=experts[0].pk).update(status=ExpertStatus.FROZEN)
    keys = [one.pk for one in experts]
    run = runs.start_run(kind="issue", keys=keys, actor=admin, now=now)
    runs.work_off(run_id=run.pk, now=now + timedelta(seconds=1))
    run.refresh_from_db()
    assert (run.state, run.done, run.made) == ("done", 60, 59)
    assert [name for name, _ in run.refused] == [str(Expert.objects.get(pk=keys[0]))]
    pages = text_of(run.file.read())
    assert len(pages) == 59
    # Again, it changes nothing; of one whose worker died, the rest is done.
    runs.work_off(run_id=run.pk, now=now)
    died = runs.start_run(kind="print", keys=keys, actor=admin, now=now)
    died.state, died.done = "running", 50
    died.save()
    runs.work_off(run_id=died.pk, now=now + timedelta(seconds=2))
    died.refresh_from_db()
    assert (died.state, died.done) == ("done", 60)
    assert Certificate.objects.count() == 59
    chosen = list(Certificate.objects.values_list("pk", flat=True)[:3])
    again = runs.start_run(kind="reissue", keys=chosen, actor=admin, now=now)
    runs.work_off(run_id=again.pk, now=now)
    assert Certificate.objects.filter(ending="replaced").count() == 3
    for printed, made in ((Certificate.objects.filter(ending="")[:3], 3), (chosen, 0)):
        keys = [getattr(one, "pk", one) for one in printed]
        printing = runs.start_run(kind="print", keys=keys, actor=admin, now=now)
        runs.work_off(run_id=printing.pk, now=now)
        printing.refresh_from_db()
        assert (printing.made, len(printing.refused)) == (made, 3 - made)
    for keys, words in (([], "没有选中"), (list(range(2001)), "最多办理 2,000")):
        with pytest.raises(CertificateRefused, match=words):
            runs.start_run(kind="print", keys=keys, actor=admin, now=now)
    assert runs.remove_expired_runs(now=now + timedelta(days=400)) == 5


@pytest.mark.shows("PORT-28", "PORT-29")
def test_a_run_whose_worker_dies_between_two_parts_is_watched_and_goes_on(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, issue_many = timezone.now(), runs.issue_many
    keys = [make_expert(f"专家{at}").pk for at in range(60)]
    run = runs.start_run(kind="issue", keys=keys, actor=admin, now=now)
    client, address = login(Client(), admin), reverse("certificates:run", args=[run.pk])
    seen: list[str] = []

    def die(**said: Any) -> Any:
        if Certificate.objects.exists():
            seen.append(client.get(address).content.decode())
            raise SystemExit  # as a process that ends: nothing below it goes on
        return issue_many(**said)

    monkeypatch.setattr(runs, "issue_many", die)
    with pytest.raises(SystemExit):
        runs.work_off(run_id=run.pk, now=now)
    (page,) = seen
    assert "50 / 60" in re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page))
    assert f'hx-get="{address}"' in page  # it asks again by itself
    assert Certificate.objects.count() == 50
    monkeypatch.setattr(runs, "issue_many", issue_many)
    runs.work_off(run_id=run.pk, now=now + timedelta(minutes=1))
    run.refresh_from_db()
    assert (run.state, run.done, run.made) == ("done", 60, 60)
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(text_of(run.file.read())) == 60
    assert set(Certificate.objects.values_list("expert", flat=True)) == set(keys)
    assert f'hx-get="{address}"' not in client.get(address).content.decode()


@pytest.mark.shows("PORT-29")
def test_rows_alone_make_no_certificate(admin: User) -> None:
    """Its code stands encrypted, and what it says is proven by a key outside the database."""
    certificate = make_certificate()
    code = certificate.code
    assert len(set(code)) > 8
    assert len(code) == 26
    assert address_of(certificate).endswith(f"/c/{code}/")
    assert certificate_by(code) == certificate
    other: Any = make_certificate()
    assert other.code != code
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM certificates_certificate c")
        assert all(code not in text for (text,) in cursor.fetchall())
        cursor.execute(
            "UPDATE certificates_certificate SET name = (SELECT name FROM certificates_certificate"
            " WHERE id = %s) WHERE id = %s",
            [other.pk, certificate.pk],
        )
    assert certificate_by(code) is None


def test_a_preview_says_what_the_design_would_of_itself_today(admin: User) -> None:
    """Number, kind, type and dates are those of the design and of now, as far as they are filled in by now."""
    text = "{{证书编号}}|{{专家类型}}|{{发证日期}}|{{姓名}}"
    elements = clean_elements(layout(text_element(text, wrap=True)), landscape=True, fonts=fonts())
    now = timezone.now()
    filled = {"kinds": ["individual"], "types": ["经济类"], "prefix": "JJZS", "with_year": "on"}

    def seen(values: dict[str, Any]) -> str:
        sent = QueryDict(urlencode(values, doseq=True))
        said = sample_of(SampleForm(sent).designed(now=now), now=now)
        pdf = preview_pdf(elements, background=None, landscape=True, at=now, said=said)
        return re.sub(r"\s", "", text_of(pdf)[0])

    today = timezone.localdate(now)
    day = f"{today.year}年{today.month}月{today.day}日"
    assert f"JJZS{today.year}00001|经济类|{day}|张晓明" in seen(filled | {"digits": "5"})
    # What is half typed hinders nobody from seeing his layout.
    for half in ({"digits": "99"}, {"prefix": ""}, {"kinds": ["x"]}, {}):
        assert f"|{day}|张晓明" in seen(filled | half)


@pytest.mark.shows("PORT-29")
def test_the_printed_code_leads_to_the_page_of_its_certificate(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read from the drawn pages: of two at once each holds its own, and a preview one that is nobody's."""
    corner = {"x": 5, "y": 5, "width": 30}  # little of a page has to be unpacked
    words = [
        one | corner if one["kind"] == "qr" else one
        for one in as_typed(BUILT_IN[ExpertKind.INDIVIDUAL].elements)
    ]
    design = make_design("角上有码", elements=json.dumps(words), actor=admin)
    drawn: list[bytes] = []

    def draw(template: str, data: Any, *, at: Any, pictures: Any) -> bytes:
        drawn.extend(render_pngs(template, data, pictures=pictures, ppi=PPI))
        return b""

    monkeypatch.setattr(printing, "render_pdf", draw)
    rows = [make_certificate(), make_certificate()]
    certificates_pdf(rows, at=timezone.now())
    place = {name: value * PPI / 25.4 for name, value in corner.items()}
    for row, page in zip(rows, drawn, strict=True):
        said = modules_of(f"{settings.SITE_URL}/c/{row.code}/", mask=printing.MASK)
        assert modules_at(page, **place, count=len(said)) == said
        assert row.number in client.get(f"/c/{row.code}/").content.decode()
    drawn.clear()
    elements = newest(design).elements
    preview_pdf(elements, background=None, landscape=True, at=timezone.now())
    said = modules_of(check_address(printing.SAMPLE_CODE), mask=printing.MASK)
    assert modules_at(drawn[0], **place, count=len(said)) == said
    assert certificate_by(printing.SAMPLE_CODE) is None
