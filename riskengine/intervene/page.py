"""``index.html``: one page for leaders. What is red, what is late, which town, how far the picture can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import quote

from riskengine.intervene.decisions import Decisions
from riskengine.intervene.lines import CHANGES, Duty, Entry, families, lines_by_unit
from riskengine.intervene.markup import badge, number, table
from riskengine.intervene.routing import current_places
from riskengine.intervene.situation import Account, Situation
from riskengine.intervene.wording import INTERNAL, deadline, level_name, reason
from riskengine.model.duty import Level
from riskengine.model.rulebook import Rulebook

__all__ = ["page"]

_GRAVE = 2  # ranks 1 and 2 (red, orange) are shown one by one
_BELOW = '<span class="soft">└ </span>'  # stands before a merged warning
_MOST = 60  # so many of them at most; all stand in the county's list


def page(found: Sequence[Entry], rulebook: Rulebook, tonight: Situation, paths: Mapping[str, str], as_of: date) -> str:
    """The page as HTML text, self-contained, without script. ``paths``: unit id → its list, relative to the page."""
    places = current_places(rulebook.places, as_of)
    county = next((place.name for place in places.values() if place.parent is None), "全县")
    towns = {code: place.name for code, place in places.items() if place.level == "town"}
    alive = [entry for entry in found if not entry.lifted]
    body = "\n".join(
        (
            _summary(found, alive, rulebook.levels, tonight, as_of),
            _by_change(found, rulebook.levels),
            _gravest(alive, as_of),
            _by_unit(alive, rulebook, paths, as_of),
            _by_town(alive, towns, rulebook.levels, as_of),
            _decided(tonight.decided),
            _trust(tonight),
            _account(tonight.account),
        )
    )
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(f"{county}风险预警 {as_of}"),
        heading=escape(f"{county}风险预警日报"),
        day=as_of.isoformat(),
        internal=INTERNAL,
        body=body,
        footer=f'全部明细：<a href="{quote("全县清单.xlsx")}">全县清单.xlsx</a> · 规则版本 {escape(rulebook.hash[:8])}',
    )


def _summary(
    found: Sequence[Entry], alive: Sequence[Entry], levels: Sequence[Level], tonight: Situation, as_of: date
) -> str:
    new = sum(entry.change == "新增" for entry in alive)
    late = sum(entry.overdue(as_of) > 0 for entry in alive)
    lifted = len(found) - len(alive)
    tiles: list[str] = []
    for level in levels:
        own = [entry for entry in alive if entry.level == level]
        fresh = sum(entry.change == "新增" for entry in own)
        tiles.append(
            f'<div class="tile" style="border-top-color:{escape(level.colour)}">{escape(level_name(level))}'
            f'<b>{len(own)}</b><span class="soft">今日新增 {fresh}</span></div>'
        )
    warn = ' class="late"' if late else ""
    tiles.append(f'<div class="tile">逾期未反馈<b{warn}>{late}</b><span class="soft">过了办理期限</span></div>')
    merged = sum(entry.merged_into is not None for entry in alive)
    inside = f"（其中 {merged} 条已并入其他预警）" if merged else ""
    text = f"在办预警 {len(alive)} 条{inside}，今日新增 {new} 条、解除 {lifted} 条；逾期未反馈 {late} 条。"
    if tonight.silences or tonight.faults or tonight.account.broken:
        troubles = (
            (len(tonight.silences), "处未按时报送"),
            (tonight.account.broken, "个文件未能读入"),
            (len(tonight.faults), "条规则未能运行"),
        )
        text += "数据方面：" + "，".join(f"{count} {what}" for count, what in troubles if count) + "。"
    return f'<p class="lead">{text}</p>\n<div class="tiles">{"".join(tiles)}</div>'


def _by_change(found: Sequence[Entry], levels: Sequence[Level]) -> str:
    def count(level: Level | None, change: str) -> int:
        return sum((level is None or entry.level == level) and entry.change == change for entry in found)

    rows = [[badge(level), *(number(count(level, change)) for change in CHANGES)] for level in levels]
    total = ["合计", *(number(count(None, change)) for change in CHANGES)]
    return "<h2>等级与变化</h2>\n" + table(["等级", *CHANGES], rows, total=total, numbers=range(1, 6))


def _gravest(alive: Sequence[Entry], as_of: date) -> str:
    grave = [entry for entry in alive if entry.level.rank <= _GRAVE]
    grave.sort(key=lambda entry: (CHANGES.index(entry.change), entry.level.rank))
    grave = families(grave)
    names = "、".join(dict.fromkeys(entry.level.name for entry in alive if entry.level.rank <= _GRAVE)) or "红、橙"
    head = f"<h2>{escape(names)}色预警（新增、升级在前）</h2>\n"
    if not grave:
        return head + "<p>今日没有红色、橙色预警。</p>"
    rows = [
        [
            f'{badge(entry.level)}<br><span class="soft">{entry.change}</span>',
            f"{_BELOW if entry.merged_into else ''}<b>{escape(entry.subject_name)}</b><br>"
            f'<span class="soft">{escape(entry.theme)} · <span class="whole">{escape(entry.id)}</span></span>',
            escape(reason(entry)).replace("\n", "<br>"),
            "<br>".join(_unit(duty) for duty in entry.duties) or "未分到单位",
            "<br>".join(dict.fromkeys(_deadline(entry, duty, as_of) for duty in entry.duties)),
        ]
        for entry in grave[:_MOST]
    ]
    more = f'<p class="soft">另有 {len(grave) - _MOST} 条，见全县清单。</p>' if len(grave) > _MOST else ""
    return head + table(["等级", "对象", "为什么", "责任单位", "办理期限"], rows, cards=True) + more


def _by_unit(alive: Sequence[Entry], rulebook: Rulebook, paths: Mapping[str, str], as_of: date) -> str:
    rows: list[list[str]] = []
    lines = lines_by_unit(alive)
    for unit in sorted(paths, key=lambda each: (rulebook.units[each].type, rulebook.units[each].sort, each)):
        own = lines.get(unit, [])
        late = sum((line.duty.left(as_of) or 0) < 0 for line in own)
        rows.append(
            [
                f'<a href="{quote(paths[unit])}">{escape(rulebook.units[unit].name)}</a>',
                number(len(own)),
                number(sum(line.duty.role == "主办" for line in own)),
                number(sum(line.entry.level.rank <= _GRAVE for line in own)),
                number(sum(line.entry.change == "新增" for line in own)),
                number(sum(line.duty.signed_on is not None or line.duty.outcome is not None for line in own)),
                number(sum(line.duty.outcome is not None for line in own)),
                f'<span class="late">{late}</span>' if late else "0",
            ]
        )
    head = ["单位（点开清单）", "在办", "其中主办", "红橙", "今日新增", "已签收", "已反馈", "逾期"]
    shown = table(head, rows, numbers=range(1, 8)) if rows else "<p>今日没有需要下发的清单。</p>"
    return f"<h2>责任单位</h2>\n{shown}"


def _by_town(alive: Sequence[Entry], towns: Mapping[str, str], levels: Sequence[Level], as_of: date) -> str:
    def row(name: str, own: Sequence[Entry]) -> list[str]:
        late = sum(entry.overdue(as_of) > 0 for entry in own)
        by_level = (number(sum(entry.level == level for entry in own)) for level in levels)
        return [escape(name), *by_level, number(len(own)), f'<span class="late">{late}</span>' if late else "0"]

    by_town: dict[str | None, list[Entry]] = {}
    for entry in alive:
        by_town.setdefault(entry.town, []).append(entry)

    def gravity(code: str) -> tuple[list[int], str]:
        return [-sum(entry.level == level for entry in by_town[code]) for level in levels], code

    rows = [
        row(towns[code], by_town[code]) for code in sorted((code for code in towns if code in by_town), key=gravity)
    ]
    rest = [entry for code, own in by_town.items() if code not in towns for entry in own]
    if rest:
        rows.append(row("县级（不属单个乡镇）", rest))
    quiet = [name for code, name in towns.items() if code not in by_town]
    note = f'<p class="soft">没有在办预警的乡镇：{escape("、".join(quiet))}。</p>' if quiet else ""
    head = ["乡镇", *(level.name for level in levels), "在办", "逾期"]
    return "<h2>乡镇</h2>\n" + (table(head, rows, numbers=range(1, len(head))) if rows else "") + note


def _decided(tonight: Decisions) -> str:
    """Nothing at all where there is neither an exception nor a trial."""
    parts: list[str] = []
    if tonight.exceptions or tonight.held:
        parts.append("<h2>例外</h2>")
        said = f"有效的例外 {tonight.exceptions} 条，今夜压住 {len(tonight.held)} 次命中：命中照常记录，不作预警。"
        parts.append(f"<p>{said}</p>")
    if tonight.held:
        rows = [
            [
                badge(each.level),
                f"<b>{escape(each.subject)}</b>",
                escape(each.rule),
                escape(each.who),
                escape(each.why),
                f'<span class="whole">{each.until}</span> <span class="soft whole">{_left(each.left)}</span>',
            ]
            for each in tonight.held
        ]
        parts.append(table(["等级", "对象", "规则", "谁定的", "为什么", "到期"], rows, cards=True))
    if tonight.expired:
        parts.append(
            f'<p class="note">{tonight.expired} 条例外已过期，不再起作用，请从 rules/exceptions.yaml 中删去或另行研究。</p>'
        )
    if tonight.trials or tonight.over:
        parts.append("<h2>试运行规则</h2>")
    if tonight.trials:
        parts.append(f"<p>试运行规则 {tonight.trials} 条，今夜本会新增 {tonight.opened} 件（不派发）。</p>")
    parts += [
        f'<p class="note">“{escape(title)}”试运行已于 {until} 到期，不再运行：请在规则文件中转为正式（live）或停用（retired）。</p>'
        for title, until in tonight.over
    ]
    return "\n".join(parts)


def _left(days: int) -> str:
    return f"剩{days}天" if days else "今夜到期"


def _trust(tonight: Situation) -> str:
    parts = ["<h2>数据报送与运行情况</h2>"]
    routes = "请核对 rules/routes.yaml"
    if tonight.unrouted:
        parts.append(f'<p class="note">{tonight.unrouted} 条预警没有分到责任单位，{routes}。</p>')
    if tonight.caught:
        parts.append(f'<p class="note">{tonight.caught} 条预警没有专门的分办规定，已交兜底单位，{routes}。</p>')
    if tonight.silences:
        parts.append("<p>下列来源今晚没有按时报送，相关对象按“未知”处理，不视为平安：</p>")
        rows = [
            [escape(title), escape(unit), str(last or "从未"), number(days or 0), escape(message)]
            for title, unit, last, days, message in tonight.silences
        ]
        parts.append(table(["来源", "应报单位", "最近报送", "静默天数", "说明"], rows, cards=True))
    if tonight.problems:
        rows = [[escape(title), escape(message)] for title, message in tonight.problems]
        parts.append(table(["来源", "今晚发现的数据问题"], rows, cards=True))
    if tonight.faults:
        rows = [[escape(title), escape(message)] for title, message in tonight.faults]
        parts.append(table(["规则", "未能运行的原因（相关预警暂不变动）"], rows, cards=True))
    if len(parts) == 1:
        parts.append("<p>各来源均按时报送，全部规则正常运行。</p>")
    return "\n".join(parts)


def _account(account: Account) -> str:
    if not account.files:
        return "<h2>数据行账</h2>\n<p>今晚没有新文件。</p>"
    row = [
        number(each)
        for each in (
            account.files,
            account.broken,
            account.read,
            account.stored,
            account.updated,
            account.unchanged,
            account.retracted,
            account.rejected,
        )
    ]
    head = ["文件", "其中未读入", "读到行", "新增", "更正", "无变化", "撤回", "退回"]
    equation = '<p class="soft">读到行＝新增＋更正＋无变化＋撤回＋退回；退回的行改好后可重新报送。</p>'
    return "<h2>数据行账</h2>\n" + table(head, [row], numbers=range(8)) + equation


def _unit(duty: Duty) -> str:
    return f'<span class="whole">{escape(duty.unit_name)} <span class="soft">{duty.role}</span></span>'


def _deadline(entry: Entry, duty: Duty, as_of: date) -> str:
    day, mark = deadline(entry, duty, as_of)
    late = " late" if "逾期" in mark else ""
    return f'<span class="whole{late}">{day}</span> <span class="soft whole{late}">{mark}</span>'
