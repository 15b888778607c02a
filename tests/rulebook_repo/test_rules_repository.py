"""docs/rules-repository.md, done: a real git repository with rules, the hook, the three lines."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from riskengine.cli.every import app
from riskengine.cli.githook import write_hook
from riskengine.errors import WrongUse
from tests.rulebook.conftest import FILES, write

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules-repository.md").read_text(encoding="utf-8")
RULE = "rules/warnings/fraud/surge.yaml"
CASES = """\
    cases:
      - {case: 一周六起, as_of: 2026-06-30, signals: {近7日诈骗起数: 6, 近7日诈骗往常: 2}, expect: {verdict: hit, score: 40}}
      - {case: 一周三起, as_of: 2026-06-30, signals: {近7日诈骗起数: 3, 近7日诈骗往常: 2}, expect: {verdict: clear}}
"""
SURGE = FILES["warnings/fraud/surge.yaml"].replace(
    "    action: 开展预警劝阻\n", "    action: 开展预警劝阻\n" + CASES, 1
)


def blocks(language: str) -> list[str]:
    """The page's code blocks of a language, indentation taken off."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
    return ["\n".join(line[len(indent) :] for line in text.splitlines()) for indent, text in found]


THREE = next(block for block in blocks("sh") if "check" in block).splitlines()
CONFIGS = [YAML(typ="safe").load(block) for block in blocks("yaml")]


