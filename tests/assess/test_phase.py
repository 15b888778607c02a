"""The phase as a whole: records in, warnings with reasons and evidence out; one transaction, in order, repeatable."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from riskengine.assess import oracle
from riskengine.assess.phase import assess
from riskengine.errors import EngineFault, WrongUse
from riskengine.model.duty import Unit
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.signal import Signal
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.assess.compound_cases import LEVELS, NIGHT, PLACES, TOWN, VILLAGE, compound

ROOT = Path(__file__).parents[2]
TABLES = ("verdict", "evaluated", "fault", "warning", "state", "inference", "night")


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "rules").mkdir()
    return Workspace.at(tmp_path)


@pytest.fixture
def con(workspace):
    with connect(workspace.database, workspace.scratch, threads=2) as con:
        yield con


def surge(id_: str, signal: str, least: int, says: str, **more) -> Rule:
    given = {
        "title": f"{signal}偏多", "theme": "电信网络诈骗", "subject": "town", "when": f"{signal} >= 下限",
        "parameters": {"下限": {"unit": "起", "reference": "本地经验", "values": {"2024-01-01": least}}},
        "score": [{"feature": "总量", "of": signal, "bands": [[None, 5, 45], [5, None, 65]], "says": says}],
        "keep": 2, "basis": "依据某文件", "action": "核查处置", "false_causes": ["集中补录"],
    }  # fmt: skip
    return Rule(id=id_, **(given | more))


def rulebook(**changes) -> Rulebook:
    signals = [
        Signal(name="诈骗起数", unit="起", subject=["town"], source="fraud", measure="count", window=7),
        Signal(
            name="债务纠纷",
            unit="件",
            subject=["village"],
            source="dispute",
            measure="count",
            window=7,
            where="类别 = '债务'",
        ),
    ]
    rules = [
        surge("fraud-surge", "诈骗起数", 3, "近7日诈骗{诈骗起数}起"),
        surge("debt", "债务纠纷", 1, "近7日债务纠纷{债务纠纷}件", subject="village", theme="矛盾纠纷"),
        compound("fraud-and-debt", all="fraud-surge debt", within=7, keep=2),
    ]
    book = {
        "sources": {}, "signals": {s.name: s for s in signals}, "rules": {r.id: r for r in rules}, "levels": LEVELS,
        "units": {},
        "places": PLACES, "routes": (), "hash": "h" * 64, "rule_hashes": {r.id: "0123456789abcdef" for r in rules},
    }  # fmt: skip
    return Rulebook(**(book | changes))


def record(con, kind: str, key: str, place: str, on: date, **columns) -> None:
    row = {
        "source": "s",
        "known_at": on,
        "retracted": False,
        "file_id": 1,
        "row_no": 1,
        "key": key,
        "occurred_on": on,
        "place": place,
    }
    row |= {"quantity": 1} | columns
    con.execute(f"INSERT INTO sense.{kind} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def planted(con) -> None:
    for n in range(4):
        record(con, "fraud", f"F{n}", VILLAGE, NIGHT - timedelta(n), category="刷单返利", loss=1200.5 * n)
    record(con, "dispute", "D1", VILLAGE, NIGHT, category="债务", people=3)
    record(con, "dispute", "D2", VILLAGE, NIGHT, category="邻里")


def dump(con) -> dict[str, list]:
    """Everything that the phase wrote, but how long it took."""
    columns = {"night": "as_of, rules_hash"}
    return {t: con.execute(f"SELECT {columns.get(t, '*')} FROM assess.{t} ORDER BY ALL").fetchall() for t in TABLES}


def states(con, as_of=NIGHT):
    rows = con.execute(
        "SELECT w.theme, s.change, s.level, s.score, s.why, s.evidence FROM assess.state s"
        " JOIN assess.warning w USING (id) WHERE s.as_of = ? ORDER BY id", [as_of]).fetchall()  # fmt: skip
    return {
        theme: (change, level, score, json.loads(why), json.loads(evidence))
        for theme, change, level, score, why, evidence in rows
    }


def test_records_become_warnings_that_can_say_why(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    found = states(con)
    assert {theme: row[:3] for theme, row in found.items()} == {
        "电信网络诈骗": ("新增", 3, 45.0), "矛盾纠纷": ("新增", 3, 45.0), "综合研判": ("新增", 2, 65.0),
    }  # fmt: skip
    why = found["电信网络诈骗"][3]
    assert why["sentence"] == "近7日诈骗4起。"
    rule = why["rules"][0]
    assert (rule["rule"], rule["version"], rule["level"], rule["score"], rule["on"]) == (
        "fraud-surge",
        "01234567",
        "黄",
        45.0,
        "2026-06-30",
    )
    assert rule["parameters"]["下限"] == {"value": 3, "unit": "起", "since": "2024-01-01"}
    assert con.execute("SELECT id, subject_name FROM assess.warning ORDER BY id").fetchall() == [
        ("YJ-2026-000001", "清溪镇"), ("YJ-2026-000002", "清溪镇"), ("YJ-2026-000003", "清溪镇石桥村")
    ]  # fmt: skip


def test_evidence_is_white_listed_newest_first_and_readable(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    (part,) = states(con)["电信网络诈骗"][4]
    assert part == {
        "rule": "fraud-surge", "kind": "fraud", "title": "诈骗案件",
        "columns": ["编号", "日期", "地区", "类别", "诈骗渠道", "损失金额", "止付金额"],
        "rows": [
            ["F0", "2026-06-30", "清溪镇石桥村", "刷单返利", "", "0", ""],
            ["F1", "2026-06-29", "清溪镇石桥村", "刷单返利", "", "1200.5", ""],
            ["F2", "2026-06-28", "清溪镇石桥村", "刷单返利", "", "2401", ""],
            ["F3", "2026-06-27", "清溪镇石桥村", "刷单返利", "", "3601.5", ""],
        ],
    }  # fmt: skip


def test_a_compound_shows_its_members_sentences_and_rows(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    _, _, _, why, evidence = states(con)["综合研判"]
    assert why["sentence"] == (
        "同时命中：诈骗起数偏多、债务纠纷偏多（清溪镇石桥村），多项风险叠加（诈骗起数偏多：近7日诈骗4起；债务纠纷偏多：近7日债务纠纷1件）。"
    )
    assert why["rules"][0]["members"] == ["fraud-surge", "debt"]
    assert [(part["rule"], len(part["rows"])) for part in evidence] == [("fraud-surge", 4), ("debt", 1)]


def test_a_rule_may_say_which_rows_to_show(con, workspace):
    planted(con)
    book = rulebook()
    shown = book.rules["fraud-surge"].model_copy(update={"evidence": None})
    shown = Rule.model_validate(
        shown.model_dump(by_alias=True)
        | {"evidence": {"from": "dispute", "where": "涉及人数 >= 1", "window": 3, "rows": 5}}
    )
    assess(con, workspace, rulebook(rules={**book.rules, "fraud-surge": shown}), NIGHT)
    (part,) = states(con)["电信网络诈骗"][4]
    assert [row[0] for row in part["rows"]] == ["D1"]


def test_a_level_that_is_kept_tells_which_night_it_comes_from(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    for n in range(1, 10):
        assess(con, workspace, rulebook(), NIGHT + timedelta(n))
    history = con.execute(
        "SELECT s.as_of, change, why->>'$.sentence' FROM assess.state s JOIN assess.warning USING (id)"
        " WHERE theme = '电信网络诈骗' ORDER BY ALL").fetchall()  # fmt: skip
    assert [(day.day, change, sentence) for day, change, sentence in history] == [
        (30, "新增", "近7日诈骗4起。"), (1, "持续", "近7日诈骗4起。"), (2, "持续", "近7日诈骗4起。"), (3, "持续", "近7日诈骗4起。"),
        (4, "持续", "近7日诈骗3起。"), (5, "持续", "7月4日：近7日诈骗3起。"),
        (6, "解除", "连续2夜未再出现，予以解除。此前：7月4日：近7日诈骗3起。"),
    ]  # fmt: skip


def test_a_night_that_has_run_is_left_alone(con, workspace):
    planted(con)
    assess(con, workspace, rulebook(), NIGHT)
    before = dump(con)
    con.execute("DELETE FROM sense.fraud")
    assess(con, workspace, rulebook(), NIGHT)
    assert dump(con) == before


def test_a_night_before_the_newest_one_is_refused(con, workspace):
    assess(con, workspace, rulebook(), NIGHT)
    with pytest.raises(WrongUse, match="2026-06-29 早于已研判的最新夜次 2026-06-30：夜次须按日期先后运行"):
        assess(con, workspace, rulebook(), NIGHT - timedelta(1))


def test_a_difference_from_the_oracle_leaves_no_row_and_the_next_run_is_as_if_nothing_had_happened(con, workspace):
    planted(con)

    def corrupted(clauses, dossiers):
        return [conclusion | {"fraud-and-debt"} for conclusion in oracle.conclude(clauses, dossiers)]

    assess(con, workspace, rulebook(), NIGHT - timedelta(1))
    before = dump(con)
    with pytest.raises(EngineFault, match="推理结论与校验不一致"):
        assess(con, workspace, rulebook(), NIGHT, conclude=lambda clauses, dossiers: [frozenset() for _ in dossiers])
    assert dump(con) == before
    assess(con, workspace, rulebook(), NIGHT)
    assert states(con)["综合研判"][0] == "新增"


def test_a_worker_that_dies_leaves_no_row(con, workspace):
    planted(con)

    def died(clauses, dossiers):
        raise EngineFault("推理进程中途退出（退出码-11）。")

    with pytest.raises(EngineFault):
        assess(con, workspace, rulebook(), NIGHT, conclude=died)
    assert all(not rows for rows in dump(con).values())


def test_a_rule_that_cannot_be_computed_leaves_the_others_alone_and_its_compound_unknown(con, workspace):
    planted(con)
    book = rulebook()
    broken = surge("debt", "没有的信号", 1, "近7日债务纠纷", subject="village", theme="矛盾纠纷")
    assess(con, workspace, rulebook(rules={**book.rules, "debt": broken}), NIGHT)
    assert con.execute("SELECT rule FROM assess.fault").fetchall() == [("debt",)]
    assert list(states(con)) == ["电信网络诈骗"]
    unknown = con.execute("SELECT subject, verdict FROM assess.verdict WHERE rule = 'fraud-and-debt'").fetchall()
    assert unknown == [(TOWN, "unknown")]


def test_two_runs_of_the_same_nights_write_the_same(tmp_path):
    dumps = []
    for name in "ab":
        (tmp_path / name / "rules").mkdir(parents=True)
        workspace = Workspace.at(tmp_path / name)
        with connect(workspace.database, workspace.scratch, threads=2) as con:
            planted(con)
            for n in range(4):
                assess(con, workspace, rulebook(), NIGHT + timedelta(n))
            dumps.append(dump(con))
    assert dumps[0] == dumps[1]


KILLED = """
import os, signal, sys
from tests.assess.test_phase import NIGHT, Workspace, assess, connect, rulebook, timedelta

