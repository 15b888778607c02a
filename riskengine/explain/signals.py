"""The values of the night: what each signal is, what it came to, why one is unknown, and the earlier windows behind a
bound.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from riskengine.assess.baseline import expected_steps
from riskengine.assess.events import told_apart
from riskengine.assess.measures import Measured, compile_measured
from riskengine.assess.windows import Series, bucket_steps, history_of, span_of, windowed_of, windows_sql
from riskengine.errors import RiskEngineError
from riskengine.explain.chain import History, Known, Number
from riskengine.explain.relive import Scene
from riskengine.explain.wording import definition
from riskengine.model.rule import Rule
from riskengine.model.signal import Signal
from riskengine.model.value import plain, valued
from riskengine.rulebook.language.expression import ExpressionError
from riskengine.rulebook.names import made_of, names_used, parameters_in_force, signals_behind
from riskengine.store.steps import identifier, literal

__all__ = ["histories_of", "known_of", "parameters_of", "signals_of", "silent_of", "units_of", "values_of"]

_BUILT_IN = {"人口": "人", "静默天数": "天", "静默来源数": "个"}
"""Units of what a subject has without any file saying so."""

_SHOWN = 60
"""So many windows of a series are shown."""


def signals_of(scene: Scene) -> list[Signal]:
    """The signals that the rule reads, those it names first, in the order of the file, then those behind them."""
    rule = scene.rule
    named = names_used(rule) - set(rule.parameters)
    behind = signals_behind(scene.rulebook.signals, named)
    order = list(scene.rulebook.signals)
    return sorted(behind, key=lambda each: (each.name not in named, order.index(each.name)))


def units_of(scene: Scene) -> dict[str, str]:
    """Name → unit, of signals and parameters."""
    units = {name: signal.unit for name, signal in scene.rulebook.signals.items()} | _BUILT_IN
    return units | {name: parameter.unit for name, parameter in scene.rule.parameters.items()}


def values_of(scene: Scene, subject: str) -> dict[str, float | None]:
    """Name → value on the night, of signals and parameters; empty where there is no such subject."""
    wide = scene.wide
    columns = ", ".join(f"w.{identifier(name)}" for name in wide.columns) or "1"
    row = scene.con.execute(f"SELECT {columns} FROM {scene.row(subject)}").fetchone()
    values = {
        name: None if value is None else float(value) for name, value in zip(wide.columns, row or (), strict=False)
    }
    force = parameters_in_force(scene.rule, scene.as_of)
    return values | {name: None if held is None else float(held[0]) for name, held in force.items()}


def known_of(scene: Scene, subject: str, values: dict[str, float | None]) -> tuple[Known, ...]:
    """What is known of each signal."""
    found = []
    named = names_used(scene.rule)
    builtin = [
        name for name in scene.wide.columns if name not in scene.rulebook.signals and name in _reads(scene, named)
    ]
    for name in builtin:
        unit = _BUILT_IN[name]
        why = "rules/places.csv 里没有这里的人口" if values.get(name) is None else None
        found.append(Known(name, values.get(name), unit, valued(values.get(name), unit), "引擎自带", why))
    for signal in signals_of(scene):
        value = values.get(signal.name)
        why = _why_unknown(scene, subject, signal, values) if value is None else None
        meaning = definition(signal, scene.rule.subject)
        found.append(Known(signal.name, value, signal.unit, valued(value, signal.unit), meaning, why))
    return tuple(found)


def _reads(scene: Scene, named: frozenset[str]) -> frozenset[str]:
    behind = signals_behind(scene.rulebook.signals, named)
    return named.union(*(made_of(signal) for signal in behind))


def _why_unknown(scene: Scene, subject: str, signal: Signal, values: dict[str, float | None]) -> str:
    """Why a value is NULL."""
    name = signal.name
    if name in scene.wide.broken:
        return f"算不出来：{scene.wide.broken[name]}"
    base = windowed_of(signal)
    if base is not None:
        n = next((each.n for each in histories_of(scene, subject) if each.of == base), 0)
        return f"可比的历史窗口只有{n}个，至少要{signal.enough}个"
    missing = sorted(each for each in made_of(signal) if each in values and values[each] is None)
    if missing:
        return f"因为{'、'.join(f'“{each}”' for each in missing)}未知"
    if signal.computed is not None:
        return "算式得不出有限的数（除数为0）"
    if signal.rank is not None:
        return "不知道它属于哪个上级地区，排不出名次"
    return "窗口内没有可读的记录，或记录没有填这一项"


def silent_of(scene: Scene, place: str, kinds: Sequence[str]) -> tuple[str, ...]:
    """The silences that make, or may make, the subject unknown: sentences of those who should have reported."""
    rows = scene.con.execute(
        f"SELECT DISTINCT unnest(messages) AS m FROM noted WHERE place = ? AND kind IN ({_listed(kinds)}) ORDER BY m",
        [place],
    ).fetchall()
    return tuple(message for (message,) in rows)


def _listed(kinds: Sequence[str]) -> str:
    return ", ".join(literal(kind) for kind in kinds) or "NULL"


def parameters_of(scene: Scene) -> tuple[Number, ...]:
    """The rule's parameters, with the day each holds since; unknown where none holds."""
    found = []
    for name, held in parameters_in_force(scene.rule, scene.as_of).items():
        parameter = scene.rule.parameters[name]
        note = None if held is not None else _not_in_force(scene.rule, name, scene)
        value, since = (None, None) if held is None else (float(held[0]), held[1].isoformat())
        shown = valued(value, parameter.unit)
        found.append(Number(name, value, parameter.unit, shown, since, parameter.reference, note))
    return tuple(found)


