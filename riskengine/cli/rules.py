"""`riskengine rules …`: the rule files seen from outside."""

from __future__ import annotations

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, app
from riskengine.cli.githook import write_hook

__all__ = ["install_hook", "rules"]

rules = typer.Typer(
    help="规则文件夹的维护：Excel 导出导入、编辑器补全、提交前的检查。", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(rules, name="rules")


@rules.command(name="hook", help="规则放在 git 里时，装上提交前的自动检查（.git/hooks/pre-commit）。")
def install_hook(workspace: At = HERE) -> None:
    """Write the pre-commit hook of the repository that holds the workspace."""
    with answering(workspace) as here:
        path, again = write_hook(here.root)
        done = "更新了提交前的检查" if again else "装上了提交前的检查"
        print(f"{done}：{path}。改了 rules/ 的提交，先要通过 riskengine check --fail-on high 和 riskengine test。")
