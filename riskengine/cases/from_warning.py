"""A real warning as cases: what its rules saw on the nights that raised it, under made-up keys and without any record's text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from riskengine.assess import verdicts
from riskengine.assess.nights import Nights
from riskengine.assess.subjects import build_subjects
from riskengine.cases.insert import Fields
from riskengine.errors import WrongUse
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.case_series import Member, written_series
from riskengine.rulebook.checks.cases import members_asked, signals_asked
from riskengine.store.database import Connection
from riskengine.store.steps import identifier

__all__ = ["Draft", "drafts"]


@dataclass(frozen=True)
class Draft:
    """A case to be written. ``was``: what that night decided, as an expectation reads; ``fields``: the case without ``expect``."""

    rule: Rule
    fields: Fields
    was: Mapping[str, str]


@dataclass(frozen=True)
class _Warning:
    id: str
    type_: Subject
    subject: str
    place: str | None
    opened_on: date


def drafts(con: Connection, rulebook: Rulebook, warning_id: str, as_of: date | None, *, clear: bool) -> list[Draft]:
    """One draft a rule that was active in the warning on ``as_of`` (not given: the newest night on which it was open).

    A rule's case stands on the night that the warning quotes it from, with as many nights before it as its ``for`` looks at.
    ``clear``: instead the nearest night on which the rule was clear for the same subject, rather before the warning than after.
    ``con`` is a laboratory over the workspace's database. Raises WrongUse where there is no such warning or no such night, and
    where none of its rules is in the rule book any more.
    """
    warning = _warning(con, warning_id)
    night, told = _state(con, warning, as_of)
    found = []
    for said in told["rules"]:
        rule = rulebook.rules.get(said["rule"])
        if rule is None:
            continue
        tried = rule.model_copy(update={"status": "live", "until": None})
        on = date.fromisoformat(said["on"])
        writer = _Writer(con, rulebook, warning, tried)
        draft = writer.clear(on) if clear else writer.hit(on, said)
        if draft is not None:
            found.append(replace(draft, rule=rule))
    if not found:
        what = "附近找不到没有命中的一夜" if clear else "当时的规则现在都不在规则文件里"
        raise WrongUse(f"预警 {warning_id}（{night}）写不成用例：{what}。请换一件预警，或自己写用例。")
    return found


def _warning(con: Connection, id_: str) -> _Warning:
    row = con.execute(
        "SELECT id, subject_type, subject, place, opened_on FROM kept.assess.warning WHERE id = ?", [id_]
    ).fetchone()
    if row is None:
        newest = con.execute("SELECT max(id) FROM kept.assess.warning").fetchall()[0][0]
        hint = f"最新的一件是 {newest}" if newest else "这个工作区还没有预警"
        raise WrongUse(f"没有预警 {id_}（{hint}）。请照清单上的预警编号写，如 YJ-2026-000001。")
    return _Warning(row[0], Subject(row[1]), row[2], row[3], row[4])


def _state(con: Connection, warning: _Warning, as_of: date | None) -> tuple[date, dict[str, Any]]:
    rows = con.execute(
        "SELECT as_of, CAST(why AS VARCHAR) FROM kept.assess.state WHERE id = ? AND change <> '解除' ORDER BY as_of",
        [warning.id],
    ).fetchall()
    for night, why in reversed(rows):
        if as_of is None or night == as_of:
            return night, json.loads(why)
    raise WrongUse(f"预警 {warning.id} 在 {as_of} 这一夜不在办（在办：{rows[0][0]} 至 {rows[-1][0]}）。请换一夜。")


@dataclass(frozen=True)
class _Writer:
    """Writes one rule's cases for one warning."""

    con: Connection
    rulebook: Rulebook
    warning: _Warning
    rule: Rule

    def hit(self, on: date, said: Mapping[str, Any]) -> Draft | None:
        """The case of the night ``on``."""
        back = self.rule.persistence.nights - 1
        known = self._given(on, back)
        was = {"verdict": "hit", "level": said["level"], "score": f"{said['score']:.10g}", "reason": _part(said)}
        if known is None:
            return None
        name = f"取自一件真实预警：{on} {said['level']}"
        return Draft(self.rule, {"case": name, "as_of": on.isoformat(), **self._where(on), **known}, was)

    def clear(self, on: date) -> Draft | None:
        """The case of the nearest night on which the rule was clear."""
        nights = self.con.execute(
            "SELECT e.as_of FROM kept.assess.evaluated e ANTI JOIN kept.assess.verdict v ON v.as_of = e.as_of AND v.rule = e.rule"
            " AND v.subject_type = $type AND v.subject = $subject WHERE e.rule = $rule"
            " ORDER BY e.as_of > $opened, abs(e.as_of - $opened) LIMIT 14",
            {
                "type": self.warning.type_.value,
                "subject": self.warning.subject,
                "rule": self.rule.id,
                "opened": self.warning.opened_on,
            },
        ).fetchall()
        for (night,) in nights:
            known = self._given(night, 0)
            if known is not None:
                name = f"取自一件真实预警的对象：{night} 没有命中"
                fields = {"case": name, "as_of": night.isoformat(), **self._where(night), **known}
                return Draft(self.rule, fields, {"verdict": "clear"})
        return None

    def _given(self, on: date, back: int) -> dict[str, dict[str, str]] | None:
        if self.rule.compound is not None:
            return self._members(on, back + self.rule.compound.within - 1)
        return self._signals(on, back)

    def _nights(self, on: date, back: int) -> list[date]:
        """The nights that were run, of the ``back`` before ``on`` and itself; from the newest gap on, for a case has none."""
        run = {night for (night,) in self.con.execute("SELECT as_of FROM kept.assess.night").fetchall()}
        days = [on - timedelta(n) for n in range(back + 1)]
        whole = next((n for n, day in enumerate(days) if day not in run), len(days))
        return sorted(days[: max(whole, 1)])

    def _signals(self, on: date, back: int) -> dict[str, dict[str, str]] | None:
        """What the rule read, weighed again from the records as they were known; None where the subject was none that night."""
        nights = Nights(tuple(self._nights(on, back)))
        verdicts.weigh(self.con, replace(self.rulebook, rules={self.rule.id: self.rule}), nights)
        asked = [name for name in signals_asked(self.rule, self.rulebook.signals) if self._measured(name)]
        listed = "".join(f", {identifier(name)}" for name in asked)
        table = f"wide_{self.rule.subject.value}"
        rows = self.con.execute(
            f"SELECT as_of{listed} FROM {table} WHERE subject = ? ORDER BY as_of", [self.warning.subject]
        ).fetchall()
        if not rows or rows[-1][0] != on:
            return None
        silent = self._silent()
        values = {
            name: [None if name in silent.get(row[0], ()) else _rounded(row[at]) for row in rows]
            for at, name in enumerate(asked, start=1)
        }
        written = {name: _short(series) for name, series in values.items()}
        if len(rows) > 1 and all(len(set(series)) == 1 for series in values.values()):
            written[asked[0]] = written_series(values[asked[0]])  # one series must say how many nights there are
        return {"signals": written}

    def _measured(self, name: str) -> bool:
        """Written into the case: what is measured; what is computed from it, and the residents of a place, are not."""
        signal = self.rulebook.signals.get(name)
        return signal.computed is None if signal is not None else name != "人口"

    def _silent(self) -> dict[date, set[str]]:
        """Night → signals that were unknown for the subject because the reports behind them had not come."""
        rows = self.con.execute(
            "SELECT as_of FROM verdict_tonight WHERE subject = ? AND verdict = 'unknown' AND len(why->>'$.silent') > 2",
            [self.warning.subject],
        ).fetchall()
        hushed = {name for name in signals_asked(self.rule, self.rulebook.signals)}
        return {night: hushed for (night,) in rows}

    def _members(self, on: date, back: int) -> dict[str, dict[str, str]] | None:
        """The members' verdicts as they were, gravest at or below the subject."""
        nights = self._nights(on, back)
        build_subjects(self.con, replace(self.rulebook, rules={self.rule.id: self.rule}), Nights.one(on))
        assert self.rule.compound is not None
        given: dict[str, dict[str, str]] = {"members": {}}
        members = members_asked(self.rule.compound)
        rows = self.con.execute(
            "SELECT v.rule, v.as_of, max(v.verdict = 'hit'), max(v.score) FILTER (v.verdict = 'hit')"
            " FROM kept.assess.verdict v WHERE list_contains($members, v.rule) AND v.as_of BETWEEN $first AND $on"
            " AND ((v.subject_type = $type AND v.subject = $subject)"
            "   OR v.place IN (SELECT place FROM place_up WHERE ancestor = $subject AND level = $type))"
            " GROUP BY ALL",
            {
                "members": list(members),
                "first": nights[0],
                "on": on,
                "type": self.warning.type_.value,
                "subject": self.warning.subject,
            },
        ).fetchall()
        seen = {(rule, night): Member("hit", score) if hit else Member("unknown") for rule, night, hit, score in rows}
        first = min((night for _, night in seen), default=on)
        for member in members:
            series = [seen.get((member, night), Member("clear")) for night in nights if night >= first]
            if any(each.verdict != "clear" for each in series):
                given["members"][member] = written_series(series)
        if not given["members"]:
            given["members"][members[0]] = "clear"
        return given

    def _where(self, on: date) -> dict[str, str]:
        """The place of a place, the town of anything else: coarse enough, and what the routes ask for. A unit is itself."""
        type_, places = self.warning.type_, {place.code: place for place in self.rulebook.places}
        if type_ is Subject.UNIT:
            return {"subject": self.warning.subject}
        code = self.warning.subject if type_ in PLACES else self.warning.place
        if code is None or code not in places:
            return {}
        if type_ not in PLACES and places[code].level == "village":
            code = places[code].parent or code
        place = places[code]
        above = places.get(place.parent or "")
        name = f"{above.name}{place.name}" if place.level == "village" and above is not None else place.name
        alone = sum(each.name == place.name for each in {p.code: p for p in self.rulebook.places}.values()) == 1
        return {"place": name if place.level == "village" or alone else code}


def _short(series: Sequence[float | None]) -> str:
    """A value that was the same on all nights stands once."""
    return written_series(series[:1] if len(set(series)) == 1 else series)


def _rounded(value: float | None) -> float | None:
    """Twelve digits: what adding up in another order leaves behind is no part of the value."""
    return None if value is None else float(f"{value:.12g}")


def _part(said: Mapping[str, Any]) -> str:
    """The first thing that the reason says, up to where a subject's own name may stand."""
    says = [each["says"] for each in said.get("features", ()) if each["points"] > 0]
    says += [each["says"] for each in said.get("floors", ())]
    first = says[0] if says else said["title"]
    for sign in ("（", "；"):
        first = first.split(sign)[0]
    return str(first.rstrip("。，；"))
