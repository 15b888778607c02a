"""``数据.html``: how far tonight's picture can be trusted: who was silent, which files and rows were refused, what failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.look import count, link, section
from riskengine.intervene.lines import Entry
from riskengine.intervene.markup import badge, number, table
from riskengine.intervene.situation import Account, Situation
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding
from riskengine.store.database import Connection

__all__ = ["body"]

_MOST = 200  # refused rows that are listed; the rest are counted

_STATUS = {"loaded": "已读入", "refused": "不合约定", "unreadable": "打不开", "unclaimed": "无人认领"}


def body(
    con: Connection,
    rulebook: Rulebook,
    found: Sequence[Entry],
    tonight: Situation,
    findings: Sequence[Finding],
    as_of: date,
) -> str:
    """Sections ``#silence #files #issues #faults #findings #unrouted #caught #rejects #rows #all-files``, a row a thing."""
    files = con.execute(_FILES, {"as_of": as_of}).fetchall()
    sources = {name: source.title for name, source in rulebook.sources.items()}
    broken = [row for row in files if row[2] != "loaded"]
    routes = "请核对 rules/routes.yaml"
    alive = [entry for entry in found if not entry.lifted]
    unrouted = [entry for entry in alive if not entry.duties]
    caught = [entry for entry in alive if any(duty.catch_all for duty in entry.duties)]
    return "\n".join(
        (
            _silence(tonight),
            _part(
                "files",
                f"未能读入的文件 {len(broken)} 个",
                ("文件", "原因和怎么办", "来源", "情形"),
                [
                    [
                        escape(row[0]),
                        escape(row[9] or ""),
                        escape(_source(row[1], sources)),
                        f'<span class="whole">{_status(row[2])}</span>',
                    ]
                    for row in broken
                ],
                "今晚的文件都读入了。",
            ),
            _part(
                "issues",
                f"数据问题 {len(tonight.problems)} 处",
                ("来源", "今晚发现的问题"),
                [[escape(title), escape(message)] for title, message in tonight.problems],
                "今晚没有发现数据问题。",
            ),
            _part(
                "findings",
                f"指标读数的问题 {len(findings)} 处",
                ("指标", "问题和怎么办", "应处理的单位"),
                [_finding(each, rulebook) for each in findings],
                "指标读数没有发现问题。",
            ),
            _part(
                "faults",
                f"未能运行的规则 {len(tonight.faults)} 条",
                ("规则", "原因（相关预警暂不变动）"),
                [[escape(title), escape(message)] for title, message in tonight.faults],
                "全部规则正常运行。",
            ),
            _warnings("unrouted", f"没有分到责任单位的预警 {len(unrouted)} 条", unrouted, routes),
            _warnings("caught", f"由兜底单位承接的预警 {len(caught)} 条", caught, f"没有专门的分办规定，{routes}"),
            _rejects(con, tonight.account, as_of),
            _account(tonight.account, files, sources),
            f"<p>例外压住的命中和试运行规则，见{link('清单：例外', '清单.html', 'suppressed')}、"
            f"{link('清单：试运行', '清单.html', 'trials')}。</p>",
        )
    )


