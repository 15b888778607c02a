"""A night of the phase: one transaction, in order, repeatable, whatever stops it half way."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from riskengine.assess import oracle
from riskengine.assess.phase import assess
from riskengine.errors import EngineFault, WrongUse
from riskengine.model.exemption import Exemption
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.assess.compound_cases import NIGHT, TOWN, VILLAGE
from tests.assess.planted import dump, planted, rulebook, states, surge

ROOT = Path(__file__).parents[2]


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
from riskengine.assess.phase import assess
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.assess.compound_cases import NIGHT
from tests.assess.planted import rulebook

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


def decided(**more):
    """The planted rule book with an exception, an inhibition and a rule on trial, each of which does something."""
    rules = dict(rulebook().rules)
    meeting = rules["fraud-and-debt"].model_copy(update={"inhibits": ("fraud-surge", "debt")})
    tried = surge("tried", "诈骗起数", 1, "近7日诈骗{诈骗起数}起", status="trial", until=NIGHT + timedelta(9))
    agreed = Exemption(
        rule="debt", subject=VILLAGE, until=NIGHT + timedelta(9), who="县综治中心研判岗", why="同一笔债务重复登记"
    )
    return rulebook(rules=rules | {"fraud-and-debt": meeting, "tried": tried}, exemptions=(agreed,), **more)


def test_exceptions_inhibition_and_trials_are_part_of_the_night(con, workspace):
    planted(con)
    assess(con, workspace, decided(), NIGHT)
    # the exempt debt raises no warning of its own, yet the compound that it takes part in sees it
    assert states(con).keys() == {"电信网络诈骗", "综合研判"}
    assert con.execute("SELECT rule, subject FROM assess.suppressed").fetchall() == [("debt", VILLAGE)]
    assert con.execute("SELECT child, parent FROM assess.merged").fetchall() == [("YJ-2026-000002", "YJ-2026-000001")]
    assert con.execute("SELECT id, change, level FROM assess.trial_state").fetchall() == [("SY-2026-000001", "新增", 3)]


def test_a_failed_night_takes_exceptions_inhibition_and_trials_back_too(con, workspace):
    planted(con)
    assess(con, workspace, decided(), NIGHT)
    before = dump(con)
    con.execute("DELETE FROM assess.night")
    assess(con, workspace, decided(), NIGHT)
    assert dump(con) == before
