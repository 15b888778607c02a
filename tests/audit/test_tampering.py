"""Whatever is done to one of the two copies of the log is found, where it was done, and nothing else is blamed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.audit.examine import Finding
from riskengine.audit.line import Line, canonical, digest, parse, written
from riskengine.audit.verify import verify
from riskengine.store.database import Connection

OFTEN = settings(max_examples=60, deadline=None)
COLUMNS = ("as_of", "what", "origin", "content", "previous", "hash")


def found_at(findings: Sequence[Finding], first: int, last: int, around: int = 1) -> None:
    """Something is found at ``first``, and nothing that lies beyond ``around`` lines of first … last."""
    places = [(each.seq, each.last or each.seq) for each in findings if each.seq is not None]
    assert any(start - around <= first <= end + around for start, end in places), findings
    assert all(first - around <= start and end <= last + around for start, end in places), findings


def store(con: Connection, rows: list[Line]) -> None:
    """These rows in place of the table's."""
    con.execute("DELETE FROM audit.line")
    con.executemany("INSERT INTO audit.line VALUES (?, ?, ?, ?, ?, ?, ?)", [list(vars(line).values()) for line in rows])


def forged(line: Line, **changed: object) -> Line:
    """A line as somebody writes it who knows the recipe."""
    new = replace(line, **changed)
    return replace(new, hash=digest(new))


def rewritten(every: list[Line], start: int, change: Callable[[Line], Line]) -> list[Line]:
    """All lines, ``change`` made in the line ``start`` and the hashes of all that follow made to fit."""
    chain = every[: start - 1]
    for line in every[start - 1 :]:
        base = change(line) if line.seq == start else line
        chain.append(forged(base, previous=chain[-1].hash if chain else "0" * 64))
    return chain


def another(line: Line) -> Line:
    return replace(line, content=canonical({**line.said, "note": "改"}))


def test_an_untouched_log_is_found_whole(log):
    found = verify(log.con, log.workspace, log.rows[40].hash.upper(), files=True)
    assert (found.findings, found.lines, found.nights, found.head) == ((), len(log.rows), 3, log.rows[-1].hash)
    assert found.lists == sum(line.what == "清单" for line in log.rows)
    assert log.held() == []


@OFTEN
@given(data=st.data())
def test_a_byte_of_the_file_that_is_changed(log, data):
    whole = b"".join(log.raw)
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != whole[at]))
    seq = whole[:at].count(b"\n") + 1
    found_at(log.held(raw=whole[:at] + bytes([byte]) + whole[at + 1 :]), seq, seq)


@OFTEN
@given(data=st.data())
def test_lines_of_the_file_that_are_dropped(log, data):
    first = data.draw(st.integers(1, len(log.raw)))
    last = data.draw(st.integers(first, min(first + 5, len(log.raw))))
    findings = log.held(raw=b"".join(log.raw[: first - 1] + log.raw[last:]))
    assert [(each.copy, each.code, each.seq, each.last or each.seq) for each in findings] == [
        ("file", "dropped", first, last)
    ]


@OFTEN
@given(data=st.data())
def test_a_line_of_the_file_that_is_moved(log, data):
    seq = data.draw(st.integers(1, len(log.raw)))
    to = data.draw(st.integers(0, len(log.raw) - 1).filter(lambda each: abs(each - seq + 1) > 1))
    rows = log.raw[: seq - 1] + log.raw[seq:]
    findings = log.held(raw=b"".join([*rows[:to], log.raw[seq - 1], *rows[to:]]))
    assert [(each.copy, each.code, each.seq) for each in findings] == [("file", "moved", seq)]


@OFTEN
@given(data=st.data(), right=st.booleans())
def test_a_line_of_the_file_that_is_put_in_again_or_made_up_with_its_hash_right(log, data, right):
    seq, to = data.draw(st.integers(1, len(log.raw))), data.draw(st.integers(0, len(log.raw)))
    new = written(forged(another(log.rows[seq - 1]))) if right else log.raw[seq - 1]
    findings = log.held(raw=b"".join([*log.raw[:to], new, *log.raw[to:]]))
    assert {each.code for each in findings} <= {"inserted", "moved"}
    found_at(findings, seq, seq)


@OFTEN
@given(data=st.data())
def test_a_column_of_the_table_that_is_changed(log, data):
    line = data.draw(st.sampled_from(log.rows))
    column = data.draw(st.sampled_from(COLUMNS))
    value = {"as_of": "2026-06-28", "content": another(line).content}.get(column, "1" * 64)
    findings = log.held([replace(each, **{column: value}) if each is line else each for each in log.rows])
    found_at(findings, line.seq, line.seq)
    assert {each.copy for each in findings} == {"table"}


@OFTEN
@given(data=st.data())
def test_rows_of_the_table_that_are_dropped(log, data):
    first = data.draw(st.integers(1, len(log.rows)))
    last = data.draw(st.integers(first, min(first + 5, len(log.rows))))
    findings = log.held(log.rows[: first - 1] + log.rows[last:])
    assert [(each.copy, each.code, each.seq, each.last or each.seq) for each in findings] == [
        ("table", "dropped", first, last)
    ]


