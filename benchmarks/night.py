"""(2) One night's signals and plain rules: the engine beside SQL written by hand for this rule book, which gives the same hits.

The peer computes every signal, hit, score and level that the engine computes. It leaves out what nobody can do without later but a
query can: reasons in words, three-valued verdicts with their silences, the isolation of a rule that fails.
"""

from __future__ import annotations

import re
from statistics import NormalDist

from benchmarks.book import RULES, SURGES
from benchmarks.workspace import NIGHT
from riskengine.assess.nights import Nights
from riskengine.assess.verdicts import weigh
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["PEER", "Hits", "by_hand", "engine"]

PEER = "SQL written by hand over the same tables: all signals, conditions, scores and levels, verified to give the same hits"
Hits = list[tuple[str, str, float, int]]
"""Rule, subject, score, rank of the level; sorted."""

_CRIME = "category IN ('盗窃', '抢劫抢夺', '故意伤害', '诈骗')"
_W7, _W14, _W28, _W30, _W90 = (f"occurred_on > $d - {days}" for days in (7, 14, 28, 30, 90))
_LAST_YEAR = "occurred_on > DATE '2025-06-30' - 30 AND occurred_on <= DATE '2025-06-30'"


def _known(kind: str) -> str:
    held = "known_at <= $d AND (superseded_at IS NULL OR superseded_at > $d) AND NOT retracted AND occurred_on <= $d"
    return f"(SELECT * FROM sense.{kind} WHERE {held})"


def _n(*conditions: str) -> str:
    return f"coalesce(sum(quantity) FILTER ({' AND '.join(conditions)}), 0)"


def _sum(value: str, *conditions: str) -> str:
    return f"coalesce(sum(CAST({value} AS DECIMAL(38,6)) * sign(quantity)) FILTER ({' AND '.join(conditions)}), 0)"


# one pass over each kind, by village; whatever adds up is added up the tree afterwards
_BY_PLACE = {
    "incident": {
        "刑事7": _n(_CRIME, _W7),
        "盗窃7": _n("category = '盗窃'", _W7),
        "家庭7": _n("category = '家庭纠纷'", _W7),
        "暴力28": _n("category IN ('故意伤害', '殴斗', '抢劫抢夺')", _W28),
        "事故28": _n("category = '交通事故'", _W28),
        "火灾28": _n("category = '火灾'", _W28),
        "噪声28": _n("category = '噪声扰民'", _W28),
        "刑事30": _n(_CRIME, _W30),
        "刑事去年": _n(_CRIME, _LAST_YEAR),
        "死亡30": _sum("deaths", "category IN ('交通事故', '火灾')", _W30),
        "受伤30": _sum("injured", _W30),
        "诈骗警情30": _n("category = '诈骗'", _W30),
    },
    "fraud": {
        "诈骗7": _n(_W7),
        "损失30": _sum("loss", _W30),
        "损失去年": _sum("loss", _LAST_YEAR),
        "止付30": _sum("stopped", _W30),
        "大额14": _n("loss >= 500000", _W14),
        "刷单14": _n("category = '刷单返利'", _W14),
        "投资14": _n("category = '虚假投资'", _W14),
    },
    "petition": {
        "信访7": _n(_W7),
        "征地30": _n("category = '征地拆迁'", _W30),
        "劳动30": _n("category = '劳动社保'", _W30),
        "集体30": _n("people >= 30", _W30),
        "信访90": _n(_W90),
        "重复90": _n("times > 1", _W90),
    },
    "dispute": {
        "纠纷7": _n(_W7),
        "大额纠纷30": _n("amount >= 100000", _W30),
        "纠纷90": _n(_W90),
        "未化解90": _n("closed_on IS NULL", _W90),
    },
    "hazard": {
        "重大30": _n("grade = '重大'", _W30),
        "逾期90": _n("closed_on IS NULL AND $d > due_on", _W90),
    },
}
_NAMES = {
    "近28日暴力": "暴力28", "近28日事故": "事故28", "近28日火灾": "火灾28", "近28日噪声": "噪声28", "近30日刑事": "刑事30",
    "去年30日刑事": "刑事去年", "近30日死亡": "死亡30", "近30日受伤": "受伤30", "近30日诈骗占比": "诈骗警情30 / nullif(刑事30, 0)",
    "近30日损失": "损失30", "去年30日损失": "损失去年", "近30日止付": "止付30", "近14日大额": "大额14", "近14日刷单": "刷单14",
    "近14日投资": "投资14", "近30日征地": "征地30", "近30日劳动": "劳动30", "近30日集体": "集体30",
    "近90日重复": "重复90 / nullif(信访90, 0)", "近30日大额纠纷": "大额纠纷30", "近90日未化解": "未化解90 / nullif(纠纷90, 0)",
    "近30日重大隐患": "重大30", "近90日逾期隐患": "逾期90", "近30日万人刑事": "round(刑事30 * 10000 / population, 9)",
    "近30日止付率": "round(止付30 / nullif(损失30, 0), 9)", "近30日最多人数": "最多人数", "近7日诈骗种类": "种类",
}  # fmt: skip
_SURGE_WHERE = {"刑事": _CRIME, "盗窃": "category = '盗窃'", "家庭": "category = '家庭纠纷'", "诈骗": "TRUE", "信访": "TRUE", "纠纷": "TRUE"}

