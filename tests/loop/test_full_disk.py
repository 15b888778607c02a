"""A disk that takes no more, at any moment: exit 5, one sentence, nothing half-written; with room again, the same lists."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from riskengine.night import run_night
from riskengine.workspace import Workspace
from tests.loop.county import FIRST, ROOT, SECOND, child_environment, command, inbox, lists
from tests.loop.memory import remembered

ROOM = 64 << 20

FULL_WHILE_LISTS = """
import resource, sys
from datetime import date
from pathlib import Path
from riskengine.cli.answer import answering, say
from riskengine.night import run_night

def call(name, step):
    if name != "管控干预":
        return step()
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    try:
        return step()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

with answering(Path(sys.argv[1])) as here:
    run_night(here, date.fromisoformat(sys.argv[2]), call=call, say=say)
"""


def test_lists_that_outgrow_what_the_disk_takes_exit_5_and_run_again_give_the_same_lists(
    county, after_both, undisturbed
):
    """The kernel refuses each file beyond 4 KB with EFBIG, and so on any system, with or without privileges."""
    ran = subprocess.run(
        [sys.executable, "-c", FULL_WHILE_LISTS, str(county.root), str(SECOND), "4096"],
        cwd=ROOT, env=child_environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    sentence = "清单没有写完：磁盘已满。请释放空间后再次运行即可，研判结果已保存，不会重复计算。"
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (5, f"data/outbox/{SECOND}：{sentence}")
    assert [path.name for path in county.outbox.iterdir()] == [str(FIRST)], "nothing half-written"
    assert run_night(county, SECOND).exit_code == 0
    assert lists(county) == undisturbed
    assert remembered(county) == remembered(after_both)


@pytest.fixture
def small_disk(one_night, tmp_path):
    """A workspace on a disk of its own (tmpfs), and how to leave so many bytes free on it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a tmpfs; the test above needs none")
    try:
        shutil.copytree(one_night.root, folder / "county")

        def leave(free: int | None) -> None:
            state = os.statvfs(folder)
            size = ROOM if free is None else (state.f_blocks - state.f_bfree) * state.f_frsize + free
            subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)

        yield Workspace.at(folder / "county"), leave
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def test_wherever_the_disk_is_full_the_sentence_names_the_phase_and_nothing_is_lost(
    small_disk, after_both, undisturbed
):
    """Ever more room, so that the night gets ever further; each time it goes on from where it stopped."""
    workspace, leave = small_disk
    stopped = []
    for free in (0, 24 << 10, 384 << 10):
        leave(free)
        ran = command("run", "--as-of", str(SECOND), "--workspace", str(workspace.root))
        if ran.returncode == 0:
            break
        last = ran.stderr.splitlines()[-1]
        assert (ran.returncode, "Traceback" in ran.stderr) == (5, False), ran.stderr
        assert "磁盘已满" in last and "请释放空间后再次运行即可" in last
        assert not (workspace.night(SECOND) / "run.json").exists()
        assert not [path for path in _files(workspace.outbox) if ".partial" in str(path)]
        stopped.append(last.split("：")[0])
    assert stopped[0] == f"{SECOND} 的感知识别"
    assert len(set(stopped)) >= 2, stopped
    leave(None)
    assert command("run", "--as-of", str(SECOND), "--workspace", str(workspace.root)).returncode == 0
    assert lists(workspace) == undisturbed
    assert remembered(workspace) == remembered(after_both)
    assert inbox(workspace) == inbox(after_both)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
