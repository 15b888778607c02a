"""Many nights in one pass: row for row what night by night gives."""

from __future__ import annotations

import random
from datetime import date, timedelta

import duckdb
import pytest

from riskengine.assess import oracle
from riskengine.assess.compounds import judge_compounds
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import build_subjects
from riskengine.model.rulebook import Rulebook
from riskengine.store.schema import create_schemas
from tests.assess.compound_cases import NIGHT, PLACES, TOWN, VILLAGE, book, compound, known, plain, verdict
from tests.assess.compound_meaning import Meaning, random_book

DAYS = tuple(NIGHT - timedelta(back) for back in range(11, -1, -1))
PLAINS = "abcde"
SOLD = {
    "unit": "项",
    "reference": "县里的通知",
    "values": {DAYS[0] - timedelta(9): 3, DAYS[4]: 2, DAYS[8]: 1},
    "until": DAYS[10],
}


@pytest.fixture
def con():
    with duckdb.connect() as con:
        create_schemas(con)
        yield con


def judged(con, rulebook: Rulebook, *passes: tuple[date, ...]):
    """What judging these passes, one after the other, adds; the connection is left as it was."""
    con.execute("BEGIN")
    for days in passes:
        nights = Nights(days)
        build_subjects(con, rulebook, nights)
        judge_compounds(con, rulebook, nights, oracle.conclude)
    written = {
        table: con.execute(f"SELECT * FROM assess.{table} ORDER BY ALL").fetchall()
        for table in ("verdict", "evaluated", "inference", "fault")
    }
    con.execute("ROLLBACK")
    return written


def scatter(con, seed: int, rules: str = PLAINS) -> None:
    """Random verdicts of the plain rules on the villages and towns, a few nights on which one broke."""
    random_ = random.Random(seed)
    for back in range(25):
        for rule in rules:
            if random_.random() < 0.07:
                continue
            con.execute("INSERT INTO assess.evaluated VALUES (?, ?, 2, 0, 0)", [NIGHT - timedelta(back), rule])
            village = rule == "a"
            for subject in (VILLAGE, VILLAGE[:-1] + "2") if village else (TOWN, "990100102"):
                said = random_.choices(("hit", "unknown", None), (3, 1, 6))[0]
                if said:
                    verdict(con, rule, "village" if village else "town", subject, subject, said,
                            score=random_.randint(20, 90), back=back)  # fmt: skip


def everything(status: str = "live") -> Rulebook:
    """Every way a compound may build on another: chain, blocker, across subject types, over earlier nights, at least."""
    floors = ({"when": "命中数 >= 够多", "level": "橙", "says": "同时命中多项"},)
    trial = {"status": "trial", "until": DAYS[6]}
    return book(
        plain("a", "village"), plain("b"), plain("c", status=status, until=DAYS[5] if status == "trial" else None),
        plain("d"), plain("e", status="retired"),
        compound("c1", all="b", any="c d", within=3),
        compound("c2", all="c1", within=5, at_least=(1, "b d")),
        compound("c3", at_least=(2, "a b c d"), within=2, parameters={"够多": SOLD}, floors=floors),
        compound("c4", any="b e", none="c1 c"),
        compound("c5", "county", at_least=(2, "c1 c3 c4"), within=4),
        compound("c6", "village", all="a"),
        compound("c7", any="c6", at_least=(1, "c1 c4")),
        compound("c8", all="c9"), compound("c9", any="b c"),
        compound("t1", any="b c", within=2, **trial), compound("t2", all="t1 b", **trial), compound("c10", any="t1 d"),
        compound("bad", all="b", floors=({"when": "没有 > 1", "level": "红", "says": "写错了"},)),
        compound("on-bad", any="bad d"),
    )  # fmt: skip


