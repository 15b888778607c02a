"""What the nights made of the verdicts: pending, warned, kept, lifted, suppressed, merged, on trial; read from the
record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskengine.explain.chain import NightOf, Turn, Verdict
from riskengine.explain.relive import Found, Scene
from riskengine.store.database import Connection

__all__ = ["Story", "counted", "story_of"]

_LEAST = 7
"""So many nights are shown at least, where there are as many."""


@dataclass(frozen=True)
class Story:
    """The record of one rule on one subject up to a night.

    ``ran``: the night itself was run. ``evaluated``: the rule was evaluated that night without a fault; ``fault`` the
    sentence if not. ``warning``, ``change``, ``level``: the newest warning that the rule ever was part of, and its
    state that night (None: it has none that night). ``part``: the rule is one of those that make it up that night.
    ``other``: an open warning of the same theme that it has no part in. ``suppressed``: until, who and why of the
    exception that held. ``raised``: the level by the rules and the level it stands at, where it came back after it was closed (反弹).
    """

    ran: bool
    stored: Found | None
    evaluated: bool
    fault: str | None
    warning: str | None
    change: str | None
    level: int | None
    stale: bool
    part: bool
    sentence: str
    lifted_on: date | None
    suppressed: tuple[date, str, str] | None
    parent: str | None
    children: tuple[str, ...]
    trial: tuple[str, str, int] | None
    other: str | None
    nights: tuple[NightOf, ...]
    turns: tuple[Turn, ...]
    raised: tuple[str, str] | None = None


def story_of(scene: Scene, subject: str, names: Mapping[int, str], kept: bool) -> Story:
    """What is on record. ``names``: level names by rank. Where nothing was ever run (not ``kept``), nothing is."""
    if not kept:
        tonight = NightOf(scene.as_of.isoformat(), *_graded(scene.found(subject), names), None)
        return Story(
            False,
            None,
            False,
            None,
            None,
            None,
            None,
            False,
            False,
            "",
            None,
            None,
            None,
            (),
            None,
            None,
            (tonight,),
            (),
        )
    con, rule, as_of = scene.con, scene.rule, scene.as_of
    key = {"rule": rule.id, "type": rule.subject.value, "subject": subject, "theme": rule.theme, "night": as_of}
    ran = _one(con, "SELECT 1 FROM kept.assess.night WHERE as_of = $night", {"night": as_of}) is not None
    verdict = _one(con, _VERDICT, _only(key, "rule", "type", "subject", "night"))
    evaluated = _one(con, _EVALUATED, _only(key, "rule", "night")) is not None
    fault = _one(
        con, "SELECT message FROM kept.assess.fault WHERE as_of = $night AND rule = $rule", _only(key, "rule", "night")
    )
    stored = Found(*verdict) if verdict else Found("clear") if evaluated else None
    asked = _only(key, "type", "subject", "theme", "night")
    other = _one(con, _WARNING, asked | {"only": ""})
    warning = _one(con, _WARNING, asked | {"only": rule.id})
    state = _one(con, _STATE, {"id": warning[0], "night": as_of}) if warning else None
    suppressed = _one(con, _SUPPRESSED, _only(key, "rule", "type", "subject", "night"))
    merged = con.execute(
        "SELECT child, parent FROM kept.assess.merged WHERE as_of = $night AND (child = $id OR parent = $id) ORDER BY ALL",
        {"id": warning[0], "night": as_of},
    ).fetchall() if warning else []  # fmt: skip
    trial = _one(con, _TRIAL, _only(key, "rule", "type", "subject", "night"))
    return Story(
        ran=ran, stored=stored if ran else None, evaluated=evaluated, fault=fault[0] if fault else None,
        warning=warning[0] if warning else None,
        change=state[0] if state else None, level=state[1] if state else None, stale=bool(state and state[3]),
        part=bool(state and rule.id in state[2]), sentence=(state[4] or "") if state else "",
        lifted_on=warning[1] if warning and warning[1] and warning[1] <= as_of else None,
        suppressed=(suppressed[0], suppressed[1], suppressed[2]) if suppressed else None,
        parent=next((parent for child, parent in merged if warning and child == warning[0]), None),
        children=tuple(child for child, parent in merged if warning and parent == warning[0]),
        trial=(trial[0], trial[1], trial[2]) if trial else None,
        other=other[0] if other and (other[1] is None or other[1] > as_of) and other != warning else None,
        nights=_nights(scene, subject, names, key, ran), turns=_turns(con, trial[0] if trial else warning and warning[0], as_of, names),
        raised=(state[5], state[6]) if state and state[5] and state[0] != "解除" else None,
    )  # fmt: skip


def _one(con: Connection, sql: str, values: Mapping[str, object]) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = con.execute(sql, values).fetchone()
    return row


def _only(key: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: key[name] for name in names}


def _graded(found: Found, names: Mapping[int, str]) -> tuple[Verdict, str | None, float | None]:
    verdict: Verdict = "hit" if found.verdict == "hit" else "unknown" if found.verdict == "unknown" else "clear"
    return verdict, names.get(found.level) if found.level is not None else None, found.score


def _nights(
    scene: Scene, subject: str, names: Mapping[int, str], key: Mapping[str, object], ran: bool
) -> tuple[NightOf, ...]:
    """The last nights, oldest first, the one explained at the end (weighed now where it was not run)."""
    persistence = scene.rule.persistence
    rows = scene.con.execute(_NIGHTS, {**key, "n": max(persistence.nights, persistence.keep + 1, _LEAST)}).fetchall()
    found = [
        NightOf(day.isoformat(), verdict, names.get(level) if level is not None else None, score, change, held)
        for day, verdict, level, score, change, held in reversed(rows)
    ]
    if not ran:
        found.append(NightOf(scene.as_of.isoformat(), *_graded(scene.found(subject), names), None))
    return tuple(found)


def _turns(con: Connection, id_: object, as_of: date, names: Mapping[int, str]) -> tuple[Turn, ...]:
    if id_ is None:
        return ()
    rows = con.execute(_TURNS, {"id": id_, "night": as_of}).fetchall()
    return tuple(
        Turn(day.isoformat(), change, names.get(level, ""), sentence or "") for day, change, level, sentence in rows
    )


def counted(scene: Scene, story: Story) -> str:
    """How far the counting of nights has come, in words."""
    hits, nights, keep = scene.rule.persistence.hits, scene.rule.persistence.nights, scene.rule.persistence.keep
    known = [
        "clear" if night.suppressed else night.verdict for night in story.nights if night.verdict in ("hit", "clear")
    ]
    recent = known[-nights:]
    text = (
        "当夜命中即预警"
        if hits == nights == 1
        else f"近{nights}个已知夜里至少{hits}夜命中才预警，现为{recent.count('hit')}夜命中（已知{len(recent)}夜）"
    )
    quiet = next((at for at, verdict in enumerate(reversed(known)) if verdict == "hit"), len(known))
    text += f"；连续{keep}个已知夜没有命中才解除"
    if quiet and (story.part or story.trial):
        text += f"，现已连续{quiet}夜"
    return f"{text}。未知的夜不计数。"


_VERDICT = """
SELECT verdict, score, level, why FROM kept.assess.verdict
WHERE as_of = $night AND rule = $rule AND subject_type = $type AND subject = $subject"""
_EVALUATED = "SELECT 1 FROM kept.assess.evaluated WHERE as_of = $night AND rule = $rule"
_WARNING = """
SELECT id, lifted_on FROM kept.assess.warning
WHERE subject_type = $type AND subject = $subject AND theme = $theme AND opened_on <= $night
  AND id IN (SELECT id FROM kept.assess.state WHERE as_of <= $night AND ($only = '' OR list_contains(rules, $only)))
