"""The contracts as the tables of docs/data-contracts.md. ``python -m tests.house.contract_tables`` prints them all."""

from riskengine.contracts import contract, kinds
from riskengine.contracts.field import FieldType, field_type

TYPES = {
    "code": "编号，至多{longest}字",
    "text": "文字，至多{longest}字",
    "day": "日期",
    "money": "金额（元），不为负",
    "flag": "是否",
    "place": "地区",
    "outcome": "属实、误报、已化解、无法核实",
}


def shown(type_: FieldType) -> str:
    """The type in the analysts' words, with its limits."""
    if type_.name in TYPES:
        return TYPES[type_.name].format(longest=type_.longest)
    if type_.low is None or type_.high is None:
        return "数"
    kind = "整数" if type_.name == "whole" else "百分数"
    return f"{kind}，{type_.low:g} 到 {type_.high:g}{'' if type_.zero else '，不为 0'}".replace("1e+07", "10000000")


def table(kind: str) -> str:
    """One kind: what it is about, then one row a field."""
    model = contract(kind)
    fields = model.model_fields

    def titles(names: tuple[str, ...]) -> str:
        return "、".join(str(fields[name].title) for name in names)

    facts = [f"自己的对象：{titles(model.subject)}" if model.subject else "没有自己的对象，只按地方计数"]
    facts += [f"{titles((model.ends,))}有值即办结"] if model.ends else []
    facts += [f"{titles((later,))}不早于{titles((earlier,))}" for earlier, later in model.orders]
    facts += [f"{titles(model.future)}可以晚于当晚"] if model.future else []
    rows = [
        f"| `{name}` | {info.title} | {shown(field_type(info))} | {'是' if info.is_required() else ''} | "
        f"{'是' if name in model.evidence else ''} |"
        for name, info in fields.items()
    ]
    head = ["| 字段 | 中文名 | 类型 | 必填 | 可作证据 |", "|---|---|---|---|---|"]
    return "\n".join([f"### `{kind}` {model.title}", "", f"{'；'.join(facts)}。", "", *head, *rows])


def main() -> None:
    print("\n\n".join(table(kind) for kind in kinds()))


if __name__ == "__main__":
    main()
