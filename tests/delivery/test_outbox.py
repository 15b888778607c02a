"""The outbox: what a night has to say is queued once, sent once, tried again with patience, and never lost."""

from __future__ import annotations

import fcntl
import shutil
from datetime import timedelta

import pytest

from riskengine.errors import Busy, WrongUse
from tests.delivery.county import NIGHT, book, folder, listed

FOLDER = book(folder())
ELSEWHERE = folder("share", to={"*": "env:RISKENGINE_TEST_SHARE"})


def statuses(here, channel="folder"):
    return [
        row[0] for row in here.rows(f"SELECT status FROM delivery.message WHERE channel = '{channel}' ORDER BY unit")
    ]


def delivered(here):
    return sorted(path.name for path in (here.root / "data" / "delivered").iterdir())


def test_a_night_is_delivered_once_however_often_it_is_asked(here, clock):
    first = here.deliver(FOLDER, clock, NIGHT)
    again = here.deliver(FOLDER, clock, NIGHT)
    assert (first.queued, first.sent, again.queued, again.sent) == (3, 3, 0, 0)
    assert len(delivered(here)) == 3
    attempts = here.rows("SELECT nth, result, status FROM delivery.attempt")
    assert attempts == [(1, "已送", "已送")] * 3


def test_a_unit_gets_its_list_and_the_digest_and_nobody_elses(here, clock):
    here.deliver(FOLDER, clock, NIGHT)
    [own] = (here.root / "data" / "delivered").glob("*反诈中心*")
    assert sorted(path.name for path in own.iterdir()) == [f"反诈中心预警清单_{NIGHT}.xlsx", "摘要.txt"]
    assert "YJ-2026-000001" in (own / "摘要.txt").read_text(encoding="utf-8")
    assert "YJ-2026-000002" not in (own / "摘要.txt").read_text(encoding="utf-8")


def test_a_night_that_has_not_run_has_nothing_to_deliver(here, clock):
    with pytest.raises(WrongUse, match="还没有运行完"):
        here.deliver(FOLDER, clock, NIGHT.replace(day=29))


def test_without_an_active_channel_nothing_is_queued(here, clock):
    assert here.deliver(book(folder(active=False)), clock, NIGHT).queued == 0
    assert here.rows("SELECT count(*) FROM delivery.message") == [(0,)]


def test_a_channel_that_is_down_stops_no_other_and_is_tried_again_later(here, clock, tmp_path, monkeypatch):
    monkeypatch.setenv("RISKENGINE_TEST_SHARE", str(tmp_path / "share"))
    both = book(ELSEWHERE, folder())
    run = here.deliver(both, clock, NIGHT)
    assert (run.sent, run.failed, run.waiting) == (3, 1, 2)
    assert statuses(here) == ["已送"] * 3 and statuses(here, "share") == ["待重试", "待送", "待送"]
    clock.later(minutes=9)
    run = here.deliver(both, clock)
    assert (run.sent, run.later) == (0, 3), "those that were held off wait as well"
    (tmp_path / "share").mkdir()
    clock.later(minutes=1)
    assert here.deliver(both, clock).sent == 3
    assert statuses(here, "share") == ["已送"] * 3


def test_a_mailbox_that_has_failed_for_long_does_not_hold_back_the_others_when_the_channel_is_down(
    here, clock, tmp_path, monkeypatch
):
    nowhere = {"fanzha": "env:RISKENGINE_TEST_NOWHERE"}
    here.deliver(book(ELSEWHERE | {"to": nowhere}), clock, NIGHT)
    for _ in range(4):
        clock.later(hours=3)
        here.deliver(book(ELSEWHERE | {"to": nowhere}), clock)
    monkeypatch.setenv("RISKENGINE_TEST_SHARE", str(tmp_path / "share"))
    here.deliver(book(ELSEWHERE | {"to": nowhere | {"*": "env:RISKENGINE_TEST_SHARE"}}), clock, NIGHT)
    waits = {unit: at - clock.now for unit, at in here.rows("SELECT unit, next_at FROM delivery.message")}
    assert waits["town-01"] == waits["xinfang"] == timedelta(minutes=10) < waits["fanzha"]


def test_a_folder_or_a_list_that_cannot_be_touched_is_a_sentence_and_stops_no_other(here, clock):
    (here.root / "data" / "in-the-way").write_text("")
    bad = folder("bad", to={"*": "data/in-the-way/below"})
    run = here.deliver(book(bad, folder()), clock, NIGHT)
    assert (run.sent, run.failed, run.waiting) == (3, 1, 2)
    assert run.told == ["bad：文件夹 data/in-the-way/below 建不起来（Not a directory）。请检查权限与磁盘空间。"]
    assert "发送中" not in statuses(here, "bad")
    (here.root / "data" / "in-the-way").unlink()


def test_whoever_has_mended_a_channel_need_not_wait(here, clock, tmp_path, monkeypatch):
    monkeypatch.setenv("RISKENGINE_TEST_SHARE", str(tmp_path / "share"))
    here.deliver(book(ELSEWHERE), clock, NIGHT)
    (tmp_path / "share").mkdir()
    assert here.deliver(book(ELSEWHERE), clock).sent == 0
    assert here.deliver(book(ELSEWHERE), clock, again=True).sent == 3


