"""pydantic's findings as Chinese sentences: what, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from riskengine.errors import Problem
from riskengine.rulebook.document import Document, Location, Step
from riskengine.rulebook.suggest import suggestion

__all__ = ["problems_of"]

_DAY = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")
_COUNTED = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,6})?)\s?(万|亿|)([^\d\s]{0,4})")
_EMPTY = ""
_UNIT_KEYS = ("unit", "reports", "owner", "about", "lead")
_PATTERNS = {
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "只能用小写字母、数字和单个连字符，字母开头，例如 fraud-surge",
    r"^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*$": "只能用汉字、字母、数字和下划线，不能以数字开头",
    r"^\d+ of \d+$": "写成“2 of 3”（3夜中有2夜）",
    r"^#[0-9A-Fa-f]{6}$": "写成“#C00000”这样的六位颜色，并加引号",
    r"^([01]\d|2[0-3]):[0-5]\d$": "写成“22:00”这样的时刻，并加引号",
}


def problems_of(error: ValidationError, model: type[BaseModel], document: Document, at: Location) -> list[Problem]:
    """One problem for each finding of ``error``, at the key that it speaks of; ``at`` is where the entry stands."""
    return [_problem(detail, model, document, at) for detail in error.errors(include_url=False)]


def _problem(detail: ErrorDetails, model: type[BaseModel], document: Document, at: Location) -> Problem:
    where: Sequence[Step] = [_step(step) for step in detail["loc"] if step != "[key]"]
    name = next((str(step) for step in reversed(where) if isinstance(step, str | date)), "")
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        parent = (*at, *where[:-1])
        return document.problem(parent, "E202", f"缺少字段“{name}”，请补上。")
    if kind == "extra_forbidden":
        near = suggestion(str(where[-1]), _fields(_model_at(model, where[:-1])), shown=0)
        return document.problem((*at, *where), "E201", f"未知字段“{where[-1]}”{near}")
    received = detail["input"]
    shown = f"“{str(received)[:40]}”" if isinstance(received, str | int | float | bool) else "写的内容"
    shown = _EMPTY if received is None else shown
    message = _sentence(kind, context, detail["msg"], shown)
    if kind == "string_pattern_mismatch" and name in _UNIT_KEYS:
        message = message.replace("，例如 fraud-surge", "") + "这里写 units.yaml 里的单位编号，不写单位名称。"
    return document.problem((*at, *where), "E203", f"{name + '：' if name else ''}{message}")


def _sentence(kind: str, context: dict[str, Any], english: str, shown: str) -> str:
    if kind in ("literal_error", "enum"):
        usable = str(context.get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
        if shown == _EMPTY:
            return f"冒号后面空着，请填写，可用：{usable}。"
        return f"{shown}不在可用的值里，可用：{usable}。"
    if kind == "string_pattern_mismatch":
        return f"{shown}写法不对，{_PATTERNS.get(context.get('pattern', ''), '请对照说明改写')}。"
    if kind == "string_type":
        told = shown in (_EMPTY, "写的内容")
        return "应写文字，请补上内容并检查缩进。" if told else f"应写文字，写成了{shown}。数字编码请加引号。"
    if shown == _EMPTY:
        return "冒号后面空着，请填写，或删去这一行。"
    bounds = {"greater_than_equal": ("ge", "不能小于"), "less_than_equal": ("le", "不能大于")}
    bounds |= {"greater_than": ("gt", "必须大于"), "less_than": ("lt", "必须小于")}
    if kind in bounds:
        key, words = bounds[kind]
        return f"{shown}{words}{context.get(key)}。"
    if kind in ("too_short", "string_too_short"):
        return f"太短或为空，至少要有{context.get('min_length')}{'个字' if kind[0] == 's' else '项'}。"
    if kind in ("too_long", "string_too_long"):
        return f"太长，最多{context.get('max_length')}{'个字' if kind[0] == 's' else '项'}。"
    if kind == "value_error":
        return str(context.get("error", english)).removeprefix("Value error, ") + "。"
    if kind.startswith("date"):
        return f"{shown}不是日期，请写成 2026-01-01 的样子。"
    if kind.startswith("bool"):
        return f"{shown}应为 true 或 false。"
    if kind.startswith("int"):
        return f"{shown}应为整数{_digits(shown)}。"
    if kind.startswith(("float", "finite", "decimal")):
        return f"{shown}应为数字{_digits(shown)}。"
    if kind in ("tuple_type", "list_type"):
        return f"应写成清单（- 或方括号），写成了{shown}。"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"应写成“名称: 值”的若干行，写成了{shown}。"
    return f"{shown}写法不对，请对照说明改写。"


def _step(step: Step) -> Step:
    """A step as the document has it; pydantic writes the key of a dated value as ``datetime.date(2026, 6, 30)``."""
    found = _DAY.fullmatch(step) if isinstance(step, str) else None
    return date(*map(int, found.groups())) if found else step


def _digits(shown: str) -> str:
    """What to write instead of a number with a unit, in 万, or with full-width digits; empty where nobody can tell."""
    found = _COUNTED.fullmatch(unicodedata.normalize("NFKC", shown.strip("“”")))
    if not found or "%" in found[3]:
        return "，不带百分号：单位是“比例”的写小数，如 8% 写 0.08；指标的百分率直接写数，如 92% 写 92" if found else ""
    number = Decimal(found[1]) * {"": 1, "万": 10_000, "亿": 100_000_000}[found[2]]
    return f"，请写成 {number.normalize():f}" + ("，不带单位" if found[3] else "")


def _fields(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], where: Sequence[Step]) -> type[BaseModel] | None:
    """The model that stands at ``where`` below ``model``, found through the annotations."""
    found: type[BaseModel] | None = model
    for step in where:
        if found is None or not isinstance(step, str):
            continue
        field = next((f for n, f in found.model_fields.items() if step in (n, f.alias)), None)
        if field is not None:
            found = _model_in(field.annotation)
    return found


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for each in get_args(annotation) if (model := _model_in(each)) is not None), None)
