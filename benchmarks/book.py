"""The benchmark's rule book: 50 rules (44 plain, 6 compound) over five record kinds, and 2,000 places, as YAML below ``rules/``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["COMPOUNDS", "RULES", "SURGES", "TOWNS", "VILLAGES", "places", "write_rules"]

TOWNS, VILLAGES = 99, 19
"""Towns of the county, and villages of a town."""

EXTRA = 19
"""More villages in the first town, so that it comes to 2,000 places."""

_PLACES, _TOWNS = ["village", "town", "county"], ["town", "county"]
_CRIME = "类别 in ('盗窃', '抢劫抢夺', '故意伤害', '诈骗')"
_VIOLENT = "类别 in ('故意伤害', '殴斗', '抢劫抢夺')"

# name, kind, where: weekly counts that are compared with their own past
SURGES = {
    "刑事": ("incident", _CRIME),
    "盗窃": ("incident", "类别 = '盗窃'"),
    "家庭": ("incident", "类别 = '家庭纠纷'"),
    "诈骗": ("fraud", None),
    "信访": ("petition", None),
    "纠纷": ("dispute", None),
}

# name, subjects, kind, measure, where, of, window, lag
_MEASURED: list[tuple[str, list[str], str, str, str | None, str | None, int | None, Any]] = [
    ("近28日暴力", _TOWNS, "incident", "count", _VIOLENT, None, 28, 0),
    ("近28日事故", _TOWNS, "incident", "count", "类别 = '交通事故'", None, 28, 0),
    ("近28日火灾", _TOWNS, "incident", "count", "类别 = '火灾'", None, 28, 0),
    ("近28日噪声", _TOWNS, "incident", "count", "类别 = '噪声扰民'", None, 28, 0),
    ("近30日刑事", _TOWNS, "incident", "count", _CRIME, None, 30, 0),
    ("去年30日刑事", _TOWNS, "incident", "count", _CRIME, None, 30, "1y"),
    ("近30日死亡", _TOWNS, "incident", "sum", "类别 in ('交通事故', '火灾')", "死亡人数", 30, 0),
    ("近30日受伤", _TOWNS, "incident", "sum", None, "受伤人数", 30, 0),
    ("近30日最多人数", _TOWNS, "incident", "max", None, "涉及人数", 30, 0),
    ("近30日诈骗占比", _TOWNS, "incident", "share", _CRIME, "类别 = '诈骗'", 30, 0),
    ("近30日损失", _TOWNS, "fraud", "sum", None, "损失金额", 30, 0),
    ("去年30日损失", _TOWNS, "fraud", "sum", None, "损失金额", 30, "1y"),
    ("近30日止付", _TOWNS, "fraud", "sum", None, "止付金额", 30, 0),
    ("近14日大额", _TOWNS, "fraud", "count", "损失金额 >= 500000", None, 14, 0),
    ("近14日刷单", _TOWNS, "fraud", "count", "类别 = '刷单返利'", None, 14, 0),
    ("近14日投资", _TOWNS, "fraud", "count", "类别 = '虚假投资'", None, 14, 0),
    ("近7日诈骗种类", _TOWNS, "fraud", "distinct", None, "类别", 7, 0),
    ("近30日征地", _TOWNS, "petition", "count", "类别 = '征地拆迁'", None, 30, 0),
    ("近30日劳动", _TOWNS, "petition", "count", "类别 = '劳动社保'", None, 30, 0),
    ("近30日集体", _TOWNS, "petition", "count", "涉及人数 >= 30", None, 30, 0),
    ("近90日重复", _TOWNS, "petition", "share", None, "反映次数 > 1", 90, 0),
    ("近30日大额纠纷", _TOWNS, "dispute", "count", "涉及金额 >= 100000", None, 30, 0),
    ("近90日未化解", _TOWNS, "dispute", "share", None, "化解日期 is null", 90, 0),
    ("近30日重大隐患", _TOWNS, "hazard", "count", "隐患等级 = '重大'", None, 30, 0),
    ("近90日逾期隐患", _TOWNS, "hazard", "count", "整改完成日期 is null and days_since(整改期限) > 0", None, 90, 0),
    ("登记天数", ["petition"], "petition", "latest", None, "days_since(日期)", None, 0),
    ("涉及人数", ["petition"], "petition", "latest", None, "涉及人数", None, 0),
    ("反映次数", ["petition"], "petition", "latest", None, "反映次数", None, 0),
    ("是否办结", ["petition"], "petition", "latest", None, "case when 办结日期 is null then 0 else 1 end", None, 0),
    ("纠纷人数", ["dispute"], "dispute", "latest", None, "涉及人数", None, 0),
    ("反复次数", ["dispute"], "dispute", "latest", None, "反复次数", None, 0),
    ("涉及金额", ["dispute"], "dispute", "latest", None, "涉及金额", None, 0),
    ("逾期天数", ["hazard"], "hazard", "latest", None, "days_since(整改期限)", None, 0),
    ("发现次数", ["hazard"], "hazard", "latest", None, "发现次数", None, 0),
    ("是否整改", ["hazard"], "hazard", "latest", None, "case when 整改完成日期 is null then 0 else 1 end", None, 0),
]
_FORMULAS = {"近30日万人刑事": "近30日刑事 * 10000 / 人口", "近30日止付率": "近30日止付 / 近30日损失"}

_THEME = {
    "incident": "刑事治安",
    "fraud": "电信网络诈骗",
    "petition": "信访",
    "dispute": "矛盾纠纷",
    "hazard": "公共安全",
}

# id, kind, subject, condition, scored value, the two borders of its bands; conditions are DuckDB SQL as they stand
RULES: list[tuple[str, str, str, str, str, float, float]] = [
    *(
        (
            f"surge-{number}-{subject}",
            kind,
            subject,
            f"近7日{name} >= {least} and 近7日{name} > 近7日{name}上界",
            f"近7日{name} / greatest(近7日{name}往常, 0.5)",
            2.0,
            4.0,
        )
        for number, (name, (kind, _)) in enumerate(SURGES.items())
        for subject, least in (("village", 5), ("town", 8), ("county", 20))
    ),
    ("violent", "incident", "town", "近28日暴力 >= 60", "近28日暴力", 80, 120),
    ("traffic", "incident", "town", "近28日事故 >= 60", "近28日事故", 80, 120),
    ("fire", "incident", "town", "近28日火灾 >= 40", "近28日火灾", 60, 90),
    ("noise", "incident", "town", "近28日噪声 >= 60", "近28日噪声", 80, 120),
    ("crime-year", "incident", "town", "近30日刑事 >= 30 and 近30日刑事 > 去年30日刑事 * 1.4", "近30日刑事 / 去年30日刑事", 1.8, 2.5),
    ("crime-rate", "incident", "town", "近30日万人刑事 > 40", "近30日万人刑事", 60, 90),
    ("deaths", "incident", "town", "近30日死亡 >= 20", "近30日死亡", 25, 30),
    ("injured", "incident", "town", "近30日受伤 >= 300", "近30日受伤", 400, 600),
    ("crowd", "incident", "county", "近30日最多人数 >= 45", "近30日最多人数", 60, 90),
    ("fraud-share", "incident", "town", "近30日刑事 >= 20 and 近30日诈骗占比 > 0.4", "近30日诈骗占比", 0.5, 0.6),
    ("loss", "fraud", "town", "近30日损失 >= 5000000 and 近30日损失 > 去年30日损失 * 1.5", "近30日损失 / 去年30日损失", 2, 3),
    ("stop", "fraud", "town", "近30日损失 >= 500000 and 近30日止付率 < 0.05", "近30日止付率", 0.02, 0.04),
    ("large", "fraud", "town", "近14日大额 >= 8", "近14日大额", 12, 16),
    ("brush", "fraud", "town", "近14日刷单 >= 12 and 近7日诈骗种类 >= 5", "近14日刷单", 18, 24),
    ("invest", "fraud", "town", "近14日投资 >= 12", "近14日投资", 18, 24),
    ("land", "petition", "town", "近30日征地 >= 25", "近30日征地", 35, 50),
    ("labour", "petition", "town", "近30日劳动 >= 25", "近30日劳动", 35, 50),
    ("collective", "petition", "town", "近30日集体 >= 60", "近30日集体", 80, 120),
    ("repeated", "petition", "county", "近90日重复 > 0.6", "近90日重复", 0.7, 0.8),
    ("big-dispute", "dispute", "town", "近30日大额纠纷 >= 30", "近30日大额纠纷", 40, 60),
    ("unsettled", "dispute", "county", "近90日未化解 > 0.3", "近90日未化解", 0.4, 0.5),
    ("grave", "hazard", "town", "近30日重大隐患 >= 15 and 近90日逾期隐患 >= 5", "近30日重大隐患", 25, 35),
    ("slow", "petition", "petition", "是否办结 = 0 and 登记天数 > 600 and 涉及人数 >= 38", "登记天数", 650, 700),
    ("again", "petition", "petition", "是否办结 = 0 and 反映次数 >= 5 and 登记天数 > 690", "反映次数", 6, 9),
    ("fight", "dispute", "dispute", "反复次数 >= 5 and 纠纷人数 >= 39", "反复次数", 6, 9),
    ("overdue", "hazard", "hazard", "是否整改 = 0 and 逾期天数 > 200 and 发现次数 >= 5", "逾期天数", 400, 600),
]

COMPOUNDS: list[tuple[str, str, dict[str, Any]]] = [
    ("meet-crime", "town", {"all": ["surge-0-town", "violent"]}),
    ("meet-fraud", "town", {"all": ["surge-3-town"], "any": ["loss", "large"]}),
    ("meet-people", "town", {"all": ["surge-4-town", "surge-5-town"], "within": 3}),
    ("meet-village", "town", {"all": ["surge-4-village"], "any": ["surge-5-village", "surge-2-village"], "none": ["stop"]}),
    ("meet-danger", "town", {"any": ["fire", "traffic"], "all": ["grave"]}),
    ("meet-county", "county", {"all": ["meet-people"], "any": ["surge-0-county", "surge-4-county"]}),
]

_TEXT = {"basis": "县平安办2024年风险预警工作方案", "action": "三日内核查并反馈", "false_causes": ["集中补录"]}


def places() -> list[tuple[str, str, str, str, int, str]]:
    """Code, name, level, parent, population, unit of each of the 2,000 places."""
    rows = [("990100", "云川县", "county", "", 2_000_000, "")]
    for town in range(1, TOWNS + 1):
        code, unit = f"990100{100 + town}", f"town-{town:02d}"
        rows.append((code, f"第{town}镇", "town", "990100", 12_000 + 97 * town, unit))
        count = VILLAGES + (EXTRA if town == 1 else 0)
        rows += [(f"{code}{n:03d}", f"第{town}镇{n}村", "village", code, 600 + n, unit) for n in range(1, count + 1)]
    return rows


def write_rules(folder: Path) -> None:
    """All of ``rules/``. JSON is YAML, so nothing has to be quoted by hand."""
    levels = [
        {"name": name, "rank": rank, "code": code, "colour": colour, "score": score, "handle_within": days}
        for name, rank, code, colour, score, days in (
            ("红", 1, "I", "#C00000", 80, 1),
            ("橙", 2, "II", "#ED7D31", 60, 3),
            ("黄", 3, "III", "#FFD966", 40, 7),
            ("蓝", 4, "IV", "#9DC3E6", None, 15),
        )
    ]
    lines = {"gongan": "公安局", "fanzha": "反诈中心", "xinfang": "信访局", "zongzhi": "综治中心", "yingji": "应急管理局"}
    units = [{"id": id_, "name": name, "type": "line"} for id_, name in lines.items()]
    units += [{"id": f"town-{n:02d}", "name": f"第{n}镇人民政府", "type": "township"} for n in range(1, TOWNS + 1)]
    leads = dict(zip(_THEME.values(), lines, strict=True))
    routes: list[dict[str, Any]] = [{"themes": [theme], "lead": lead} for theme, lead in leads.items()]
    routes.append({"lead": "zongzhi", "catch_all": True})
    _write(folder / "levels.yaml", {"levels": levels})
    _write(folder / "units.yaml", {"units": units})
    _write(folder / "routes.yaml", {"routes": routes})
    _write(folder / "themes.yaml", {"themes": [*_THEME.values(), "综合研判"]})
    _write(folder / "signals" / "signals.yaml", {"signals": _signals()})
    _write(folder / "warnings" / "all" / "all.yaml", {"rules": _rules()})
    header = "code,name,level,parent,population,valid_from,unit,aliases"
    rows = [f"{code},{name},{level},{parent},{people},2024-01-01,{unit}," for code, name, level, parent, people, unit in places()]
    (folder / "places.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def _signals() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, (kind, where) in SURGES.items():
        weekly = {"name": f"近7日{name}", "unit": "件", "subject": _PLACES}
        found.append(weekly | {"from": kind, "measure": "count", "window": 7} | ({"where": where} if where else {}))
        found.append(weekly | {"name": f"近7日{name}往常", "usual": f"近7日{name}"})
        found.append(weekly | {"name": f"近7日{name}上界", "upper": f"近7日{name}", "alarm": 0.001})
    for name, subjects, kind, measure, where, of, window, lag in _MEASURED:
        written = {"where": where, "of": of, "window": window, "lag": lag}
        given = {key: value for key, value in written.items() if value}
        found.append({"name": name, "unit": "件", "subject": subjects, "from": kind, "measure": measure} | given)
    for name, formula in _FORMULAS.items():
        found.append({"name": name, "unit": "比", "subject": _TOWNS, "formula": formula})
    return found


def _rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for id_, kind, subject, when, of, low, high in RULES:
        score = {"feature": "数量", "of": of, "bands": [[None, low, 45], [low, high, 60], [high, None, 80]]}
        score["says"] = f"{when.split(' ')[0]}为{{{when.split(' ')[0]}}}"
        rule = {"id": id_, "title": f"规则{id_}", "theme": _THEME[kind], "subject": subject, "when": when, "score": [score]}
        found.append(rule | {"evidence": {"from": kind, "window": 30}} | _TEXT)
    for id_, subject, compound in COMPOUNDS:
        found.append({"id": id_, "title": f"规则{id_}", "theme": "综合研判", "subject": subject, "compound": compound} | _TEXT)
    return found


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
