"""The tables of the nights, the sealed rules and the delivered lists: what no longer agrees with the log is named."""

from __future__ import annotations

import pytest

from riskengine.audit.verify import verify
from riskengine.store.database import connect
from tests.loop.county import SECOND

SPOILT = {
    "a level": ("UPDATE assess.state SET level = 4 WHERE as_of = '2026-06-30' AND change = '升级'", "升级"),
    "a warning that vanishes": ("DELETE FROM assess.state WHERE id = 'YJ-2026-000003'", "新增"),
    "a deadline": ("UPDATE intervene.duty SET deadline = '2026-07-09' WHERE as_of = '2026-06-30' AND unit = 'fanzha'", "派发"),
    "a receipt": ("UPDATE intervene.reply SET outcome = '误报'", "回执"),
    "the words of a receipt": ("UPDATE intervene.reply SET measure = '已核查'", "回执"),
    "a file": ("UPDATE sense.file SET rejected = 1 WHERE status = 'loaded'", "来文"),
    "an exception": ("UPDATE assess.suppressed SET who = '公安局'", "例外压住"),
    "a merging": ("DELETE FROM assess.merged", "并入"),
    "a list": ("UPDATE intervene.list SET sha256 = 'f' WHERE path = 'index.html'", "清单"),
    "the rules of a night": ("UPDATE assess.night SET rules_hash = 'f'; UPDATE sense.night SET rules_hash = 'f'; "
                             "UPDATE intervene.night SET rules_hash = 'f'; UPDATE review.night SET rules_hash = 'f'", "规则"),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_a_record_of_a_night_that_no_longer_says_what_the_log_says(log, what):
    statement, word = SPOILT[what]
    findings = [each for each in log.after(lambda con: con.execute(statement)) if each.seq is not None]
    assert findings and {each.code for each in findings} == {"not-recorded"}
    assert word in {log.rows[each.seq - 1].what for each in findings if each.seq}
    assert all("库里" in each.message for each in findings)


def test_a_record_that_the_log_does_not_have(log):
    more = "INSERT INTO assess.state SELECT * REPLACE ('降级' AS change) FROM assess.state WHERE as_of = '2026-07-01' LIMIT 1"
    assert "not-logged" in {each.code for each in log.after(lambda con: con.execute(more))}


def test_a_delivered_list_that_was_changed_is_found_when_asked(copy):
    path = copy.night(SECOND) / "全县清单.xlsx"
    path.write_bytes(path.read_bytes() + b"\0")
    with connect(copy.database, copy.scratch) as con:
        assert verify(con, copy).findings == ()
        [finding] = verify(con, copy, files=True).findings
    assert (finding.copy, finding.code, finding.where) == ("list", "changed", "data/outbox/2026-06-30/全县清单.xlsx")


def test_sealed_rules_that_were_changed(log):
    sealed = log.workspace.sealed / "rules" / f"{log.rows[0].said['hash']}.zip"
    other = next(path for path in sealed.parent.glob("*.zip") if path != sealed)
    whole = sealed.read_bytes()
    sealed.write_bytes(other.read_bytes())
    try:
        assert [each.seq for each in verify(log.con, log.workspace).findings] == [1]
    finally:
        sealed.write_bytes(whole)


def test_a_head_that_was_noted_elsewhere(log):
    assert verify(log.con, log.workspace, log.rows[5].hash).findings == ()
    [finding] = verify(log.con, log.workspace, "f" * 64).findings
    assert (finding.code, finding.copy) == ("head", "account")
