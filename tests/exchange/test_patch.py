"""A changed text differs from the old one at the place of the change and nowhere else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from riskengine.exchange.patch import NotAList, Patch, flow

TEXT = """\
# head
rules:
  - id: one   # first
    parameters:
      下限: {unit: 件, values: {2024-01-01: 10, 2025-01-01: 8}}  # 行尾
      上限:
        unit: 件
        values:
          2024-01-01: 5   # 旧
    score:
      - bands: [[null, 2, 40], [2, null, 70]]

  # about two
  - {id: two}
"""


def patched(*edits, text=TEXT):
    patch = Patch(text)
    for name, *arguments in edits:
        getattr(patch, name)(*arguments)
    return patch.text


def test_a_value_is_replaced_where_it_stands():
    assert patched(("replace", ["rules", 0, "score", 0, "bands", 1, 0], 3.0)) == TEXT.replace("[2, null", "[3, null")


def test_a_dated_value_is_found_by_its_day():
    path = ["rules", 0, "parameters", "下限", "values", date(2025, 1, 1)]
    assert patched(("replace", path, 8.5)) == TEXT.replace("2025-01-01: 8}", "2025-01-01: 8.5}")


def test_a_key_is_added_in_braces_and_in_lines():
    above = ["rules", 0, "parameters", "下限", "values"]
    assert "{2024-01-01: 10, 2024-06-01: 9, 2025-01-01: 8}" in patched(
        ("put", above, "2024-06-01", 9, date(2024, 1, 1))
    )
    below = ["rules", 0, "parameters", "上限", "values"]
    assert "2024-01-01: 5   # 旧\n          2026-01-01: 4\n" in patched(("put", below, "2026-01-01", 4))


def test_a_key_is_taken_out():
    above = ["rules", 0, "parameters", "下限", "values"]
    assert "values: {2025-01-01: 8}}  # 行尾" in patched(("drop", above, date(2024, 1, 1)))
    assert "values: {2024-01-01: 10}}  # 行尾" in patched(("drop", above, date(2025, 1, 1)))
    assert "      上限:\n        unit: 件\n    score:" in patched(
        ("drop", ["rules", 0, "parameters", "上限"], "values")
    )


def test_entries_move_with_the_comments_above_them():
    moved = patched(("arrange", ["rules"], [1, 0]))
    assert moved.startswith("# head\nrules:\n\n  # about two\n  - {id: two}\n  - id: one   # first\n")
    assert patched(("arrange", ["rules"], [1, 0]), text=moved).count("\n") == TEXT.count("\n")


def test_an_entry_is_added_to_a_list_of_lines_and_to_an_empty_one():
    assert (
        patched(("arrange", ["rules"], [0, 1, {"id": "three", "说": "a: b"}])) == TEXT + '  - {id: three, 说: "a: b"}\n'
    )
    assert patched(("arrange", ["x"], [{"a": 1}]), text="x: []  # none\n") == "x:\n  - {a: 1}  # none\n"


def test_a_list_in_brackets_is_not_taken_apart():
    with pytest.raises(NotAList):
        patched(("arrange", ["x"], [1, 0]), text="x: [{a: 1}, {a: 2}]\n")


def test_line_ends_of_windows_stay():
    windows = TEXT.replace("\n", "\r\n")
    below = ["rules", 0, "parameters", "上限", "values"]
    assert patched(("put", below, "2026-01-01", 4), text=windows).replace("\r\n", "").count("\n") == 0


SCALARS = (
    st.none()
    | st.booleans()
    | st.floats(-1e9, 1e9).map(lambda x: round(x, 3))
    | st.text(max_size=12)
    | st.dates(date(1990, 1, 1))
)


@given(st.lists(st.dictionaries(st.sampled_from(["甲", "b", "丙"]), SCALARS, max_size=3), max_size=3))
def test_what_is_written_is_read_back(value):
    assert YAML(typ="safe").load(f"x: {flow(value)}\n") == {"x": value}
