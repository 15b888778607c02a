"""If it had been otherwise: the nearest value that changes the outcome, said in a way that is true for every value it
covers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskengine.explain.chain import Counterfactual
from riskengine.explain.counterfactual import counterfactuals
from riskengine.explain.relive import set_scene
from riskengine.model.signal import Signal
from riskengine.store.database import Connection
from riskengine.store.laboratory import laboratory
from tests.assess.tiny import LEVELS, NIGHT, book, records, rule, signal

_HEADER = "occurred_on place category quantity loss stopped"
CASES = "\n".join([_HEADER, *["06-29 9901 刷单返利 1 20000.00 3000.00"] * 10, *["06-29 9902 刷单返利 1 1.00 1.00"] * 4])
SIGNALS = [
    signal("起数", source="fraud", measure="count", window=7),
    signal("损失", source="fraud", measure="sum", of="损失金额", window=7).model_copy(update={"unit": "元"}),
    signal("止付", source="fraud", measure="sum", of="止付金额", window=7).model_copy(update={"unit": "元"}),
    signal("止付率", formula="止付 / 损失").model_copy(update={"unit": "比例"}),
    signal("万人率", formula="起数 * 10000 / 人口"),
    signal("有案", source="fraud", measure="max", of="case when 件数 > 0 then 1 else 0 end").model_copy(
        update={"unit": "是否"}
    ),
    signal("往常", usual="起数", least=4),
    signal("每万人起数", rate="起数"),
    signal("起数名次", rank="起数").model_copy(update={"unit": "名"}),
    signal("起数走势", trend="起数", least=4),
]
Says = Callable[..., list[str]]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Ten cases of 20,000 yuan each in a town of 20,000 residents, four in another, all in tonight's window."""
    scratch: Path = tmp_path_factory.mktemp("counterfactual")
    with laboratory(None, scratch) as connection:
        records(connection, "fraud", CASES)
        yield connection


def found(con: Connection, signals: Sequence[Signal] = SIGNALS, **fields: Any) -> tuple[Counterfactual, ...]:
    con.execute("DELETE FROM assess.verdict; DELETE FROM assess.evaluated")
    asked = rule(**fields)
    return counterfactuals(set_scene(con, book(list(signals), [asked]), asked, NIGHT, ran=False), "9901")


def bands(of: str, *edges: tuple[float | None, float | None, float]) -> list[dict[str, Any]]:
    return [{"feature": "数量", "of": of, "bands": list(edges), "says": "有风险"}]


