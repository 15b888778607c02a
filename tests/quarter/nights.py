"""The nights of the quarter, one after the other; stopped anywhere and started again, it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from data.sample.__main__ import generate
from data.sample.returned import hand_in
from riskengine.cli.starter import lay_down
from riskengine.delivery.send import deliver
from riskengine.ledger import is_finished
from riskengine.night import run_night
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

__all__ = ["FIRST", "LAST", "county", "go"]

FIRST, LAST = date(2026, 4, 2), date(2026, 6, 30)
"""Ninety nights, both included."""

_DELIVERIES = """\
# 一个季度的试运行：清单送进工作区里的文件夹，每月十五日演练。
channels:
  - id: local-folder
    kind: folder
    to: {county: data/delivered, "*": data/delivered}
drill: {day: 15, within: 3}
"""


def county(root: Path, say: Callable[[str], None]) -> Workspace:
    """The sample county in ``root`` with its two years of files; made whole once."""
    made = root / "data" / "inbox" / ".made"
    if not made.exists():
        say("正在生成样例县的来文…")
        if not (root / "rules").exists():
            lay_down(root)
        (root / "rules" / "deliveries.yaml").write_text(_DELIVERIES, encoding="utf-8")
        generate(root / "data" / "inbox", more=True)
        made.touch()
    return Workspace.at(root)


def go(root: Path, say: Callable[[str], None], last: date = LAST) -> None:
    """Run every night up to ``last`` that has not run; before each, the units answer the lists of the evening before."""
    workspace = county(root, say)
    rules = load(workspace)
    for nth in range((last - FIRST).days + 1):
        day = FIRST + timedelta(days=nth)
        if not is_finished(workspace, day):
            handed_in = hand_in(root, day) if nth else 0
            report = run_night(workspace, day, rulebook=rules)
            sent = deliver(workspace, rules, _clock(day), day)
            say(f"{day} 第{nth + 1}夜，回执 {handed_in} 份，送出 {sent.sent} 件，退出码 {report.exit_code}")
        else:
            deliver(
                workspace, rules, _clock(day), day
            )  # the one before may have died between its night and its delivery


def _clock(day: date) -> Callable[[], datetime]:
    """Six in the morning after the night."""
    return lambda: datetime.combine(day + timedelta(days=1), time(6))
