"""A county of one town, three nights and one rule: small enough to run again and again, whole enough to warn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]

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
  - {id: fanzha, name: 反诈中心, type: line}
  - {id: town-01, name: 清溪镇人民政府, type: township}
""",
    "routes.yaml": """\
routes:
  - {themes: [电信网络诈骗], lead: fanzha}
  - {lead: fanzha, catch_all: true}
""",
    "places.csv": """\
code,name,level,parent,population,valid_from,unit,aliases
990100,云川县,county,,600000,2024-01-01,fanzha,
990100101,清溪镇,town,990100,30000,2024-01-01,town-01,
990100102,白石镇,town,990100,20000,2024-01-01,,
""",
    "sources/fraud.yaml": r"""
source: fraud-cases
title: 反诈中心案件
kind: fraud
files: 反诈中心/*.csv
received: {pattern: '_(\d{8})\.'}
key: 案件编号
fields: {occurred_on: 发案时间, place: 发案地, loss: 损失金额}
""",
    "signals/fraud.yaml": """\
signals:
  - {name: 近7日诈骗起数, unit: 起, subject: town, from: fraud, measure: count, window: 7}
""",
    "warnings/fraud/surge.yaml": """\
rules:
  - id: fraud-surge
    title: 诈骗案件明显增多
    theme: 电信网络诈骗
    subject: town
    when: 近7日诈骗起数 >= 起数下限
    parameters:
      起数下限: {unit: 起, reference: 县反诈中心研判口径, values: {2024-01-01: 3}}
    score:
      - feature: 起数
        of: 近7日诈骗起数
        bands: [[null, 5, 40], [5, 8, 60], [8, null, 80]]
        says: 近7日诈骗{近7日诈骗起数}起
    evidence: {from: fraud, window: 7}
    basis: 反电信网络诈骗法第三条
    action: 开展预警劝阻
    false_causes: [集中补录]
""",
}

CASES = {"20260628": ("清溪镇", 4), "20260629": ("清溪镇", 3), "20260630": ("白石镇", 6)}


def build(root: Path) -> Workspace:
    """The county's rules and its three files below ``root``."""
    for name, text in RULES.items():
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    inbox = root / "data" / "inbox" / "反诈中心"
    inbox.mkdir(parents=True)
    for day, (town, number) in CASES.items():
        written = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        rows = [f"FZ{day}{n:03d},{written},{town},{n * 1000}" for n in range(number)]
        text = "\n".join(["案件编号,发案时间,发案地,损失金额", *rows]) + "\n"
        (inbox / f"案件_{day}.csv").write_text(text, encoding="utf-8")
    return Workspace.at(root)


@pytest.fixture
def county(tmp_path: Path) -> Workspace:
    """The county, no night run yet."""
    return build(tmp_path / "county")


@pytest.fixture
def command(tmp_path: Path):
    """Run one of the project's commands as an operator would: a process of its own, stdin closed."""

    def run(*arguments: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**clean, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return run


def delivered(workspace: Workspace, night: str) -> dict[str, bytes]:
    """Every file of a night but its account, which holds timings."""
    folder = workspace.outbox / night
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if name != "run.json"}