@pytest.mark.parametrize(("seed", "status"), [(0, "live"), (2, "trial")])
def test_many_nights_are_night_by_night_row_for_row(con, seed, status):
    scatter(con, seed)
    rulebook = everything(status)
    apart = judged(con, rulebook, *((day,) for day in DAYS))
    assert judged(con, rulebook, DAYS) == apart
    assert judged(con, rulebook, DAYS[:5], DAYS[5:6], DAYS[6:]) == apart
    compounds = {row[1] for row in apart["verdict"] if row[1] not in PLAINS}
    assert compounds >= {"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "t1", "t2", "on-bad"}
    assert len(apart["inference"]) == len(apart["fault"]) == len(DAYS)


@pytest.mark.parametrize("seed", range(8))
def test_a_pass_over_many_nights_means_what_three_valued_logic_says(con, seed):
    random_, rulebook = random.Random(seed), random_book(seed, DAYS[-1])
    verdicts, evaluated, rows = {}, set(), []
    for day in (DAYS[0] - timedelta(1), *DAYS):
        for rule in rulebook.rules.values():
            if rule.compound is None and random_.random() < 0.93:
                evaluated.add((day, rule.id))
                for place in PLACES:
                    said = random_.choices(("hit", "unknown", None), (3, 2, 5))[0]
                    if place.level == rule.subject.value and said:
                        verdicts[day, rule.id, place.code] = said
    for (day, id_, place), said in verdicts.items():
        rows.append(
            (
                day,
                id_,
                rulebook.rules[id_].subject.value,
                place,
                place,
                said,
                *((50, 3) if said == "hit" else (None, None)),
            )
        )
    con.executemany("INSERT INTO assess.verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}')", rows)
    con.executemany("INSERT INTO assess.evaluated VALUES (?, ?, 1, 0, 0)", sorted(evaluated))
    drawn = judged(con, rulebook, DAYS)["verdict"]
    assert {(row[0], row[1], row[3], row[5]) for row in drawn if rulebook.rules[row[1]].compound} == (
        Meaning(rulebook, verdicts, evaluated, DAYS).expected()
    )


def test_nights_need_not_follow_one_another(con):
    scatter(con, 7)
    chosen = DAYS[::3]
    assert judged(con, everything(), chosen) == judged(con, everything(), *((day,) for day in chosen))


def test_the_parameters_of_a_floor_are_those_in_force_on_each_night(con):
    known(con, "a b", nights=12)
    for back in range(12):
        for rule in "ab":
            verdict(con, rule, "town", TOWN, TOWN, score=20, back=back)
    floors = ({"when": "命中数 >= 够多", "level": "橙", "says": "同时命中多项"},)
    rulebook = book(plain("a"), plain("b"), compound("c", all="a b", parameters={"够多": SOLD}, floors=floors))
    rows = [row for row in judged(con, rulebook, DAYS)["verdict"] if row[1] == "c"]
    assert [row[7] for row in rows] == [3] * 4 + [2] * 7 + [3]
    shown = ['"value":3', '"value":2', '"value":1']
    assert [next((at for at, text in enumerate(shown) if text in row[8].replace(".0", "")), None) for row in rows] == (
        [0] * 4 + [1] * 4 + [2] * 3 + [None]
    )


def test_a_trial_compound_draws_nothing_after_its_last_night_and_never_feeds_a_live_one(con):
    known(con, "a b", nights=12)
    for back in range(12):
        verdict(con, "a", "town", TOWN, TOWN, back=back)
    trial = {"status": "trial", "until": DAYS[6]}
    rulebook = book(
        plain("a"), compound("t1", all="a", **trial), compound("t2", all="t1", **trial), compound("c", any="t1")
    )
    found = judged(con, rulebook, DAYS)
    assert {rule: [row[0] for row in found["verdict"] if row[1] == rule] for rule in ("t1", "t2", "c")} == {
        "t1": list(DAYS[:7]),
        "t2": list(DAYS[:7]),
        "c": [],
    }
    assert [row[0] for row in found["evaluated"] if row[1] == "t1"] == list(DAYS[:7])
    assert [row[0] for row in found["evaluated"] if row[1] == "c"] == list(DAYS)
