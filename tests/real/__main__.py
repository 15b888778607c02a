"""``python -m tests.real``: run the nights of the known events on real public records and print what was found."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from .events import Event
from .records import ABSENT, DATASETS, Dataset, folder
from .run import ROWS, Finding, Outcome, balanced, run

SHOWN = 8
KINDS = {"event": "事件", "artefact": "假象", "unexplained": "不明"}


def main() -> int:
    """0 when everything ran and every account balanced; 1 where the records are absent or something did not."""
    source = folder()
    if source is None:
        print(ABSENT, file=sys.stderr)
        return 1
    began = time.perf_counter()
    nothing_wrong = True
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="riskengine-real-") as room:
        # Two at a time, the longest first: a dataset is one workspace and keeps to itself.
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            running = [pool.submit(run, each, source, Path(room, each.workspace)) for each in DATASETS]
            for each, future in zip(DATASETS, running, strict=True):
                print(f"正在跑：{each.title} …", flush=True)
                outcome = future.result()
                outcomes.append(outcome)
                print("\n".join(report(outcome)), flush=True)
                nothing_wrong &= not outcome.faults and not outcome.broken and balanced(outcome)
    print("\n".join(total(outcomes, time.perf_counter() - began)))
    return 0 if nothing_wrong else 1


def report(outcome: Outcome) -> Iterator[str]:
    """One dataset in lines: row accounts, net sum, events, and what else was warned of."""
    dataset: Dataset = outcome.dataset
    yield f"\n══ {dataset.title}（{dataset.workspace}）"
    yield "原文件：" + "；".join(f"{name} {rows:,} 行" for name, rows in outcome.published.items())
    yield "来文行账（read = stored + updated + unchanged + retracted + rejected）："
    yield f"  {'文件':<28}" + "".join(f"{name:>10}" for name in ROWS)
    for name, _, *rows in outcome.files:
        yield f"  {name:<28}" + "".join(f"{count:>11,}" for count in rows)
    sums = [sum(column) for column in zip(*(file[2:] for file in outcome.files), strict=True)]
    yield f"  {'合计 ' + str(len(outcome.files)) + ' 个文件':<22}" + "".join(f"{count:>11,}" for count in sums)
    yield "账目全部相符" if balanced(outcome) else "账目不符！"
    for reason, count in outcome.rejects:
        yield f"  退回 {count:,} 处：{reason}"
    net, plus, minus = outcome.net
    yield f"净数：SUM(quantity) = {net:,}，正向 {plus:,} 条，冲减 {minus:,} 条"
    yield "已知事件："
    for finding in outcome.findings:
        yield "  " + verdict(finding, outcome.levels)
    share = outcome.hits / outcome.asked if outcome.asked else 0.0
    yield (
        f"逐类突增规则共判断 {outcome.asked:,} 次（规则 × 对象 × 夜），命中 {outcome.hits} 次（{share:.2%}），"
        f"其中属于上表事件的（含同一事件在全域层面的）{outcome.listed} 次；其余 {len(outcome.others)} 次不在上表，真假未知，得分最高的："
    )
    for night, place, title, level, score in outcome.others[:SHOWN]:
        yield f"    {night} {place} {title} {outcome.levels[level]} {score:g}"
    for line in (*outcome.faults, *(f"未能读入：{name}" for name in outcome.broken)):
        yield "  ！" + line
    yield f"{outcome.nights} 夜，{outcome.seconds:.0f} 秒，最慢的一夜 {outcome.slowest:.1f} 秒"


def verdict(finding: Finding, levels: dict[int, str]) -> str:
    """One line on one event: what it is, and whether, when and how gravely it was warned of."""
    event: Event = finding.event
    span = f"{event.first}" + (f"～{event.last}" if event.last != event.first else "")
    head = f"[{KINDS[event.kind]}] {span} {event.area} {event.category} {event.observed or '—'}："
    if finding.hits:
        first = min(finding.hits, key=lambda hit: (hit.night, hit.level))
        worst = min(finding.hits, key=lambda hit: hit.level)
        said = f"首次预警于 {first.night}（{levels[first.level]}），最重 {levels[worst.level]} {worst.score:g} 分"
        said = ("误报，" if event.kind == "artefact" else "") + said + "：" + "、".join(finding.names)
    else:
        said = "没有预警" + ("（应当如此）" if event.kind == "artefact" else "")
    if finding.flagged:
        first = finding.flagged[0]
        said += f"；另按数据报送提示于 {first.night}（{levels[first.level]}）"
    return head + said


def total(outcomes: Sequence[Outcome], seconds: float) -> Iterator[str]:
    """The figures of all datasets together."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    events = [finding for finding in findings if finding.event.kind == "event"]
    artefacts = [finding for finding in findings if finding.event.kind == "artefact"]
    yield "\n══ 合计"
    yield f"事件 {len(events)} 件，预警 {sum(bool(each.hits) for each in events)} 件"
    yield f"假象 {len(artefacts)} 件，误报 {sum(bool(each.hits) for each in artefacts)} 件"
    rows = sum(sum(outcome.published.values()) for outcome in outcomes)
    yield f"原文件 {rows:,} 行；{sum(outcome.nights for outcome in outcomes)} 夜；共 {seconds:.0f} 秒"


if __name__ == "__main__":
    sys.exit(main())