# every weekly count of every place, all signals at once; see riskengine/assess/baseline.py for what is computed
_PAST = f"""
CREATE OR REPLACE TEMP TABLE past AS
WITH season(n) AS (SELECT count(*) FROM range(2, 104) t(k) WHERE abs(((k * 7 + 182) % 364) - 182) <= 14 AND k * 7 > 182),
m AS (
  SELECT level, signal, subject, list(y ORDER BY k) AS ys, list(k ORDER BY k) AS ks, sum(y) / 102 AS mean,
    sqrt(greatest(0, (sum(y * y) - sum(y) * sum(y) / 102) / 101)) AS sd
  FROM weekly WHERE k BETWEEN 2 AND 103 GROUP BY ALL),
c AS (SELECT *, list_transform(ys, lambda y: least(y, m.mean + 3 * greatest(m.sd, sqrt(m.mean)))) AS cut FROM m),
c1 AS (SELECT * REPLACE (list_sum(cut) / 102 AS mean, cut AS ys, sqrt(greatest(0, (list_sum(list_transform(cut, lambda y: y * y))
  - list_sum(cut) * list_sum(cut) / 102) / 101)) AS sd), mean AS usual FROM c),
d AS (SELECT *, list_transform(ys, lambda y: least(y, c1.mean + 3 * greatest(c1.sd, sqrt(c1.mean)))) AS again FROM c1),
d1 AS (SELECT * REPLACE (list_sum(again) / 102 AS mean, again AS ys, sqrt(greatest(0, (list_sum(list_transform(again, lambda y: y * y))
  - list_sum(again) * list_sum(again) / 102) / 101)) AS sd) FROM d),
seen AS (SELECT *, list_sum([y for y, nth in ys if abs(((ks[nth] * 7 + 182) % 364) - 182) <= 14 AND ks[nth] * 7 > 182]) AS seen FROM d1),
county AS (SELECT level, signal, sum(seen) / any_value(n) / sum(mean) AS factor FROM seen, season GROUP BY ALL),
e AS (SELECT level, signal, subject, usual, greatest(1, coalesce(sd * sd / nullif(mean, 0), 1)) AS phi,
  (mean + 0.5 / 102) * least(4, greatest(1, coalesce((coalesce(seen, 0) + 8 * factor * mean) / nullif((n + 8) * mean, 0), 1))) AS mu
  FROM seen JOIN county USING (level, signal), season),
v AS (SELECT *, mu * (phi + 1.0 / 102) AS v FROM e),
x AS (
  SELECT level, signal, subject, count(*) FILTER (below < 0.999) AS u FROM (
    SELECT level, signal, subject, sum(exp(lgamma(j + size) - lgamma(size) - lgamma(j + 1) + size * ln(p) + j * ln(1 - p)))
      OVER (PARTITION BY level, signal, subject ORDER BY j) AS below
    FROM (SELECT *, mu / (v / mu - 1) AS size, mu / v AS p, unnest(range(0, CAST(ceil(mu + sqrt(v / 0.001)) AS BIGINT) + 1)) AS j
          FROM v WHERE mu > 0 AND mu <= 60)) GROUP BY ALL)
SELECT level, signal, subject, round(usual, 6) AS usual, greatest(2, coalesce(u, ceil(
  mu * pow(1 + (2.0 / 3) * {NormalDist().inv_cdf(0.999)!r} * sqrt(v) / mu, 1.5)))) AS upper
FROM v LEFT JOIN x USING (level, signal, subject)"""


def engine(con: Connection, rulebook: Rulebook) -> Hits:
    """Subjects, signals and plain rules as the phase computes them, verdict rows with their reasons included."""
    weigh(con, rulebook, Nights.one(NIGHT))
    if con.execute("SELECT count(*) FROM fault_tonight").fetchall()[0][0]:
        raise AssertionError("a rule of the benchmark failed")
    return _sorted(con, "SELECT rule, subject, score, level FROM verdict_tonight WHERE verdict = 'hit'")


