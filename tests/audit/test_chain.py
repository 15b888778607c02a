"""The log as nights write it: whole after any kill, continued over years, honest about what was made again."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from riskengine import ledger
from riskengine.audit.chain import lines
from riskengine.audit.file import catch_up, spans, year_files
from riskengine.audit.happened import KINDS, happened, lay_out
from riskengine.audit.line import GENESIS, Happening, Line, chained, parse
from riskengine.audit.nights import held
from riskengine.audit.story import story
from riskengine.audit.verify import Verified, verify
from riskengine.errors import ReplayDiffers
from riskengine.night import run_night
from riskengine.replay import replay
from riskengine.rulebook.load import load
from riskengine.store.database import Connection, connect
from riskengine.workspace import Workspace
from tests.audit.conftest import THIRD
from tests.loop.county import FIRST, SECOND, put

DOC = Path(__file__).parents[2] / "docs" / "audit.md"
FOURTH = THIRD + timedelta(days=1)


def verified(workspace: Workspace) -> Verified:
    with connect(workspace.database, workspace.scratch) as con:
        return verify(con, workspace)


def logged_lines(workspace: Workspace) -> list[Line]:
    with connect(workspace.database, workspace.scratch) as con:
        return lines(con)


def read(workspace: Workspace) -> list[Line | None]:
    return [parse(raw) for path in year_files(workspace) for raw in path.open("rb")]


@pytest.fixture
def empty(tmp_path):
    """A workspace of which only the log's table is used."""
    (tmp_path / "rules").mkdir()
    workspace = Workspace.at(tmp_path)
    with connect(workspace.database, workspace.scratch) as con:
        yield con, workspace


def add(con: Connection, *days: str) -> None:
    """One line a day, behind what is there."""
    there = lines(con)
    for day in days:
        previous = there[-1].hash if there else GENESIS
        there.append(
            chained(Happening(date.fromisoformat(day), "规则", "rules/", {"hash": "尾" * 9}), len(there) + 1, previous)
        )
        con.execute("INSERT INTO audit.line VALUES (?, ?, ?, ?, ?, ?, ?)", list(vars(there[-1]).values()))


def test_the_recipe_in_the_documents_checks_the_file_without_the_engine(logged, monkeypatch):
    [recipe] = re.findall(r"^```python\n(.*?)^```", DOC.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(logged.root)
    found = {}
    exec(recipe, found)
    assert found["previous"] == logged_lines(logged)[-1].hash
    [path] = year_files(logged)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"level":1', b'"level":2', 1))
    try:
        with pytest.raises(AssertionError):
            exec(recipe, {})
    finally:
        path.write_bytes(whole)


def test_every_kind_of_line_is_in_the_documents():
    page = DOC.read_text(encoding="utf-8")
    assert not [
        word
        for kind in KINDS
        for word in (*kind.words, "规则", "作废", "接续")
        if f"| {word}" not in page and f"、{word}" not in page
    ]


def test_what_changed_is_there_and_what_stayed_is_not(logged):
    told = [(line.as_of, line.what) for line in logged_lines(logged)]
    night = {each: [what for day, what in told if day == each.isoformat()] for each in (FIRST, SECOND, THIRD)}
    assert night[FIRST].count("新增") == 2 and night[FIRST].count("例外压住") == 1 and night[FIRST].count("派发") == 4
    assert (
        night[SECOND].count("升级") == 2 and night[SECOND].count("并入") == 1 and night[SECOND].count("例外结束") == 1
    )
    assert night[SECOND].count("来文未收") == 1 and night[THIRD].count("来文未收") == 0, (
        "tried again every night, told once"
    )
    assert set(night[THIRD]) == {"规则", "来文", "清单", "回执", "回执未收", "环节", "办理"}, "warnings that go on are no change"


def test_a_change_of_rules_names_the_files_and_the_rules(logged):
    first, second, third = (line.said for line in logged_lines(logged) if line.what == "规则")
    assert first["files"]["added"].keys() >= {"levels.yaml", "places.csv"} and len(first["rules"]["added"]) == 4
    assert list(second["files"]["changed"]) == ["warnings/petitions/petitions.yaml"]
    assert second["rules"].keys() == {"changed"} and list(second["rules"]["changed"]) == ["petition-surge"]
    assert third == {"hash": second["hash"]}


def test_the_account_of_the_night_carries_the_head(logged):
    every = logged_lines(logged)
    entry = ledger.read(logged, THIRD)["audit"]
    assert entry == {
        "lines": sum(line.as_of == str(THIRD) for line in every),
        "seq": len(every),
        "head": every[-1].hash,
    }


def test_nothing_that_a_person_typed_is_in_the_log(logged):
    assert not [line for line in logged_lines(logged) if "没有编号为" in line.content or "measure" in line.content]


def test_a_file_that_was_cut_off_anywhere_at_its_end_is_completed(logged):
    [path] = year_files(logged)
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1)
    try:
        with connect(logged.database, logged.scratch) as con:
            for cut in (
                0,
                1,
                5000,
                *range(last - 30, len(whole) + 1, 25),
                last,
                last + 1,
                last + 2,
                len(whole) - 1,
                len(whole),
            ):
                path.write_bytes(whole[:cut])
                catch_up(con, logged)
                catch_up(con, logged)
                assert path.read_bytes() == whole, "every line, and none twice"
    finally:
        path.write_bytes(whole)


