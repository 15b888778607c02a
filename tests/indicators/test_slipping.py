"""What makes a lamp yellow although nothing is missed: runs that are long enough, places lost."""

from __future__ import annotations

import pytest

from tests.indicators.said import COUNT, SURVEY, indicator, stand


def test_two_months_running_are_told_but_three_make_a_lamp_yellow() -> None:
    table = ["2026-01-31  97", "2026-02-28  96.8", "2026-03-31  96.5", "2026-04-30  96.2"]
    lamps = []
    for known in (3, 4):
        standing = stand(indicator(SURVEY, period="month"), "\n".join(["期末  数值", *table[:known]]), "2026-05-20")
        lamps.append((standing.fall_periods, standing.lamp, f"连续{'二两三'[known - 2]}个月下降" in standing.says))
    assert lamps == [(2, "绿", True), (3, "黄", True)]


def test_two_years_running_make_a_lamp_yellow_where_each_years_same_months_are_compared() -> None:
    rows = "2024-05-31  100\n2025-05-31  110\n2026-05-31  120"
    standing = stand(indicator(COUNT), f"期末  数值\n{rows}", "2026-06-20")
    assert (standing.fall_periods, standing.lamp) == (2, "黄")
    assert standing.why["reasons"]["lamp"] == "连续两年同期上升"


@pytest.mark.parametrize(("now", "lamp"), [(14, "绿"), (15, "黄")])
def test_three_places_lost_make_a_lamp_yellow(now: int, lamp: str) -> None:
    table = f"期末  数值  全市排名\n2026-04-30  97  12\n2026-05-31  97.5  {now}"
    assert stand(indicator(SURVEY, period="month"), table, "2026-06-20").lamp == lamp