def _part(anchor: str, heading: str, head: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> str:
    shown = table(head, rows, cards=True, caption=heading) if rows else f"<p>{empty}</p>"
    return section(anchor, heading, shown)


def _silence(tonight: Situation) -> str:
    heading = f"未按时报送 {len(tonight.silences)} 处"
    if not tonight.silences:
        return section("silence", heading, "<p>各来源均按时报送。</p>")
    rows = [
        [
            escape(title),
            escape(message),
            escape(unit),
            f'<span class="whole">{last or "从未"}</span>',
            "—" if days is None else number(days),
        ]
        for title, unit, last, days, message in tonight.silences
    ]
    head = ("来源", "说明", "应报单位", "最近报送", "静默天数")
    note = "<p>下列来源今晚没有按时报送，相关对象按“未知”处理，不视为平安：</p>"
    return section("silence", heading, note + table(head, rows, cards=True, caption=heading))


def _finding(each: Finding, rulebook: Rulebook) -> list[str]:
    name = rulebook.indicators[each.indicator].name if each.indicator in rulebook.indicators else each.indicator
    shown = link(escape(name), "指标.html", each.indicator) if each.indicator in rulebook.indicators else escape(name)
    unit = rulebook.units[each.unit].name if each.unit and each.unit in rulebook.units else each.unit or ""
    return [shown, escape(each.message), escape(unit)]


def _warnings(anchor: str, heading: str, entries: Sequence[Entry], todo: str) -> str:
    if not entries:
        return section(anchor, heading, "<p>没有。</p>")
    rows = [
        [
            badge(entry.level),
            link(escape(entry.subject_name), "预警.html", entry.id),
            escape(entry.theme),
            escape("、".join(duty.unit_name for duty in entry.duties)),
        ]
        for entry in entries
    ]
    note = f'<p class="note">{todo}。</p>'
    return section(anchor, heading, note + table(("等级", "对象", "主题", "单位"), rows, cards=True, caption=heading))


def _rejects(con: Connection, account: Account, as_of: date) -> str:
    heading = f"退回的行 {number(account.rejected)} 行"
    rows = con.execute(_REJECTS, {"as_of": as_of, "most": _MOST}).fetchall()
    if not rows:
        return section("rejects", heading, "<p>今晚没有退回的行。</p>")
    shown = [[escape(name), escape(reason or ""), str(row), escape(column or "")] for name, row, column, reason in rows]
    more = (
        f'<p class="soft">只列前 {_MOST} 行，共退回 {number(account.rejected)} 行。</p>'
        if account.rejected > _MOST
        else ""
    )
    note = "<p>改好后可重新报送，其余的行不受影响：</p>"
    return section(
        "rejects", heading, note + table(("文件", "原因", "行", "列"), shown, cards=True, caption=heading) + more
    )


def _account(account: Account, files: Sequence[tuple[str, ...]], sources: dict[str, str]) -> str:
    if not account.files:
        return section("rows", "数据行账", "<p>今晚没有新文件。</p>")
    row = [
        count(account.files, "", "all-files", said="今晚的文件"),
        count(account.broken, "", "files", said="未能读入的文件") if account.broken else "0",
        *map(number, (account.read, account.stored, account.updated, account.unchanged, account.retracted)),
        number(account.rejected),
    ]
    head = ("文件", "其中未读入", "读到行", "新增", "更正", "无变化", "撤回", "退回")
    equation = '<p class="soft">读到行＝新增＋更正＋无变化＋撤回＋退回；退回的行改好后可重新报送。</p>'
    rows = [
        [
            escape(each[0]),
            escape(_source(each[1], sources)),
            _status(each[2]),
            *(number(int(n or 0)) for n in each[3:9]),
        ]
        for each in files
    ]
    by_file = table(("文件", "来源", "情形", *head[2:]), rows, numbers=range(3, 9), caption="今晚的文件")
    total = section("rows", "数据行账", table(head, [row], numbers=range(8), caption="数据行账") + equation)
    return total + "\n" + section("all-files", f"今晚的文件 {len(files)} 个", by_file)


def _source(source: str | None, titles: dict[str, str]) -> str:
    return titles.get(source, source) if source else "收件箱"


def _status(status: str) -> str:
    return _STATUS.get(status, status)


_FILES = """
SELECT name, source, status, rows_read, stored, updated, unchanged, retracted, rejected, message
FROM sense.file WHERE as_of = $as_of ORDER BY source NULLS FIRST, name, file_id
"""

# a row is refused once, whatever many of its cells are wrong
_REJECTS = """
SELECT f.name, r.row_no, string_agg(DISTINCT r.source_column, '、' ORDER BY r.source_column),
  string_agg(DISTINCT r.reason, '；' ORDER BY r.reason)
FROM sense.reject AS r JOIN sense.file AS f ON f.file_id = r.file_id
WHERE f.as_of = $as_of
GROUP BY f.name, f.file_id, r.row_no ORDER BY f.name, f.file_id, r.row_no LIMIT $most
"""
