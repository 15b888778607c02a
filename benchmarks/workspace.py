"""A million records as five offices would send them: plain UTF-8 CSV, made by SQL, the same bytes every time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.book import places, write_rules
from riskengine.workspace import Workspace

__all__ = ["FILES", "NEXT", "NIGHT", "File", "build", "path_of", "put"]

NIGHT, NEXT = date(2026, 6, 30), date(2026, 7, 1)


@dataclass(frozen=True)
class File:
    """One office's file. ``columns``: name → (SQL of the cell, type in which the peer reads it)."""

    kind: str
    rows: int
    key: str
    fields: dict[str, str]
    columns: dict[str, tuple[str, str]]


# chance(i, s): 0 <= x < 1, the s-th draw for row i; the arithmetic is whole numbers, so any version of DuckDB draws the same
_MACROS = """
CREATE MACRO mixed(x) AS xor(x, x >> 15) * 1103515245 % 2147483648;
CREATE MACRO chance(i, s) AS mixed(mixed(mixed((i * 31 + s * 1000003 + 12345) % 2147483648))) / 2147483648.0;
CREATE MACRO whole(i, s, n) AS CAST(floor(chance(i, s) * n) AS BIGINT);
CREATE MACRO few(i, s, n) AS CAST(floor(pow(chance(i, s), 4) * n) AS BIGINT);
"""

# 728 days, evenly; the newest week of every fortieth place is three times as busy, so that something stands out
_DAY = "DATE '{until}' - whole(i, 1, 728)::INTEGER"
_PLACE = """(SELECT codes FROM villages)[1 + CASE WHEN whole(i, 1, 728) < 7 AND chance(i, 3) < 0.1
  THEN 40 * whole(i, 4, 47) ELSE CAST(floor(pow(chance(i, 2), 1.4) * 1900) AS BIGINT) END]"""


def _one_of(draw: int, *words: str) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"[{listed}][1 + few(i, {draw}, {len(words)})]"


def _open(draw: int, share: float, days: int) -> str:
    """A closing day: empty for ``share`` of the rows, and never after the day of the file."""
    closed = f"day + whole(i, {draw + 1}, {days})::INTEGER"
    return f"CASE WHEN chance(i, {draw}) >= {share} AND {closed} <= DATE '{{until}}' THEN {closed} END"


