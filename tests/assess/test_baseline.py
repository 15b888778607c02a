"""Usual and upper: small examples by hand, and the false-alarm rate against numpy's Poisson and negative binomial."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from riskengine.assess import passes
from riskengine.assess.nights import Nights
from riskengine.assess.signals import build_signals
from riskengine.assess.subjects import build_subjects
from riskengine.model.duty import Place
from riskengine.model.signal import Signal
from riskengine.model.subject import Subject
from riskengine.store.database import Connection
from tests.assess.conftest import Values
from tests.assess.tiny import NIGHT, book, records, signal

COUNT = signal("起数", source="fraud", measure="count", window=7)
USUAL = signal("往常", usual="起数", history=10, gap=1, least=4)
UPPER = signal("上限", upper="起数", history=10, gap=1, least=4)


def weeks(con: Connection, place: str, counts: list[int], kind: str = "fraud") -> None:
    """Rows so that ``counts[k]`` stand in the k-th week before the night (0 = tonight's week)."""
    lines = [f"{NIGHT - timedelta(days=7 * k + 3)} {place} {n}" for k, n in enumerate(counts) if n]
    records(con, kind, "\n".join(["occurred_on place quantity", *lines]))


def test_usual_is_the_mean_over_earlier_weeks_empty_ones_included(con: Connection, values: Values) -> None:
    weeks(con, "9901", [50, 50, 4, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    records(con, "fraud", "occurred_on place\n2026-01-01 9902")
    found = values(COUNT, USUAL)
    assert found["起数"] == {"9901": 50, "9902": 0}
    assert found["往常"] == {"9901": pytest.approx(0.6), "9902": 0}, "tonight's week and the gap of one are left out"


def test_history_begins_where_the_kind_is_first_known(con: Connection, values: Values) -> None:
    weeks(con, "9901", [0, 0, 3, 3, 3, 3, 3, 99])
    assert values(COUNT, USUAL)["往常"]["9901"] == 3, (
        "the week with the first record is not a whole week, so it is left out"
    )


def test_both_are_unknown_below_the_least_number_of_weeks(con: Connection, values: Values) -> None:
    weeks(con, "9901", [0, 0, 3, 3, 3, 1])
    found = values(COUNT, USUAL, UPPER)
    assert found["往常"] == {"9901": None, "9902": None}
    assert found["上限"] == {"9901": None, "9902": None}


def test_two_in_a_village_that_had_none_is_no_finding(con: Connection, values: Values) -> None:
    weeks(con, "9901", [2] + [0] * 11 + [1])
    assert values(COUNT, UPPER)["上限"] == {"9901": 2, "9902": 2}


def test_upper_is_the_negative_binomial_quantile(con: Connection, values: Values) -> None:
    counts = [3, 5, 4, 6, 5, 4, 3, 6, 5, 4]
    weeks(con, "9901", [0, 0, *counts, 1])
    mean = np.mean(counts) + 0.5 / 10  # Jeffreys; less spread than Poisson, so φ = 1
    spread = mean * (1 + 1 / 10)
    draws = np.random.default_rng(1).negative_binomial(mean / (spread / mean - 1), mean / spread, 400_000)
    assert values(COUNT, UPPER)["上限"]["9901"] == np.quantile(draws, 0.99, method="inverted_cdf")


def test_one_past_outbreak_does_not_hide_the_next(con: Connection, values: Values) -> None:
    calm = signal("平常上限", upper="起数", history=52, least=8)
    weeks(con, "9901", [0, 0] + [2, 3, 1, 2] * 13)
    weeks(con, "9902", [0, 0] + [2, 3, 1, 60] + [2, 3, 1, 2] * 12)
    found = values(COUNT, calm)["平常上限"]
    assert found["9901"] is not None and found["9902"] is not None
    assert found["9902"] <= 2 * found["9901"]


def test_a_season_that_returns_each_year_raises_the_bound(con: Connection, values: Values) -> None:
    upper = signal("季节上限", upper="起数", history=104, least=8)
    flat = [4] * 106
    peak = [4] * 48 + [12] * 9 + [4] * 43 + [12] * 6
    weeks(con, "9901", [0, 0, *peak])
    lower = values(COUNT, upper)["季节上限"]["9901"]
    con.execute("DELETE FROM sense.fraud")
    weeks(con, "9901", [0, 0, *flat])
    level = values(COUNT, upper)["季节上限"]["9901"]
    assert lower is not None and level is not None
    assert lower >= 14 > level


def test_other_measures_have_a_usual_value_over_the_weeks_that_say_one(con: Connection, values: Values) -> None:
    weeks(con, "9901", [0, 0, 3, 3, 0, 3, 3, 5, 1, 1])
    con.execute("UPDATE sense.fraud SET method = '电话', loss = 10 * quantity")
    share = signal("电话比", source="fraud", measure="share", of="诈骗渠道 = '电话'", window=7)
    loss = signal("损失", source="fraud", measure="sum", of="损失金额", window=7)
    found = values(
        share,
        signal("往常比", usual="电话比", history=10, least=4),
        loss,
        signal("往常损失", usual="损失", history=7, least=4),
        signal("损失上限", upper="损失", history=7, least=4),
    )
    assert found["往常比"] == {"9901": 1, "9902": None}
    assert found["往常损失"]["9901"] == pytest.approx(180 / 7)
    assert found["损失上限"]["9901"] is not None and found["损失上限"]["9901"] > 60
    assert found["损失上限"]["9902"] == 0


@pytest.mark.parametrize(
    ("mean", "phi", "low", "high"),
    [(0.2, 1, 0.0, 0.012), (2, 1, 0.001, 0.013), (20, 1, 0.002, 0.016), (5, 3, 0.005, 0.022), (90, 2, 0.004, 0.02)],
)
def test_false_alarms_stay_near_their_nominal_rate(
    con: Connection, mean: float, phi: float, low: float, high: float
) -> None:
    """3,000 places, 52 quiet weeks each, alarm 0.01: how often tonight's count lies above the bound."""
    places, history = 3000, 52
    rng = np.random.default_rng(7)
    shape = (places, history + 3)
    counts = rng.poisson(mean, shape) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi, shape)
    county = [Place(code="99", name="云川县", level="county", parent=None)]
    towns = [Place(code=f"99{i:04}", name=f"第{i}镇", level="town", parent="99") for i in range(places)]
    con.execute(
        """INSERT INTO sense.fraud (key, occurred_on, place, quantity, known_at, retracted, file_id, row_no)
           SELECT 'K', ?::DATE - CAST(7 * (i % ?) + 3 AS INTEGER), format('99{:04d}', i // ?), n, ?::DATE, false, 1, i
           FROM (SELECT unnest(range(?)) AS i, unnest(?::BIGINT[]) AS n) WHERE n <> 0""",
        [NIGHT, history + 3, history + 3, NIGHT, counts.size, counts.flatten().tolist()],
    )
    rulebook = book([COUNT, signal("上限", upper="起数", history=history)], places=(*county, *towns))
    build_subjects(con, rulebook, Nights.one(NIGHT))
    build_signals(con, rulebook, Nights.one(NIGHT))
    row = con.execute(
        'SELECT avg(CASE WHEN "起数" > "上限" THEN 1 ELSE 0 END), count("上限") FROM wide_town'
    ).fetchone()
    assert row is not None and row[1] == places
    assert low <= row[0] <= high, f"{row[0]:.4f} with mean {mean}, φ {phi}"


def test_a_backward_night_sees_its_own_history(con: Connection, values: Values) -> None:
    weeks(con, "9901", [0, 0, 3, 3, 3, 3, 3, 3, 3])
    assert values(COUNT, USUAL, as_of=date(2026, 5, 1))["往常"]["9901"] is None


def test_a_baseline_that_cannot_be_computed_does_not_take_those_that_are_computed_with_it(con: Connection) -> None:
    weeks(con, "9901", [0, 0, 3, 3, 3, 3, 3, 9])
    con.execute("UPDATE sense.fraud SET loss = 10")
    burst = signal("溢出", source="fraud", measure="sum", window=7, of="损失金额" + " * 1000000000000" * 3)
    others = [COUNT, USUAL, UPPER, signal("另一上限", upper="起数", history=20, least=4)]
    alone = _town(con, others)
    assert alone["9901"][1] == 3
    rulebook = book([*others[:2], burst, signal("溢出往常", usual="溢出", history=10, least=4), *others[2:]])
    build_subjects(con, rulebook, Nights.one(NIGHT))
    town = build_signals(con, rulebook, Nights.one(NIGHT))[Subject.TOWN]
    assert set(town.broken) == {"溢出往常"}, "tonight's window is empty, so the sum itself does not overflow"
    columns = ", ".join(f'"{each.name}"' for each in others)
    found = con.execute(f"SELECT subject, {columns} FROM wide_town").fetchall()
    assert {subject: tuple(row) for subject, *row in found} == alone


def test_how_many_are_bounded_in_one_statement_changes_nothing(
    con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks(con, "9901", [0, 0, 3, 1, 4, 1, 5, 9, 2, 6])
    weeks(con, "9902", [0, 0, 0, 2, 0, 0, 7, 1, 0, 0])
    asked = [COUNT, USUAL, UPPER, signal("严上限", upper="起数", history=10, gap=1, least=4, alarm=0.0005)]
    together = _town(con, asked)
    monkeypatch.setattr(passes, "_ROWS", 1)
    assert _town(con, asked) == together


def test_a_week_that_only_another_measure_has_rows_in_says_nothing_of_a_share(con: Connection, values: Values) -> None:
    weeks(con, "9901", [0, 0, 3, 3, 3, 3, 3, 3, 1])
    con.execute("UPDATE sense.fraud SET category = '冒充客服', method = '电话'")
    con.execute("UPDATE sense.fraud SET category = '刷单返利' WHERE occurred_on < DATE '2026-06-10'")
    share = signal(
        "电话比", source="fraud", measure="share", of="诈骗渠道 = '电话'", where="类别 = '刷单返利'", window=7
    )
    usual = signal("电话比往常", usual="电话比", history=10, gap=1, least=4)
    alone = values(share, usual)["电话比往常"]
    assert alone["9901"] == 1
    assert values(COUNT, USUAL, share, usual)["电话比往常"] == alone


def _town(con: Connection, signals: list[Signal]) -> dict[str, tuple[float | None, ...]]:
    """The towns' values of some signals, in their order."""
    rulebook = book(signals)
    build_subjects(con, rulebook, Nights.one(NIGHT))
    town = build_signals(con, rulebook, Nights.one(NIGHT))[Subject.TOWN]
    assert not town.broken, town.broken
    columns = ", ".join(f'"{each.name}"' for each in signals)
    rows = con.execute(f"SELECT subject, {columns} FROM wide_town").fetchall()
    return {subject: tuple(row) for subject, *row in rows}
