"""The analysts' manual, rules/README.md: every key of every rule file, every code, and examples that pass the check."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from riskengine.cases.run import run_cases
from riskengine.contracts import contract, kinds
from riskengine.model.appraisal import Appraisal, AppraisalItem, Spared
from riskengine.model.case import Case, Expect
from riskengine.model.clock import CalendarYear, Clock, ClockFor, Extension
from riskengine.model.deliveries import Channel, Deliveries, Drill, Quiet, Retry
from riskengine.model.duty import Branch, Level, Place, Unit
from riskengine.model.exemption import Exemption
from riskengine.model.handling import Handling, Objections, Transition
from riskengine.model.indicator import Computed, Deduction, Indicator, IndicatorCase, IndicatorExpect, Limit, Target
from riskengine.model.ladder import Climb, Ladder, Plate, Rung
from riskengine.model.learning import Effect, Grave, Learning, MeasureKind, Sample
from riskengine.model.links import Alike, Links, Meeting, Odds, Transfer, Weights
from riskengine.model.named_list import NamedList
from riskengine.model.proposal import Dismissed
from riskengine.model.rebound import Doubts, ListedPlace, LookBack, Rebound, Rectified, WatchFor
from riskengine.model.route_case import RouteCase, RouteExpect
from riskengine.model.rule import AtLeast, Compound, Evidence, Feature, Floor, Parameter, Rule
from riskengine.model.signal import Measure, Signal
from riskengine.model.source import Cell, Condition, Received, Reports, Source
from riskengine.model.subject import Subject
from riskengine.rulebook.check import check
from riskengine.rulebook.codes import CODES
from riskengine.rulebook.json_schema import PATTERNS
from riskengine.rulebook.language.functions import FUNCTIONS
from riskengine.rulebook.load import load
from riskengine.rulebook.meanings import MEANINGS
from riskengine.rulebook.names import MEMBERS, builtins_of
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
SECTIONS = {
    "来源": (Source, Cell, Condition, Received, Reports),
    "信号": (Signal,),
    "规则": (Rule, Parameter, Feature, Floor, Compound, AtLeast, Evidence),
    "用例": (Case, Expect),
    "指标": (Indicator, Target, Limit, Computed, Deduction, IndicatorCase, IndicatorExpect),
    "例外": (Exemption,),
    "名单": (NamedList,),
    "等级": (Level,),
    "期限": (Clock, Extension, ClockFor),
    "工作日历": (CalendarYear,),
    "责任单位": (Unit,),
    "派发": (Branch, RouteCase, RouteExpect),
    "办理流程": (Handling, Objections, Transition),
    "公文与升级": (Ladder, Climb, Rung, Plate),
    "反弹": (Rebound, WatchFor, Rectified, ListedPlace, Doubts, LookBack),
    "单位考核": (Appraisal, AppraisalItem, Spared),
    "一事多报": (Links, Meeting, Alike, Transfer, Weights, Odds),
    "地区": (Place,),
    "送达": (Deliveries, Channel, Retry, Quiet, Drill),
    "规则改进": (Learning, Sample, Grave, Effect, MeasureKind, Dismissed),
}


def section(title):
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", MANUAL, re.DOTALL | re.MULTILINE)
    assert found, f"rules/README.md has no section “{title}”"
    return found[1]


def rows(of):
    """What stands as code in the first cell of the tables' rows."""
    cells = [row.split(" | ")[0] for row in of.splitlines() if row.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def keys(model):
    return {field.alias or name for name, field in model.model_fields.items()}


def meanings_of(title):
    """Model name → key → what the manual says of it, as plain text; tables stand in the order of SECTIONS."""
    cells = [row.strip("|").split(" | ") for row in section(title).splitlines() if row.startswith("| `")]
    told = [(re.findall(r"`([^`]+)`", row[0]), row[1].strip().rstrip("|")) for row in cells]
    found = {}
    for model in SECTIONS[title]:
        wanted, mine = keys(model), found.setdefault(model.__name__, {})
        while told and (key := told[0][0][0]) in wanted and key not in mine:
            text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", told.pop(0)[1]).replace("`", "")
            mine[key] = re.sub(r"，见(下|用例)$|，见下(?=；)", "", text.strip())
    if title == "信号":
        found["Measure"] = {
            name: text.replace("`", "") for names, text in told for name in names if names != ["measure"]
        }
    return found


