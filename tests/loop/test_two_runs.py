"""Two runs at once: the second leaves with exit 7 and one sentence, and the first never notices."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from riskengine.store.database import connect
from tests.loop.county import ROOT, SECOND, child_environment, command, lists
from tests.loop.memory import remembered

HOLDING = """
import sys, time
from datetime import date
from pathlib import Path
from riskengine.night import run_night
from riskengine.workspace import Workspace

here, night, phase, folder = sys.argv[1:]

def call(name, step):
    def held():
        seconds = step()
        Path(folder, "holding").touch()
        while not Path(folder, "go-on").exists():
            time.sleep(0.02)
        return seconds
    return held() if name == phase else step()

report = run_night(Workspace.at(here), date.fromisoformat(night), call=call)
raise SystemExit(report.exit_code)
"""


@pytest.fixture
def first_run(county, tmp_path):
    """A run of the second night that stands still between two phases until it is told to go on."""
    arguments = [sys.executable, "-c", HOLDING, str(county.root), str(SECOND), "感知识别", str(tmp_path)]
    child = subprocess.Popen(arguments, cwd=ROOT, env=child_environment(), stderr=subprocess.PIPE, text=True)
    for _ in range(3000):
        if (tmp_path / "holding").exists():
            break
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.02)
    yield child
    child.kill()
    child.wait()


def test_a_second_run_exits_7_and_the_first_ends_like_an_undisturbed_one(
    county, first_run, after_both, undisturbed, tmp_path
):
    for night in (SECOND, "2026-07-01"):
        second = command("run", "--as-of", str(night), "--workspace", str(county.root))
        assert second.returncode == 7
        assert second.stdout == ""
        assert second.stderr == (
            f"另一次运行（进程 {first_run.pid}）正在使用这个工作区。请等它结束后再运行；这一次没有做任何改动。\n"
        )
    assert command("status", "--workspace", str(county.root)).returncode == 0, "who only asks is not in the way"
    (tmp_path / "go-on").touch()
    assert first_run.wait(timeout=120) == 0, first_run.stderr.read()
    assert lists(county) == undisturbed
    assert remembered(county) == remembered(after_both)
    again = command("run", "--as-of", str(SECOND), "--workspace", str(county.root))
    assert (again.returncode, again.stderr) == (
        0, f"{SECOND} 已经运行过，没有再做任何改动。清单在 data/outbox/{SECOND}\n"
    )  # fmt: skip


def test_somebody_who_looks_into_the_database_between_two_phases_does_not_break_the_night(
    county, first_run, undisturbed, tmp_path
):
    with connect(county.database, county.scratch):
        (tmp_path / "go-on").touch()
        with pytest.raises(subprocess.TimeoutExpired):
            first_run.wait(timeout=1.5)
        looking = command("review", "--workspace", str(county.root))
    assert looking.returncode == 7
    assert looking.stderr == (
        f"riskengine.duckdb：另一次运行（进程 {os.getpid()}）正在使用这个工作区。请等它结束后再运行；今晚的数据没有任何改动。\n"
    )
    assert first_run.wait(timeout=120) == 0, first_run.stderr.read()
    assert lists(county) == undisturbed


def test_a_run_that_was_killed_holds_the_workspace_no_longer(county, first_run, undisturbed):
    first_run.kill()
    first_run.wait()
    assert command("run", "--as-of", str(SECOND), "--workspace", str(county.root)).returncode == 0
    assert lists(county) == undisturbed
