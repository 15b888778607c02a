"""A night on which everything that can be wrong with a file is wrong with some file, and nobody else notices."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest

from riskengine.night import run_night
from riskengine.workspace import Workspace
from tests.loop.broken import BROKEN, HEADER_ONLY, LESS, NEW_COLUMN, SOUND
from tests.loop.county import FRAUD_FILE, ROOT, SECOND, child_environment, command, inbox, lists, put
from tests.loop.memory import counts

UNREADABLE = "反诈中心/电诈案件_20260630_io.csv"


@pytest.fixture(scope="module")
def broken_night(one_night, tmp_path_factory):
    """The workspace after a second night with all broken files at once, what the command said, the inbox before."""
    root = tmp_path_factory.mktemp("broken") / "county"
    shutil.copytree(one_night.root, root)
    workspace = Workspace.at(root)
    for broken in BROKEN.values():
        put(workspace, broken.name, broken.content())
    os.symlink("/proc/self/mem", workspace.inbox / UNREADABLE)  # opens, and answers EIO to whoever reads
    before = {name: path.stat().st_size for name, path in _files(workspace)}
    ran = command("run", "--as-of", str(SECOND), "--workspace", str(root))
    return workspace, ran, before


def _files(workspace):
    return [(path.name, path) for path in sorted(workspace.inbox.rglob("*")) if path.is_file()]


def _without_pages(found):
    return {name: sha for name, sha in found.items() if not name.endswith((".html", ".docx"))}


def _account(workspace, night=SECOND):
    return json.loads((workspace.night(night) / "run.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_told_in_one_sentence_and_nothing_of_it_is_taken_in(broken_night, what):
    workspace, ran, _ = broken_night
    broken = BROKEN[what]
    sentence = f"{broken.name}：{broken.sentence}"
    [file] = [file for file in _account(workspace)["files"] if file["name"] == broken.name]
    assert (file["status"], file["message"], file["read"]) == ("refused", sentence, None)
    assert f"  来文有误  {sentence}\n" in ran.stdout
    assert {"code": "refused-file", "source": "fraud-cases", "file": broken.name, "message": sentence} in _account(
        workspace
    )["issues"]


def test_a_file_that_the_disk_cannot_read_is_told_and_read_again_next_time(broken_night):
    workspace, ran, _ = broken_night
    sentence = f"{UNREADABLE}：文件打不开（Input/output error）。请检查文件权限，下次运行会再读。"
    [file] = [file for file in _account(workspace)["files"] if file["name"] == UNREADABLE]
    assert (file["status"], file["message"]) == ("unreadable", sentence)
    assert f"  来文有误  {sentence}\n" in ran.stdout


def test_the_night_finishes_with_exit_4_and_without_a_traceback(broken_night):
    workspace, ran, _ = broken_night
    assert (ran.returncode, "Traceback" in ran.stderr) == (4, False), ran.stderr
    assert _account(workspace)["exit_code"] == 4
    assert len(_account(workspace)["broken"]) == len(BROKEN) + 1


def test_sound_files_of_the_same_night_are_taken_in_to_the_last_row(broken_night):
    account = _account(broken_night[0])
    assert counts(account, FRAUD_FILE.format("20260630")) == (9, 7, 1, 0, 1, 0)
    assert account["rows"] == {
        "read": 10, "stored": 8, "updated": 1, "unchanged": 0, "retracted": 1, "rejected": 0
    }  # fmt: skip


def test_the_lists_are_those_of_a_night_without_broken_files_and_the_pages_alone_tell_of_them(
    broken_night, undisturbed
):
    workspace, _, _ = broken_night
    page = f"{SECOND}/数据.html"
    found = lists(workspace)
    assert _without_pages(found) == _without_pages(undisturbed)
    assert found[page] != undisturbed[page]
    told = (workspace.outbox / page).read_text(encoding="utf-8")
    assert [broken.name for broken in BROKEN.values() if broken.name not in told] == []


def test_every_file_still_lies_in_the_inbox_and_nothing_is_left_in_scratch(broken_night):
    workspace, _, before = broken_night
    assert {name: path.stat().st_size for name, path in _files(workspace)} == before
    assert [path.name for path in workspace.scratch.rglob("*") if path.is_file()] == ["lock"]
    assert not list(workspace.sealed.rglob("*.part*"))


def test_a_mended_file_is_taken_in_on_the_next_night_and_only_the_others_are_told_again(broken_night, tmp_path):
    workspace = Workspace.at(shutil.copytree(broken_night[0].root, tmp_path / "county", symlinks=True))
    mended = BROKEN["the key column renamed"].name
    put(workspace, mended, SOUND)
    third = run_night(workspace, SECOND + timedelta(days=1))
    assert counts(third.account, mended) == (2, 2, 0, 0, 0, 0)
    assert third.exit_code == 4
    assert mended not in {file["name"] for file in third.account["broken"]}
    assert len(third.account["broken"]) == len(BROKEN)
    for broken in BROKEN.values():
        (workspace.inbox / broken.name).unlink()
    (workspace.inbox / UNREADABLE).unlink()
    assert run_night(workspace, SECOND + timedelta(days=2)).exit_code == 0


@pytest.mark.parametrize(
    ("content", "became", "code", "sentence"),
    [
        (HEADER_ONLY, (0, 0, 0, 0, 0, 0), "no-rows", "只有表头，没有数据行；按零报告处理。如有数据，请补报。"),
        (
            NEW_COLUMN,
            (2, 2, 0, 0, 0, 0),
            "new-column",
            "新出现的列“涉案平台”没有使用。请在来源 fraud-cases 的 fields 里写明用途，或列入 ignore。",
        ),
        (LESS, (1, 1, 0, 0, 0, 0), "missing-column", "没有列“损失金额”，按空值读入。请核对是否漏报。"),
    ],
    ids=["header only", "a new column", "a column missing that rows can do without"],
)
def test_what_is_odd_but_usable_is_noted_and_the_night_ends_well(county, undisturbed, content, became, code, sentence):
    name = FRAUD_FILE.format("20260630_odd")
    before = inbox(county) | {name: ""}
    put(county, name, content)
    report = run_night(county, SECOND)
    assert report.exit_code == 0
    assert counts(report.account, name) == became
    assert [(issue["code"], issue["message"]) for issue in report.account["issues"]] == [(code, f"{name}：{sentence}")]
    assert _without_pages(lists(county)) == _without_pages(undisturbed)
    assert inbox(county).keys() == before.keys()


TAKEN_AWAY = """
import os, sys
from pathlib import Path
from riskengine.cli import main

opened = 0

def watch(event, arguments):
    global opened
    if event == "open" and str(arguments[0]).endswith("_odd.csv"):
        opened += 1
        if opened == 2:
            os.unlink(arguments[0])

sys.addaudithook(watch)
main()
"""


def test_a_file_that_is_taken_away_while_the_night_reads_it_is_told_and_costs_nobody_else_anything(county, undisturbed):
    name = FRAUD_FILE.format("20260630_odd")
    put(county, name, SOUND)
    ran = subprocess.run(
        [sys.executable, "-c", TAKEN_AWAY, "run", "--as-of", str(SECOND), "--workspace", str(county.root)],
        cwd=ROOT, env=child_environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 4, ran.stderr
    sentence = "读到一半打不开了（No such file or directory）。请确认文件还在收件箱里，下次运行会再读。"
    assert f"  来文有误  {name}：{sentence}\n" in ran.stdout
    assert _without_pages(lists(county)) == _without_pages(undisturbed)