@OFTEN
@given(data=st.data())
def test_two_rows_of_the_table_that_change_places(log, data):
    one, other = data.draw(st.lists(st.sampled_from(log.rows), min_size=2, max_size=2, unique=True))
    swapped = {one.seq: replace(other, seq=one.seq), other.seq: replace(one, seq=other.seq)}
    findings = log.held([swapped.get(each.seq, each) for each in log.rows])
    assert {(each.copy, each.seq) for each in findings} == {("table", one.seq), ("table", other.seq)}
    assert {each.code for each in findings} <= {"moved", "changed"}


@OFTEN
@given(data=st.data(), in_file=st.booleans())
def test_a_line_of_either_copy_that_is_rewritten_together_with_its_hash(log, data, in_file):
    line = data.draw(st.sampled_from(log.rows))
    rows = [forged(another(each)) if each is line else each for each in log.rows]
    found_at(log.held(raw=b"".join(map(written, rows))) if in_file else log.held(rows), line.seq, line.seq)


@OFTEN
@given(data=st.data())
def test_one_copy_rewritten_from_a_line_to_its_end_with_all_hashes_right(log, data):
    """In itself such a copy is whole; the other copy says from where on it is not what it was, and the accounts which of both."""
    start = data.draw(st.integers(1, len(log.rows)))
    false = rewritten(log.rows, start, another)
    assert all(line.whole for line in false)
    in_file = log.held(raw=b"".join(map(written, false)))
    assert [(each.copy, each.code, each.seq) for each in in_file] == [("both", "differs", start)]
    in_table = log.held(false)
    assert {(each.copy, each.code) for each in in_table} == {("both", "differs"), ("account", "head")}
    assert min(each.seq for each in in_table) == start


@pytest.mark.parametrize("seq", [1, 5, 30, 76])
@pytest.mark.parametrize("how", ["changed", "dropped", "rewritten"])
def test_what_is_done_to_a_row_is_told_once_and_not_again_by_the_tables_of_the_night(log, seq, how):
    rows = [each for each in log.rows if each.seq != seq]
    if how != "dropped":
        new = another(log.rows[seq - 1])
        rows.append(forged(new) if how == "rewritten" else new)
    found_at(log.after(lambda con: store(con, rows)), seq, seq)


@pytest.mark.parametrize("start", [1, 30, 76])
def test_both_copies_rewritten_with_all_hashes_right_are_found_by_the_accounts_and_the_tables_of_the_nights(log, start):
    false = rewritten(log.rows, start, another)
    findings = log.after(lambda con: store(con, false), b"".join(map(written, false)))
    assert {each.copy for each in findings} == {"account", "records"} or start == 1
    assert "head" in {each.code for each in findings}
    assert min(each.seq for each in findings) >= start


def test_lines_that_say_what_no_night_says_are_an_answer_not_a_fault(log):
    for content in ("[]", "{}", "7"):
        false = rewritten(log.rows, 1, lambda line, said=content: replace(line, content=said))
        assert log.after(lambda con, rows=false: store(con, rows), b"".join(map(written, false)))


def test_an_end_that_is_cut_off_both_copies_is_found_by_the_account_of_the_night(log):
    rows = log.rows[:-3]
    findings = log.after(lambda con: store(con, rows), b"".join(map(written, rows)))
    assert [(each.copy, each.code, each.seq, each.last) for each in findings] == [
        (copy, "dropped", len(rows) + 1, len(rows) + 3) for copy in ("table", "file")
    ]


def test_a_line_that_is_added_at_the_end_of_both_copies_with_its_hash_right(log):
    last = log.rows[-1]
    rows = [*log.rows, forged(replace(last, seq=last.seq + 1, previous=last.hash))]
    findings = log.after(lambda con: store(con, rows), b"".join(map(written, rows)))
    assert {(each.copy, each.code) for each in findings} >= {("table", "inserted"), ("file", "inserted")}
    assert {each.seq for each in findings} == {last.seq + 1}


def test_a_log_of_which_nothing_is_left_but_the_accounts(log):
    findings = log.after(lambda con: con.execute("DELETE FROM audit.line"), b"")
    assert [(each.copy, each.code, each.seq, each.last) for each in findings] == [
        (copy, "dropped", 1, len(log.rows)) for copy in ("table", "file")
    ]


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@OFTEN
@given(content=st.dictionaries(st.text(max_size=3), VALUES | st.lists(VALUES, max_size=2), max_size=4))
def test_any_content_is_read_back_as_it_was_written_and_every_other_byte_order_is_refused(content):
    bare = Line(7, "2026-06-30", "新增", "规则\n", canonical(content), "a" * 64, "")
    line = replace(bare, hash=digest(bare))
    assert parse(written(line)) == line and line.whole and line.said == json.loads(json.dumps(content))
    assert parse(written(line).replace(b'"seq":7', b'"seq": 7')) is None
    assert parse(written(line)[:-1]) is None
