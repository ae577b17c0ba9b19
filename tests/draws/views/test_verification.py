"""The public check: what anybody reads of a draw, and the record he can replay."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.live_server_helper import LiveServer

from expertpool.accounts.models import User
from expertpool.draws.enums import AlarmKind, ReplyVia
from expertpool.draws.models import Draw, DrawAlarm
from expertpool.draws.services.checking import check_record
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import named_rows, release
from expertpool.draws.services.records import build_record, build_short, digest_of
from expertpool.draws.services.replies import answer, take_leave
from expertpool.draws.services.voiding import decide_void, request_void
from tests.draws.views.letters import lines
from tests.factories.before import make_draw_of_before
from tests.factories.draws import end_review, make_draw, open_names_at
from tests.factories.experts import make_expert
from tests.fixtures import login
from tests.vdraw.samples import VECTORS
from tools.vectors import rechain
from vdraw import check_short, find_difference, find_misfit

pytestmark = pytest.mark.django_db


def make_open_draw() -> Draw:
    for name in ("王一", "李二", "张三", "赵四"):
        make_expert(name)
    return make_draw(now=timezone.now(), seats=2)


def make_ended_draw() -> Draw:
    draw = make_open_draw()
    accept_all(draw)
    return draw


def accept_all(draw: Draw) -> None:
    for row in draw.invitations.filter(state="invited"):
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=SeededEntropy(1),
        )
    draw.refresh_from_db()


def page_of(draw: Draw) -> str:
    return reverse("draws:verify_draw", args=[draw.public_id])


def record_of(draw: Draw) -> str:
    return reverse("draws:verify_record", args=[draw.public_id])


def test_anybody_reads_the_seal_while_the_draw_goes_on_and_nobody_a_name(client: Client) -> None:
    draw = make_open_draw()
    response = client.get(page_of(draw))
    page = response.content.decode()
    assert response.status_code == 200
    assert draw.seal[:8] in page
    assert "抽取中" in page
    assert draw.project.name not in page
    assert not any(row.expert.name in page or row.expert.number in page for row in named_rows(draw))
    assert client.get(record_of(draw)).status_code == 404


def test_record_is_public_from_the_release_and_opens_names_only_to_who_may_read_them(
    client: Client, supervisor: User
) -> None:
    draw = make_ended_draw()
    for reader in (Client(), login(client, supervisor)):
        assert "名单公开之后才有" in reader.get(record_of(draw)).json()["error"]
        # How many commitments there are tells who is held elsewhere; how many events, that somebody left.
        assert reader.get(record_of(draw)).status_code == 404
        assert "名单公开后，可以在这里核验" in reader.get(page_of(draw)).content.decode()
    release(draw_id=draw.pk, now=draw.reveal_at + timedelta(seconds=1))
    short = Client().get(record_of(draw)).json()
    assert find_difference(short) is None
    assert short["form"] == "short"
    record = client.get(record_of(draw)).json()
    assert (find_difference(record), find_misfit(short, record)) == (None, None)
    assert record["openings"] == []
    client.logout()
    assert client.get(record_of(draw)).json() == short
    end_review(draw)
    assert client.get(record_of(draw)).json() == record
    client.force_login(supervisor)
    open_names_at(draw, timezone.now() - timedelta(hours=1))
    opened = client.get(record_of(draw)).json()
    assert find_difference(opened) is None
    numbers = {row.expert.number for row in named_rows(draw)}
    assert {opening["ref"] for opening in opened["openings"]} == numbers


@pytest.mark.shows("DRAW-11")
def test_until_the_release_nobody_and_then_no_stranger_learns_conditions_counts_units_or_groups(
    client: Client, operator: User
) -> None:
    draw = make_ended_draw()
    hidden = {"条件组", "未列入候选人", "同一单位", "回放"}
    stranger = Client()

    def learns_nothing(reader: Client) -> None:
        page = reader.get(page_of(draw)).content.decode()
        assert "条件和席位在完整记录公开后显示" in page
        assert not [word for word in hidden if word in page]
        text = reader.get(record_of(draw)).content.decode()
        commits = [row.commit for row in draw.invitations.all()]
        words = ('"unit', '"groups"', '"g1', draw.number, draw.project.number, *commits)
        assert not [word for word in words if word in text]

    client.force_login(operator)
    learns_nothing(client)
    learns_nothing(stranger)
    counted, before = f"{draw.candidate_count} 人", "公开前的记录.json"
    page = stranger.get(page_of(draw)).content.decode()
    assert (counted in page, before in page) == (False, False)  # there is no record yet
    release(draw_id=draw.pk, now=draw.reveal_at + timedelta(seconds=1))
    learns_nothing(stranger)
    page = stranger.get(page_of(draw)).content.decode()
    assert (counted in page, before in page) == (True, True)
    page = client.get(page_of(draw)).content.decode()
    assert [word for word in hidden if word not in page] == []
    assert "完整记录还没有对外公开" in page
    end_review(draw)
    page = stranger.get(page_of(draw)).content.decode()
    assert [word for word in hidden if word not in page] == []
    assert "完整记录还没有对外公开" not in page


def test_a_draw_sealed_before_events_were_linked_has_no_record_before_the_release(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("王一", "李二", "张三", "赵四"):
        make_expert(name)
    draw = make_draw_of_before(monkeypatch, now=timezone.now(), seats=2)
    accept_all(draw)
    refused = client.get(record_of(draw))
    assert (refused.status_code, "名单公开之后" in refused.json()["error"]) == (404, True)
    release(draw_id=draw.pk, now=draw.reveal_at + timedelta(seconds=1))
    refused = client.get(record_of(draw))
    assert (refused.status_code, "完整记录公开之前" in refused.json()["error"]) == (404, True)
    end_review(draw)
    assert find_difference(client.get(record_of(draw)).json()) is None


def test_record_of_altered_rows_is_refused_with_the_reason(client: Client) -> None:
    draw = make_ended_draw()
    with connection.cursor() as cursor:  # past the trigger that protects the row
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE draws_draw SET seal = %s WHERE id = %s", ["0" * 64, draw.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    response = client.get(record_of(draw))
    assert response.status_code == 409
    assert "封存值" in response.json()["error"]


def test_a_broken_chain_is_not_given_out_before_the_result_and_tells_itself_once(
    client: Client,
) -> None:
    draw = make_ended_draw()
    release(draw_id=draw.pk, now=draw.reveal_at)
    with connection.cursor() as cursor:  # past the trigger that protects the row
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE draws_drawevent SET content = jsonb_set(content, '{via}', '\"link\"')"
            " WHERE draw_id = %s AND n = 1",
            [draw.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    jobs = ProcrastinateJob.objects.filter(task_name="draws.check_record", args__anew=True)
    for _ in range(3):
        response = client.get(record_of(draw))
        assert response.status_code == 409
        assert "第 1 个事件" in response.json()["error"]
    job = jobs.get()
    assert check_record(**job.args, now=timezone.now())
    assert DrawAlarm.objects.get(draw=draw).kind == AlarmKind.RECORD


def test_code_on_the_sheet_leads_to_the_draw(client: Client) -> None:
    draw = make_open_draw()
    found = client.get(reverse("draws:verify"), {"code": f" {draw.public_id.upper()} "})
    assert found.headers["Location"] == page_of(draw)
    unknown = client.get(reverse("draws:verify"), {"code": "nothing"})
    assert unknown.status_code == 404
    assert "没有核验码为 nothing 的抽取" in unknown.content.decode()
    assert client.get(reverse("draws:verify_draw", args=["nothing"])).status_code == 404


@pytest.mark.shows("DRAW-11")
def test_nobody_counts_through_the_draws(client: Client, supervisor: User) -> None:
    draw = make_ended_draw()
    names = ("verify_draw", "verify_record", "public_replay")
    by_number = [reverse(f"draws:{name}", args=[draw.number]) for name in names]
    unknown = [reverse(f"draws:{name}", args=["D209901010001"]) for name in names]
    for known, other in zip(by_number, unknown, strict=True):
        answers = [client.get(url) for url in (known, other)]
        assert [answer.status_code for answer in answers] == [404, 404]
        texts = [answer.content.decode().split("<body", 1)[-1] for answer in answers]
        assert texts[0].replace(draw.number, "") == texts[1].replace("D209901010001", "")
    search = reverse("draws:verify")
    assert client.get(search, {"code": draw.number}).status_code == 404
    chain = client.get(reverse("draws:chain")).content.decode()
    assert draw.number not in chain
    assert draw.public_id not in chain
    compare = reverse("draws:verify_compare", args=[draw.number])
    release(draw_id=draw.pk, now=draw.reveal_at)
    assert client.get(compare, {"digest": "0"}).json() == {"kept": None}
    client.force_login(supervisor)
    assert [client.get(url).status_code for url in by_number] == [200, 200, 200]
    assert client.get(search, {"code": draw.number}).headers["Location"] == page_of(draw)


def test_downloaded_program_checks_the_downloaded_record_alone(
    client: Client, tmp_path: Path
) -> None:
    draw = make_ended_draw()
    release(draw_id=draw.pk, now=draw.reveal_at)
    program, record = tmp_path / "verify.py", tmp_path / "record.json"
    program.write_bytes(b"".join(client.get(reverse("draws:verify_program"))))
    record.write_bytes(client.get(record_of(draw)).content)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", str(program), str(record)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env={"PYTHONIOENCODING": "utf-8"},
        )

    fine = run()
    assert (fine.returncode, fine.stdout.splitlines()[0]) == (0, "一致")
    assert "席位在完整记录公开后核对" in fine.stdout
    altered = json.loads(record.read_text())
    altered["seed"] = "0" * 64
    record.write_text(json.dumps(altered))
    wrong = run()
    assert wrong.returncode == 1
    assert "种子" in wrong.stdout + wrong.stderr


@pytest.mark.shows("DRAW-11")
def test_a_record_is_compared_with_the_one_kept_here_once_it_is_public(
    client: Client, supervisor: User
) -> None:
    draw = make_ended_draw()
    record = build_record(draw)

    def kept(content: dict[str, Any], number: str = draw.number) -> str | None:
        return standing(client, content, number)

    assert kept(record) == "same"  # as anybody finds who puts it beside the short one
    assert kept(record, "D209901010001") is None
    assert kept(record | {"seal": "0" * 64}) is None
    # Made up and computed anew, it holds by itself.
    forged = copy.deepcopy(record)
    forged["events"][-1]["by"] = {"role": "operator", "account": "nobody"}
    rechain(forged)
    assert find_difference(forged) is None
    assert kept(forged) == "other"
    assert kept(forged | {"events": []}) == "other"
    client.force_login(supervisor)
    assert kept(record) == "same"
    client.logout()
    release(draw_id=draw.pk, now=draw.reveal_at + timedelta(seconds=1))
    # Taken before the names were public: that they are is an event since.
    assert kept(record) == "older"
    end_review(draw)
    assert kept(record) == "older"
    draw.refresh_from_db()
    assert kept(build_record(draw)) == "same"
    at = datetime.fromisoformat(record["events"][-1]["at"]) + timedelta(seconds=1)
    record["events"][-1]["at"] = at.isoformat()
    rechain(record)
    assert find_difference(record) is None
    assert kept(record) == "other"


def standing(client: Client, content: dict[str, Any], number: str) -> str | None:
    query = {
        "digest": digest_of(content),
        "events": len(content["events"]),
        "seal": content["seal"],
        "head": content["events"][-1]["hash"] if content["events"] else "",
    }
    answer = client.get(reverse("draws:verify_compare", args=[number]), query).json()
    assert list(answer) == ["kept"]
    kept: str | None = answer["kept"]
    return kept


@pytest.mark.shows("DRAW-11")
def test_a_short_record_is_compared_as_well_before_the_names_are_public(client: Client) -> None:
    draw = make_ended_draw()
    short = build_short(draw)
    cut = short | {"events": short["events"][:-1]}
    check_short(cut)  # it holds by itself
    other = short | {"tickets": short["tickets"][::-1]}

    def kept(content: dict[str, Any], seal: str = draw.seal) -> str | None:
        query = {
            "digest": digest_of(content),
            "events": len(content["events"]),
            "seal": seal,
            "form": "short",
        }
        answer = client.get(reverse("draws:verify_compare", args=[seal]), query)
        known: str | None = answer.json()["kept"]
        return known

    assert [kept(one) for one in (short, cut, other)] == ["same", "older", "other"]
    assert kept(short, "0" * 64) is None
    # What nobody may know of a whole record yet, nobody learns by calling it short.
    assert kept(build_record(draw)) == "other"


def void(draw: Draw, operator: User, supervisor: User) -> None:
    now = timezone.now()
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=now)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=now)


@pytest.mark.shows("DRAW-11")
def test_a_record_taken_before_a_later_step_is_older_and_not_another(
    client: Client, operator: User, supervisor: User
) -> None:
    draw = make_ended_draw()
    taken = [build_record(draw)]
    take_leave(
        invitation=lines(draw)[0],
        reason="住院",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SeededEntropy(2),
    )
    accept_all(draw)  # and whoever was seated in his place
    taken.append(build_record(draw))
    void(draw, operator, supervisor)
    release(draw_id=draw.pk, now=draw.reveal_at + timedelta(seconds=1))
    end_review(draw)
    draw.refresh_from_db()
    taken.append(build_record(draw))
    assert [find_difference(one) for one in taken] == [None, None, None]
    assert [standing(client, one, draw.number) for one in taken] == ["older", "older", "same"]
    forged = copy.deepcopy(taken[0])
    forged["events"][-1]["by"] = {"role": "operator", "account": "nobody"}
    rechain(forged)
    assert find_difference(forged) is None
    assert standing(client, forged, draw.number) == "other"
    for count in ("", "-1", "²", "9" * 50):
        query = {"digest": digest_of(taken[0]), "events": count, "seal": draw.seal}
        url = reverse("draws:verify_compare", args=[draw.number])
        assert client.get(url, query).json() == {"kept": "other"}


def as_file(record: dict[str, Any], name: str = "record.json") -> dict[str, Any]:
    content = json.dumps(record, ensure_ascii=False).encode()
    return {"name": name, "mimeType": "application/json", "buffer": content}


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_browser_replays_a_record_and_finds_the_first_difference(
    page: Page, live_server: LiveServer, operator: User, supervisor: User
) -> None:
    draw = make_ended_draw()
    record, short = build_record(draw), build_short(draw)
    page.goto(f"{live_server.url}{reverse('draws:verify')}")
    said, beside = page.locator(".verdict strong").first, page.locator(".verdict")
    forged = copy.deepcopy(record)
    forged["events"][-1]["by"] = {"role": "operator", "account": "nobody"}
    rechain(forged)

    def is_refused(record: dict[str, Any]) -> None:
        page.set_input_files("#verify-file", as_file(record))
        expect(said).to_have_text("与本系统保存的记录不一致")
        expect(beside).to_have_count(1)
        expect(page.locator(".verdict.tone-green")).to_have_count(0)

    is_refused(forged)  # before anything is public, to whoever comes
    page.set_input_files("#verify-file", as_file(record))
    expect(said).to_have_text("一致")
    expect(page.locator("#verify-result")).to_contain_text(draw.number)
    expect(page.locator("#verify-result")).to_contain_text("2 个")
    expect(beside.first).to_contain_text("事件：2 个")
    expect(beside.first).to_contain_text("与本系统保存的记录逐项相同")
    page.set_input_files("#verify-file", as_file(VECTORS[14]))
    expect(said).to_have_text("只核对了文件自身，没有与本系统保存的记录比较")
    release(draw_id=draw.pk, now=draw.reveal_at)
    page.goto(f"{live_server.url}{page_of(draw)}")
    expect(page.locator(".verdict strong")).to_have_text("一致")
    expect(page.locator(".verdict")).to_contain_text("席位在完整记录公开后核对")
    page.goto(f"{live_server.url}{reverse('draws:verify')}")
    end_review(draw)
    is_refused(forged)
    page.set_input_files("#verify-file", as_file(record))
    expect(said).to_have_text("较旧")  # that names are public is an event since
    void(draw, operator, supervisor)
    page.set_input_files("#verify-file", as_file(record))
    expect(said).to_have_text("较旧")
    expect(beside.first).to_contain_text("前 2 个事件与本系统保存的一致")
    both = [as_file(short, "short.json"), as_file(record)]
    page.set_input_files("#verify-file", both)
    expect(page.locator(".verdict strong").nth(1)).to_have_text("与公开前的记录是同一次抽取")
    page.set_input_files("#verify-file", [both[0], as_file(VECTORS[14])])
    expect(said).to_have_text("与公开前的记录不符")
    expect(page.locator(".verdict.tone-green")).to_have_count(0)
    seats = record["events"][0]["seats"]
    seats[0], seats[1] = seats[1], seats[0]
    page.set_input_files("#verify-file", as_file(record))
    expect(page.locator(".verdict strong").first).to_have_text("不一致")
    expect(page.locator(".verdict").first).to_contain_text("第 1 个事件（drawn）的第 1 席应为")
