"""What the commands print for people: a night's account and a workspace's state, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from riskengine.model.duty import Level
from riskengine.night import NightReport

__all__ = ["fill_line", "night_text", "status_text"]

_CHANGES = ("新增", "升级", "持续", "降级", "解除")


def night_text(
    report: NightReport, folder: str, levels: Sequence[Level] = (), units: Mapping[str, str] | None = None
) -> str:
    """What was found on a night and where its lists lie."""
    entry = report.account
    rows, warnings = entry["rows"], entry["warnings"]
    seconds = sum(entry["seconds"].values())
    lines = [
        "",
        f"{report.as_of} 夜间研判" + (f"完成，用时 {seconds:.1f} 秒" if report.ran else "（此前已完成）"),
        f"  来文  {len(entry['files'])} 份，读入 {rows['read']} 行 = 新增 {rows['stored']} + 更正 {rows['updated']} + 未变"
        f" {rows['unchanged']} + 撤回 {rows['retracted']} + 退回 {rows['rejected']}",
        f"  预警  在办 {warnings['open']} 件：{_levels(warnings['by_level_rank'], levels)}；{_changes(warnings['by_change'])}",
    ]
    lines += [f"  {line}" for line in _decided(entry)]
    lines += _lamps(entry.get("indicators"))
    if warnings["stale"]:
        lines.append(f"  存疑  {warnings['stale']} 件因数据缺失无法复核，等级暂时保持不变")
    lines += [f"  来文有误  {_once(file['name'], file['message'])}" for file in entry["broken"]]
    lines += [f"  无人认领  {issue['message']}" for issue in entry["issues"] if issue["code"] == "unclaimed-file"]
    lines += [f"  未报送  {row['message']}" for row in entry["silence"][:5]]
    if len(entry["silence"]) > 5:
        lines.append(f"  未报送  等共 {len(entry['silence'])} 项，详见 index.html")
    lines += [f"  规则故障  {row['rule']}：{row['message']}" for row in entry["faults"]]
    if entry.get("audit"):  # an account of an older version has none
        lines.append(f"  留痕  新增 {entry['audit']['lines']} 行，到第 {entry['audit']['seq']} 行，链头 {entry['audit']['head']}")
    lines.append(f"  清单  {folder}/index.html（领导一页纸）、全县清单.xlsx、{_units(entry, units or {})}")
    return "\n".join(lines)


def _lamps(counted: Mapping[str, int] | None) -> list[str]:
    """The county's indicators by lamp; an account of an older version, or of a county without any, says nothing."""
    if not counted or not counted["judged"]:
        return []
    lamps = {"红灯": "red", "黄灯": "yellow", "绿灯": "green", "灰灯": "unknown"}
    told = "、".join(f"{lamp} {counted[key]}" for lamp, key in lamps.items() if counted[key])
    troubles = f"；读数问题 {counted['findings']} 条" if counted["findings"] else ""
    return [f"  指标  {counted['judged']} 项：{told}{troubles}，看明细：riskengine indicators"]


def _decided(entry: dict[str, Any]) -> list[str]:
    """What merging, exceptions and trials did tonight; an account of an older version has none of them."""
    held, merged, trials = (entry.get(name, []) for name in ("suppressed", "merged", "trials"))
    lines = [f"并入  {len(merged)} 件并入别的预警，清单上排在其下"] if merged else []
    lines += [f"例外  {len(held)} 处命中因例外没有出预警"] if held else []
    opened = sum(each["opened"] for each in trials)
    return lines + ([f"试运行  {len(trials)} 条规则本会有预警，其中今夜新增 {opened} 件（不派发）"] if trials else [])


def fill_line(report: NightReport, position: str = "") -> str:
    """One line of progress for one of many nights; ``position`` like ``[3/121] ``."""
    by_change = report.account["warnings"]["by_change"]
    seconds = sum(report.account["seconds"].values())
    broken = f"，来文有误 {len(report.account['broken'])} 份" if report.account["broken"] else ""
    return (
        f"{position}{report.as_of} 在办 {report.account['warnings']['open']}，新增 {by_change.get('新增', 0)}，"
        f"解除 {by_change.get('解除', 0)}{broken}（{seconds:.1f} 秒）"
    )


def status_text(latest: date | None, finished: int, missed: Sequence[date], waiting: int, night: str | None) -> str:
    """Where a workspace stands."""
    if latest is None:
        return "这个工作区还没有运行过任何一夜。收件箱在 data/inbox/，运行用 riskengine run。"
    lines = [f"已完成 {finished} 夜，最近一夜 {latest}；收件箱有 {waiting} 份文件。"]
    if missed:
        lines.append(
            f"漏跑 {len(missed)} 夜（{missed[0]} … {missed[-1]}），补跑用：riskengine fill --from {missed[0]} --to {missed[-1]}"
        )
    return "\n".join([*lines, night or ""])


def _once(name: str, message: str) -> str:
    """The sentence of a file, with its name where it does not begin with it."""
    return message if message.startswith(name) else f"{name}：{message}"


def _levels(by_rank: dict[str, int], levels: Sequence[Level]) -> str:
    names = {str(level.rank): level.name for level in levels}
    return "、".join(f"{names.get(rank, f'第{rank}级')} {n}" for rank, n in by_rank.items()) or "无"


def _changes(by_change: dict[str, int]) -> str:
    return "、".join(f"{change} {by_change[change]}" for change in _CHANGES if change in by_change) or "今夜没有变化"


def _units(entry: dict[str, Any], units: Mapping[str, str]) -> str:
    names = [units.get(row["unit"], row["unit"]) for row in entry["units"]]
    notices = sum("指标提示" in row["path"] for row in entry.get("lists", ()) if row["unit"])
    return (
        f"{len(names)} 个责任单位各一份"
        + (f"（{'、'.join(names[:4])}{' 等' if len(names) > 4 else ''}）" if names else "")
        + (f"、{notices} 个单位的指标提示" if notices else "")
    )