def killed(clauses, dossiers):
    os.kill(os.getpid(), signal.SIGKILL)

workspace = Workspace.at(sys.argv[1])
with connect(workspace.database, workspace.scratch, threads=2) as con:
    assess(con, workspace, rulebook(), NIGHT, conclude=killed)
"""


def test_a_night_killed_half_way_and_run_again_is_the_night_that_was_never_killed(tmp_path):
    dumps = []
    for name in ("calm", "killed"):
        (tmp_path / name / "rules").mkdir(parents=True)
        workspace = Workspace.at(tmp_path / name)
        with connect(workspace.database, workspace.scratch, threads=2) as con:
            planted(con)
        if name == "killed":
            done = subprocess.run([sys.executable, "-c", KILLED, str(workspace.root)], cwd=ROOT, check=False)
            assert done.returncode == -signal.SIGKILL
        with connect(workspace.database, workspace.scratch, threads=2) as con:
            assess(con, workspace, rulebook(), NIGHT)
            dumps.append(dump(con))
    assert dumps[0] == dumps[1]


def test_a_matter_shows_its_own_record_and_a_unit_what_it_did_not_send(con, workspace):
    signals = {
        "反映次数最大": Signal(
            name="反映次数最大", unit="次", subject=["petition"], source="petition", measure="max", of="反映次数"
        )
    }
    rules = [
        surge("again", "反映次数最大", 3, "已反映{反映次数最大}次", subject="petition", theme="信访"),
        surge("silent", "静默天数", 3, "已{静默天数}天未报送", subject="unit", theme="数据报送"),
    ]
    units = {"xinfang": Unit(id="xinfang", name="信访局", type="line")}
    record(
        con,
        "petition",
        "X1",
        VILLAGE,
        NIGHT,
        category="物业管理",
        times=4,
        due_on=NIGHT + timedelta(9),
        handler="信访局",
    )
    record(con, "petition", "X2", VILLAGE, NIGHT, category="物业管理", times=1)
    con.execute(
        "INSERT INTO sense.silence VALUES (?, 's', 'hazard', '石桥站', 'xinfang', NULL, ?, 9, 1.5, FALSE, '已9天未报')",
        [NIGHT, NIGHT - timedelta(9)],
    )
    assess(con, workspace, rulebook(signals=signals, rules={rule.id: rule for rule in rules}, units=units), NIGHT)
    found = states(con)
    assert found["信访"][4][0]["rows"] == [
        ["X1", "2026-06-30", "清溪镇石桥村", "物业管理", "", "信访局", "", "4", "2026-07-09"]
    ]
    assert found["数据报送"][3]["sentence"] == "已9天未报送。"
    assert found["数据报送"][4][0]["rows"] == [["s", "石桥站", "2026-06-21", "9", "已9天未报"]]