def test_a_file_that_was_spoilt_is_left_as_it_is_and_gets_only_what_is_new(empty):
    con, workspace = empty
    add(con, "2026-06-29", "2026-06-30")
    catch_up(con, workspace)
    [path] = year_files(workspace)
    spoilt = path.read_bytes().replace("尾".encode(), b"x", 1)[:-1] + b"garbage"
    path.write_bytes(spoilt)
    add(con, "2026-07-01")
    catch_up(con, workspace)
    assert path.read_bytes().startswith(spoilt + b"\n")
    assert [line and line.seq for line in read(workspace)] == [1, None, 2, 3], (
        "a line that was half written is written whole"
    )


def test_a_new_year_is_a_new_file_and_the_same_chain(empty):
    con, workspace = empty
    add(con, "2026-12-30", "2026-12-31")
    catch_up(con, workspace)
    add(con, "2027-01-01", "2026-12-31", "2027-01-02")  # a night of the old year made again in the new one
    catch_up(con, workspace)
    assert spans(con) == [(2026, 1, 2), (2027, 3, 5)]
    assert [path.name for path in year_files(workspace)] == ["2026.jsonl", "2027.jsonl"]
    assert read(workspace) == lines(con)


def test_a_night_of_which_the_lists_are_made_again_with_other_rules_says_which_lines_no_longer_hold(copy):
    before = logged_lines(copy)
    shutil.rmtree(copy.night(SECOND))
    run_night(copy, SECOND)
    assert logged_lines(copy) == before, "the same lists again are no change"
    routes = copy.rules / "routes.yaml"
    routes.write_text(routes.read_text(encoding="utf-8").replace("lead: fanzha", "lead: zongzhi"), encoding="utf-8")
    shutil.rmtree(copy.night(SECOND))
    run_night(copy, SECOND)
    after = logged_lines(copy)
    assert after[: len(before)] == before
    new = [(line.as_of, line.what) for line in after[len(before) :]]
    assert (str(SECOND), "作废") in new and (str(SECOND), "派发") in new and (str(SECOND), "清单") in new
    found = verified(copy)
    assert found.findings == () and found.voided == sum(what == "作废" for _, what in new)
    assert ledger.read(copy, SECOND)["audit"]["head"] == after[-1].hash


def test_a_line_that_voids_what_no_second_making_can_change_voids_nothing(copy):
    with connect(copy.database, copy.scratch) as con:
        every = lines(con)
        opened = next(line for line in every if line.what == "新增")
        void = Happening(FIRST, "作废", None, {"seq": opened.seq, "hash": opened.hash})
        line = chained(void, len(every) + 1, every[-1].hash)
        con.execute("INSERT INTO audit.line VALUES (?, ?, ?, ?, ?, ?, ?)", list(vars(line).values()))
        con.execute("DELETE FROM assess.state WHERE id = ?", [opened.said["warning"]])
        assert opened.seq in {each.seq for each in verify(con, copy).findings}