def by_hand(con: Connection) -> Hits:
    """The same night as somebody would write it who knows this rule book and no other."""
    run = con.execute
    run("CREATE OR REPLACE TEMP MACRO banded(v, low, high) AS CASE WHEN v < low THEN 45 WHEN v < high THEN 60 ELSE 80 END")
    up = "up(place, level, subject, population)"
    run(f"""
        CREATE OR REPLACE TEMP TABLE {up.split('(')[0]} AS
        SELECT v.code AS place, unnest(['village', 'town', 'county']) AS level, unnest([v.code, t.code, c.code]) AS subject,
          unnest([v.population, t.population, c.population]) AS population
        FROM tree v JOIN tree t ON t.code = v.parent JOIN tree c ON c.code = t.parent""")
    for kind, columns in _BY_PLACE.items():
        listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        most = f", max(people) FILTER (quantity > 0 AND {_W30}) AS 最多人数" if kind == "incident" else ""
        run(_dated(f"CREATE OR REPLACE TEMP TABLE at_{kind} AS SELECT place, {listed}{most} FROM {_known(kind)} GROUP BY place"))
    summed = [name for columns in _BY_PLACE.values() for name in columns]
    joins = " ".join(f"LEFT JOIN at_{kind} USING (place)" for kind in _BY_PLACE)
    run(f"""
        CREATE OR REPLACE TEMP TABLE summed AS
        SELECT level, subject, any_value(population) AS population, max(最多人数) AS 最多人数,
          {", ".join(f"coalesce(sum({name}), 0)::DOUBLE AS {name}" for name in summed)}
        FROM up {joins} GROUP BY level, subject""")
    run(_dated(f"""
        CREATE OR REPLACE TEMP TABLE kinds AS
        SELECT level, subject, count(*) AS 种类 FROM (
          SELECT level, subject, category FROM {_known("fraud")} JOIN up USING (place)
          WHERE {_W7} AND level <> 'village' GROUP BY ALL HAVING sum(quantity) > 0) GROUP BY ALL"""))
    weeks = []
    for kind in ("incident", "fraud", "petition", "dispute"):
        signals = {name: _SURGE_WHERE[name] for name, (of, _) in SURGES.items() if of == kind}
        counts = ", ".join(f"sum(quantity) FILTER ({where}) AS {name}" for name, where in signals.items())
        by_week = f"SELECT place, ($d - occurred_on) // 7 AS k, {counts} FROM {_known(kind)} GROUP BY ALL"
        weeks.append(f"SELECT * FROM ({by_week}) UNPIVOT (y FOR signal IN ({', '.join(signals)}))")
    run(_dated(f"""
        CREATE OR REPLACE TEMP TABLE weekly AS SELECT level, signal, subject, k, sum(y)::DOUBLE AS y
        FROM ({" UNION ALL ".join(weeks)}) JOIN up USING (place) GROUP BY ALL"""))
    run(_PAST)
    surges = ", ".join(
        f"coalesce(max(usual) FILTER (signal = '{name}'), 0) AS {name}往常, coalesce(max(upper) FILTER (signal = '{name}'), 2) AS {name}上界"
        for name in SURGES
    )
    run(f"""
        CREATE OR REPLACE TEMP TABLE wide AS
        SELECT s.*, coalesce(种类, 0) AS 种类, b.* EXCLUDE (level, subject)
        FROM summed s LEFT JOIN kinds USING (level, subject)
          LEFT JOIN (SELECT level, subject, {surges} FROM past GROUP BY ALL) b USING (level, subject)""")
    matters = {
        "petition": "$d - occurred_on AS 登记天数, people AS 涉及人数, times AS 反映次数, closed_on IS NOT NULL AS 是否办结",
        "dispute": "people AS 纠纷人数, times AS 反复次数, amount AS 涉及金额",
        "hazard": "$d - due_on AS 逾期天数, times AS 发现次数, closed_on IS NOT NULL AS 是否整改",
    }
    for kind, columns in matters.items():
        still = "quantity > 0 AND (closed_on IS NULL OR closed_on >= $d - 30)"
        run(_dated(f"CREATE OR REPLACE TEMP TABLE wide_{kind}_ AS SELECT key AS subject, {columns} FROM {_known(kind)} WHERE {still}"))
    run("CREATE OR REPLACE TEMP TABLE hits AS " + " UNION ALL ".join(_rule(*rule) for rule in RULES))
    ranks = "CASE WHEN score >= 80 THEN 1 WHEN score >= 60 THEN 2 WHEN score >= 40 THEN 3 ELSE 4 END"
    return _sorted(con, f"SELECT rule, subject, score, {ranks} FROM hits")


def _rule(id_: str, kind: str, subject: str, when: str, of: str, low: float, high: float) -> str:
    table, where = f"wide_{kind}_", _own(when)
    if subject in ("village", "town", "county"):
        table, where = "wide", f"level = '{subject}' AND {_own(when)}"
    return f"SELECT '{id_}' AS rule, subject, banded(round({_own(of)}, 9), {low}, {high}) AS score FROM {table} WHERE {where}"


def _own(text: str) -> str:
    """The rule's condition in the names of this file."""
    def named(word: re.Match[str]) -> str:
        name = word.group()
        if name in _NAMES:
            return f"({_NAMES[name]})"
        weekly = re.fullmatch(r"近7日(\w+?)(往常|上界|)", name)
        return f"{weekly.group(1)}{weekly.group(2) or 7}" if weekly else name

    return re.sub(r"(?<!\w)[\u4e00-\u9fff]\w*", named, text)


def _dated(sql: str) -> str:
    return sql.replace("$d", f"DATE '{NIGHT}'")


def _sorted(con: Connection, sql: str) -> Hits:
    return sorted((str(rule), str(subject), float(score), int(level)) for rule, subject, score, level in con.execute(sql).fetchall())