COUNT = bands("起数", (None, 6, 45), (6, 9, 60), (9, None, 80))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"when": "起数 >= 4", "score": COUNT}, ["若起数≤8起（现为10起），则为橙色或更轻", "若起数≤3起（现为10起），则不预警"]),
        ({"when": "起数 >= 4 and 起数 <= 20", "score": COUNT}, ["若起数≤8起（现为10起），则为橙色或更轻", "若起数≤3起（现为10起），则不预警"]),
        ({"when": "起数 <= 11", "score": COUNT}, ["若起数≤8起（现为10起），则为橙色或更轻", "若起数≥12起（现为10起），则不预警"]),
        ({"when": "起数 >= 15", "score": COUNT}, ["若起数≥15起（现为10起），则为红色"]),
        ({"when": "起数 < 8", "score": COUNT}, ["若起数≤7起（现为10起），则预警，橙色起"]),
        ({"when": "万人率 > 6", "score": COUNT}, ["若起数≥13起（现为10起），则为红色"]),
        ({"when": "每万人起数 >= 5"}, ["若起数≤9起（现为10起），则不预警"]),
        ({"when": "起数名次 = 1"}, ["若起数≤3起（现为10起），则不预警"]),
        ({"when": "起数名次 > 1"}, ["若起数≤3起（现为10起），则为黄色"]),
        ({"when": "损失 >= 50000"}, ["若损失低于5万元（现为20万元），则不预警"]),
        ({"when": "损失 > 50000"}, ["若损失≤5万元（现为20万元），则不预警"]),
        ({"when": "损失 > 250000"}, ["若损失超过25万元（现为20万元），则为黄色"]),
        ({"when": "损失 >= 250000"}, ["若损失≥25万元（现为20万元），则为黄色"]),
        ({"when": "止付率 < 0.2"}, ["若损失≤15万元（现为20万元），则不预警", "若止付≥4万元（现为3万元），则不预警"]),
        ({"when": "止付率 < 0.1"}, ["若损失超过30万元（现为20万元），则为黄色", "若止付低于2万元（现为3万元），则为黄色"]),
        ({"when": "有案 = 1 and 起数 >= 4"}, ["若起数≤3起（现为10起），则不预警", "若有案为否（现为是），则不预警"]),
        ({"when": "起数 = 10"}, ["若起数≤9起（现为10起），则不预警"]),
        ({"when": "起数 >= 15 and 损失 > 900000"}, []),
        ({"when": "起数 >= 0"}, []),
        ({"when": "起数 > 往常"}, []),
        (
            {"when": "起数 >= 4", "score": bands("起数", (None, None, 10)), "floors": [{"when": "损失 >= 100000", "level": "橙", "says": "损失大"}]},
            ["若起数≤3起（现为10起），则不预警", "若损失低于10万元（现为20万元），则为蓝色"],
        ),
    ],
)  # fmt: skip
def test_the_nearest_change_is_said(con: Connection, fields: dict[str, Any], says: list[str]) -> None:
    assert [each.says for each in found(con, **fields)] == says


_EDGES = st.lists(st.integers(1, 25), min_size=1, max_size=3, unique=True).map(sorted)


@settings(max_examples=25)
@given(
    edges=_EDGES,
    points=st.lists(st.sampled_from([10.0, 45.0, 60.0, 80.0]), min_size=4, max_size=4),
    least=st.integers(0, 20),
    most=st.integers(1, 40),
)
def test_every_claim_is_true_of_all_it_covers_and_nothing_nearer_changes_anything(
    con: Connection, edges: list[int], points: list[float], least: int, most: int
) -> None:
    assume(least < most)
    limits: list[float | None] = [None, *edges, None]
    score = [(limits[at], limits[at + 1], points[at]) for at in range(len(limits) - 1)]

    def outcome(count: float) -> int | None:
        """Rank of the level, None for no hit: what the rule means, by hand."""
        if not least <= count <= most:
            return None
        scored = next(p for low, high, p in score if (low is None or count >= low) and (high is None or count < high))
        return next(level.rank for level in LEVELS if level.score is None or scored >= level.score)

    now = outcome(10)
    claims = found(con, when=f"起数 >= {least} and 起数 <= {most}", score=bands("起数", *score))
    names = {level.name: level.rank for level in LEVELS}
    goals: list[Callable[[int | None], bool]] = (
        [lambda each: each is not None]
        if now is None
        else [lambda each: each is not None and each > now, lambda each: each is None]
    )
    for goal in goals:
        far = [abs(count - 10) for count in range(0, 60) if goal(outcome(count))]
        mine = [claim for claim in claims if goal(None if claim.verdict == "clear" else names[claim.level or ""])]
        assert [abs(claim.value - 10) for claim in mine] == ([min(far)] if far else [])
        for claim in mine:
            covered = {"<=": range(0, int(claim.value) + 1), ">=": range(int(claim.value), 60)}.get(
                claim.relation, range(int(claim.value), int(claim.value) + 1)
            )
            if now is None:
                assert all(goal(outcome(each)) for each in covered)
            else:
                assert all(outcome(each) is None or (goal(outcome(each))) for each in covered)


def test_an_unknown_rule_has_none(con: Connection) -> None:
    assert found(con, when="起数 > 3 and 止付率 / 0 > 1") == ()
