"""Where the old rules come from: a revision, a folder; and the sentence where they cannot be had."""

from __future__ import annotations

import shutil

import pytest

from riskengine.errors import RulesInvalid, WrongUse
from riskengine.plan.books import folder_book, old_book
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace
from tests.plan.county import commit, edit, git, lay_rules, rules

FRAUD = "warnings/fraud/fraud.yaml"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """Two revisions: ``v1`` asks for 3, HEAD for 4; the folder itself for 5."""
    lay_rules(tmp_path / "w", rules())
    workspace = Workspace.at(tmp_path / "w")
    commit(workspace.root, "一")
    git(workspace.root, "tag", "v1")
    edit(workspace, FRAUD, "2024-01-01: 3}", "2024-01-01: 4}")
    commit(workspace.root, "二")
    edit(workspace, FRAUD, "2024-01-01: 4}", "2024-01-01: 5}")
    return workspace


def least(book) -> float:
    [value] = book.rules["fraud-surge"].parameters["下限"].values.values()
    return value


@pytest.mark.parametrize(("against", "value"), [("HEAD", 4), ("v1", 3), ("HEAD~1", 3), ("main", 4)])
def test_a_revision(workspace, against, value):
    book, named = old_book(workspace, against)
    assert least(book) == value
    assert least(load(workspace)) == 5
    assert named == f"{against}（{git(workspace.root, 'rev-parse', against)[:8]}）"


def test_rules_that_are_the_whole_repository_or_lie_deep_in_one(tmp_path):
    for root, repository in (("a", "a/rules"), ("b/c/d", "b")):
        lay_rules(tmp_path / root, rules())
        top = tmp_path / repository
        git(top, "init", "-q")
        git(top, "add", ".")
        git(top, "commit", "-q", "-m", "x")
        edit(Workspace.at(tmp_path / root), FRAUD, "2024-01-01: 3}", "2024-01-01: 9}")
        assert least(old_book(Workspace.at(tmp_path / root), "HEAD")[0]) == 3


def test_a_folder_with_rules_or_of_rules(workspace, tmp_path):
    lay_rules(tmp_path / "copy", rules())
    (tmp_path / "copy" / "rules").rename(tmp_path / "regeln")
    (tmp_path / "wrapped").mkdir()
    (tmp_path / "wrapped" / "rules").symlink_to(tmp_path / "regeln")
    for folder in ("regeln", "wrapped"):
        book, named = old_book(workspace, str(tmp_path / folder))
        assert (least(book), named) == (3, f"文件夹 {folder}")
    assert least(folder_book(tmp_path / "wrapped" / "rules")) == 3


def test_a_name_that_is_a_revision_and_a_folder(workspace, tmp_path, monkeypatch):
    lay_rules(tmp_path / "v1", rules())
    edit(Workspace.at(tmp_path / "v1"), FRAUD, "2024-01-01: 3}", "2024-01-01: 7}")
    (tmp_path / "v1").rename(tmp_path / "last-year")
    shutil.copytree(tmp_path / "last-year", tmp_path / "v1")
    monkeypatch.chdir(tmp_path)
    for against, value in (("v1", 3), ("./v1", 7), ("last-year", 7)):
        assert least(old_book(workspace, against)[0]) == value


@pytest.mark.parametrize("against", ["v9", "没有的版本", "--help", "-n1", "HEAD:rules", ""])
def test_no_such_revision(workspace, against):
    with pytest.raises(WrongUse) as told:
        old_book(workspace, against)
    assert str(told.value) == (
        f"代码库里没有版本“{against}”，也没有这个名字的规则文件夹。请用 git log 查看可用的版本，再用 --against 指明。"
    )


def test_a_revision_without_rules(tmp_path):
    lay_rules(tmp_path, rules())
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "空")
    with pytest.raises(WrongUse, match=r"版本 HEAD 里没有 rules/。请用 --against 指明一个已有规则的版本或文件夹。"):
        old_book(Workspace.at(tmp_path), "HEAD")


def test_no_repository(tmp_path, monkeypatch):
    lay_rules(tmp_path, rules())
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(
        WrongUse, match=r"rules 不在 git 代码库里，没有旧版本可比。请先 git init 并提交规则，或用 --against 指明"
    ):
        old_book(Workspace.at(tmp_path), "HEAD")


def test_no_git(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(WrongUse, match=r"没有找到 git 程序，取不到旧版本的规则。请安装 git，或用 --against 指明"):
        old_book(workspace, "HEAD")


def test_a_folder_without_rules(tmp_path):
    with pytest.raises(WrongUse, match=r"里没有规则：既没有 rules/ 文件夹，也没有 levels.yaml。请指明放规则的文件夹。"):
        folder_book(tmp_path)


def test_old_rules_that_are_refused_today_are_told_apart_from_the_new_ones(workspace):
    edit(workspace, FRAUD, "when: 近7日诈骗起数 >= 下限", "when: 近7日诈骗数 >= 下限")
    commit(workspace.root, "坏")
    with pytest.raises(RulesInvalid) as told:
        old_book(workspace, "HEAD")
    assert str(told.value).startswith("HEAD:rules/warnings/fraud/fraud.yaml:")
    assert "（旧规则）when 第1列：未知名称“近7日诈骗数”" in str(told.value)
