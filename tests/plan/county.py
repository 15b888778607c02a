"""A county whose twelve nights have late, corrected and withdrawn records and a source that falls silent; its rules in
git.
"""

from __future__ import annotations

import subprocess
from datetime import date, timedelta
from pathlib import Path

from riskengine.assess.oracle import conclude
from riskengine.assess.phase import assess
from riskengine.intervene.duty import assign
from riskengine.intervene.routing import route
from riskengine.rulebook.load import load
from riskengine.sense.phase import sense
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.loop.county import FRAUD_FILE, RULES, put, text, workbook

FIRST, LAST = date(2026, 6, 10), date(2026, 6, 21)
TOWNS = ("清溪镇", "白石镇", "东湾镇")
SILENT = range(15, 20)
"""Days of June on which the fraud centre sends nothing; after its grace of three the county is unknown."""

EXTRA = """\
  - id: petition-many
    title: 信访件数偏多
    theme: 信访
    subject: county
    when: 近7日全县信访件数 >= 下限
    parameters:
      下限: {unit: 件, reference: 县信访局研判办法, values: {2024-01-01: 5, 2026-06-18: 6}}
    score:
      - {feature: 数量, of: 近7日全县信访件数, bands: [[null, 8, 40], [8, null, 60]], says: "近7日全县信访{近7日全县信访件数}件"}
    for: 2 of 3
    keep: 2
    basis: 县信访局研判办法
    action: 七日内分析
    false_causes: [集中登记]
"""


def days(first: date = FIRST, last: date = LAST) -> list[date]:
    """The nights."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def rules() -> dict[str, str]:
    """The rule files: those of the two-night county, one rule with a history and a slow start, a merge."""
    found = dict(RULES)
    found["signals/signals.yaml"] = found["signals/signals.yaml"].replace(
        "of: 损失金额, window: 7", "of: 损失金额, window: 3"
    ) + ("  - {name: 近7日全县信访件数, unit: 件, subject: county, from: petition, measure: count, window: 7}\n")
    found["warnings/petitions/petitions.yaml"] += EXTRA
    found["warnings/compound/compound.yaml"] = (
        found["warnings/compound/compound.yaml"]
        .replace(
            "{all: [fraud-surge, petition-surge], within: 2}",
            "{all: [petition-surge], any: [fraud-surge, fraud-loss], within: 4}",
        )
        .replace("    adds: 15\n", "    adds: 15\n    inhibits: [petition-surge]\n")
    )
    return found


def lay_rules(root: Path, files: dict[str, str]) -> None:
    """Write the rule files below ``root/rules``."""
    for name, content in files.items():
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def build(root: Path, files: dict[str, str] | None = None) -> Workspace:
    """The county with its records in the inbox, no night run yet."""
    lay_rules(root, files or rules())
    workspace = Workspace.at(root)
    for day in days():
        if day.day not in SILENT:
            put(workspace, FRAUD_FILE.format(f"{day:%Y%m%d}"), text(_frauds(day)))
    (workspace.inbox / "信访局").mkdir(parents=True)
    header = ["事项编号", "登记日期", "属地", "问题类别", "涉及人数", "办结日期"]
    for day in days()[::2]:
        workbook(workspace.inbox / "信访局" / f"信访事项_{day:%Y%m%d}.xlsx", header, _petitions(day))
    return workspace


def run_nights(workspace: Workspace) -> Workspace:
    """All nights as `riskengine fill` decides them; only the lists are not written."""
    book = load(workspace)
    with connect(workspace.database, workspace.scratch) as con:
        for night in days():
            sense(con, workspace, book, night)
            assess(con, workspace, book, night, conclude=conclude)
            route(con, book, night)
            assign(con, book, night)
    return workspace


def _frauds(day: date) -> list[str]:
    """The cases of the day, some of two days before that come late, a correction and a withdrawal of older ones."""
    lines = []
    for number, town in enumerate(TOWNS):
        count = (day.day * (number + 2) + number) % 4 if (day.day + number) % 3 == 1 else 0
        for n in range(count):
            on = day - timedelta(days=2 if n == 2 else 0)
            lines.append(
                f"FZ-{day:%d}-{number}-{n},{on},{town},刷单返利,{(day.day * 37 + n * 11) % 90 * 4000},立案,网络"
            )
    then = day - timedelta(days=1)
    if then.day % 3 == 1 and then.day % 2 and then.day not in SILENT:
        lines.append(f"FZ-{then:%d}-0-0,{then},{TOWNS[0]},刷单返利,600000,立案,网络")
    if then.day % 3 == 0 and (then.day * 3 + 1) % 4 and then.day not in SILENT:
        lines.append(f"FZ-{then:%d}-1-0,{then},{TOWNS[1]},刷单返利,0,撤案,网络")
    return lines


def _petitions(day: date) -> list[list[object]]:
    return [
        [f"XF-{day:%d}-{n}", day - timedelta(days=n % 3), TOWNS[n % 2], "城乡建设", n, ""] for n in range(day.day % 5)
    ]


def git(folder: Path, *arguments: str) -> str:
    """Run git, as somebody whose settings do not matter."""
    settings = [
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@localhost",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "commit.gpgsign=false",
    ]
    return subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, message: str = "规则") -> str:
    """Keep ``rules/`` as it lies there; the commit."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "rules")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD").strip()


def edit(workspace: Workspace, name: str, before: str, after: str) -> None:
    """Change one place of a rule file."""
    path = workspace.rules / name
    content = path.read_text(encoding="utf-8")
    assert content.count(before) >= 1, (name, before)
    path.write_text(content.replace(before, after, 1), encoding="utf-8")