class Repository:
    """A folder in which commands are typed, without any setting of whoever runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = {
            f"GIT_{who}_{what}": "rules@example.gov" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
        self.environment = {**names, "PATH": path, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8"}

    def type(self, line: str, code: int = 0, **environment: str) -> str:
        """What a command says, standard error last; it must end with ``code``."""
        ran = subprocess.run(
            ["sh", "-c", line], cwd=self.folder, env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert ran.returncode == code, f"{line}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout + ran.stderr

    def edit(self, old: str, new: str, file: str = RULE) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    def commits(self) -> int:
        return int(self.type("git rev-list --count HEAD"))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """The rules of the smallest workspace, with two cases, committed on ``main``."""
    folder = tmp_path / "规则仓库"
    write(folder / "rules", {"warnings/fraud/surge.yaml": SURGE})
    repository = Repository(folder)
    repository.type("git init -q -b main && echo /data/ > .gitignore && git add . && git commit -q -m 随程序附带的规则")
    return repository


def test_the_repository_is_made_as_the_page_says(tmp_path):
    (typed,) = (block for block in blocks("text") if "git init" in block)
    repository = Repository(tmp_path)
    repository.type(typed.replace("\n", " && "))
    kept = repository.type("cd 规则仓库 && git ls-files -z").split("\0")
    assert "rules/levels.yaml" in kept and ".gitignore" in kept
    assert not [name for name in kept if name.startswith("data/")]


def test_the_three_lines_run_as_they_stand_where_no_night_has_run(repository):
    repository.type("git checkout -q -b 调低起数下限")
    repository.edit("2026-06-01: 4}", "2026-06-01: 3}")
    repository.edit("近7日诈骗起数: 3, 近7日诈骗往常: 2}", "近7日诈骗起数: 2, 近7日诈骗往常: 2}")
    check, test, plan = THREE
    assert "错误 0 个，高级 0 个" in repository.type(check)
    assert "fraud-surge" in repository.type(test)
    assert "没有" in repository.type(plan)
    assert "--allow-empty" in repository.type(plan.replace(" --allow-empty", ""), code=2)


def test_a_runner_with_a_copy_of_the_database_plans_over_its_nights(repository, tmp_path):
    repository.type("mkdir -p data/inbox && riskengine run --as-of 2026-06-30")
    shutil.copytree(repository.folder, tmp_path / "副本所在的文件夹", ignore=lambda *_: ["rules", ".git"])
    repository.type("git checkout -q -b 调高起数下限")
    repository.edit("2026-06-01: 4}", "2026-06-01: 5}")
    repository.type("git commit -q -a -m 调高起数下限")
    repository.type(f"git clone -q --no-local --branch 调高起数下限 . '{tmp_path}/runner'")
    runner = Repository(tmp_path / "runner")
    (copied,) = (block for block in blocks("text") if "mkdir -p data" in block)
    copy = tmp_path / "副本所在的文件夹" / "data"
    runner.type("git fetch -q origin main:main")
    runner.type(copied.replace("副本所在的文件夹", shlex.quote(str(copy))).replace("\n", " && "))
    before = (runner.folder / "data" / "riskengine.duckdb").read_bytes()
    for line in THREE:
        said = runner.type(line)
    assert "1" in said and "fraud-surge" in said
    assert (runner.folder / "data" / "riskengine.duckdb").read_bytes() == before


def test_the_hook_stops_a_bad_edit_and_says_where_and_lets_a_good_one_pass(repository):
    (hook,) = (block for block in blocks("sh") if "hook" in block)
    assert "装上了提交前的检查" in repository.type(hook)
    repository.edit("when: 近7日诈骗起数 >= 起数下限", "when: 近7日诈骗数 >= 起数下限")
    said = repository.type("git commit -a -m 写错信号名", code=1)
    assert f"{RULE}:6:11: E301 when 第1列：未知名称“近7日诈骗数”，是否想写“近7日诈骗起数”？" in said
    assert said.rstrip().endswith("没有提交：规则没有通过检查或用例，原因见上。请改好，git add 以后再提交一次。")
    assert repository.commits() == 1

    repository.edit("when: 近7日诈骗数 >= 起数下限", "when: 近7日诈骗起数 >= 起数下限")
    repository.edit("[10, null, 80]", "[10, null, 85]")
    repository.type("git commit -a -m 调高得分")
    assert repository.commits() == 2


def test_the_hook_stops_an_edit_that_breaks_a_case(repository):
    write_hook(repository.folder)
    repository.edit("[5, 10, 40]", "[5, 10, 45]")
    said = repository.type("git commit -a -m 没改用例", code=1)
    assert "一周六起" in said and "40" in said and "45" in said
    assert "✓" not in said
    assert repository.commits() == 1


def test_the_hook_looks_at_what_is_committed_and_not_at_what_lies_in_the_folder(repository):
    write_hook(repository.folder)
    repository.edit("[5, 10, 40]", "[6, 10, 40]")
    repository.type("git add -A")
    repository.edit("[6, 10, 40]", "[5, 10, 40]")
    assert "E605" in repository.type("git commit -m 已暂存的有空档", code=1)
    repository.type("git add -A")
    repository.edit("[5, 10, 40]", "[6, 10, 40]")
    repository.type("echo 说明 > 说明.txt && git add 说明.txt && git commit -m 只加说明")
    assert repository.commits() == 2


def test_the_hook_knows_the_workspace_in_a_folder_of_a_larger_repository(tmp_path):
    write(tmp_path / "全县 平台" / "预警" / "rules", {"warnings/fraud/surge.yaml": SURGE})
    repository = Repository(tmp_path / "全县 平台")
    repository.type("git init -q && git add . && git commit -q -m 开始")
    repository.type("riskengine rules hook --workspace 预警")
    repository.edit("theme: 信访", "theme: 信仿", f"预警/{RULE}")
    assert "E602 未知主题“信仿”" in repository.type("git commit -a -m 写错主题", code=1)
    repository.edit("theme: 信仿", "theme: 信访", f"预警/{RULE}")
    repository.edit("action: 督促办结", "action: 包案督促办结", f"预警/{RULE}")
    repository.type("git commit -a -m 改措施")


def test_the_hook_is_renewed_but_never_written_over_somebody_elses(repository):
    hook = repository.folder / ".git" / "hooks" / "pre-commit"
    assert write_hook(repository.folder) == (hook, False)
    assert write_hook(repository.folder) == (hook, True)
    assert os.access(hook, os.X_OK)
    hook.write_text("#!/bin/sh\nmake lint\n")
    told = "是别人写的钩子，没有改动它。请在其中加上 riskengine check --fail-on high 和 riskengine test 两行"
    with pytest.raises(WrongUse, match=told):
        write_hook(repository.folder)
    assert hook.read_text() == "#!/bin/sh\nmake lint\n"


def test_hooks_lie_where_the_repository_says(repository):
    repository.type("git worktree add -q ../另一处")
    common = repository.folder / ".git" / "hooks" / "pre-commit"
    assert write_hook(repository.folder.parent / "另一处")[0].resolve() == common
    repository.type("git config core.hooksPath 钩子")
    assert write_hook(repository.folder) == (repository.folder / "钩子" / "pre-commit", False)


def test_without_a_repository_the_command_says_what_to_do_first(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(WrongUse, match="不在 git 仓库里（.*）。请先在那里运行 git init，再运行本命令。"):
        write_hook(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongUse, match="没有找到 git 命令。请先安装 git"):
        write_hook(tmp_path)


def test_a_hook_that_finds_no_engine_stops_the_commit_with_a_sentence(repository):
    hook, _ = write_hook(repository.folder)
    hook.write_text(re.sub(r"^known=.*", "known=/nowhere/riskengine", hook.read_text(), flags=re.MULTILINE))
    repository.edit("action: 督促办结", "action: 包案督促办结")
    said = repository.type("git commit -a -m 改措施", code=1, PATH="/usr/bin:/bin")
    assert "没有提交：找不到 riskengine 命令，规则没有检查。" in said


def test_the_page_has_the_three_lines_in_every_recipe():
    recipes = [each for each in CONFIGS if "repos" not in each]
    assert len(recipes) == 2
    for recipe in recipes:
        if "jobs" in recipe:
            lines = [step["run"] for step in recipe["jobs"]["rules"]["steps"] if "run" in step]
        else:
            lines = recipe["rules"]["script"]
        assert lines[-3:] == THREE and lines[-4] == "git fetch origin main:main"


def test_the_hooks_of_the_pre_commit_framework_are_the_first_two_lines():
    offered = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["entry"] for hook in offered] == THREE[:2]
    by_address, by_hand = (config["repos"][0]["hooks"] for config in CONFIGS if "repos" in config)
    assert [hook["id"] for hook in by_address] == [hook["id"] for hook in by_hand] == [hook["id"] for hook in offered]
    assert [hook["entry"] for hook in by_hand] == THREE[:2]
    for hook in offered + by_hand:
        assert hook["pass_filenames"] is False
        assert re.search(hook["files"], RULE) and not re.search(hook["files"], "docs/plan.md")


@pytest.mark.parametrize("line", THREE)
def test_the_commands_of_the_page_exist(line):
    _, verb, *arguments = shlex.split(line)
    command = get_command(app)
    command.commands[verb].make_context(verb, arguments)