ORDER BY opened_on DESC, id DESC LIMIT 1"""
_STATE = """
SELECT change, level, rules, stale, why->>'$.sentence',
  why->>'$.rebound.level_by_rules', why->>'$.rebound.level'
FROM kept.assess.state WHERE id = $id AND as_of = $night"""
_SUPPRESSED = """
SELECT until, who, why FROM kept.assess.suppressed
WHERE as_of = $night AND rule = $rule AND subject_type = $type AND subject = $subject"""
_TRIAL = """
SELECT w.id, s.change, s.level FROM kept.assess.trial_warning w JOIN kept.assess.trial_state s USING (id)
WHERE w.rule = $rule AND w.subject_type = $type AND w.subject = $subject AND s.as_of = $night
ORDER BY w.opened_on DESC LIMIT 1"""
_NIGHTS = """
SELECT n.as_of, CASE WHEN e.rule IS NULL AND v.verdict IS NULL THEN NULL ELSE coalesce(v.verdict, 'clear') END,
  v.level, v.score, s.change,
  x.rule IS NOT NULL
FROM kept.assess.night n
LEFT JOIN (SELECT DISTINCT as_of, rule FROM kept.assess.evaluated WHERE rule = $rule) e ON e.as_of = n.as_of
LEFT JOIN kept.assess.verdict v
  ON v.as_of = n.as_of AND v.rule = $rule AND v.subject_type = $type AND v.subject = $subject
LEFT JOIN (
  SELECT s.as_of, s.change FROM kept.assess.state s JOIN kept.assess.warning w USING (id)
  WHERE w.subject_type = $type AND w.subject = $subject AND w.theme = $theme AND list_contains(s.rules, $rule)
  UNION ALL
  SELECT s.as_of, s.change FROM kept.assess.trial_state s JOIN kept.assess.trial_warning w USING (id)
  WHERE w.subject_type = $type AND w.subject = $subject AND w.rule = $rule) s ON s.as_of = n.as_of
LEFT JOIN kept.assess.suppressed x
  ON x.as_of = n.as_of AND x.rule = $rule AND x.subject_type = $type AND x.subject = $subject
WHERE n.as_of <= $night ORDER BY n.as_of DESC LIMIT $n"""
_TURNS = """
SELECT as_of, change, level, why->>'$.sentence' AS sentence FROM kept.assess.state
WHERE id = $id AND as_of <= $night AND change <> '持续'
UNION ALL
SELECT as_of, change, level, '' FROM kept.assess.trial_state WHERE id = $id AND as_of <= $night AND change <> '持续'
ORDER BY as_of"""
