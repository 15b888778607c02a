"""A county of three towns, three sources and four rules; two nights that warn, escalate, combine and take a receipt."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]
FIRST, SECOND = NIGHTS = (date(2026, 6, 29), date(2026, 6, 30))

FRAUD_HEADER = "案件编号,发案日期,辖区,类型,损失金额,状态,备注"
FRAUD_FILE = "反诈中心/电诈案件_{}.csv"

_RULE = """\
  - id: {id}
    title: {title}
    theme: {theme}
    subject: town
    {condition}
    parameters:
      下限: {{unit: 起, reference: 县平安办研判口径, values: {{2024-01-01: {least}}}}}
    score:
      - feature: 数量
        of: {signal}
        bands: [[null, 5, 40], [5, 8, 60], [8, null, 80]]
        says: {signal}为{{{signal}}}
    evidence: {{from: {kind}, window: 7}}
    basis: 县平安办2024年风险预警工作方案
    action: 三日内核查并反馈
    false_causes: [集中补录]
"""


def rule(
    id_: str, title: str, theme: str, kind: str, signal: str, least: int = 3, when: str = "{signal} >= 下限"
) -> str:
    """One entry of a rule file over one signal."""
    condition = f"when: {when.format(signal=signal)}"
    return _RULE.format(id=id_, title=title, theme=theme, kind=kind, signal=signal, least=least, condition=condition)


RULES = {
    "levels.yaml": """\
levels:
  - {name: 红, rank: 1, code: I, colour: "#C00000", score: 80, handle_within: 1}
  - {name: 橙, rank: 2, code: II, colour: "#ED7D31", score: 60, handle_within: 3}
  - {name: 黄, rank: 3, code: III, colour: "#FFD966", score: 40, handle_within: 7}
  - {name: 蓝, rank: 4, code: IV, colour: "#9DC3E6", score: null, handle_within: 15}
""",
    "units.yaml": """\
units:
  - {id: fanzha, name: 反诈中心, type: line, sort: 1}
  - {id: xinfang, name: 信访局, type: line, sort: 2}
  - {id: zongzhi, name: 综治中心, type: line, sort: 3}
  - {id: town-01, name: 清溪镇人民政府, type: township, sort: 11}
  - {id: town-02, name: 白石镇人民政府, type: township, sort: 12}
  - {id: town-03, name: 东湾镇人民政府, type: township, sort: 13}
""",
    "routes.yaml": """\
routes:
  - {themes: [电信网络诈骗], lead: fanzha}
  - {themes: [信访], lead: xinfang}
  - {lead: zongzhi, catch_all: true}
""",
    "places.csv": """\
code,name,level,parent,population,valid_from,unit,aliases
990100,云川县,county,,90000,2024-01-01,,
990100101,清溪镇,town,990100,40000,2024-01-01,town-01,清溪
990100102,白石镇,town,990100,30000,2024-01-01,town-02,
990100103,东湾镇,town,990100,20000,2024-01-01,town-03,
990100101001,柳河村,village,990100101,2000,2024-01-01,town-01,
""",
    "sources/fraud.yaml": r"""
source: fraud-cases
title: 电诈案件
kind: fraud
files: 反诈中心/电诈案件_*
received: {pattern: '_(\d{8})'}
reports: {unit: fanzha, every: 1, grace: 3}
key: 案件编号
fields: {occurred_on: 发案日期, place: 辖区, category: 类型, loss: 损失金额, method: 备注}
retract_when: {column: 状态, values: [撤案]}
max_rejected: 0.3
""",
    "sources/petitions.yaml": r"""
source: petitions
title: 信访事项
kind: petition
files: 信访局/信访事项_*.xlsx
received: {pattern: '_(\d{8})'}
key: 事项编号
fields: {occurred_on: 登记日期, place: 属地, category: 问题类别, people: 涉及人数, closed_on: 办结日期}
""",
    "sources/receipts.yaml": r"""
