"""kill -9 in the middle of sending, a real process and a real server: after it runs again every message is there once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from riskengine.delivery.send import deliver
from tests.delivery.county import MORNING, NIGHT, book, folder, rows
from tests.delivery.post_office import PostOffice, opened

ROOT = Path(__file__).parents[2]


def sending(here, *channels):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.delivery.sender", str(here.root), json.dumps(channels)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def once_more(here, *channels):
    return deliver(here, book(*channels), lambda: MORNING, NIGHT).sent


@pytest.fixture
def office():
    office = PostOffice()
    server = opened(office)
    office.port = server.port
    yield office
    server.stop(no_assert=True)


def test_mail_killed_between_the_text_and_the_answer_is_there_once_by_its_message_id(closed, office):
    """The worst moment: the server has the second message whole, and we never hear that it took it."""
    units = {unit: f"{unit}@example.gov.cn" for unit in ("fanzha", "xinfang", "town-01")}
    mail = {
        "id": "mail", "kind": "mail", "server": "127.0.0.1", "port": office.port, "security": "none",
        "from": "zongzhi@example.gov.cn", "to": units,
    }  # fmt: skip
    first = sending(closed, mail)

    def kill_at_the_second():
        if len(office.seen) == 2:
            os.kill(first.pid, signal.SIGKILL)
            first.wait()

    office.before_answer = kill_at_the_second
    assert first.wait(timeout=60) == -signal.SIGKILL
    assert rows(closed, "SELECT status, count(*) FROM delivery.message GROUP BY ALL ORDER BY ALL") == [
        ("发送中", 1), ("已送", 1), ("待送", 1)
    ]  # fmt: skip
    assert once_more(closed, mail) == 2
    ids = [letter["Message-ID"] for letter in office.seen]
    assert len(ids) == 4 and len(set(ids)) == 3
    assert ids[1] == ids[2] and office.seen[2]["X-Riskengine-Again"] == "yes"
    assert {letter["To"] for letter in office.seen} == set(units.values())
    assert rows(closed, "SELECT status, doubtful, max(tries) FROM delivery.message GROUP BY ALL ORDER BY ALL") == [
        ("已送", False, 1), ("已送", True, 2)
    ]  # fmt: skip


def test_a_folder_killed_at_any_moment_has_every_message_once(closed):
    """Killed as soon as the second message is being written."""
    place = closed.root / "data" / "delivered"
    process = sending(closed, folder())
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if place.is_dir() and len(list(place.iterdir())) > 1:
            break
    process.kill()
    process.communicate()
    once_more(closed, folder())
    found = sorted(path.name for path in place.iterdir())
    assert len(found) == 3 and not any(name.startswith(".") for name in found)
    assert all(len(list(path.iterdir())) == 2 for path in place.iterdir())
    assert rows(closed, "SELECT DISTINCT status FROM delivery.message") == [("已送",)]
    assert once_more(closed, folder()) == 0
