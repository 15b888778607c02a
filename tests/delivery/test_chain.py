"""The deliveries' own chain: whoever changes, drops or moves what became of a message is found."""

from __future__ import annotations

import pytest

from riskengine.delivery.chain import head, verify
from tests.delivery.conftest import Wall
from tests.delivery.county import NIGHT, book, folder


@pytest.fixture
def con(here):
    here.deliver(book(folder(), folder("gone", to={"county": "env:RISKENGINE_TEST_ABSENT"})), Wall(), NIGHT)
    return here.con


@pytest.fixture
def spoilt(con):
    """What is changed inside is taken back."""
    con.execute("BEGIN")
    yield con
    con.execute("ROLLBACK")


def test_an_outbox_that_nobody_touched_is_whole(con):
    assert verify(con) == [] and head(con)[0] == 4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE delivery.attempt SET result = '已送' WHERE result = '未送达'", "第 4 条"),
        ("UPDATE delivery.attempt SET tried_at = tried_at - INTERVAL 1 DAY WHERE seq = 2", "第 2 条"),
        ("UPDATE delivery.message SET sha256 = 'x' WHERE unit = 'fanzha'", "被改动过"),
        ("UPDATE delivery.message SET status = '已送' WHERE channel = 'gone'", "写着“已送”，与它的送达记录不符"),
        ("DELETE FROM delivery.attempt WHERE seq = 2", "第 2 条不见了"),
        ("UPDATE delivery.attempt SET seq = 5 - seq WHERE seq IN (2, 3)", "接不上前一条"),
        ("UPDATE delivery.attempt SET seq = NULL, hash = NULL WHERE seq = 4", "与它的送达记录不符"),
    ],
)
def test_what_was_done_behind_its_back_is_found(spoilt, change, says):
    spoilt.execute(change)
    assert any(says in each for each in verify(spoilt))