FILES = {
    "公安局/110接处警": File(
        "incident",
        450_000,
        "接警编号",
        {
            "occurred_on": "接警时间", "reported_on": "报告日期", "place": "发生地", "category": "警情类别", "reporter": "派出所",
            "people": "涉及人数", "deaths": "死亡人数", "injured": "受伤人数", "violent": "是否暴力", "summary": "简要情况",
        },
        {
            "接警编号": ("'JJ' || (10000000 + i)", "VARCHAR"),
            "接警时间": ("day + to_seconds(whole(i, 5, 86400))", "TIMESTAMP"),
            "报告日期": ("CASE WHEN chance(i, 6) < 0.8 THEN day END", "DATE"),
            "发生地": ("place", "VARCHAR"),
            "警情类别": (_one_of(7, "盗窃", "家庭纠纷", "噪声扰民", "诈骗", "交通事故", "殴斗", "其他警情", "火灾", "故意伤害", "涉黄赌", "抢劫抢夺"), "VARCHAR"),
            "派出所": ("'第' || CAST(place[7:9] AS INTEGER) - 100 || '派出所'", "VARCHAR"),
            "涉及人数": ("1 + few(i, 8, 48)", "BIGINT"),
            "死亡人数": ("few(i, 9, 3)", "BIGINT"),
            "受伤人数": ("few(i, 10, 6)", "BIGINT"),
            "是否暴力": ("CASE WHEN chance(i, 11) < 0.1 THEN '是' ELSE '否' END", "VARCHAR"),
            "简要情况": ("'群众报称在某路口附近发生纠纷，民警到场调解，双方达成一致，无人员受伤，已登记备案。流水' || i", "VARCHAR"),
        },
    ),
    "反诈中心/电诈案件": File(
        "fraud",
        150_000,
        "案件编号",
        {
            "occurred_on": "发案日期", "reported_on": "报案日期", "place": "辖区", "category": "类型", "method": "渠道",
            "loss": "损失金额", "stopped": "止付金额", "victims": "受害人数", "attempted": "是否未遂",
        },
        {
            "案件编号": ("'FZ' || (10000000 + i)", "VARCHAR"),
            "发案日期": ("day", "DATE"),
            "报案日期": ("day", "DATE"),
            "辖区": ("place", "VARCHAR"),
            "类型": (_one_of(5, "刷单返利", "虚假投资", "冒充客服", "网络贷款", "冒充公检法", "游戏交易", "其他诈骗"), "VARCHAR"),
            "渠道": (_one_of(6, "社交软件", "电话", "网页", "短信"), "VARCHAR"),
            "损失金额": ("CAST(pow(chance(i, 7), 6) * 2000000 AS DECIMAL(18,2))", "DECIMAL(18,2)"),
            "止付金额": ("CAST(CASE WHEN chance(i, 8) < 0.2 THEN chance(i, 7) * 100000 ELSE 0 END AS DECIMAL(18,2))", "DECIMAL(18,2)"),
            "受害人数": ("1 + few(i, 9, 3)", "BIGINT"),
            "是否未遂": ("CASE WHEN chance(i, 10) < 0.1 THEN '是' ELSE '否' END", "VARCHAR"),
        },
    ),
    "信访局/信访事项": File(
        "petition",
        200_000,
        "信访编号",
        {
            "occurred_on": "登记日期", "place": "属地", "category": "问题类别", "channel": "渠道", "handler": "承办单位",
            "people": "涉及人数", "times": "反映次数", "accepted_on": "受理日期", "due_on": "办理期限", "closed_on": "办结日期",
            "settled": "是否化解",
        },
        {
            "信访编号": ("'XF' || (10000000 + i)", "VARCHAR"),
            "登记日期": ("day", "DATE"),
            "属地": ("place", "VARCHAR"),
            "问题类别": (_one_of(5, "征地拆迁", "劳动社保", "物业管理", "城乡建设", "环境保护", "教育医疗", "涉法涉诉", "其他事项"), "VARCHAR"),
            "渠道": (_one_of(6, "网上", "12345", "来访", "来信"), "VARCHAR"),
            "承办单位": ("'第' || CAST(place[7:9] AS INTEGER) - 100 || '镇人民政府'", "VARCHAR"),
            "涉及人数": ("1 + few(i, 7, 40)", "BIGINT"),
            "反映次数": ("1 + few(i, 8, 6)", "BIGINT"),
            "受理日期": ("day", "DATE"),
            "办理期限": ("day + 60", "DATE"),
            "办结日期": (_open(9, 0.12, 60), "DATE"),
            "是否化解": ("CASE WHEN chance(i, 9) >= 0.12 THEN '是' ELSE '否' END", "VARCHAR"),
        },
    ),
    "综治中心/矛盾纠纷": File(
        "dispute",
        120_000,
        "纠纷编号",
        {
            "occurred_on": "排查日期", "place": "所属镇村", "category": "纠纷类型", "people": "涉及人数", "amount": "涉及金额",
            "times": "反复次数", "tier": "化解层级", "handler": "责任单位", "closed_on": "化解日期",
        },
        {
            "纠纷编号": ("'JF' || (10000000 + i)", "VARCHAR"),
            "排查日期": ("day", "DATE"),
            "所属镇村": ("place", "VARCHAR"),
            "纠纷类型": (_one_of(5, "邻里", "婚姻家庭", "物业", "劳资", "征地拆迁", "债务", "医疗", "环境"), "VARCHAR"),
            "涉及人数": ("2 + few(i, 6, 40)", "BIGINT"),
            "涉及金额": ("CAST(pow(chance(i, 7), 3) * 400000 AS DECIMAL(18,2))", "DECIMAL(18,2)"),
            "反复次数": ("few(i, 8, 7)", "BIGINT"),
            "化解层级": (_one_of(9, "村", "镇", "县"), "VARCHAR"),
            "责任单位": ("'第' || CAST(place[7:9] AS INTEGER) - 100 || '镇人民政府'", "VARCHAR"),
            "化解日期": (_open(10, 0.08, 40), "DATE"),
        },
    ),
    "应急管理局/安全隐患": File(
        "hazard",
        80_000,
        "隐患编号",
        {
            "occurred_on": "检查日期", "place": "所在镇村", "category": "隐患类型", "grade": "隐患等级", "handler": "整改单位",
            "due_on": "整改期限", "closed_on": "完成日期", "times": "发现次数",
        },
        {
            "隐患编号": ("'YH' || (10000000 + i)", "VARCHAR"),
            "检查日期": ("day", "DATE"),
            "所在镇村": ("place", "VARCHAR"),
            "隐患类型": (_one_of(5, "消防", "电动自行车", "道路交通", "建筑施工", "危险化学品"), "VARCHAR"),
            "隐患等级": ("CASE WHEN chance(i, 6) < 0.2 THEN '重大' ELSE '一般' END", "VARCHAR"),
            "整改单位": ("'第' || CAST(place[7:9] AS INTEGER) - 100 || '镇人民政府'", "VARCHAR"),
            "整改期限": ("day + 30", "DATE"),
            "完成日期": (_open(7, 0.1, 45), "DATE"),
            "发现次数": ("1 + few(i, 9, 5)", "BIGINT"),
        },
    ),
}  # fmt: skip
"""A million rows. File name (without its day) → what is in it."""


