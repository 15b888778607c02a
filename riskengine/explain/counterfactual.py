"""What would have to be different: one signal changed, everything else kept, the nearest value at which the outcome
changes.

Candidate values are laid into a table like the night's own, one row a value, formulas computed again, and the rule's
own statement (:func:`ruling`) decides them all at once; so a claim is what the engine said, not what was read off the
bands, and each is decided once more at the very number that is shown. What was usual is kept: a bound comes from
earlier windows, which tonight's number does not touch; a trend is kept, too, and changed as it is. Formulas, rates and
ranks are computed again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from riskengine.assess.ruling import ruling
from riskengine.assess.wide import PARENT, Wide
from riskengine.explain.chain import Counterfactual, Verdict
from riskengine.explain.relive import Scene
from riskengine.model.signal import Signal
from riskengine.model.value import valued
from riskengine.rulebook.language.expression import compile_expression
from riskengine.rulebook.names import builtins_of, made_of, names_used, signals_behind
from riskengine.store.steps import identifier, literal

__all__ = ["KEPT", "counterfactuals"]

KEPT = "每行只改这一个数，其余信号、往常值、上界和走势都按当夜不变。"

_WHOLE = ("count", "distinct", "busiest", "streak", "days_since")
_UNITS = frozenset({"起", "件", "次", "天", "人", "户", "个", "处", "项", "份", "条", "名", "期", "月", "家", "是否"})
_NEAR = 3000
"""A whole number is tried value by value as far as this from where it is."""
_GRID = 400
_ROUNDS = 6

Outcome = tuple[str, int | None]
"""Verdict and rank of the level."""
Goal = Callable[[Outcome], bool]


@dataclass
class _Candidates(Wide):
    """A wide table of what might have been."""

    @property
    def table(self) -> str:
        return "candidate"


def counterfactuals(scene: Scene, subject: str) -> tuple[Counterfactual, ...]:
    """For each signal that the rule is decided by: what value gives the next lower level, and what value no hit; where
    the rule is clear, what value would hit. The nearest change comes first. Empty where no change of a single signal
    does, where the rule is unknown, and for a compound.
    """
    found = scene.found(subject)
    if scene.rule.compound is not None or found.verdict == "unknown" or scene.fault is not None:
        return ()
    landmarks = _landmarks(scene, subject)
    result: list[Counterfactual] = []
    for signal in sorted(_free(scene), key=lambda each: each.unit == "是否"):
        row = scene.con.execute(f"SELECT w.{identifier(signal.name)} FROM {scene.row(subject)}").fetchone()
        if row is not None and row[0] is not None:
            result += _Search(scene, subject, signal, float(row[0])).changes((found.verdict, found.level), landmarks)
    return tuple(result)


def _free(scene: Scene) -> list[Signal]:
    """The signals that records decide directly, in the order in which the rule names them: measured ones and trends."""
    rule, signals = scene.rule, scene.rulebook.signals
    texts = [rule.when or "", *(each.of for each in rule.score), *(each.when for each in rule.floors)]
    named = sorted(names_used(rule) - set(rule.parameters), key=lambda name: next(
        (at * 10_000 + text.find(name) for at, text in enumerate(texts) if name in text), 10**9))  # fmt: skip
    found: dict[str, Signal] = {}
    for name in named:
        for below in signals_behind(signals, [name]):
            if (below.source or below.trend) and _computed_from(scene, name, below.name):
                found.setdefault(below.name, below)
    for name in builtins_of(rule.subject):
        if name in named and name != "人口":
            unit = "天" if name == "静默天数" else "个"
            found[name] = Signal(name=name, unit=unit, subject=(rule.subject,), source="silence", measure="count")
    return list(found.values())


def _computed_from(scene: Scene, name: str, below: str) -> bool:
    """``below`` is ``name`` itself or reaches it through formulas, rates and ranks alone, not through what was usual
    of it.
    """
    if name == below:
        return True
    signal = scene.rulebook.signals.get(name)
    if signal is None or (signal.computed is None and signal.rank is None):
        return False
    return any(_computed_from(scene, each, below) for each in made_of(signal))


def _names(scene: Scene) -> dict[str, str]:
    return {name: f"w.{identifier(name)}" for name in scene.wide.columns} | {"as_of": literal(scene.as_of)}


def _landmarks(scene: Scene, subject: str) -> list[float]:
    """Numbers near which an outcome is likely to change: the signals' values, parameters, and the edges of bands."""
    columns = ", ".join(f"w.{identifier(name)}" for name in scene.wide.columns)
    row = scene.con.execute(f"SELECT {columns} FROM {scene.row(subject)}").fetchone() or ()
    found = [float(value) for value in row if value is not None]
    found += [value for parameter in scene.rule.parameters.values() for value in parameter.values.values()]
    return found + [
        float(edge) for each in scene.rule.score for band in each.bands for edge in band[:2] if edge is not None
    ]


