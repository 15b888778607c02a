"""The outbox is a whole night or none, whatever happens while it is written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from riskengine.errors import NotDelivered
from riskengine.intervene import outbox
from riskengine.intervene.outbox import Document, deliver, file_name
from riskengine.intervene.phase import lists

NIGHT = date(2026, 6, 30)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_stands_in_the_list_under_its_sha256(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1)
    folder = stage.run(NIGHT)
    listed = {each.path: each for each in lists(stage.con, NIGHT)}
    assert set(listed) == set(files(folder))
    assert all(hashlib.sha256(content).hexdigest() == listed[path].sha256 for path, content in files(folder).items())
    assert listed["全县清单.xlsx"].unit is None
    assert listed[f"反诈中心/反诈中心预警清单_{NIGHT}.xlsx"].lines == 1


def test_warnings_jsonl_holds_open_and_lifted_warnings_by_id_with_their_duties(stage):
    stage.warn(NIGHT, "YJ-2026-000002", "新增", 1, subject="990100102", place="990100102")
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 4)
    rows = [json.loads(line) for line in (stage.run(NIGHT) / "warnings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["YJ-2026-000001", "YJ-2026-000002"]
    assert (rows[1]["level"], rows[1]["change"], rows[1]["as_of"]) == ("红", "新增", "2026-06-30")
    assert [(duty["unit"], duty["role"], duty["deadline"]) for duty in rows[1]["duties"]] == [
        ("fanzha", "主办", "2026-07-01"),
        ("town-02", "协办", "2026-07-01"),
    ]


def test_a_second_run_changes_nothing_and_a_lost_folder_is_written_again(stage):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1)
    folder = stage.run(NIGHT)
    before = files(folder)
    (folder / "note.txt").write_text("put here by somebody")
    stage.run(NIGHT)
    assert (folder / "note.txt").exists(), "a night that has run is left alone"
    folder.rename(folder.with_name("away"))
    stage.run(NIGHT)
    assert files(folder) == before


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (
            errno.ENOSPC,
            "data/outbox/2026-06-30：清单没有写完：磁盘已满。请释放空间后再次运行即可，研判结果已保存，不会重复计算。",
        ),
        (
            errno.EACCES,
            "data/outbox/2026-06-30：清单没有写完：Permission denied。请检查该文件夹是否存在、可写、未被其他程序占用，"
            "然后再次运行即可。",
        ),
    ],
)
def test_a_disk_that_fails_leaves_nothing_half_written_and_a_sentence(stage, monkeypatch, number, sentence):
    stage.warn(NIGHT, "YJ-2026-000001", "新增", 1)
    written = 0

    def fail(descriptor: int) -> None:
        nonlocal written
        written += 1
        if written == 3:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(outbox.os, "fsync", fail)
    with pytest.raises(NotDelivered) as caught:
        stage.run(NIGHT)
    assert (str(caught.value), caught.value.exit_code) == (sentence, 5)
    assert list(stage.workspace.outbox.iterdir()) == []
    assert stage.con.execute("SELECT count(*) FROM intervene.duty").fetchone() == (0,)
    monkeypatch.undo()
    assert (stage.run(NIGHT) / "index.html").is_file()


def test_a_really_full_disk_is_told_as_such(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    folder = tmp_path / "2026-06-30"
    (tmp_path / "2026-06-30.partial").mkdir()
    with pytest.raises(OSError) as caught, open("/dev/full", "wb", buffering=0) as full:
        full.write(b"x")
    with pytest.raises(NotDelivered, match="磁盘已满"), outbox._sentences(folder, tmp_path / "2026-06-30.partial"):
        raise caught.value
    assert list(tmp_path.iterdir()) == []


def test_a_left_over_of_a_killed_run_is_removed(tmp_path):
    for left in ("2026-06-30.partial", "2026-06-30.replaced"):
        (tmp_path / left).mkdir()
        (tmp_path / left / "half.xlsx").write_text("half")
    deliver(tmp_path / "2026-06-30", [Document("a/b.txt", b"whole")])
    assert files(tmp_path) == {"2026-06-30/a/b.txt": b"whole"}


@pytest.mark.parametrize("step", ["_write", "rename"])
def test_killed_at_any_step_and_delivered_again_the_folder_is_that_of_an_undisturbed_run(tmp_path, step):
    """A child process is killed with SIGKILL in the middle; the second delivery must give the same files."""
    script = f"""
import os, signal, sys
from pathlib import Path
from riskengine.intervene import outbox
def die(*a): os.kill(os.getpid(), signal.SIGKILL)
calls = 0
def second(original):
    def call(*a):
        global calls
        calls += 1
        return die() if calls == 2 else original(*a)
    return call
if {step!r} == "_write":
    outbox._write = second(outbox._write)
else:
    outbox.os.rename = second(os.rename)
documents = [outbox.Document(f"u{{n}}/x.txt", b"new") for n in range(3)]
outbox.deliver(Path(sys.argv[1]), documents)
"""
    folder = tmp_path / "2026-06-30"
    folder.mkdir()
    (folder / "old.txt").write_text("from a run that never committed")
    child = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=Path(__file__).parents[2], check=False)
    assert child.returncode == -signal.SIGKILL
    deliver(folder, [Document(f"u{n}/x.txt", b"new") for n in range(3)])
    assert files(tmp_path) == {f"2026-06-30/u{n}/x.txt": b"new" for n in range(3)}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("清溪镇人民政府", "清溪镇人民政府"),
        ("../../etc", "_.._etc"),
        ("a/b:c*", "a_b_c_"),
        ("..", "_"),
        ("乙局\n", "乙局_"),
    ],
)
def test_a_unit_name_is_one_folder_name(name, safe):
    assert file_name(name) == safe
