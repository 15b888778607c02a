"""``python -m benchmarks [--rounds 5]``: generate the workspace, run the five benchmarks, print and write ``results.json``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import forecast, load, night, plan, whole
from benchmarks.book import places
from benchmarks.clock import Pair, in_turns, median
from benchmarks.workspace import NEXT, NIGHT, build, put
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load as load_rules
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace

_RESULTS = Path(__file__).with_name("results.json")
_COMMAND = "make bench"
_GOALS = {"load": 3.0, "night": 2.0, "memory": 1536, "plan": 1.0}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="速度、内存与年末预测，对照基准")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=_RESULTS)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="riskengine-bench-"))
    try:
        figures = _measure(build(folder / "million"), chosen.rounds)
        figures |= _plans(folder / "sample", chosen.rounds)
        print("(5) 年末预测回测：对照去年、直线", flush=True)
        figures |= forecast.figures(*forecast.backtest(forecast.pasts()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, figure in figures.items():
        print(f"{name:32s} {figure['figure']:>10} {figure['unit']}")
    content = {"machine": _machine(), "versions": _versions(), "rounds": chosen.rounds, "figures": figures}
    chosen.results.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"已写入 {chosen.results.name}")


def _measure(workspace: Workspace, rounds: int) -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {}
    rows = put(workspace, NIGHT)
    rules = load_rules(workspace)
    print(f"工作区：{rows:,} 条记录，{len(places()):,} 个地区，{len(rules.rules)} 条规则")

    print("(1) 读入与检查，对照 DuckDB read_csv")
    database = workspace.database.with_name("bare.duckdb")
    pairs = in_turns(
        rounds, lambda: load.engine(workspace, rules), lambda: load.bare(workspace, database), lambda: load.forget(workspace)
    )
    database.unlink()
    figures |= _compared("load", pairs, load.PEER, _GOALS["load"])
    figures["load_rows_per_second"] = _figure(round(rows / median(pairs, lambda p: p.wall)), "rows/s", None)

    print("(2) 一夜的信号与规则，对照手写 SQL")
    figures |= _compared("night", _nights(workspace, rules, rounds), night.PEER, _GOALS["night"])

    print("(3) 整夜")
    for name, day in (("whole_night", NIGHT), ("next_night", NEXT)):
        if day == NIGHT:
            load.forget(workspace)
        else:
            put(workspace, day, first=10_000_000, share=0.0015)
        found = whole.watched(workspace, day)
        print(f"  {day}：{found['seconds']} 秒，内存峰值 {found['peak']} MB，各阶段 {found['phases']}", flush=True)
        what = "all records arrive in one night" if day == NIGHT else "1,500 records more"
        figures[f"{name}_seconds"] = _figure(found["seconds"], "s", None, note=what)
        figures[f"{name}_cpu"] = _figure(found["cpu"], "s", None, note="processor time, without the worker")
        figures[f"{name}_peak"] = _figure(found["peak"], "MB", None, _GOALS["memory"], note="process and worker together")
        for phase, seconds in found["phases"].items():
            figures[f"{name}_{phase}"] = _figure(seconds, "s", None)
    return figures


def _plans(folder: Path, rounds: int) -> dict[str, dict[str, Any]]:
    print(f"(4) 推演 {plan.NIGHTS} 夜，对照样例县的五个单夜", flush=True)
    county = plan.county(folder, lambda line: print(line, flush=True))
    figures: dict[str, dict[str, Any]] = {}
    for name, engine, note in (
        ("plan_edit", county.edit, "one threshold changed; what cannot differ is not played"),
        ("plan_all", county.whole, "one threshold changed; all rules played"),
        ("plan_twice", county.twice, "every rule may differ: all rules weighed for both rule books"),
    ):
        print(f"  {name}：{note}")
        pairs = in_turns(min(rounds, 3), engine, county.five, county.restore)
        figures[f"{name}_seconds"] = _figure(median(pairs, lambda p: p.wall), "s", None, note=note)
        figures[f"{name}_peer"] = _figure(median(pairs, lambda p: p.peer_wall), "s", plan.PEER)
        ratio = median(pairs, lambda p: p.wall / p.peer_wall)
        figures[f"{name}_ratio"] = _figure(ratio, "×", plan.PEER, _GOALS["plan"])
    return figures


def _nights(workspace: Workspace, rules: Rulebook, rounds: int) -> list[Pair]:
    """The last round's load is what the night is computed on. Both sides must give the same hits, or nothing is reported."""
    found: dict[str, night.Hits] = {}
    with connect(workspace.database, workspace.scratch) as con:
        _tree(con)
        pairs = in_turns(
            rounds,
            lambda: found.update(engine=night.engine(con, rules)),
            lambda: found.update(hand=night.by_hand(con)),
            lambda: None,
        )
    if found["engine"] != found["hand"]:
        raise SystemExit(f"hits differ: {sorted(set(found['engine']) ^ set(found['hand']))[:5]}")
    print(f"  两边命中一致：{len(found['engine'])} 条（规则、对象、得分、等级）")
    return pairs


def _tree(con: Connection) -> None:
    code, _, level, parent, population, _ = (list(column) for column in zip(*places(), strict=True))
    con.execute(
        "CREATE TEMP TABLE tree AS SELECT unnest($1::VARCHAR[]) AS code, unnest($2::VARCHAR[]) AS level, "
        "unnest($3::VARCHAR[]) AS parent, unnest($4::BIGINT[]) AS population",
        [code, level, parent, population],
    )


def _compared(name: str, pairs: list[Pair], peer: str, goal: float) -> dict[str, dict[str, Any]]:
    return {
        f"{name}_engine": _figure(median(pairs, lambda p: p.wall), "s", None),
        f"{name}_peer": _figure(median(pairs, lambda p: p.peer_wall), "s", peer),
        f"{name}_engine_cpu": _figure(median(pairs, lambda p: p.cpu), "s", None),
        f"{name}_peer_cpu": _figure(median(pairs, lambda p: p.peer_cpu), "s", peer),
        f"{name}_ratio": _figure(median(pairs, lambda p: p.wall / p.peer_wall), "×", peer, goal),
        f"{name}_ratio_cpu": _figure(median(pairs, lambda p: p.cpu / p.peer_cpu), "×", peer, goal),
    }


def _figure(
    figure: float, unit: str, peer: str | None, goal: float | None = None, *, note: str | None = None
) -> dict[str, Any]:
    told = {"figure": figure, "unit": unit, "peer": peer, "goal": goal, "note": note, "command": _COMMAND}
    return {key: value for key, value in told.items() if value is not None or key == "peer"}


def _machine() -> dict[str, Any]:
    def told(path: str, key: str) -> str:
        try:
            lines = Path(path).read_text(encoding="utf-8").splitlines()
        except OSError:
            return "unknown"
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "unknown")

    load_average = os.getloadavg()[0]
    return {
        "cpus": os.cpu_count(),
        "model": told("/proc/cpuinfo", "model name"),
        "memory": told("/proc/meminfo", "MemTotal"),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": round(load_average, 1),
    }


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "duckdb": duckdb.__version__, "riskengine": version("riskengine")}


if __name__ == "__main__":
    main()