@dataclass(frozen=True)
class _Search:
    """One signal of one subject, its value now, and what comes of others."""

    scene: Scene
    subject: str
    signal: Signal
    now: float

    @property
    def whole(self) -> bool:
        """Only whole numbers make sense."""
        counted = self.signal.measure in _WHOLE
        by_unit = self.signal.unit in _UNITS and self.signal.trend is None and self.signal.measure != "share"
        return self.now == int(self.now) and (counted or by_unit)

    def tried(self, values: Sequence[float]) -> list[Outcome]:
        """What the rule comes to with these values, in their order."""
        scene, con, name = self.scene, self.scene.con, identifier(self.signal.name)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE candidate AS SELECT w.* REPLACE (c.at AS subject, c.value AS {name}) "
            "FROM (SELECT unnest(range(len($1::DOUBLE[]))) AS at, unnest($1::DOUBLE[]) AS value) c, "
            f"(SELECT * FROM {scene.row(self.subject)}) w",
            [list(values)],
        )
        for column in scene.wide.columns:
            signal = scene.rulebook.signals.get(column)
            value = None if signal is None or column in scene.wide.broken else self.derived(signal)
            if value is not None:
                again = f"SELECT w.* REPLACE ({value} AS {identifier(column)}) FROM candidate w"
                con.execute(f"CREATE OR REPLACE TEMP TABLE candidate AS {again}")
        wide = _Candidates(scene.wide.type_, list(scene.wide.columns), dict(scene.wide.broken))
        decided = ruling(scene.rule, scene.rulebook, wide, scene.nights, scene.hushed)
        con.execute("CREATE OR REPLACE TEMP TABLE decided AS FROM assess.verdict LIMIT 0")
        con.execute(f"INSERT INTO decided {decided}")
        rows = con.execute("SELECT CAST(subject AS BIGINT), verdict, level FROM decided").fetchall()
        found = {at: (verdict, level) for at, verdict, level in rows}
        return [found.get(at, ("clear", None)) for at in range(len(values))]

    def derived(self, signal: Signal) -> str | None:
        """SQL of a signal that is made of others, for a candidate ``w``; None where it is measured."""
        if signal.computed is not None:
            value = f"CAST({compile_expression(signal.computed, _names(self.scene), boolean=False).sql} AS DOUBLE)"
            return f"CASE WHEN isfinite({value}) THEN round({value}, 9) END"
        if signal.rank is None:
            return None
        of, table = identifier(signal.rank), self.scene.wide.table
        peers = f"p.subject <> {literal(self.subject)} AND p.{of} > w.{of}"
        if signal.among == "parent":
            peers += f" AND p.{identifier(PARENT)} = w.{identifier(PARENT)}"
        unknown = f"w.{of} IS NULL OR w.{identifier(signal.name)} IS NULL"
        return (
            f"CASE WHEN {unknown} THEN NULL ELSE CAST(1 + (SELECT count(*) FROM {table} p WHERE {peers}) AS DOUBLE) END"
        )

    def changes(self, now: Outcome, landmarks: Sequence[float]) -> list[Counterfactual]:
        """The nearest changes: one level down and no hit, or a hit where there is none."""
        rank = now[1] or 0
        lower: Goal = lambda outcome: outcome[0] == "hit" and (outcome[1] or 0) > rank  # noqa: E731
        clear: Goal = lambda outcome: outcome[0] == "clear"  # noqa: E731
        hit: Goal = lambda outcome: outcome[0] == "hit"  # noqa: E731
        values = self.spread(landmarks)
        outcomes = dict(zip(values, self.tried(values), strict=True))
        found = []
        for goal in (hit,) if now[0] == "clear" else (lower, clear):
            near = self.nearest(outcomes, goal)
            if near is not None:
                found.append(self.claim(*near, goal, outcomes))
        return found

    def spread(self, landmarks: Sequence[float]) -> list[float]:
        """Candidate values: whole numbers one by one around the present one; landmarks and their neighbours; and a
        grid of growing steps.
        """
        if self.signal.unit == "是否":
            return [0.0, 1.0]
        top = max([abs(self.now), *(abs(each) for each in landmarks), 1.0]) * 2
        share = self.signal.unit == "比例" or self.signal.measure == "share"
        grid = (
            [at / _GRID for at in range(_GRID + 1)] if share else [top * (at / _GRID) ** 2 for at in range(_GRID + 1)]
        )
        negative = self.now < 0 or self.signal.trend is not None or self.signal.measure == "latest"
        found: Iterable[float] = [self.now, *grid, *landmarks, *((-each for each in grid) if negative else ())]
        if self.whole:
            around = range(int(self.now) - _NEAR, min(int(self.now) + _NEAR, math.ceil(top) + 2) + 1)
            found = [*(float(math.floor(each)) for each in found), *(float(each) for each in around)]
        lowest = -math.inf if negative else 0.0
        return sorted({each for each in found if each >= lowest and not (share and each > 1)} | {self.now})

    def nearest(self, outcomes: dict[float, Outcome], goal: Goal) -> tuple[float, float] | None:
        """The nearest value that reaches the goal, and the last one on the way there that does not, drawn together."""
        reached = [(abs(value - self.now), value) for value, outcome in outcomes.items() if goal(outcome)]
        if not reached:
            return None
        value = min(reached)[1]
        way = [each for each in outcomes if min(value, self.now) <= each <= max(value, self.now) and each != value]
        before = min(way, key=lambda each: abs(each - value), default=self.now)
        for _ in range(_ROUNDS):
            if self.whole and abs(value - before) <= 1:
                break
            grid = [before + (value - before) * at / _GRID for at in range(_GRID + 1)]
            if self.whole:
                down = value < before
                grid = sorted({float(round(each)) for each in grid}, reverse=down)
            first = next((at for at, each in enumerate(self.tried(grid)) if goal(each)), 0)
            if first == 0:
                break
            before, value = grid[first - 1], grid[first]
        return value, before

    def claim(self, value: float, before: float, goal: Goal, outcomes: dict[float, Outcome]) -> Counterfactual:
        """The change at a number as people write it, decided once more there; and whether all values beyond it do the
        same.
        """
        down, strict = value < self.now, False
        if not self.whole:
            step = _step(value, self.signal.unit)
            edge = round(round(before / step) * step, 9)
            inside = (edge - step) if down else (edge + step)
            if goal(self.tried([edge])[0]):
                value = edge
            elif abs(edge - before) <= 1e-6 * max(1.0, abs(before)):
                value, strict = edge, True
            else:
                value = round(inside, 9) if goal(self.tried([inside])[0]) else value
        shown = value + (-1e-6 if down else 1e-6) * max(1.0, abs(value)) if strict else value
        [(verdict, rank)] = self.tried([shown])
        # where a value makes a share of nothing the rule is unknown: no warning either, but no hit
        beyond = [each for at, each in outcomes.items() if (at < value if down else at > value)]
        quiet = [each for each in beyond if each[0] != "hit"]
        steady = self.signal.unit != "是否" and all(each[0] != "hit" or goal(each) for each in beyond)
        if goal(("hit", 0)):  # a hit where there was none must stay one
            steady = steady and not quiet
        elif verdict == "clear":
            steady = steady and len(quiet) == len(beyond)
        relation = ("<" if down else ">") if strict else "=" if not steady else "<=" if down else ">="
        level = next((each.name for each in self.scene.rulebook.levels if each.rank == rank), None)
        others = {each for each in beyond if each[0] == "hit" and each[1] != rank}
        lighter = any((each[1] or 0) > (rank or 0) for each in others)
        then = "不预警" if verdict != "hit" else f"为{level}色"
        if others and steady and verdict == "hit":
            then = f"为{level}色或更轻" if lighter and not goal(("hit", 0)) else f"预警，{level}色起"
        sign = {"<": "低于", "<=": "≤", ">": "超过", ">=": "≥", "=": "为"}["=" if value == 0 and down else relation]
        shown_now = valued(self.now, self.signal.unit)
        says = f"若{self.signal.name}{sign}{valued(value, self.signal.unit)}（现为{shown_now}），则{then}"
        kind: Verdict = "hit" if verdict == "hit" else "clear"
        return Counterfactual(self.signal.name, self.signal.unit, self.now, relation, value, kind, level, says)


def _step(value: float, unit: str) -> float:
    """The last digit that :func:`number` shows of such a value."""
    if unit == "元" and abs(value) >= 1e4:
        return 1e6 if abs(value) >= 1e8 else 100.0
    return 0.0001 if unit == "比例" else 0.01
