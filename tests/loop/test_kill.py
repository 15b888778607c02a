"""kill -9 at any moment, and run again: the lists are those of a night that nobody disturbed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from riskengine.night import PHASES, run_night
from tests.loop.county import ROOT, SECOND, child_environment, command, inbox, lists
from tests.loop.killed import WHOLE
from tests.loop.memory import remembered


def kill(workspace, points, **environment):
    """Run the second night once a point, killed there; what became of each."""
    arguments = [sys.executable, "-m", "tests.loop.killed", str(workspace.root), str(SECOND), json.dumps(points)]
    environment = {**child_environment(), **environment}
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def steps(one_night, tmp_path_factory):
    """How many lines and file writes each phase of the second night takes."""
    copy = tmp_path_factory.mktemp("counted") / "county"
    shutil.copytree(one_night.root, copy)
    [counted] = kill(type(one_night).at(copy), [(WHOLE, "count", 0)])
    return json.loads(counted)


def holds_like_undisturbed(workspace, after_both, undisturbed):
    assert lists(workspace) == undisturbed
    assert remembered(workspace) == remembered(after_both)
    assert inbox(workspace) == inbox(after_both)
    assert [path.read_bytes() for path in sorted(workspace.audit.iterdir())] == [
        path.read_bytes() for path in sorted(after_both.audit.iterdir())
    ], "the log on disk"


@pytest.mark.parametrize("phase", ["准备", *PHASES])
def test_killed_over_and_over_within_a_phase_the_night_ends_like_an_undisturbed_one(
    county, after_both, undisturbed, steps, phase
):
    took = steps.get(phase, {"line": 0, "write": 0})
    points = [(phase, "before", 0)]
    points += [(phase, "line", max(1, took["line"] * 60 // 100)), (phase, "write", max(1, took["write"] * 99 // 100))]
    points = [point for point in points if point[1] == "before" or took[point[1]]] + [(phase, "after", 0)]
    assert kill(county, points) == ["killed"] * len(points)
    assert not (county.night(SECOND) / "run.json").exists(), "a night that was killed never passes for a finished one"
    report = run_night(county, SECOND)
    assert (report.ran, report.exit_code) == (True, 0)
    holds_like_undisturbed(county, after_both, undisturbed)


def test_killed_while_the_account_is_written_the_lists_stand_and_the_account_is_whole(
    county, after_both, undisturbed, steps
):
    points = [(WHOLE, "write", steps[WHOLE]["write"]), (WHOLE, "write", 1), (WHOLE, "line", 3)]
    assert kill(county, points) == ["killed"] * 3
    assert not (county.night(SECOND) / "run.json").exists()
    assert run_night(county, SECOND).account["rows"]["read"] == 10
    holds_like_undisturbed(county, after_both, undisturbed)


def test_killed_between_the_table_of_the_log_and_its_file_the_file_gets_its_lines_once(
    county, after_both, undisturbed, steps
):
    [path] = county.audit.iterdir()
    before = path.read_bytes()
    account = 3  # afterwards the folder of run.json is asked for, run.json opened and put in place
    assert kill(county, [(WHOLE, "write", steps[WHOLE]["write"] - account)]) == ["killed"]
    assert path.read_bytes() == before
    assert run_night(county, SECOND).ran
    holds_like_undisturbed(county, after_both, undisturbed)


def test_killed_by_the_clock_also_in_the_middle_of_a_statement_the_night_ends_like_an_undisturbed_one(
    county, after_both, undisturbed
):
    points = [(phase, "ms", ms) for phase in PHASES for ms in (10, 60)]
    assert kill(county, points) == ["killed"] * len(points)
    assert run_night(county, SECOND).exit_code == 0
    holds_like_undisturbed(county, after_both, undisturbed)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="asks /proc who is alive")
def test_the_inference_worker_does_not_outlive_a_night_that_was_killed(county):
    mark = f"LOOP_TEST={county.root}"
    assert kill(county, [("研判预警", "after", 0)], LOOP_TEST=str(county.root)) == ["killed"]
    until = time.monotonic() + 20
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.1)
    assert alive(mark) == []


def alive(mark):
    """Processes that carry ``mark`` in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue  # gone, or not ours to look at
    return found


def test_after_a_kill_the_command_line_goes_on_and_says_so_like_any_night(county, undisturbed):
    assert kill(county, [("研判预警", "after", 0)]) == ["killed"]
    ran = command("run", "--as-of", str(SECOND), "--workspace", str(county.root))
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stderr
    assert "读入 10 行 = 新增 8 + 更正 1 + 未变 0 + 撤回 1 + 退回 0" in ran.stdout
    assert lists(county) == undisturbed
