"""`riskengine links`: which records of several doors are taken for one event, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Json, Night, app
from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.load import load
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import Connection, connect

__all__ = ["links"]

_MOST = 50


@dataclass(frozen=True)
class _Record:
    """A record of an event. ``why``: as ``sense.link`` has it, None for the one that was told first."""

    source: str
    key: str
    kind: str
    day: date
    place: str | None
    category: str | None
    weight: float | None
    why: dict[str, Any] | None
    since: date


@app.command(help="一夜的一事多报：哪几条记录认作一件事，各项怎样对上，转办编号是多少。")
def links(
    as_of: Night = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="只看一条记录所在的事：记录编号或转办编号。", metavar="编号")
    ] = None,
    place: Annotated[
        str | None, typer.Option("--place", help="只看一个地区：村、乡镇的名称或编码。", metavar="地区")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=f"全部列出；不写时列最近的{_MOST}件。")] = False,
    workspace: At = HERE,
    as_json: Json = False,
) -> None:
    """Show the events of a night, newest first."""
    with answering(workspace) as here:
        rulebook = load(here)
        codes = _below(rulebook, place) if place else None
        with connect(here.database, here.scratch) as con:
            night = _night(con, as_of)
            events = _events(con, night, subject, codes)
        if subject and not events:
            raise WrongUse(
                f"{night} 这一夜，编号“{subject}”没有和别的记录认作一件事。请核对编号；怎样才算一件事见 rules/links.yaml。"
            )
        if as_json:
            print(json.dumps([_record(each) for each in events.items()], ensure_ascii=False, indent=2))
        else:
            print(_text(rulebook, night, events, None if everything or subject else _MOST))


def _night(con: Connection, asked: date | None) -> date:
    [(newest, ran)] = con.execute("SELECT max(as_of), bool_or(as_of = $1) FROM sense.night", [asked]).fetchall()
    if newest is None:
        raise WrongUse("还没有运行过一夜。请先运行 riskengine run。")
    if asked is not None and not ran:
        raise WrongUse(f"{asked} 还没有运行过。请用 riskengine status 查看已运行的夜。")
    night: date = asked or newest
    return night


def _below(rulebook: Rulebook, place: str) -> list[str]:
    """The codes of a place, by name, alias or code, and of all below it."""
    known = {place.code: place for place in rulebook.places}
    tops = {code for code, each in known.items() if place in (code, each.name, *each.aliases)}
    tops |= {
        code for code, each in known.items() if each.parent in known and place == known[each.parent].name + each.name
    }
    if not tops:
        names = [each.name for each in rulebook.places]
        raise WrongUse(f"地区表里没有“{place}”{suggestion(place, names)}")
    found = set(tops)
    for _ in range(5):
        found |= {code for code, each in known.items() if each.parent in found}
    return sorted(found)


def _events(con: Connection, night: date, subject: str | None, places: list[str] | None) -> dict[str, list[_Record]]:
    """Event → its records as known on the night, the one that was told first in front; the newest event first."""
    kinds = [kind for (kind,) in con.execute("SELECT DISTINCT kind FROM sense.link ORDER BY 1").fetchall()]
    if not kinds:
        return {}
    known = " UNION ALL ".join(
        f"SELECT source, key, place, category, transfer FROM sense.{kind} WHERE known_at <= $night AND NOT retracted "
        "AND (superseded_at IS NULL OR superseded_at > $night)"
        for kind in kinds
    )
    rows = con.execute(
        f"""
        WITH known AS ({known}),
        held AS (
          SELECT l.*, k.place, k.category, k.transfer FROM sense.link l LEFT JOIN known k USING (source, key)
          WHERE l.as_of <= $night AND (l.superseded_at IS NULL OR l.superseded_at > $night)),
        wanted AS (
          SELECT event, max(day) AS newest FROM held GROUP BY event
          HAVING ($subject IS NULL OR bool_or($subject IN (key, transfer)))
            AND ($places IS NULL OR bool_or(list_contains($places::VARCHAR[], place))))
        SELECT h.event, h.source, h.key, h.kind, h.day, h.place, h.category, h.weight, h.why, h.as_of
        FROM held h JOIN wanted w USING (event)
        ORDER BY w.newest DESC, h.event, h.role DESC, h.day, h.source, h.key""",
        {"night": night, "subject": subject, "places": places},
    ).fetchall()
    found: dict[str, list[_Record]] = {}
    for event, source, key, kind, day, place, category, weight, why, since in rows:
        told = json.loads(why) if why else None
        found.setdefault(event, []).append(_Record(source, key, kind, day, place, category, weight, told, since))
    return found


def _record(item: tuple[str, list[_Record]]) -> dict[str, Any]:
    event, records = item
    return {
        "event": event,
        "records": [
            {
                "source": each.source, "key": each.key, "kind": each.kind, "day": each.day.isoformat(), "place": each.place,
                "category": each.category, "role": "also" if each.why else "first", "weight": each.weight, "why": each.why,
                "known_since": each.since.isoformat(),
            }
            for each in records
        ],
    }  # fmt: skip


def _text(rulebook: Rulebook, night: date, events: dict[str, list[_Record]], most: int | None) -> str:
    if not events:
        nothing = "没有 rules/links.yaml，什么也不合并。" if not rulebook.links.doors else "没有认作一件事的记录。"
        return f"{night}：{nothing}"
    records = sum(map(len, events.values()))
    lines = [f"{night}：{len(events)}件事从不止一个渠道报来，共{records}条记录；计数时同一种类只计一次。"]
    titles = {each.source: each.title for each in rulebook.sources.values()}
    names = {each.code: each.name for each in rulebook.places}
    towns = {each.code: names.get(each.parent or "", "") for each in rulebook.places if each.level == "village"}
    for number, held in enumerate(events.values(), start=1):
        if most is not None and number > most:
            lines += ["", f"另有{len(events) - most}件没有列出。全部列出请加 --all，或用 --place、--subject 缩小范围。"]
            break
        lines.append("")
        for each in held:
            where = towns.get(each.place or "", "") + names.get(each.place or "", each.place or "地区不详")
            head = "●" if each.why is None else "＋"
            lines.append(
                f"{head} {titles.get(each.source, each.source)} {each.key}  {each.day}  {where}  {each.category or '类别未填'}"
            )
            if each.why is not None:
                lines.append(f"    {_why(each.why, titles)}")
    return "\n".join(lines)


def _why(why: dict[str, Any], titles: dict[str, str]) -> str:
    """``与 12345工单 RX…：转办编号 … 一致``, or field by field with the weight of each."""
    other = f"与 {titles.get(why['source'], why['source'])} {why['key']}"
    fields = [each for each in why["fields"] if each]
    if why["number"] is not None:
        agree = "，".join(each["says"] for each in fields if each["field"] in ("地区", "日期", "类别"))
        return f"{other}：转办编号 {why['number']} 对上；{agree}。"
    told = "，".join(f"{each['says']}（{each['weight']:+.1f}）" for each in fields)
    return f"{other}：{told}；起点 {why['prior']:+.1f}，合计 {why['weight']:+.1f}，可能性 {why['chance']:.0%}。"
