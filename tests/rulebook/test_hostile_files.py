"""Files that are broken, huge or meant to do harm: each is refused at a place of its own, with the reason, and quickly."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from riskengine.errors import Problem, RulesInvalid
from riskengine.rulebook import document
from riskengine.rulebook.check import check
from riskengine.rulebook.document import document_of
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace
from tests.mutations.mutate import mutated

OTHER = "warnings/fraud/other.yaml"
RULE = """\
rules:
  - id: other
    title: 诈骗案件偏多
    theme: 综合研判
    subject: town
    when: {when}
    score:
      - {{feature: 起数, of: 近7日诈骗起数, bands: [[null, null, 50]], says: 诈骗案件偏多}}
    basis: 反电信网络诈骗法第三条
    action: 开展预警劝阻
    false_causes: [集中补录]
"""


def refused(workspace: Workspace, content: str | bytes, name: str = OTHER) -> list[Problem]:
    """What the analyst is told; each place lies in the file, and the answer comes within seconds."""
    raw = content.encode() if isinstance(content, str) else content
    (workspace.rules / name).write_bytes(raw)
    before = time.perf_counter()
    with pytest.raises(RulesInvalid) as raised:
        load(workspace)
    assert time.perf_counter() - before < 3  # well below one second where nothing else runs
    problems = [problem for problem in raised.value.problems if problem.file == f"rules/{name}"]
    lines = raw.decode("utf-8", errors="replace").splitlines() or [""]
    assert problems and all(1 <= problem.line <= len(lines) and problem.column >= 1 for problem in problems)
    return problems


def first(workspace: Workspace, content: str | bytes) -> tuple[int, int, str, str]:
    problem = refused(workspace, content)[0]
    return problem.line, problem.column, problem.code, problem.message


def test_ten_megabytes(tidy_workspace: Workspace) -> None:
    content = RULE.format(when="近7日诈骗起数 > 5") + "# 说明\n" * 1_100_000
    assert first(tidy_workspace, content) == (1, 1, "E101", "文件超过5 MB，规则文件不应这么大。请拆成几个文件。")


def test_a_billion_laughs(tidy_workspace: Workspace) -> None:
    lines = ["a0: &a0 [哈, 哈, 哈, 哈, 哈, 哈, 哈, 哈, 哈]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    line, column, code, message = first(tidy_workspace, "\n".join([*lines, "rules: *a11", ""]))
    assert (line, column, code) == (1, 5, "E104")
    assert message.startswith("不能用 YAML 的 &、* 或 ! 写法。")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_ten_thousand_levels_of_yaml(tidy_workspace: Workspace, opening: str) -> None:
    assert first(tidy_workspace, "rules: " + opening * 10_000)[2] in ("E102", "E104")


def test_an_expression_ten_thousand_characters_deep(tidy_workspace: Workspace) -> None:
    when = "(" * 10_000 + "近7日诈骗起数 > 5" + ")" * 10_000
    line, column, code, message = first(tidy_workspace, RULE.format(when=when))
    assert (line, column, code) == (6, 2011, "E301")
    assert message == "when 第2001列：表达式有20011个字符，最多2000个。请拆成几个信号。"


@pytest.mark.parametrize(
    "when",
    [
        "(" * 900 + "1" + ")" * 900 + " > 0",
        "not " * 450 + "近7日诈骗起数 > 0",
        "- " * 900 + "1 > 0",
        "abs(" * 300 + "1" + ")" * 300 + " > 0",
    ],
)
def test_as_deep_as_the_length_allows(tidy_workspace: Workspace, when: str) -> None:
    line, _, code, _ = first(tidy_workspace, RULE.format(when=f'"{when}"'))
    assert (line, code) == (6, "E301")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("read_csv('x') > 1", "没有函数“read_csv”"),
        ("read_text('rules/levels.yaml') = '甲'", "没有函数“read_text”"),
        ("近7日诈骗起数 > (select max(score) from assess.verdict)", "“select”是数据库的语句"),
        ("近7日诈骗起数 > 1; drop table sense.fraud", "不认识的字符“;”"),
        ("近7日诈骗起数 > 1 ; select 1", "不认识的字符“;”"),
        ("COPY verdict TO 'x'", "“COPY”是数据库的语句"),
        ("ATTACH 'x' AS y", "“ATTACH”是数据库的语句"),
        ("PRAGMA version", "“PRAGMA”是数据库的语句"),
        ('\\"assess\\".\\"verdict\\" > 1', "名称里不能有点号"),
        ("assess.verdict > 1", "名称里不能有点号"),
        ("sense.fraud.loss > 1", "名称里不能有点号"),
        ("近7日诈骗起数 > 1 -- 以下不看", "表达式里不能写注释"),
        ("近7日诈骗起数 > 1 /* 以下不看 */ and false", "表达式里不能写注释"),
        ("近7日诈骗起数[1] > 1", "不认识的字符“[”"),
        ("$1 > 1", "不认识的字符“$”"),
        ("? > 1", "不认识的字符“?”"),
        ("近7日诈骗起数::text = '1'", "不认识的字符“:”"),
        ("cast(近7日诈骗起数 as text) = '1'", "“as”前面缺少运算符"),
        ("getenv('PATH') = '1'", "没有函数“getenv”"),
        ("w0 > 1", "未知名称“w0”"),
        ("f0(1) > 1", "没有函数“f0”"),
        ("近7日诈骗起数 > 1 collate nocase", "前面缺少运算符"),
        ("近7日诈骗起数 > all(1)", "没有函数“all”"),
        ("lambda x: x > 1", "不认识的字符“:”"),
        ("近7日诈骗起数 over () > 1", "缺少运算符"),
    ],
)
def test_an_expression_reaches_nothing_but_its_names(tidy_workspace: Workspace, when: str, said: str) -> None:
    (line, column, code, message) = first(tidy_workspace, RULE.format(when=f'"{when}"'))
    assert (line, code) == (6, "E301") and column >= 12
    assert said in message


@pytest.mark.parametrize(
    "when",
    [
        "近7日诈骗起数 ＞＝ 10 且 近7日诈骗起数　＞　近7日诈骗往常",
        "（近7日诈骗起数 ≥ 10） 且 近7日诈骗起数 ＞ 近7日诈骗往常",
        "近7日诈骗起数 >= １０ and 近7日诈骗起数 > greatest（近7日诈骗往常，３）",
        "近7日诈骗起数 ≥ 10 或 近7日诈骗起数 ＞ 2×近7日诈骗往常",
    ],
)
def test_full_width_punctuation_means_what_it_looks_like(tidy_workspace: Workspace, when: str) -> None:
    (tidy_workspace.rules / OTHER).write_text(RULE.format(when=when), encoding="utf-8")
    assert "other" in load(tidy_workspace).rules


@pytest.mark.parametrize("before", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_are_read(tidy_workspace: Workspace, before: str, end: str) -> None:
    content = before + RULE.format(when="近7日诈骗起数 > 5 且 没有 > 1").replace("\n", end)
    assert first(tidy_workspace, content)[:3] == (6, 25, "E301")


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"rules:\n  - id: \xff\xfe\n", 2, "E101"),
        (b"rules:\n  - id: a\x00b\n", 2, "E102"),
        (b"rules:\n\t- id: a\n", 2, "E105"),
        (b"rules:\n  - {id: a, id: b}\n", 2, "E103"),
        (b"rules:\n  - id: a\nrules:\n", 3, "E103"),
        (b"rules:\n  - !!python/object/apply:os.system [ls]\n", 2, "E104"),
        (b"rules:\n  - id: !local x\n", 2, "E104"),
        (b"%YAML 1.1\n---\nrules: []\n", 1, "E104"),
        (b"rules: []\n---\nrules: []\n", 2, "E102"),
        (b"rules:\n  - {id: a\n", 2, "E102"),
        (b"rules:\n  - 'a\n", 2, "E102"),
        (b"rules:\n  - {[a]: b}\n", 2, "E102"),
        (b"rules:\n  - <<: {id: a}\n", 2, "E201"),
        (b"- rules\n", 1, "E107"),
        (b"", 1, "E107"),
        (b"rules: 5\n", 1, "E107"),
        (b"rules:\n  - 5\n", 2, "E203"),
        (b"rules:\n  - null\n", 2, "E203"),
        ("rules：\n  - id: a\n".encode(), 1, "E102"),
        ("rules:\n  - id：a\n    title: b\n".encode(), 2, "E102"),
        ("rules:\n  - id: a\n    title：b\n".encode(), 3, "E102"),
    ],
)  # fmt: skip
def test_what_is_no_rule_file(tidy_workspace: Workspace, content: bytes, line: int, code: str) -> None:
    assert (line, code) in {(problem.line, problem.code) for problem in refused(tidy_workspace, content)}


@pytest.mark.parametrize(
    "value", [".nan", ".inf", "-.inf", "1e999", "1" + "0" * 400, "9" * 5000, "0x10", "2026-13-45", "no", "~"]
)
def test_numbers_that_are_none(tidy_workspace: Workspace, value: str) -> None:
    """As a parameter's value, a band's edge and a window: refused or a plain number, never a crash of a night."""
    parameter = RULE.format(when="近7日诈骗起数 >= 下限").replace(
        "    score:\n",
        f"    parameters:\n      下限: {{unit: 起, reference: 研判口径, values: {{2024-01-01: {value}}}}}\n    score:\n",
    )
    band = RULE.format(when="近7日诈骗起数 >= 5").replace("null, null, 50", f"null, {value}, 50], [{value}, null, 60")
    window = f"signals:\n  - {{name: 另一个, unit: 起, subject: town, from: fraud, measure: count, window: {value}}}\n"
    for name, content in ((OTHER, parameter), (OTHER, band), ("signals/other.yaml", window)):
        (tidy_workspace.rules / name).write_text(content, encoding="utf-8")
        for problem in check(tidy_workspace):
            assert problem.line <= 14 and problem.message.endswith(("。", "？"))
        (tidy_workspace.rules / name).unlink()


SHIPPED = sorted((Path(__file__).parents[2] / "rules").rglob("*.yaml"))
ODD = [
    "a: 'x''y'\nb: \"\\u4e2d\\n\"\n",
    "- |\n  一\n  二\n- >-\n  三\n\n  四\n",
    "{a: [1, 0x1F, 0o17, 1_000, 1e3, .5, ~, yes, on]}\n",
    "? a\n: b\n",
    "a:\n- 2024-01-01\n- 2024-01-01 10:00:00\n- -.inf\n- +12\n",
    "# 空\n",
    "a: b: c\n",
    "'a\n",
    "a: [1,\n",
    "a: @x\n",
    "--- a\n...\n",
    "\u2028a: 1\n",
]


@pytest.mark.parametrize("text", [*(path.read_text(encoding="utf-8") for path in SHIPPED), *ODD])
def test_with_and_without_libyaml_a_file_reads_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = document_of(text, "rules/x.yaml")
    monkeypatch.setattr(document, "CParser", None)
    assert document_of(text, "rules/x.yaml") == fast


def test_broken_files_read_the_same_with_and_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    small = [path for path in SHIPPED if path.stat().st_size < 4000]
    for number in range(60):
        chance = random.Random(number)
        text = mutated(chance, chance.choice(small).read_bytes())[1].decode("utf-8", errors="replace")
        fast = document_of(text, "rules/x.yaml")
        with monkeypatch.context() as patched:
            patched.setattr(document, "CParser", None)
            assert repr(document_of(text, "rules/x.yaml")) == repr(fast)


def test_a_thousand_rules_are_checked_in_seconds(tidy_workspace: Workspace) -> None:
    one = RULE.format(when="近7日诈骗起数 >= 下限 且 近7日诈骗起数 > 近7日诈骗往常").removeprefix("rules:\n")
    one = one.replace(
        "    score:\n",
        "    parameters:\n      下限: {unit: 起, reference: 研判口径, values: {2024-01-01: 5}}\n    score:\n",
    )
    many = "".join(
        one.replace("id: other", f"id: other-{n}").replace("2024-01-01: 5", f"2024-01-01: {n + 5}") for n in range(1000)
    )
    (tidy_workspace.rules / OTHER).write_text("rules:\n" + many, encoding="utf-8")
    before = time.perf_counter()
    problems = check(tidy_workspace)
    assert time.perf_counter() - before < 20  # two to three seconds where nothing else runs
    assert len([problem for problem in problems if problem.code == "I820"]) == 1000
