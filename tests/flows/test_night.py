"""A night, by the command line and by the flow: what it leaves, what it says, and with which code it ends."""

import json
import shutil
from datetime import date

import pytest

from riskengine.errors import Busy, WrongUse
from riskengine.night import fill, run_night
from riskengine.replay import replay
from tests.flows.conftest import build, delivered

NIGHT = date(2026, 6, 30)


def test_a_night_leaves_its_account_last_and_the_rows_add_up(county):
    report = run_night(county, NIGHT)
    account = json.loads((county.night(NIGHT) / "run.json").read_text(encoding="utf-8"))
    assert report.account == account
    assert (report.ran, report.exit_code) == (True, 0)
    assert [file["read"] for file in account["files"]] == [4, 3, 6]
    for file in account["files"]:
        assert file["read"] == sum(file[name] for name in ("stored", "updated", "unchanged", "retracted", "rejected"))
    assert account["rows"]["read"] == 13
    assert account["warnings"]["by_change"] == {"新增": 2}
    assert set(account["seconds"]) == {"感知识别", "研判预警", "管控干预", "评估反馈"}
    assert account["versions"]["duckdb"] and account["rules"]["hash"]
    assert {entry["path"] for entry in account["lists"]} == set(delivered(county, "2026-06-30"))


def test_a_night_that_has_run_is_not_run_again_and_says_so(county):
    run_night(county, NIGHT)
    before = (county.night(NIGHT) / "run.json").read_bytes()
    said = []
    report = run_night(county, NIGHT, say=said.append)
    assert not report.ran
    assert said == ["2026-06-30 已经运行过，没有再做任何改动。清单在 data/outbox/2026-06-30"]
    assert (county.night(NIGHT) / "run.json").read_bytes() == before


def test_fill_runs_the_missed_nights_in_order(county):
    run_night(county, date(2026, 6, 28))
    reports = list(fill(county, date(2026, 6, 28), NIGHT))
    assert [report.as_of.day for report in reports] == [29, 30]
    assert reports[0].account["files"][0]["name"].endswith("案件_20260629.csv")


def test_fill_refuses_days_the_wrong_way_round(county):
    with pytest.raises(WrongUse, match="补跑的起止日期颠倒"):
        list(fill(county, NIGHT, date(2026, 6, 1)))


def test_a_second_run_leaves_at_once_while_the_first_holds_the_workspace(county):
    refused = []

    def meanwhile(name, step):
        if name == "研判预警":
            with pytest.raises(Busy, match="另一次运行（进程 .*）正在使用这个工作区"):
                run_night(county, date(2026, 6, 29))
            refused.append(name)
        return step()

    assert run_night(county, NIGHT, call=meanwhile).ran
    assert refused


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the night delivers when nobody disturbs it."""
    workspace = build(tmp_path_factory.mktemp("undisturbed"))
    run_night(workspace, NIGHT)
    return delivered(workspace, "2026-06-30")


@pytest.mark.parametrize("phase", ["准备", "感知识别", "研判预警", "管控干预", "评估反馈"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_night_broken_off_around_any_phase_ends_like_an_undisturbed_one(county, undisturbed, phase, moment):
    broken = county

    def breaking(name, step):
        if name == phase and moment == "before":
            raise KeyboardInterrupt
        seconds = step()
        if name == phase:
            raise KeyboardInterrupt
        return seconds

    with pytest.raises(KeyboardInterrupt):
        run_night(broken, NIGHT, call=breaking)
    assert not (broken.night(NIGHT) / "run.json").exists()
    run_night(broken, NIGHT)
    assert delivered(broken, "2026-06-30") == undisturbed


def test_replay_rebuilds_a_night_byte_for_byte_with_the_rules_it_had(county):
    list(fill(county, date(2026, 6, 28), date(2026, 6, 29)))
    rule = county.rules / "warnings/fraud/surge.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("2024-01-01: 3", "2024-01-01: 30"), encoding="utf-8")
    run_night(county, NIGHT)
    assert replay(county, date(2026, 6, 29), verify=True).startswith("2026-06-29 重建一致：")
    assert replay(county, NIGHT, verify=True).endswith("份清单逐字节相同（3 夜）。")
    assert not (county.root / "data/replay/2026-06-30").exists()


def test_replay_needs_no_original_of_a_file_that_was_sealed(county):
    run_night(county, NIGHT)
    shutil.rmtree(county.inbox)
    assert replay(county, NIGHT, verify=True).startswith("2026-06-30 重建一致：")


def test_replay_names_the_files_that_are_gone(county):
    (county.inbox / "反诈中心" / "坏_20260629.csv").write_bytes(b"PK\x03\x04 broken")
    assert run_night(county, NIGHT).exit_code == 4
    assert replay(county, NIGHT, verify=True).startswith("2026-06-30 重建一致：")
    shutil.rmtree(county.inbox)
    with pytest.raises(WrongUse, match="1 份来文（反诈中心/坏_20260629.csv）既没有封存、也不在 data/inbox/ 里"):
        replay(county, NIGHT, verify=True)