source: receipts
title: 责任单位回执
kind: receipt
files: 回执/*.csv
received: {pattern: '_(\d{8})'}
key: [预警编号, 责任单位]
fields: {key: 预警编号, occurred_on: 名单日期, place: 地区编码, unit: 责任单位, signed_on: 签收日期, outcome: 核查结果}
blank_when: [签收日期, 核查结果]
""",
    "signals/signals.yaml": """\
signals:
  - {name: 近7日诈骗起数, unit: 起, subject: [town, county], from: fraud, measure: count, window: 7}
  - {name: 近7日诈骗损失, unit: 元, subject: town, from: fraud, measure: sum, of: 损失金额, window: 7}
  - {name: 近7日信访件数, unit: 件, subject: town, from: petition, measure: count, window: 7}
""",
    "warnings/fraud/fraud.yaml": "rules:\n"
    + rule("fraud-surge", "诈骗案件明显增多", "电信网络诈骗", "fraud", "近7日诈骗起数")
    + rule("fraud-loss", "诈骗损失较大", "电信网络诈骗", "fraud", "近7日诈骗损失", least=500000),
    "warnings/petitions/petitions.yaml": "rules:\n"
    + rule("petition-surge", "信访事项集中", "信访", "petition", "近7日信访件数", least=4),
    "warnings/compound/compound.yaml": """\
rules:
  - id: fraud-and-petitions
    title: 诈骗与信访叠加
    theme: 综合研判
    subject: town
    compound: {all: [fraud-surge, petition-surge], within: 2}
    adds: 15
    basis: 县平安办2024年风险预警工作方案
    action: 由综治中心牵头会商
    false_causes: [两类事项并无关联]
""",
}


def cases(day: date, place: str, count: int, prefix: str, loss: int = 1000) -> list[str]:
    """``count`` fraud cases in ``place``, on the days up to ``day``."""
    return [
        f"FZ-{prefix}-{n:03d},{day - timedelta(days=n % 5)},{place},刷单返利,{loss + n * 10},立案,社交软件"
        for n in range(count)
    ]


def text(rows: Iterable[str], header: str = FRAUD_HEADER) -> str:
    """A CSV file."""
    return "\n".join([header, *rows]) + "\n"


def workbook(path: Path, header: list[str], rows: Iterable[list[Any]]) -> Path:
    """An .xlsx file of one sheet; every cell is text."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("明细")
        for number, row in enumerate([header, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, str(cell))
    return path


def put(workspace: Workspace, name: str, content: str | bytes) -> Path:
    """A file into the inbox."""
    path = workspace.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def build(root: Path) -> Workspace:
    """The county below ``root``: rules and about 200 records, no night run yet."""
    for name, content in RULES.items():
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    workspace = Workspace.at(root)
    towns = ("清溪镇", "白石镇", "东湾镇")
    history = [line for n, town in enumerate(towns) for line in cases(date(2026, 5, 20), town, 40, f"H{n}")]
    put(workspace, FRAUD_FILE.format("20260601"), text(history))
    first = cases(FIRST, "清溪镇", 6, "A") + cases(FIRST, "990100102", 1, "B")
    put(workspace, FRAUD_FILE.format("20260629"), text(first).encode("gb18030"))
    corrected = first[0].replace("1000", "90000")
    retracted = first[6].replace("立案", "撤案")
    second = cases(SECOND, "白石镇", 4, "C", 200000) + cases(SECOND, "清溪镇", 3, "D") + [corrected, retracted]
    put(workspace, FRAUD_FILE.format("20260630"), text(second))
    header = ["事项编号", "登记日期", "属地", "问题类别", "涉及人数", "办结日期"]
    petitions = [
        [f"XF-{n:03d}", FIRST - timedelta(days=n % 4 if n < 6 else 20 + n % 30), towns[0 if n < 6 else n % 3], "城乡建设", n % 7, ""]
        for n in range(40)
    ]  # fmt: skip
    (workspace.inbox / "信访局").mkdir()
    workbook(workspace.inbox / "信访局" / "信访事项_20260629.xlsx", header, petitions)
    receipt = "YJ-2026-000002,2026-06-29,990100101,反诈中心,2026-06-30,属实"
    header_line = "预警编号,名单日期,地区编码,责任单位,签收日期,核查结果"
    put(workspace, "回执/回执_20260630.csv", text([receipt], header_line))
    return workspace


def lists(workspace: Workspace, night: date | None = None) -> dict[str, str]:
    """SHA-256 of every file of the outbox (of one night) but run.json, which holds timings; leftovers would show."""
    folder = workspace.night(night) if night else workspace.outbox
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def inbox(workspace: Workspace) -> dict[str, str]:
    """SHA-256 of every file of the inbox."""
    folder = workspace.inbox
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def command(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as an operator calls it."""
    return subprocess.run(
        [sys.executable, "-m", "riskengine", *arguments],
        cwd=ROOT,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def child_environment() -> dict[str, str]:
    """The environment of a child process that finds the project from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