@pytest.mark.parametrize("title", SECTIONS)
def test_an_editor_shows_what_the_manual_says(title):
    """MEANINGS in riskengine/rulebook/meanings.py and the tables of the manual: one wording."""
    for model, told in meanings_of(title).items():
        if model != Place.__name__:  # places.csv is a table and no editor completes it
            assert MEANINGS[model] == told


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_has_a_row_and_every_row_is_a_key(title):
    wanted = {key for model in SECTIONS[title] for key in keys(model)}
    measures = set(Measure.__args__) if title == "信号" else set()
    assert rows(section(title)) == wanted | measures


@pytest.mark.parametrize(
    ("title", "model"), [(title, model) for title, models in SECTIONS.items() for model in models if model is not Place]
)
def test_a_default_that_the_manual_tells_is_the_default(title, model):
    """Of keys that one model alone has in its section; a key with no default is 必填 or one of a choice."""
    others = {key for other in SECTIONS[title] if other is not model for key in keys(other)}
    for name, field in model.model_fields.items():
        key = field.alias or name
        row = next(row for row in section(title).splitlines() if row.startswith("| `") and key in rows(row))
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        if key in others or len(cells) < 3:
            continue
        if isinstance(field.default, bool):
            assert f"`{str(field.default).lower()}`" in cells[-1], row
        elif isinstance(field.default, int | float) and field.default:
            assert re.search(rf"(?<![\d.]){field.default:g}(?![\d.])", cells[-1]), row
        elif isinstance(field.default, str):
            assert f"`{field.default}`" in cells[-1], row
        if "必填" == cells[-1]:
            assert field.is_required(), row


def test_every_code_stands_there_with_its_meaning():
    missing = [code for code, meaning in CODES.items() if f"| {code} | {meaning} |" not in section("检查编码")]
    assert not missing
    assert set(re.findall(r"\b[EI]\d{3}\b", MANUAL)) <= set(CODES)


def test_every_function_stands_there():
    missing = [name for name in FUNCTIONS if f"`{name}(" not in section("条件与算式")]
    assert not missing


def test_every_subject_and_builtin_signal_stands_there():
    missing = [each.value for each in Subject if f"`{each.value}`" not in section("信号")]
    missing += [name for each in Subject for name in builtins_of(each) if f"`{name}`" not in section("信号")]
    assert not missing
    assert f"`{MEMBERS}`" in MANUAL


def test_every_record_kind_stands_there():
    assert rows(section("记录种类")) >= set(kinds())
    for kind in kinds():
        row = next(row for row in section("记录种类").splitlines() if row.startswith(f"| `{kind}`"))
        assert row.split("|")[3].strip().startswith("无") == (not contract(kind).subject), row


TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """The manual's examples, each of which begins with the name of its file, laid beside the shipped rules."""
    root = tmp_path_factory.mktemp("manual")
    shutil.copytree(ROOT / "rules", root / "rules")
    written = re.findall(r"^```yaml\n# (rules/\S+)\n(.*?)^```", MANUAL, re.DOTALL | re.MULTILINE)
    assert len(written) == len(re.findall(r"^```yaml", MANUAL, re.MULTILINE)) >= 4
    for name, content in written:
        assert not (root / name).exists()
        (root / name).write_text(content, encoding="utf-8")
    return Workspace.at(root)


def test_the_examples_pass_the_check_without_a_remark(examples):
    assert check(examples, TODAY) == check(Workspace.at(ROOT), TODAY)


def test_the_cases_of_the_examples_come_out_as_written(examples, tmp_path):
    shipped = load(Workspace.at(ROOT)).rules
    results = run_cases(load(examples), tmp_path, lambda rule, _: rule.id not in shipped)
    assert len(results) >= 4
    assert [(each.case.case, each.differences) for each in results if not each.passed] == []


def test_the_editor_settings_are_those_that_the_command_prints():
    shown = json.loads(re.search(r"^```json\n(.*?)^```", section("编辑器"), re.DOTALL | re.MULTILINE)[1])
    wanted = {f"rules/schema/{name}.schema.json": f"rules/{pattern}" for name, pattern in PATTERNS.items()}
    assert shown == {"yaml.schemas": wanted}