def test_a_night_that_was_broken_off_and_never_ended_is_logged_with_the_next(copy):
    def broken_off(name, step):
        if name == "管控干预":
            raise KeyboardInterrupt
        return step()

    with pytest.raises(KeyboardInterrupt):
        run_night(copy, FOURTH, call=broken_off)
    assert verified(copy).findings == (), "a night that is not over contradicts nobody"
    run_night(copy, FOURTH + timedelta(days=1))
    found = verified(copy)
    assert (found.findings, found.nights) == ((), 5)


def test_a_workspace_that_ran_before_there_was_a_log_says_what_was_open_when_it_begins(copy):
    with connect(copy.database, copy.scratch) as con:
        con.execute("DELETE FROM audit.line")
    shutil.rmtree(copy.audit)
    for night in ledger.finished(copy):
        ledger.write(copy, night, {**ledger.read(copy, night), "audit": None})
    run_night(copy, FOURTH)
    first = logged_lines(copy)[0]
    assert (first.what, first.said["nights"], first.said["last"]) == ("接续", 3, str(THIRD))
    assert first.said["open"] == {"YJ-2026-000001": 1, "YJ-2026-000002": 1, "YJ-2026-000003": 1, "YJ-2026-000004": 2}
    assert verified(copy).findings == ()
    assert story([first], load(copy), "YJ-2026-000004").endswith("当时在办，橙（II级）")


def test_what_ends_between_two_nights_is_told_and_what_ends_with_its_warning_is_not(empty):
    con, _ = empty
    for night in ("2026-06-29", "2026-06-30"):
        for phase in ("assess", "intervene"):
            con.execute(f"INSERT INTO {phase}.night (as_of, rules_hash) VALUES (?, 'h')", [night])
    duty = "INSERT INTO intervene.duty (as_of, id, unit, role, deadline) VALUES (?, ?, 'u', '主办', '2026-07-01')"
    for id_, change in (("A", "持续"), ("B", "解除")):
        con.execute("INSERT INTO assess.warning (id, subject_name) VALUES (?, '镇')", [id_])
        con.execute("INSERT INTO assess.state (as_of, id, change, level) VALUES ('2026-06-30', ?, ?, 2)", [id_, change])
        con.execute("INSERT INTO assess.merged (as_of, child, parent) VALUES ('2026-06-29', ?, 'P')", [id_])
        con.execute(duty, ["2026-06-29", id_])
    con.execute(duty, ["2026-06-30", "B"])
    lay_out(con, held(con), [date(2026, 6, 30)])
    told = [(each.what, each.content.get("warning")) for each in happened(con, KINDS)]
    assert told == [("解除", "B"), ("分出", "A"), ("撤回派发", "A")]


def test_nights_built_again_elsewhere_from_sealed_inputs_come_to_the_same_log_and_a_head_that_differs_is_told(copy):
    until = [line for line in logged_lines(copy) if line.as_of <= str(SECOND)]
    with connect(copy.database, copy.scratch) as con:
        con.execute("UPDATE audit.line SET hash = ? WHERE seq = ?", ["f" * 64, until[-1].seq])
    shutil.rmtree(copy.inbox)
    put(copy, "反诈中心/电诈案件_20260630_坏.csv", b"%PDF-1.7")  # never taken in, and so not sealed
    with pytest.raises(ReplayDiffers, match="清单与当时一致，但留痕的链头不同（当时 ffffffffffffffff…"):
        replay(copy, SECOND, verify=True)
    rebuilt = Workspace.at(copy.root / "data" / "replay" / str(SECOND))
    assert read(rebuilt) == until
    assert ledger.read(rebuilt, SECOND)["audit"]["head"] == until[-1].hash
