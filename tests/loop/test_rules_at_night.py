"""Rules that are wrong: a typo stops everything before anything is touched, a division by zero stops nothing at all."""

from __future__ import annotations

import pytest

from riskengine.night import run_night
from riskengine.store.database import connect
from tests.loop.county import FIRST, SECOND, command, inbox, lists, rule
from tests.loop.memory import remembered

FRAUD = "warnings/fraud/fraud.yaml"


def edit(workspace, name, old, new):
    path = workspace.rules / name
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        (
            "    title: 诈骗案件",
            "    titel: 诈骗案件",
            ["2:5: E202 缺少字段“title”，请补上。", "3:5: E201 未知字段“titel”，是否想写“title”？"],
        ),
        (
            "when: 近7日诈骗起数 >=",
            "when: 近7日诈骗件数 >=",
            ["6:11: E301 when 第1列：未知名称“近7日诈骗件数”，是否想写“近7日诈骗起数”？"],
        ),
        (
            "    theme: 电信网络诈骗",
            "    theme 电信网络诈骗",
            ["5:5: E102 缺少冒号，或缩进不齐。请检查这一行和上一行。"],
        ),
    ],
    ids=["a field", "a name in a condition", "a colon left out"],
)
def test_a_typo_exits_3_with_its_line_and_nothing_is_touched(county, undisturbed, old, new, problems):
    sound = (county.rules / FRAUD).read_text(encoding="utf-8")
    before, kept = inbox(county), remembered(county)
    edit(county, FRAUD, old, new)
    ran = command("run", "--as-of", str(SECOND), "--workspace", str(county.root))
    assert (ran.returncode, ran.stdout, "Traceback" in ran.stderr) == (3, "", False)
    assert ran.stderr.splitlines() == [f"rules/{FRAUD}:{problem}" for problem in problems]
    assert inbox(county) == before and remembered(county) == kept
    assert [path.name for path in county.outbox.iterdir()] == [str(FIRST)]
    (county.rules / FRAUD).write_text(sound, encoding="utf-8")
    assert run_night(county, SECOND).exit_code == 0
    assert lists(county) == undisturbed


def test_all_typos_of_all_files_are_told_at_once(county):
    edit(county, FRAUD, "    title: 诈骗案件", "    titel: 诈骗案件")
    edit(county, "units.yaml", "type: line, sort: 2", "typ: line, sort: 2")
    ran = command("run", "--as-of", str(SECOND), "--workspace", str(county.root))
    assert ran.returncode == 3
    assert f"rules/{FRAUD}:3:5:" in ran.stderr and "rules/units.yaml:3:" in ran.stderr


def test_a_rule_that_divides_by_zero_is_unknown_where_it_does_and_disturbs_no_other(county, undisturbed):
    dividing = rule(
        "divides", "除以零的规则", "信访", "petition", "近7日信访件数", when="{signal} / (下限 - 下限) >= 1"
    )
    put_rule(county, "zero.yaml", "rules:\n" + dividing.replace("    theme:", "    status: trial\n    until: 2026-12-31\n    theme:"))
    report = run_night(county, SECOND)
    assert (report.exit_code, report.account["faults"]) == (0, [])
    with connect(county.database, county.scratch) as con:
        verdicts = con.execute("SELECT DISTINCT verdict FROM assess.verdict WHERE rule = 'divides'").fetchall()
        counted = con.execute("SELECT subjects, hits, unknowns FROM assess.evaluated WHERE rule = 'divides'").fetchall()
    assert (verdicts, counted) == ([("unknown",)], [(3, 0, 3)])
    same = {name: sha for name, sha in lists(county).items() if not name.endswith((".html", ".docx"))}
    assert same == {name: sha for name, sha in undisturbed.items() if not name.endswith((".html", ".docx"))}


def test_a_signal_that_divides_by_zero_is_unknown_for_those_subjects_alone(county):
    signals = """\
signals:
  - {name: 每案损失, unit: 元, subject: town, formula: 近7日诈骗损失 / 近7日诈骗起数}
"""
    (county.rules / "signals" / "ratio.yaml").write_text(signals, encoding="utf-8")
    put_rule(county, "ratio.yaml", "rules:\n" + rule("ratio", "案均损失", "电信网络诈骗", "fraud", "每案损失", 1))
    assert run_night(county, SECOND).exit_code == 0
    with connect(county.database, county.scratch) as con:
        found = dict(con.execute("SELECT subject, verdict FROM assess.verdict WHERE rule = 'ratio'").fetchall())
    assert found == {"990100101": "hit", "990100102": "hit", "990100103": "unknown"}


def test_a_rule_over_numbers_that_overflow_is_unknown_and_disturbs_no_other(county, undisturbed):
    """Nothing that a check before the night could have seen."""
    endless = " * ".join(["近7日信访件数", *["10000000000000"] * 30])
    signals = f"signals:\n  - {{name: 极大, unit: 件, subject: town, formula: {endless}}}\n"
    (county.rules / "signals" / "endless.yaml").write_text(signals, encoding="utf-8")
    endless_rule = rule("endless", "溢出的规则", "信访", "petition", "极大").replace(
        "    theme:", "    status: trial\n    until: 2026-12-31\n    theme:"
    )
    put_rule(county, "endless.yaml", "rules:\n" + endless_rule)
    report = run_night(county, SECOND)
    assert (report.exit_code, report.account["faults"]) == (0, [])
    with connect(county.database, county.scratch) as con:
        found = con.execute("SELECT subject, verdict FROM assess.verdict WHERE rule = 'endless'").fetchall()
    assert found == [("990100101", "unknown")]
    same = {name: sha for name, sha in lists(county).items() if not name.endswith((".html", ".docx"))}
    assert same == {name: sha for name, sha in undisturbed.items() if not name.endswith((".html", ".docx"))}


def put_rule(workspace, name, content):
    path = workspace.rules / "warnings" / "petitions" / name
    path.write_text(content, encoding="utf-8")
