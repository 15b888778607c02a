"""What an editor is told of the rule files: it accepts all that is shipped, refuses slips, and knows this county's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from typer.testing import CliRunner

from riskengine.cli.every import app
from riskengine.cli.starter import lay_down
from riskengine.rulebook.document import read_document
from riskengine.rulebook.entries import read_entries
from riskengine.rulebook.json_schema import PATTERNS, json_schemas
from riskengine.workspace import Workspace

RULES = Path(__file__).parents[2] / "rules"
SCHEMAS = json_schemas(read_entries(RULES))


def as_an_editor_reads(value: object) -> object:
    """YAML 1.2 knows no days: they are text."""
    if isinstance(value, dict):
        return {str(key): as_an_editor_reads(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_an_editor_reads(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def complaints(name: str, data: object, schemas: dict[str, str] = SCHEMAS) -> Iterator[str]:
    for error in Draft7Validator(json.loads(schemas[name])).iter_errors(as_an_editor_reads(data)):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message}"


@pytest.mark.parametrize("name", PATTERNS)
def test_the_shipped_schemas_are_what_the_command_writes(name: str) -> None:
    shipped = RULES / "schema" / f"{name}.schema.json"
    assert shipped.read_text(encoding="utf-8") == SCHEMAS[name], "run: riskengine rules schema"
    Draft7Validator.check_schema(json.loads(SCHEMAS[name]))


@pytest.mark.parametrize("name", PATTERNS)
def test_every_shipped_file_is_accepted_by_its_schema(name: str) -> None:
    files = sorted(RULES.glob(PATTERNS[name]))
    assert files
    for path in files:
        assert not list(complaints(name, read_document(path, path.name).data)), path


def test_every_shipped_rule_file_has_a_schema() -> None:
    covered = {path for pattern in PATTERNS.values() for path in RULES.glob(pattern)}
    assert covered == set(RULES.rglob("*.yaml"))


SIGNAL = "{name: 近7日甲, unit: 起, subject: town, from: fraud, measure: count, window: 7}"
RULE = """
id: some-rule
title: 某条规则
theme: 电信网络诈骗
subject: town
when: 近7日诈骗起数 > 下限
parameters: {下限: {unit: 起, reference: 某文件, values: {2026-01-01: 5}}}
score: [{feature: 总量, of: 近7日诈骗起数, says: "{近7日诈骗起数}起", bands: [[null, 5, 0], [5, null, 60]]}]
floors: [{when: 近7日诈骗起数 > 9, level: 橙, says: 一周超过九起}]
basis: 某文件
action: 核查处置
false_causes: 集中补录
cases:
  - {case: 命中, as_of: 2026-06-30, signals: {近7日诈骗起数: 2x3 _ 9}, expect: {verdict: hit, level: 黄}}
"""
EXCEPTION = "{rule: fraud-town-surge, subject: '990100101', until: 2026-07-31, who: 县反诈中心, why: 已核过}"
SOURCE = "{source: some-cases, title: 案件, kind: fraud, files: a/*.csv, fields: {occurred_on: 发案时间, place: {column: 地}}}"
INDICATOR = """
id: some-rate
name: 某项比率
theme: 电信网络诈骗
definition: 止付金额占损失金额的百分之几。
unit: "%"
better: higher
owner: fanzha
period: month
covers: year
target: {kind: at_least, values: {2026-01-01: 10}, reference: 某文件}
computed: {from: fraud, measure: ratio, of: 止付金额, per: 损失金额, by: 类别}
compare: city
plausible: [null, 100]
weight: 5
deduct: {each: 1, points: 1, most: 5}
basis: 某文件
cases:
  - {case: 达到, as_of: 2026-01-20, readings: "期末 | 数值", expect: {lamp: 绿, below: {city: 2}, says: 达到}}
