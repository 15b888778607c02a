"""`riskengine routes …`: who gets what, tried and told."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from riskengine.cases.route_cases import run_route_cases
from riskengine.cases.route_coverage import coverage
from riskengine.cases.route_text import routes_json, routes_text
from riskengine.cases.whereabouts import route_whereabouts
from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.cli.clock import last_whole_day
from riskengine.contracts.place import PlaceNames
from riskengine.errors import RulesInvalid, WrongUse
from riskengine.exchange.propose_routes import patch_of, proposals
from riskengine.explain.routing import Asked, asked_of, show, shown_json, shown_text
from riskengine.explain.wording import TYPES
from riskengine.intervene.routing import current_places, place_name
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import connect

__all__ = ["propose_routes", "routes", "show_route", "try_routes"]

routes = typer.Typer(help="派发：用例和覆盖，一件预警归谁、为什么。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(routes, name="routes")


@routes.command(name="test", help="运行 rules/routes_cases.yaml 里的用例，并说明哪些派发没有用例、没有预警走到。")
def try_routes(
    strict: Annotated[bool, typer.Option("--fail-on-uncovered", help="有派发没有用例走到时，退出码也为 3。")] = False,
    nights: Annotated[int, typer.Option("--nights", min=1, max=3650, help="看最近多少夜落到兜底的预警。")] = 30,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Run the cases of the routes; exit 3 where one comes out otherwise."""
    with answering(workspace) as here:
        rulebook = load(here, cases=True)
        with TemporaryDirectory() as scratch:  # not the workspace's: a night that starts meanwhile empties that
            tried = run_route_cases(rulebook, Path(scratch))
        covered = coverage(here, rulebook, tried, nights)
        failed = any(each.differences for each in tried)
        where = route_whereabouts(here) if failed or as_json else {}
        if as_json:
            print(json.dumps(routes_json(tried, covered, rulebook, where), ensure_ascii=False, indent=2, default=str))
        else:
            print(routes_text(tried, covered, rulebook, where))
    raise typer.Exit(RulesInvalid.exit_code if failed or (strict and covered.uncovered) else 0)


@routes.command(name="show", help="一件预警由哪一条派发接走，前面各条为什么不接。")
def show_route(
    subject: Annotated[
        str | None, typer.Argument(metavar="[对象]", help="在办预警的编号，或对象的编号、名称。")
    ] = None,
    theme: Annotated[str | None, typer.Option("--theme", metavar="主题", help="不问在办的，问这个主题的预警。")] = None,
    kind: Annotated[Subject, typer.Option("--kind", help="与 --theme 同用：对象的种类。")] = Subject.TOWN,
    place: Annotated[
        str | None, typer.Option("--place", metavar="地区", help="与 --theme 同用：地区的名称或编码；缺省为全县。")
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", metavar="等级", help="与 --theme 同用；缺省为最重一级。")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="单位", help="与 --kind unit 同用：哪个单位。")] = None,
    as_of: Night = None,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Say which route takes a warning and why those before it do not."""
    with answering(workspace) as here:
        rulebook = load(here)
        if (subject is None) == (theme is None):
            raise WrongUse("请写一件在办预警的编号或对象，或者用 --theme 写出要问的预警，二者取一。")
        if subject is not None and (place or level or unit):
            raise WrongUse("--place、--level、--unit 只与 --theme 同用。请去掉，或把对象换成 --theme。")
        if subject is not None:
            night, asked = asked_of(here, rulebook, subject, as_of)
        else:
            night = as_of or last_whole_day()
            asked = [_thought_of(rulebook, night, str(theme), kind, place, level, unit)]
        shown = [show(rulebook, each, night) for each in asked]
        if as_json:
            print(json.dumps([shown_json(each, night) for each in shown], ensure_ascii=False, indent=2))
        else:
            print("\n\n".join(shown_text(each, rulebook, night) for each in shown))


@routes.command(name="propose", help="由被接受的退回，写出改派发的建议：改 rules/routes.yaml 的补丁，和它依据的预警。")
def propose_routes(as_of: Night = None, workspace: At = HERE, as_json: Json = False) -> None:
    """Print a unified diff of rules/routes.yaml for what units sent back often enough; nothing is written."""
    with answering(workspace) as here:
        rulebook = load(here)
        with connect(here.database, here.scratch) as con:
            [(newest,)] = con.execute("SELECT max(as_of) FROM intervene.night").fetchall()
            if as_of is None and newest is None:
                raise WrongUse("还没有运行过一夜，没有退回。请先运行 riskengine run。")
            found = proposals(con, rulebook, as_of or newest, TYPES)
        text = (here.rules / "routes.yaml").read_text(encoding="utf-8")
        patch = patch_of(text, found) if found else ""
        if as_json:
            told = [asdict(each) for each in found]
            print(json.dumps({"proposals": told, "patch": patch}, ensure_ascii=False, indent=2))
        elif found:
            print("\n".join(f"# {each.says}依据：{'、'.join(each.warnings)}。" for each in found))
            print(patch, end="")
        else:
            most = rulebook.handling.objections.propose_after
            print(f"没有建议：没有哪一类退回被接受满 {most} 次（rules/handling.yaml 的 propose_after），并占到该单位同类预警的一半。")


def _thought_of(
    rulebook: Rulebook, night: date, theme: str, kind: Subject, place: str | None, level: str | None, unit: str | None
) -> Asked:
    themes = {rule.theme for rule in rulebook.rules.values()} | {
        name for each in rulebook.routes for name in each.themes
    }
    if theme not in themes:
        raise WrongUse(f"没有主题“{theme}”{suggestion(theme, themes, 12)}")
    ranks = {each.name: each.rank for each in rulebook.levels}
    if level is not None and level not in ranks:
        raise WrongUse(f"没有等级“{level}”{suggestion(level, ranks, 12)}")
    if (kind is Subject.UNIT) != (unit is not None):
        raise WrongUse("--kind unit 要与 --unit 同用，写明是哪个单位；别的对象不写 --unit。")
    if unit is not None and unit not in rulebook.units:
        raise WrongUse(f"没有单位“{unit}”{suggestion(unit, rulebook.units)}")
    places = current_places(rulebook.places, night)
    try:
        code = next((code for code, each in places.items() if each.parent is None), None)
        code = PlaceNames(rulebook.places).code(place) if place is not None else code
    except ValueError as complaint:
        raise WrongUse(f"地区“{place}”{complaint}。") from None
    rank = min(ranks.values()) if level is None else ranks[level]
    name = next(name for name, each in ranks.items() if each == rank)
    says = f"设想一件预警：{theme}，{TYPES[kind]}，{place_name(code, places)}，{name}级"
    subject = unit or (code or "" if kind in PLACES else "")
    return Asked(theme, kind, subject, code, rank, says)