def build(root: Path) -> Workspace:
    """The rules of the benchmark below ``root``, an empty inbox."""
    write_rules(root / "rules")
    for name, file in FILES.items():
        source = {
            "source": file.kind,
            "title": name.split("/")[1],
            "kind": file.kind,
            "files": f"{name}_*.csv",
            "received": {"pattern": r"_(\d{8})\."},
            "reports": {"unit": "zongzhi", "every": 1, "grace": 2, "by_reporter": file.kind == "incident"},
            "key": file.key,
            "fields": file.fields,
        }
        path = root / "rules" / "sources" / f"{file.kind}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(source, ensure_ascii=False, indent=1), encoding="utf-8")
    (root / "data" / "inbox").mkdir(parents=True, exist_ok=True)
    return Workspace.at(root)


def path_of(workspace: Workspace, name: str, day: date) -> Path:
    """Where the office's file of ``day`` lies."""
    return workspace.inbox / f"{name}_{day:%Y%m%d}.csv"


def put(workspace: Workspace, day: date, *, first: int = 0, share: float = 1.0) -> int:
    """Write all offices' files of ``day``: ``share`` of the million rows, numbered from ``first``; returns how many rows."""
    rows = 0
    with duckdb.connect() as con:
        con.execute(_MACROS)
        codes = [code for code, _, level, *_ in places() if level == "village"]
        con.execute("CREATE TABLE villages AS SELECT $1::VARCHAR[] AS codes", [codes])
        for name, file in FILES.items():
            path, count = path_of(workspace, name, day), round(file.rows * share)
            path.parent.mkdir(parents=True, exist_ok=True)
            until = day.isoformat()
            cells = ", ".join(f'{sql} AS "{column}"' for column, (sql, _) in file.columns.items()).format(until=until)
            drawn = f"SELECT i, {_DAY.format(until=until)} AS day, {_PLACE} AS place FROM range({first}, {first + count}) t(i)"
            con.execute(f"COPY (SELECT {cells} FROM ({drawn}) ORDER BY i) TO '{path}' (FORMAT csv, HEADER)")
            rows += count
    return rows
