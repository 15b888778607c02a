"""`riskengine test`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from riskengine.cases.indicators import run_indicator_cases
from riskengine.cases.insert import case_lines, insert_cases
from riskengine.cases.new_case import new_cases
from riskengine.cases.run import run_cases
from riskengine.cases.telling import indicators_json, report_text, results_json
from riskengine.cases.whereabouts import whereabouts
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import RulesInvalid, WrongUse
from riskengine.model.indicator import Indicator
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.workspace import Workspace

__all__ = ["try_cases"]


@app.command(
    name="test", help="运行规则和指标里的用例，看是不是得出了写明的结果；或用 --new-case 把一件真实预警写成用例。"
)
def try_cases(
    rules: Annotated[
        list[str] | None, typer.Argument(metavar="[规则或指标]...", help="只看这些规则或指标：编号或名称；缺省为全部。")
    ] = None,
    case: Annotated[str | None, typer.Option("--case", metavar="文字", help="只看名称里有这段文字的用例。")] = None,
    new_case: Annotated[
        str | None,
        typer.Option(
            "--new-case", metavar="预警编号", help="把这件预警写成它各条规则的用例，编号另编，不带记录里的文字。"
        ),
    ] = None,
    as_of: Night = None,
    clear: Annotated[bool, typer.Option("--clear", help="与 --new-case 合用：写同一对象没有命中的一夜。")] = False,
    show: Annotated[bool, typer.Option("--print", help="与 --new-case 合用：只显示，不写入规则文件。")] = False,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Run the cases in the rule files; exit 3 where one comes out otherwise."""
    with answering(workspace) as here:
        rulebook = load(here, cases=True)
        if new_case is None and (clear or show or as_of is not None):
            raise WrongUse(
                "--as-of、--clear、--print 只与 --new-case 合用。请写明预警编号，如 --new-case YJ-2026-000001。"
            )
        asked = _asked(rulebook, rules or [])
        if new_case is None:
            passed = _run(here, rulebook, asked, case, as_json=as_json)
        else:
            _write_down(here, rulebook, asked, new_case, as_of, clear=clear, show=show)
            passed = True
    raise typer.Exit(0 if passed else RulesInvalid.exit_code)


def _run(here: Workspace, rulebook: Rulebook, asked: set[str], case: str | None, *, as_json: bool) -> bool:
    """Run and print; whether all came out as expected."""
    with TemporaryDirectory() as scratch:  # not the workspace's: a night that starts meanwhile empties that
        results = run_cases(rulebook, Path(scratch), lambda rule, index: rule.id in asked and _named(rule, index, case))
    judged = run_indicator_cases(rulebook, lambda each, index: each.id in asked and _named(each, index, case))
    passed = all(result.passed for result in results) and all(result.passed for result in judged)
    places = {} if passed and not as_json else whereabouts(here)
    if as_json:
        found = [*results_json(results, places), *indicators_json(judged, places)]
        print(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    elif not (results or judged) and case is not None:
        raise WrongUse(f"没有名称里含“{case}”的用例，什么也没有运行。请核对 --case 后面的文字。")
    elif not (results or judged):
        print(_NOTHING)
    else:
        print(report_text(results, places, {unit.id: unit.name for unit in rulebook.units.values()}, judged))
    return passed


def _write_down(
    here: Workspace, rulebook: Rulebook, asked: set[str], warning: str, as_of: date | None, *, clear: bool, show: bool
) -> None:
    made = [each for each in new_cases(here, rulebook, warning, as_of, clear=clear) if each.rule in asked]
    if not made:
        raise WrongUse(f"预警 {warning} 里没有这几条规则。请去掉规则编号，写下它的全部规则。")
    written = {} if show else insert_cases(here, {each.rule: [each.fields] for each in made})
    for each in made:
        where = f"已写入 {written[each.rule][0]}" if each.rule in written else "（只显示，没有写入）"
        print(f"{each.rule} {rulebook.rules[each.rule].title} {where}")
        print("\n".join(f"  {line}" for line in case_lines(each.fields)))
        for note in each.notes:
            print(f"  注意：{note}。规则在那以后改过，请看用例应当以哪个为准。")


def _asked(rulebook: Rulebook, rules: list[str]) -> set[str]:
    """Ids of what was named by its id or, as people read it elsewhere, by its title."""
    known = (*rulebook.rules, *rulebook.indicators)
    titled = {each.title: each.id for each in rulebook.rules.values()}
    titled |= {each.name: each.id for each in rulebook.indicators.values()}
    asked = [titled.get(each, each) for each in rules]
    for id_ in asked:
        if id_ not in known:
            raise WrongUse(f"没有规则或指标“{id_}”{suggestion(id_, (*known, *titled))}")
    return set(asked or known)


def _named(rule: Rule | Indicator, index: int, text: str | None) -> bool:
    return text is None or text in rule.cases[index].case


_NOTHING = (
    "没有用例，什么也没有运行。用例写在规则的 cases: 下，写法见 rules/README.md 的“用例”一节，指标的见“指标”一节。"
)
