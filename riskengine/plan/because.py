"""Why a warning comes or goes: the sentence of the verdict that makes it, or what was no longer true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb

from riskengine.assess.walk import Suppression
from riskengine.model.period import month_day
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.plan.contrast import Pair
from riskengine.plan.noun import Kind
from riskengine.plan.verdicts import NEW, OLD
from riskengine.rulebook.language.expression import ExpressionError, compile_expression
from riskengine.rulebook.language.tokens import tokens
from riskengine.rulebook.names import parameters_in_force, words
from riskengine.store.database import Connection
from riskengine.store.steps import identifier, literal

__all__ = ["Because"]

_RULES = 3  # so many rules are told a warning


@dataclass(frozen=True)
class _Hit:
    as_of: date
    verdict: str
    score: float | None
    level: int | None
    why: Mapping[str, Any]


@dataclass
class Because:
    """Asks the laboratory; ``old`` and ``new`` are the rule books in full, ``suppressed`` what the new exceptions held
    back.
    """

    con: Connection
    old: Rulebook
    new: Rulebook
    suppressed: tuple[Suppression, ...]
    _held: dict[tuple[date, str, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._held = {(each.as_of, each.rule, each.subject): True for each in self.suppressed}

    def __call__(self, pair: Pair, kind: Kind, on: date) -> str:
        """One sentence a rule, the gravest first."""
        if kind == "moved":
            return self._moved(pair, on)
        if kind == "merged":
            return f"{_into(pair.old[on].merged)} → {_into(pair.new[on].merged)}。"
        if kind in ("added", "raised", "earlier", "longer"):
            return self._came(pair, on)
        return self._went(pair, on)

    def _came(self, pair: Pair, on: date) -> str:
        night = pair.new.get(on) or next(iter(pair.new.values()))
        told = []
        for rule in night.rules:
            hit = self._hit(NEW, rule, pair, on, night.level)
            if hit is not None:
                told.append((hit.level or 9, f"{self.new.rules[rule].title}：{_says(hit)}{_dated(hit, on)}"))
        return _joined([text for _, text in sorted(told, key=lambda each: each[0])])

    def _went(self, pair: Pair, on: date) -> str:
        night = pair.old.get(on) or next(iter(pair.old.values()))
        still = set(pair.new[on].rules) if on in pair.new else set()
        told = []
        for rule in night.rules:
            hit = self._hit(OLD, rule, pair, on, night.level)
            if hit is None:
                continue
            gone = self._gone(rule, pair, hit, on, stays=rule in still)
            if gone:
                told.append(
                    (hit.level or 9, f"{self.old.rules[rule].title}：{gone}（原先：{_says(hit)}{_dated(hit, on)}）")
                )
        return _joined([text for _, text in sorted(told, key=lambda each: each[0])])

    def _gone(self, id_: str, pair: Pair, hit: _Hit, on: date, *, stays: bool) -> str:
        """What the new rules say of a hit of the old ones; empty where they say the same."""
        rule = self.new.rules.get(id_)
        if rule is None:
            return "规则已删去"
        if rule.status != "live":
            return {"retired": "规则已停用", "draft": "规则改为草稿", "trial": "规则改为试运行，不派发"}[rule.status]
        if (hit.as_of, id_, pair.subject) in self._held:
            for each in self.new.exemptions:
                if (each.rule, each.subject) == (id_, pair.subject) and hit.as_of <= each.until:
                    return f"被例外压住（{each.who}：{each.why}，至 {each.until}）"
        after = self._at(NEW, id_, pair, hit.as_of)
        if after is None:
            return self._untrue(self.old.rules[id_], rule, pair, hit)
        if after.verdict == "unknown":
            missing = "、".join(after.why.get("unknown") or ()) or "数据"
            return f"变为未知，缺{missing}"
        if after.level != hit.level:
            names = {level.rank: level.name for level in self.new.levels}
            score = f"得分 {_n(hit.score)} → {_n(after.score)}，" if after.score != hit.score else ""
            return f"{score}等级 {names.get(hit.level or 0, '？')} → {names.get(after.level or 0, '？')}"
        if stays:
            held = self._hit(NEW, id_, pair, on, pair.new[on].level)
            return f"改后按{month_day(held.as_of)}的命中计，{_says(held)}" if held and held.as_of != hit.as_of else ""
        before = self.old.rules[id_]
        if before.opens != rule.opens:
            return f"当夜仍命中，但触发条件由 {before.opens} 改为 {rule.opens}，还不够"
        if before.keep != rule.keep:
            return f"解除由连续 {before.keep} 夜改为 {rule.keep} 夜，提前解除"
        return "当夜仍命中，但此前各夜的命中不够触发"

    def _untrue(self, before: Rule, rule: Rule, pair: Pair, hit: _Hit) -> str:
        if rule.compound is not None:
            return self._unmet(rule, pair, hit)
        force = {name: held[0] if held else None for name, held in parameters_in_force(rule, hit.as_of).items()}
        was = {name: held[0] if held else None for name, held in parameters_in_force(before, hit.as_of).items()}
        values: dict[str, float | None] = {**self._values(rule, pair, hit), **force}
        units = {name: signal.unit for name, signal in self.new.signals.items()}
        units |= {name: each.unit for name, each in rule.parameters.items()}
        parts = []
        for part in _conjuncts(rule.when or ""):
            if self._holds(part, values, hit.as_of) is False:
                shown = [
                    f"{name}={_n(values[name])}{units.get(name, '')}"
                    + (f"，原为{_n(was[name])}" if name in was and name in force and was[name] != force[name] else "")
                    for name in _in_order(part, values)
                ]
                parts.append(f"“{part}”不成立（{'；'.join(shown)}）")
        return "，".join(parts) or f"不再满足“{rule.when}”"

    def _unmet(self, rule: Rule, pair: Pair, hit: _Hit) -> str:
        titles = {id_: each.title for id_, each in self.new.rules.items()}
        missing = [
            titles.get(each, each)
            for each in hit.why.get("members") or ()
            if self.con.execute(
                f"SELECT 1 FROM {NEW} WHERE rule = ? AND verdict = 'hit' AND as_of <= ? AND as_of > ?::DATE - ? "
                "AND (subject = ? OR place IN (SELECT place FROM place_up WHERE ancestor = ?)) LIMIT 1",
                [each, hit.as_of, hit.as_of, rule.compound.within if rule.compound else 1, pair.subject, pair.subject],
            ).fetchone()
            is None
        ]
        if missing:
            return f"成员“{'”“'.join(missing)}”不再命中"
        return "成员的组合不再满足"

    def _values(self, rule: Rule, pair: Pair, hit: _Hit) -> dict[str, float | None]:
        """Signals of the new condition: as the new pass measured them, else as the old verdict kept them."""
        values: dict[str, float | None] = dict(hit.why.get("values") or {})
        wanted = [name for name in sorted(words(rule.when)) if name in self.new.signals and name not in values]
        for name in wanted:
            try:
                row = self.con.execute(
                    f"SELECT {identifier(name)} FROM wide_{rule.subject.value} WHERE as_of = ? AND subject = ?",
                    [hit.as_of, pair.subject],
                ).fetchone()
            except duckdb.Error:  # the pass did not need it
                continue
            if row is not None:
                values[name] = row[0]
        return values

    def _holds(self, part: str, values: Mapping[str, float | None], as_of: date) -> bool | None:
        names = {name: literal(None if value is None else float(value)) for name, value in values.items()}
        try:
            sql = compile_expression(part, {**names, "as_of": literal(as_of)}, boolean=True).sql
            row = self.con.execute(f"SELECT {sql}").fetchone()
        except (ExpressionError, duckdb.Error):
            return None
        return None if row is None else row[0]

    def _hit(self, table: str, rule: str, pair: Pair, on: date, level: int) -> _Hit | None:
        """The newest hit of late that has the level at which the warning stands; else the newest hit."""
        keep = next(book.rules[rule].keep for book in (self.old, self.new) if rule in book.rules)
        late = f"level = {level} AND as_of >= {literal(on - timedelta(days=2 * keep))}"
        return self._row(table, "verdict = 'hit' AND as_of <= ?", rule, pair, on, late)

    def _at(self, table: str, rule: str, pair: Pair, on: date) -> _Hit | None:
        return self._row(table, "as_of = ?", rule, pair, on)

    def _row(self, table: str, when: str, rule: str, pair: Pair, on: date, first: str = "TRUE") -> _Hit | None:
        row = self.con.execute(
            f"SELECT as_of, verdict, score, level, why FROM {table} WHERE rule = ? AND subject_type = ? "
            f"AND subject = ? AND {when} ORDER BY ({first}) IS TRUE DESC, as_of DESC LIMIT 1",
            [rule, pair.subject_type, pair.subject, on],
        ).fetchone()
        return None if row is None else _Hit(row[0], row[1], row[2], row[3], json.loads(row[4] or "{}"))

    def _moved(self, pair: Pair, on: date) -> str:
        one, two = pair.old[on], pair.new[on]
        told = []
        if one.lead != two.lead:
            told.append(f"主办由{self._unit(self.old, one.lead)}改为{self._unit(self.new, two.lead)}")
        if set(one.others) != set(two.others):
            names = ["、".join(self._unit(book, each) for each in night.others) or "无"
                     for book, night in ((self.old, one), (self.new, two))]  # fmt: skip
            told.append(f"协办由{names[0]}改为{names[1]}")
        return "，".join(told) + "。"

    @staticmethod
    def _unit(book: Rulebook, id_: str | None) -> str:
        return "无人" if id_ is None else book.units[id_].name if id_ in book.units else id_


def _says(hit: _Hit) -> str:
    said = [each["says"] for each in hit.why.get("features") or () if each.get("points", 0) > 0]
    said += [each["says"] for each in hit.why.get("floors") or ()]
    return "，".join(each.rstrip("。；，") for each in said if each) or "命中"


def _dated(hit: _Hit, on: date) -> str:
    return "" if hit.as_of == on else f"，{month_day(hit.as_of)}命中"


def _joined(told: list[str]) -> str:
    rest = f"；另有 {len(told) - _RULES} 条规则" if len(told) > _RULES else ""
    return "；".join(told[:_RULES]) + rest + "。" if told else "规则之间的先后与保持不同。"


def _into(parent: str | None) -> str:
    return f"并入 {parent}" if parent else "单列"


def _in_order(part: str, values: Mapping[str, float | None]) -> list[str]:
    return [
        name for name in dict.fromkeys(token.text for token in tokens(part) if token.kind == "word") if name in values
    ]


def _conjuncts(text: str) -> list[str]:
    """The parts that must all hold: split at the outermost ``and``; one part where there is an ``or`` beside it."""
    try:
        typed = tokens(text)
    except ExpressionError:
        return [text]
    depth, between, cuts = 0, 0, []
    for token in typed:
        if token.kind in ("operator", "keyword"):
            depth += {"(": 1, "case": 1, ")": -1, "end": -1}.get(token.text, 0)
        if depth or token.kind != "keyword":
            continue
        if token.text == "or":
            return [text]
        if token.text == "between":
            between += 1
        elif token.text == "and" and between:
            between -= 1
        elif token.text == "and":
            cuts.append(token)
    edges, parts = 0, []
    for token in cuts:
        parts.append(text[edges : token.column - 1])
        edges = token.column - 1 + (1 if text[token.column - 1] in "且" else 3)
    return [part.strip() for part in (*parts, text[edges:])]


def _n(value: float | None) -> str:
    if value is None:
        return "未知"
    rounded = round(float(value), 4)
    return str(int(rounded)) if rounded.is_integer() else f"{rounded:g}"
