"""Which rule, which subject, which night is meant; or a sentence about what is not there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from riskengine.assess.nights import Nights
from riskengine.assess.subjects import ENDED_DAYS, build_subjects, own_subject
from riskengine.contracts import contract, kinds
from riskengine.errors import WrongUse
from riskengine.explain.wording import TYPES
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.suggest import suggestion
from riskengine.store.database import Connection
from riskengine.store.schema import as_known

__all__ = ["Asked", "night_of_warning", "newest_night", "gone", "rule_of", "rules_of", "subject_of", "warning_of"]


@dataclass(frozen=True)
class Asked:
    """A warning as it is kept. ``trial``: one that a trial rule would have raised."""

    id: str
    subject_type: str
    subject: str
    name: str
    theme: str
    opened_on: date
    lifted_on: date | None
    trial: str | None = None


def warning_of(con: Connection, id_: str) -> Asked:
    """The warning of that number. Raises WrongUse where there is none."""
    row = con.execute(
        "SELECT id, subject_type, subject, subject_name, theme, opened_on, lifted_on, NULL FROM kept.assess.warning "
        "WHERE id = $1 UNION ALL SELECT id, subject_type, subject, subject_name, theme, opened_on, lifted_on, rule "
        "FROM kept.assess.trial_warning WHERE id = $1",
        [id_.strip().upper()],
    ).fetchone()
    if row is None:
        near = con.execute("SELECT min(id), max(id), count(*) FROM kept.assess.warning").fetchone()
        have = f"现有 {near[2]} 件，编号从 {near[0]} 到 {near[1]}" if near and near[2] else "这个工作区还没有预警"
        raise WrongUse(f"没有编号为“{id_[:40]}”的预警：{have}。请核对编号，或用 --rule 和 --subject 查询。")
    return Asked(*row)


def newest_night(con: Connection) -> date:
    """The newest night that was assessed. Raises WrongUse where there is none."""
    row = con.execute("SELECT max(as_of) FROM kept.assess.night").fetchone()
    if row is None or row[0] is None:
        raise WrongUse("这个工作区还没有运行过任何一夜，没有可解释的。请先运行 riskengine run，或用 --as-of 指定一夜。")
    night: date = row[0]
    return night


def night_of_warning(con: Connection, asked: Asked, as_of: date | None) -> date:
    """The night asked for, else the last night on which the warning had a state. Raises WrongUse where it had not
    begun.
    """
    if as_of is None:
        table = "trial_state" if asked.trial else "state"
        row = con.execute(f"SELECT max(as_of) FROM kept.assess.{table} WHERE id = ?", [asked.id]).fetchone()
        return row[0] if row and row[0] else asked.opened_on
    if as_of < asked.opened_on:
        raise WrongUse(
            f"预警 {asked.id} 在 {asked.opened_on} 才新增，{as_of} 还没有。要问那一夜为什么没有预警，请用 --rule 和 --subject。"
        )
    return as_of


def rules_of(con: Connection, asked: Asked, as_of: date, rulebook: Rulebook) -> list[Rule]:
    """The rules that make the warning up on the night, or did on its last one. Raises WrongUse where the rule book has
    none of them.
    """
    row = con.execute(
        "SELECT rules FROM kept.assess.state WHERE id = ? AND as_of <= ? ORDER BY as_of DESC LIMIT 1", [asked.id, as_of]
    ).fetchone()
    names = [asked.trial] if asked.trial else list(row[0]) if row else []
    found = [rulebook.rules[name] for name in names if name in rulebook.rules]
    if not found:
        raise WrongUse(
            f"预警 {asked.id} 的规则（{'、'.join(names)}）在 {as_of} 的规则里已经没有了。请用 --as-of 指定它还在的一夜。"
        )
    return found


def rule_of(rulebook: Rulebook, id_: str) -> Rule:
    """The rule of that id or title. Raises WrongUse."""
    rule = rulebook.rules.get(id_) or next((each for each in rulebook.rules.values() if each.title == id_), None)
    if rule is None:
        raise WrongUse(f"没有规则“{id_[:60]}”{suggestion(id_, rulebook.rules)}规则编号见 rules/warnings/。")
    return rule


def subject_of(con: Connection, rulebook: Rulebook, rule: Rule, text: str, as_of: date) -> tuple[str, str | None]:
    """The subject of the rule's type that ``text`` names by key, code, name, alias or part of a name, and None; or,
    where it is none of this rule's subjects on the night, the name it is known by and the sentence that says why.

    Raises WrongUse where nothing of that name is known or several are.
    """
    lively = {id_: each for id_, each in rulebook.rules.items() if each.status in ("live", "trial")}
    lively[rule.id] = rule.model_copy(update={"status": "live", "until": None})
    build_subjects(con, replace(rulebook, rules=lively), Nights.one(as_of))
    mine = _matching(con, rulebook, text, rule.subject)
    if len(mine) == 1:
        return mine[0][0], None
    if len(mine) > 1:
        listed = "、".join(f"{name}（{key}）" for key, name in mine[:8])
        more = f" 等{len(mine)}个" if len(mine) > 8 else ""
        raise WrongUse(f"“{text[:40]}”可以指{listed}{more}。请写全名称，或写括号里的编号。")
    for type_ in Subject:
        others = [] if type_ is rule.subject else _matching(con, rulebook, text, type_)
        if len(others) == 1:
            return others[0][1], (
                f"没有预警：规则“{rule.title}”（{rule.id}）只看{TYPES[rule.subject]}，“{others[0][1]}”是{TYPES[type_]}，"
                f"不在它的对象之内。{_above(con, others[0][0], rule, type_)}"
            )
    ended = gone(con, rule, text, as_of)
    if ended:
        return text, ended
    names = [
        name
        for (name,) in con.execute("SELECT name FROM subject WHERE subject_type = ?", [rule.subject.value]).fetchall()
    ]
    raise WrongUse(
        f"{as_of} 这一夜，规则 {rule.id} 的对象（{TYPES[rule.subject]}）里没有“{text[:40]}”{suggestion(text, names)}"
    )


def _matching(con: Connection, rulebook: Rulebook, text: str, type_: Subject) -> list[tuple[str, str]]:
    """Key and name of the subjects meant, by the first way of naming that finds any."""
    word = text.strip()
    aliased = [place.code for place in rulebook.places if word in place.aliases] if type_ in PLACES else []
    for where, values in (
        ("subject = $2", [word]), ("name = $2", [word]), ("list_contains($2, subject)", [aliased]),
        ("contains(subject, $2) OR contains(name, $2)", [word]),
    ):  # fmt: skip
        rows = con.execute(
            f"SELECT subject, name FROM ({_ANYBODY}) WHERE subject_type = $1 AND ({where}) ORDER BY subject",
            [type_.value, *values],
        ).fetchall()
        if rows:
            return [(key, name) for key, name in rows]
    return []


def _above(con: Connection, subject: str, rule: Rule, type_: Subject) -> str:
    """For a place of another level: the place of the right one above it."""
    if type_ not in PLACES or rule.subject not in PLACES:
        return f"请用一个{TYPES[rule.subject]}再查。"
    row = con.execute(
        "SELECT p.name FROM place_up u JOIN place_now p ON p.code = u.ancestor WHERE u.place = ? AND u.level = ?",
        [subject, rule.subject.value],
    ).fetchone()
    return f"它属于{row[0]}，可以查 --subject {row[0]}。" if row else f"请用其中的一个{TYPES[rule.subject]}再查。"


def gone(con: Connection, rule: Rule, text: str, as_of: date) -> str | None:
    """Why a matter that the records know is no subject of the night."""
    kind = rule.subject.value
    if kind not in kinds() or rule.subject in PLACES:
        return None
    title, ends = contract(kind).title, contract(kind).ends
    key = own_subject(kind, "r")
    ended = f"arg_max_null(r.{ends}, (r.occurred_on, r.known_at))" if ends else "NULL::DATE"
    row = con.execute(
        f"SELECT sum(r.quantity), {ended} FROM ({as_known(kind, '$2')}) r WHERE {key} = $1 AND r.occurred_on <= $2",
        [text, as_of],
    ).fetchone()
    if row is not None and row[0] is not None:
        if row[0] <= 0:
            return f"没有预警：{as_of} 这一夜，{title}“{text}”的登记已经撤回，不再是研判对象。"
        return f"没有预警：{title}“{text}”已于 {row[1]} 办结，超过{ENDED_DAYS}天的不再是研判对象。"
    later = con.execute(f"SELECT min(r.known_at) FROM sense.{kind} r WHERE {key} = ?", [text]).fetchone()
    if later is not None and later[0] is not None and later[0] > as_of:
        return f"没有预警：{as_of} 这一夜还不知道{title}“{text}”，它的第一条记录是 {later[0]} 收到的。"
    if later is not None and later[0] is not None:
        return f"没有预警：{as_of} 这一夜，{title}“{text}”没有有效的记录（已撤回，或发生日期在那一夜之后）。"
    return None


# subjects of the night, and the places and units that no rule looks at
_ANYBODY = """
SELECT subject_type, subject, name FROM subject
UNION ALL SELECT level, code, name FROM place_now WHERE level NOT IN (SELECT subject_type FROM subject)
UNION ALL SELECT 'unit', id, name FROM unit_now WHERE 'unit' NOT IN (SELECT subject_type FROM subject)"""
