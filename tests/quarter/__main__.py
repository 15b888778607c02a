"""``python -m tests.quarter``: ninety nights with receipts, then what became of it; beside it the same quarter under kill -9."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

from tests.quarter.kept import differences
from tests.quarter.killed import go_killed
from tests.quarter.nights import FIRST, LAST, go

_ROOT = Path(__file__).parents[2]

SHOWN = (
    ("单位考核", ("appraise", "--year", "2026", "--as-of", "{last}", "--out", "{root}")),
    ("规则与单位", ("review", "--as-of", "{last}")),
    ("办理", ("handling", "--open", "--as-of", "{last}")),
    ("反弹", ("rebounds", "--as-of", "{last}")),
    ("公文", ("papers", "--since", str(FIRST))),
    ("送达", ("deliveries", "--as-of", "{last}")),
    ("没有送到的", ("deliveries", "--open", "--since", str(FIRST))),
    ("演练", ("deliveries", "--drill", "--as-of", "2026-06-15")),
    ("送达记录", ("deliveries", "--verify")),
    ("调参", ("tune", "dispute-group-open", "--parameter", "人数下限", "--until", "{last}")),
    ("派发建议", ("routes", "propose")),
    ("留痕", ("audit", "verify", "--lists")),
)
"""What is printed at the end of the quarter: title and the words after ``riskengine``."""


def main(arguments: list[str] | None = None) -> int:
    """0 when the quarter ran, everything could be shown and the killed one ended alike."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.quarter", description="样例县的一个季度：九十夜，各单位每天交回执"
    )
    parser.add_argument("what", nargs="?", choices=("nights",), help="只跑各夜，不比较、不展示")
    parser.add_argument(
        "--workspace", type=Path, default=_ROOT / "build" / "quarter", help="工作区，缺省 build/quarter"
    )
    parser.add_argument("--kills", type=int, default=0, help="另跑一遍，其间 kill -9 这么多次，最后逐表逐文件比较")
    parser.add_argument("--until", type=date.fromisoformat, default=LAST, help="跑到哪一夜，缺省到季末")
    chosen = parser.parse_args(arguments)
    root: Path = chosen.workspace.resolve()
    if chosen.what == "nights":
        go(root, print, chosen.until)
        return 0
    began = time.perf_counter()
    killed = root.with_name(f"{root.name}-killed")
    for each in (root, killed):
        shutil.rmtree(each, ignore_errors=True)
    with ThreadPoolExecutor(1) as pool:
        # Children do the nights in both: the one is left alone, the other is not.
        alone = pool.submit(_nights, root, chosen.until)
        died = go_killed(killed, chosen.kills, FIRST, chosen.until, partial(print, flush=True)) if chosen.kills else 0
        code = alone.result()
    if code != 0:
        return code
    print(f"\n{(chosen.until - FIRST).days + 1} 夜跑完，{time.perf_counter() - began:.0f} 秒。工作区：{root}")
    fine = True
    if chosen.kills:
        found = differences(root, killed)
        print(
            f"kill -9 {died} 次之后："
            + ("每张表、每份文件都与没有中断的一遍相同。" if not found else "与没有中断的一遍不同：")
        )
        print("\n".join(found))
        fine = not found and died == chosen.kills
    return 0 if _shown(root, chosen.until) and fine else 1


def _nights(root: Path, last: date) -> int:
    command = [sys.executable, "-m", "tests.quarter", "nights", "--workspace", str(root), "--until", last.isoformat()]
    return subprocess.run(command, cwd=_ROOT, check=False).returncode


def _shown(root: Path, last: date) -> bool:
    fine = True
    for title, words in SHOWN:
        print(f"\n══ {title}：riskengine {' '.join(words).format(root=root, last=last)}", flush=True)
        command = [
            sys.executable,
            "-m",
            "riskengine",
            *(word.format(root=root, last=last) for word in words),
            "--workspace",
            str(root),
        ]
        fine &= subprocess.run(command, cwd=_ROOT, check=False).returncode == 0
    return fine


if __name__ == "__main__":
    sys.exit(main())