def _not_in_force(rule: Rule, name: str, scene: Scene) -> str:
    parameter = rule.parameters[name]
    if parameter.until is not None and parameter.until < scene.as_of:
        return f"依据的文件已于{parameter.until}到期"
    return f"要到{min(parameter.values)}才生效"


def histories_of(scene: Scene, subject: str) -> tuple[History, ...]:
    """The earlier windows behind each ``usual``, ``upper`` and ``trend`` that the rule reads; one a base signal, and
    one a trend.
    """
    found: dict[tuple[str, bool], History] = {}
    for signal in signals_of(scene):
        base, trend = windowed_of(signal), signal.trend is not None
        if base is None or base not in scene.rulebook.signals:
            continue
        had = found.get((base, trend))
        if had is not None and (had.expected is not None or signal.upper is None):
            continue
        try:
            found[base, trend] = _history(scene, subject, signal, scene.rulebook.signals[base])
        except (ExpressionError, ValueError, RiskEngineError, duckdb.Error):  # told as broken among the signals
            continue
    return tuple(found.values())


def _history(scene: Scene, subject: str, signal: Signal, base: Signal) -> History:
    con = scene.con
    measured: Measured = compile_measured(base, scene.nights, scene.rule.subject, told_apart(con))
    span = span_of(measured, signal)
    gap = span[3]
    [windows] = con.execute(windows_sql([span])).fetchone() or (0,)
    series = [Series(measured, span, (windows,))]
    history_of(con, "earlier_history", series, scene.nights)
    bucket_steps("earlier_bucket", scene.rule.subject, series, scene.nights).as_tables(con)
    uppers = [0] if signal.upper else []
    expected_steps("earlier_moment", "earlier_expected", "earlier_bucket", "earlier_history", uppers).as_tables(con)
    row = con.execute("SELECT n, ys, ks, mean, sd FROM earlier_moment WHERE subject = ?", [subject]).fetchone()
    additive = series[0].additive
    n, ys, ks, mean, sd = row or (windows if additive else 0, [], [], 0.0 if additive and windows else None, None)
    expected = phi = season = None
    if signal.upper is not None:
        bound = con.execute(
            "SELECT e.mu, e.phi, e.mu / nullif(s.mean + s.half / nullif(s.n, 0), 0), s.additive FROM earlier_expected e "
            "JOIN earlier_expected_s s USING (series, subject) WHERE e.subject = ?",
            [subject],
        ).fetchone()
        if bound:
            expected, phi, season = bound[0], *(bound[1:3] if bound[3] else (None, None))
    seen = dict(zip(ks, ys, strict=True))
    empty = 0.0 if additive else None
    shown: list[float | None] = [seen.get(k, empty) for k in range(gap + windows, gap, -1)][-_SHOWN:]
    values = values_of(scene, subject)
    if signal.trend is None:  # a trend's windows end with tonight's
        shown += [*([None] * gap), values.get(base.name)]
    bound_now = values.get(signal.name) if signal.upper is not None else None
    says = (
        f"最近{n}个{base.window}日窗口（含今晚）的走势：每个窗口变化{valued(values.get(signal.name), signal.unit)}。"
        if signal.trend is not None
        else _told(base, n, mean, sd, expected, season, phi, signal)
    )
    return History(
        base.name,
        base.unit,
        base.window or 1,
        int(n),
        gap,
        mean,
        sd,
        expected,
        season,
        phi,
        bound_now,
        tuple(shown),
        says,
    )


def _told(
    base: Signal, n: int, mean: float | None, sd: float | None, expected: float | None, season: float | None,
    phi: float | None, signal: Signal,
) -> str:  # fmt: skip
    """The history in one sentence."""
    if not n or mean is None:
        return f"“{base.name}”还没有可比的历史窗口。"
    text = f"此前{n}个{base.window}日窗口平均{valued(mean, base.unit)}"
    if sd is not None:
        text += f"（标准差{plain(sd)}）"
    if expected is not None:
        text += f"；削去异常高峰、计入季节后今晚应为{valued(expected, base.unit)}"
        extra = [
            f"季节×{plain(season)}" if season is not None else "",
            f"离散度φ={plain(phi)}" if phi is not None else "",
        ]
        text += f"（{'，'.join(filter(None, extra))}）" if any(extra) else ""
        text += f"，误报率{plain(signal.alarm * 100)}%时的上界由此推算"
    return f"{text}。"
