"""The code is a tree: who may import whom is written in pyproject.toml and held here."""

import ast
from pathlib import Path

from importlinter.application.use_cases import lint_imports
from importlinter.cli import lint_imports as _registers_contract_types  # noqa: F401

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "riskengine").rglob("*.py"), *(ROOT / "flows").rglob("*.py")])


def test_no_module_imports_against_the_layers(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)


def test_no_module_imports_inside_a_function():
    guilty = []
    for path in SOURCES:
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                guilty += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in inner]
    assert not guilty, f"imports inside functions hide cycles: {guilty}"


def test_the_clock_is_read_in_flows_and_the_command_line_only():
    """``as_of`` is an argument, so any night can be replayed. perf_counter and monotonic measure, they do not tell the day."""
    asks = {
        ("date", "today"),
        ("datetime", "now"),
        ("datetime", "today"),
        ("datetime", "utcnow"),
        ("time", "time"),
        ("time", "localtime"),
    }
    sql = ("current_date", "current_timestamp", "today()", "now()")
    guilty = []
    for path in SOURCES:
        if path.is_relative_to(ROOT / "flows") or path.is_relative_to(ROOT / "riskengine" / "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and (node.value.id, node.attr) in asks
            ):
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and any(word in node.value.lower() for word in sql)
            ):
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not guilty, f"asks what day it is: {guilty}"
