"""Why a warning stands: one readable sentence with numbers, and under it every rule with its version, values and
points.
"""

from __future__ import annotations

from datetime import date

from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection
from riskengine.store.steps import Steps, literal

__all__ = ["explain"]


def explain(con: Connection, rulebook: Rulebook, as_of: date) -> None:
    """Leave temp table ``reason(id, why)`` for all warnings of ``living``; ``why`` is what ``assess.state.why`` holds:

    ``{"sentence": …, "rules": [{"rule", "title", "version", "level", "score", "on", … and the verdict's own
    why}]}``.

    A warning that came back after it was closed says so first, and has ``"rebound": {"of", "closed_on", "unit", "days",
    "level_by_rules", "level"}``.

    ``on`` is the night whose verdict explains the level: an earlier one while a level is being kept. A lifted
    warning keeps the rules of its last night and says in its sentence why it was lifted.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE rule_now (rule VARCHAR, title VARCHAR, version VARCHAR, keep INTEGER, "
        "live BOOLEAN)"
    )
    rules = list(rulebook.rules.values())
    con.execute(
        "INSERT INTO rule_now SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), "
        "unnest(?::INTEGER[]), unnest(?::BOOLEAN[])",
        [
            [rule.id for rule in rules],
            [rule.title for rule in rules],
            [rulebook.rule_hashes.get(rule.id, "")[:8] for rule in rules],
            [rule.persistence.keep for rule in rules],
            [rule.status == "live" for rule in rules],
        ],
    )
    level = " ".join(f"WHEN {each.rank} THEN {literal(each.name)}" for each in rulebook.levels)
    steps = Steps()
    for name, sql in _STEPS.items():
        steps.add(name, sql.format(tonight=literal(as_of), level=f"CASE v.level {level} END"))
    steps.as_tables(con)


# says of the features that scored and of the floors that held, without full stops that would end the sentence too early
_SAID = """list_transform(
  list_concat([f.says FOR f IN {features} IF f.points > 0], [f.says FOR f IN {floors}]),
  lambda says: rtrim(says, '。；，'))"""
_NO_FEATURES = "CAST([] AS STRUCT(points DOUBLE, says VARCHAR)[])"
_FEATURES = '\'[{{"points":"DOUBLE","says":"VARCHAR"}}]\''
_DETAILS = '\'[{{"title":"VARCHAR","features":[{{"points":"DOUBLE","says":"VARCHAR"}}]}}]\''

_STEPS = {
    "said": """
SELECT a.id, a.rule, a.nth, a.hit_on, a.stale, v.level, v.score, v.why, r.title, r.version, """
    + f"""
  {_SAID.format(features="own.features", floors="own.floors")} AS says,
  list_filter([d.title || '：' || array_to_string(
    {_SAID.format(features="coalesce(d.features, [])", floors=_NO_FEATURES)}, '，')
    FOR d IN own.details IF len(coalesce(d.features, [])) > 0], lambda s: s IS NOT NULL) AS details,
"""
    + """  {level} AS level_name
FROM active a JOIN assess.verdict v
  ON v.as_of = a.hit_on AND v.rule = a.rule AND v.subject_type = a.subject_type AND v.subject = a.subject
JOIN rule_now r ON r.rule = a.rule,
LATERAL (SELECT """
    + f"""coalesce(from_json(v.why->'$.features', {_FEATURES}), []) AS features,
  coalesce(from_json(v.why->'$.floors', {_FEATURES}), []) AS floors,
  coalesce(from_json(v.why->'$.details', {_DETAILS}), []) AS details) own""",
    # hits of tonight that an exception keeps from counting, of the rules that make the warnings up
    "exempted": """
SELECT l.id, string_agg(DISTINCT x.who || '，至' || month(x.until) || '月' || day(x.until) || '日', '；') AS said
FROM (SELECT id, unnest(rules) AS rule FROM living) l JOIN assess.warning w USING (id)
JOIN assess.suppressed x ON x.as_of = {tonight} AND x.rule = l.rule
  AND x.subject_type = w.subject_type AND x.subject = w.subject
GROUP BY l.id""",
    "reason_open": """
SELECT id, to_json({{
  'sentence': string_agg(
      CASE WHEN hit_on < {tonight} THEN month(hit_on) || '月' || day(hit_on) || '日：' ELSE '' END
      || CASE WHEN len(says) = 0 THEN title ELSE array_to_string(says, '，') END
      || CASE WHEN len(details) = 0 THEN '' ELSE '（' || array_to_string(details, '；') || '）' END,
      '；' ORDER BY level, nth) || '。'
    || CASE WHEN bool_or(stale) THEN '今晚部分数据缺失，等级暂不下调。' ELSE '' END
    || coalesce('今晚的命中按例外不计（' || any_value(x.said) || '）。', ''),
  'rules': list(json_merge_patch(to_json({{'rule': rule, 'title': title, 'version': version, 'level': level_name,
    'score': score, 'on': strftime(hit_on, '%Y-%m-%d')}}), why) ORDER BY level, nth)}}) AS why
FROM said LEFT JOIN exempted x USING (id) GROUP BY id""",
    "reason_lifted": """
SELECT l.id, to_json({{
  'sentence': CASE WHEN max(r.keep) FILTER (r.live) IS NULL THEN '原规则已停用或调整，予以解除。'
      WHEN any_value(x.said) IS NOT NULL THEN '已列入例外（' || any_value(x.said) || '），命中连续'
        || max(r.keep) FILTER (r.live) || '夜不计，予以解除。'
      ELSE '连续' || max(r.keep) FILTER (r.live) || '夜未再出现，予以解除。' END
    || coalesce('此前：' || regexp_replace(any_value(s.why->>'$.sentence'), '今晚(部分数据缺失|的命中按例外)[^。]*。', '', 'g'), ''),
  'rules': coalesce(any_value(s.why->'$.rules'), JSON '[]')}}) AS why
FROM living l LEFT JOIN assess.state s
  ON s.id = l.id AND s.as_of = (SELECT max(as_of) FROM assess.night WHERE as_of < {tonight})
LEFT JOIN rule_now r ON list_contains(l.rules, r.rule) LEFT JOIN exempted x ON x.id = l.id
WHERE l.change = '解除' GROUP BY l.id""",
    "reason": """
SELECT o.id, CASE WHEN b.id IS NULL THEN o.why ELSE json_merge_patch(o.why,
  to_json({{'sentence': b.said || (o.why->>'$.sentence'), 'rebound': b.told}})) END AS why
FROM reason_open o LEFT JOIN returned b ON b.id = o.id
UNION ALL SELECT id, why FROM reason_lifted""",
}