"""


def parsed(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


def in_file(name: str, text: str) -> object:
    key = {"warnings": "rules"}.get(name, name)
    return parsed(text) if name == "source" else {key: [parsed(text)]}


CLOCK = "{id: handle-red, title: 红色预警办理, start: 下发, amount: 1, unit: workdays, for: {levels: 红}, pauses: 听证, basis: 规程}"
CALENDAR = "{year: 2027, reference: 放假通知, holidays: [2027-01-01], workdays: [2027-02-13]}"
GOOD = {
    "signals": SIGNAL, "warnings": RULE, "indicators": INDICATOR, "exceptions": EXCEPTION, "source": SOURCE, "clocks": CLOCK,
    "calendar": CALENDAR,
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_the_examples_below_are_good_but_for_the_one_thing_each_changes(name: str) -> None:
    assert not list(complaints(name, in_file(name, GOOD[name])))


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        ("signals", "from:", "form:", "signals/0"),
        ("signals", "from: fraud", "from: fruad", "signals/0/from"),
        ("signals", "subject: town", "subject: twon", "signals/0/subject"),
        ("signals", "measure: count, ", "", "signals/0"),
        ("signals", "measure: count", "measure: sum", "signals/0"),
        ("signals", "window: 7", "window: 7天", "signals/0/window"),
        ("signals", "window: 7", "usual: 近7日诈骗起数", "signals/0"),
        ("signals", "name: 近7日甲", "name: 7日甲", "signals/0/name"),
        ("signals", "window: 7", "lag: 1year", "signals/0/lag"),
        ("warnings", "id: some-rule", "id: Some_Rule", "rules/0/id"),
        ("warnings", "theme: 电信网络诈骗", "theme: 电诈", "rules/0/theme"),
        ("warnings", "level: 橙", "level: 橙色", "rules/0/floors/0/level"),
        ("warnings", "[5, null, 60]", "[5, null]", "rules/0/score/0/bands/1"),
        ("warnings", "subject: town", "subject: town\nstatus: trial", "rules/0"),
        ("warnings", "subject: town", "subject: town\nuntil: 2026-07-01", "rules/0"),
        ("warnings", "when: 近7日诈骗起数 > 下限", "compound: {within: 7}", "rules/0/compound"),
        ("warnings", "subject: town", "subject: town\ncompound: {all: [fraud-town-surge]}", "rules/0"),
        ("warnings", "2026-01-01: 5", "2026年: 5", "rules/0/parameters/下限/values"),
        ("warnings", "2026-01-01: 5", "2026-01-01: 五", "rules/0/parameters/下限/values/2026-01-01"),
        ("warnings", "verdict: hit", "verdict: yes", "rules/0/cases/0/expect/verdict"),
        ("warnings", "action: 核查处置\n", "", "rules/0"),
        ("warnings", "subject: town", "subject: town\nfor: 2/3", "rules/0/for"),
        ("indicators", "theme: 电信网络诈骗", "theme: 电诈", "indicators/0/theme"),
        ("indicators", "owner: fanzha", "owner: fanza", "indicators/0/owner"),
        ("indicators", "better: higher", "better: 高", "indicators/0/better"),
        ("indicators", "kind: at_least, values", "kind: zero, values", "indicators/0/target"),
        ("indicators", "values: {2026-01-01: 10}, ", "", "indicators/0/target"),
        ("indicators", "2026-01-01: 10", "2026年: 10", "indicators/0/target/values"),
        ("indicators", "from: fraud", "from: fruad", "indicators/0/computed/from"),
        ("indicators", "measure: ratio", "measure: count", "indicators/0/computed"),
        ("indicators", "compare: city", "compare: 全市", "indicators/0/compare"),
        ("indicators", "weight: 5\n", "", "indicators/0"),
        ("indicators", "lamp: 绿", "lamp: 绿灯", "indicators/0/cases/0/expect/lamp"),
        ("exceptions", "until: 2026-07-31", "until: 七月底", "exceptions/0/until"),
        ("exceptions", ", why: 已核过", "", "exceptions/0"),
        ("exceptions", "why: 已核过", "why: 已核过, breaks_at: 紫", "exceptions/0/breaks_at"),
        ("clocks", "unit: workdays", "unit: 工作日", "clocks/0/unit"),
        ("clocks", "unit: workdays", "unit: workdays, last_day: roll", "clocks/0"),
        ("clocks", "start: 下发", "start: 签收", "clocks/0/start"),
        ("clocks", "levels: 红", "levels: 红色", "clocks/0/for/levels"),
        ("clocks", "pauses: 听证", "extension: {amount: 30}", "clocks/0/extension"),
        ("calendar", "2027-01-01", "元旦", "calendar/0/holidays/0"),
        ("source", "occurred_on:", "occured_on:", "fields"),
        ("source", "{column: 地}", "{colum: 地}", "fields/place"),
    ],
)  # fmt: skip
def test_a_slip_is_underlined_where_it_stands(name: str, old: str, new: str, where: str) -> None:
    assert old in GOOD[name]
    found = list(complaints(name, in_file(name, GOOD[name].replace(old, new, 1))))
    assert any(each.startswith(f"{where}: ") for each in found), found


BAD = sorted((RULES.parent / "tests" / "bad_rules").glob("*.yaml"))
FOR_CHECK_ALONE = {
    "at-least-too-many", "for-reversed", "bad-date-in-parameter", "appraisal-spared-from-all", "links-doors-without-meetings",
}  # fmt: skip
"""One value against another, one of several keys, or a 30 February: draft 7 has no words for it."""


def shape_errors() -> Iterator[tuple[str, str, object]]:
    """Bad files that are wrong in shape alone: an unknown key (E201), a missing one (E202), a value that cannot be (E203)."""
    for path in BAD:
        head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
        target = head[0].removeprefix("# file: rules/")
        codes = {line.split(": ")[1][:4] for line in head[1:] if line.startswith("# rules/")}
        names = [name for name, pattern in PATTERNS.items() if (RULES / target).match(f"rules/{pattern}")]
        if codes and codes <= {"E201", "E202", "E203"} and names:
            yield path.stem, names[0], read_document(path, path.name).data


@pytest.mark.parametrize(("stem", "name", "data"), [pytest.param(*each, id=each[0]) for each in shape_errors()])
def test_what_the_check_finds_wrong_in_shape_an_editor_underlines(stem: str, name: str, data: object) -> None:
    assert bool(list(complaints(name, data))) is (stem not in FOR_CHECK_ALONE)


def test_a_name_that_is_new_in_another_file_is_not_underlined() -> None:
    text = RULE.replace("subject: town", "subject: town\ninhibits: [a-rule-of-tomorrow]").replace(
        "近7日诈骗起数: 2x3", "明天的信号: 2x3"
    )
    assert not list(complaints("warnings", in_file("warnings", text)))


def test_the_words_of_the_county_are_completed() -> None:
    rules = json.loads(SCHEMAS["warnings"])["definitions"]
    assert "fraud-town-surge" in rules["RuleId"]["anyOf"][0]["enum"]
    assert rules["Floor"]["properties"]["level"]["enum"] == ["红", "橙", "黄", "蓝"]
    assert "电信网络诈骗" in rules["Rule"]["properties"]["theme"]["enum"]
    assert "近7日诈骗起数" in rules["Case"]["properties"]["signals"]["properties"]
    assert "fanzha" in rules["Expect"]["properties"]["unit"]["enum"]
    windowed = json.loads(SCHEMAS["signals"])["definitions"]["Windowed"]["anyOf"][0]["enum"]
    assert "近7日诈骗起数" in windowed and "近7日诈骗往常" not in windowed


def test_every_key_is_explained_in_chinese() -> None:
    for name, text in SCHEMAS.items():
        schema = json.loads(text)
        models = {each["title"]: each for each in schema.get("definitions", {}).values() if "properties" in each}
        for title, model in (models | ({"来源": schema} if name == "source" else {})).items():
            silent = [key for key, of in model["properties"].items() if not of.get("description", "")]
            assert not silent, title


def test_the_command_writes_them_leaves_equal_ones_alone_and_says_how_an_editor_is_told(workspace: Workspace) -> None:
    done = CliRunner().invoke(app, ["rules", "schema", "--workspace", str(workspace.root)])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["yaml.schemas"]["rules/schema/signals.schema.json"] == "rules/signals/*.yaml"
    assert f"{len(PATTERNS)}个文件，改写了{len(PATTERNS)}个" in done.stderr
    again = CliRunner().invoke(app, ["rules", "schema", "--workspace", str(workspace.root)])
    assert f"{len(PATTERNS)}个文件，改写了0个" in again.stderr


def test_a_broken_rule_file_keeps_its_names_out_and_is_told(workspace: Workspace) -> None:
    (workspace.rules / "signals" / "fraud.yaml").write_text("signals: [{name: 近7日", encoding="utf-8")
    done = CliRunner().invoke(app, ["rules", "schema", "--workspace", str(workspace.root)])
    assert done.exit_code == 0
    assert "规则文件有1处读不懂" in done.stderr


def test_a_new_workspace_has_its_schemas(tmp_path: Path) -> None:
    new = lay_down(tmp_path / "new")
    assert {path.name for path in (new / "rules" / "schema").iterdir()} == {f"{name}.schema.json" for name in PATTERNS}