def test_waits_grow_and_patience_ends_but_nothing_is_lost(here, clock, tmp_path, monkeypatch):
    monkeypatch.setenv("RISKENGINE_TEST_SHARE", str(tmp_path / "share"))
    rules = book(
        ELSEWHERE | {"to": {"fanzha": "env:RISKENGINE_TEST_SHARE"}}, retry={"minutes": 10, "hours": 1, "days": 1}
    )
    waits = []
    for run in range(5):
        here.deliver(rules, clock, None if run else NIGHT)
        [(next_at,)] = here.rows("SELECT next_at FROM delivery.message")
        waits.append(int((next_at - clock.now).total_seconds() // 60))
        clock.now = next_at
    assert waits == [10, 20, 40, 60, 60]
    clock.later(days=1)
    assert here.deliver(rules, clock).shelved == 1
    clock.later(days=1)
    (tmp_path / "share").mkdir()
    assert here.deliver(rules, clock).sent == 0 and statuses(here, "share") == ["搁置"]
    assert here.deliver(rules, clock, again=True).sent == 1


def test_what_a_unit_waits_for_goes_to_the_address_that_the_settings_say_now(here, clock, tmp_path, monkeypatch):
    monkeypatch.delenv("RISKENGINE_TEST_SHARE", raising=False)
    run = here.deliver(book(ELSEWHERE), clock, NIGHT)
    assert run.told == ["share：环境变量 RISKENGINE_TEST_SHARE 没有设置。请在运行送达的机器上设置。"]
    clock.later(hours=1)
    assert here.deliver(book(ELSEWHERE | {"to": {"*": "data/delivered"}}), clock).sent == 3


def test_lists_that_came_out_otherwise_replace_what_waits_and_correct_what_was_sent(here, clock, tmp_path, monkeypatch):
    monkeypatch.setenv("RISKENGINE_TEST_SHARE", str(tmp_path / "share"))
    both = book(ELSEWHERE | {"to": {"fanzha": "env:RISKENGINE_TEST_SHARE"}}, folder(to={"fanzha": "data/delivered"}))
    here.deliver(both, clock, NIGHT)
    listed(here.con, here.workspace, "fanzha", f"反诈中心/反诈中心预警清单_{NIGHT}.xlsx", b"other")
    clock.later(hours=1)
    assert here.deliver(both, clock, NIGHT).queued == 2
    subjects = here.rows("SELECT channel, status, left(subject, 3) FROM delivery.message ORDER BY ALL")
    assert subjects == [
        ("folder", "已送", "反诈中"), ("folder", "已送", "更正："), ("share", "作废", "反诈中"), ("share", "待重试", "反诈中")
    ]  # fmt: skip
    assert len(delivered(here)) == 2


def test_a_change_of_the_settings_makes_no_second_message(here, clock):
    here.deliver(FOLDER, clock, NIGHT)
    assert here.deliver(book(folder(send=["digest"], levels=["红", "橙", "黄"])), clock, NIGHT).queued == 0


def test_a_list_that_was_touched_after_the_night_is_not_sent(here, clock):
    rules = book(folder(to={"fanzha": "data/delivered"}))
    file = here.night(NIGHT) / "反诈中心" / f"反诈中心预警清单_{NIGHT}.xlsx"
    whole = file.read_bytes()
    file.write_bytes(b"touched")
    run = here.deliver(rules, clock, NIGHT)
    assert run.failed == 1 and "被移走或改动过" in run.told[0]
    file.write_bytes(whole)
    clock.later(hours=1)
    assert here.deliver(rules, clock).sent == 1


@pytest.mark.parametrize("since", ["22:00", "07:00"])
def test_in_quiet_hours_messages_wait(here, clock, since):
    rules = book(folder(), quiet={"from": since, "until": "08:30"})
    run = here.deliver(rules, clock, NIGHT)
    assert run.quiet and (run.queued, run.waiting, run.sent) == (3, 3, 0)
    clock.later(minutes=30)
    assert here.deliver(rules, clock).sent == 3


def test_a_channel_may_take_some_levels_some_weekdays_and_the_county_alone(here, clock):
    tuesday = NIGHT.isoweekday()
    red, other_day, county = (
        folder("red", levels=["红"]),
        folder("monday", weekdays=[tuesday % 7 + 1]),
        folder("county", to={"county": "data/delivered"}),
    )
    here.deliver(book(red, other_day, county), clock, NIGHT)
    assert here.rows("SELECT channel, unit FROM delivery.message ORDER BY ALL") == [
        ("county", None),
        ("red", "fanzha"),
    ]
    [own] = (here.root / "data" / "delivered").glob("*云川县*")
    assert sorted(path.name for path in own.iterdir()) == ["全县清单.xlsx", "摘要.txt"]


def test_two_deliveries_at_once_are_one(here, clock):
    with (here.root / "data" / ".delivery.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="另一次送达"):
            here.deliver(FOLDER, clock, NIGHT)
    assert here.deliver(FOLDER, clock, NIGHT).sent == 3


def test_a_folder_that_was_half_written_is_written_again_whole(here, clock):
    here.deliver(FOLDER, clock, NIGHT)
    [own] = (here.root / "data" / "delivered").glob("*反诈中心*")
    (own / "摘要.txt").unlink()
    shutil.copytree(own, own.parent / f".{own.name.rpartition(' ')[2]}.partial")
    here.con.execute("UPDATE delivery.message SET status = '发送中' WHERE unit = 'fanzha'")
    run = here.deliver(FOLDER, clock)
    assert (run.interrupted, run.sent) == (1, 1)
    assert len(list(own.iterdir())) == 2 and len(delivered(here)) == 3
