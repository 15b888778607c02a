"""`riskengine rules export` and `riskengine rules import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At
from riskengine.cli.rules import rules
from riskengine.errors import WrongUse
from riskengine.exchange.export import export
from riskengine.exchange.take_in import take_in

__all__ = ["export_book", "import_book"]

Book = Annotated[Path, typer.Argument(help="Excel 工作簿（.xlsx）。", metavar="文件")]


@rules.command(name="export", help="把参数、得分档、派发、例外和指标的目标、分数导出成 Excel，供不用 YAML 的人修改。")
def export_book(book: Book, workspace: At = HERE) -> None:
    """Write the workbook."""
    with answering(workspace) as here:
        if book.suffix.lower() != ".xlsx":
            raise WrongUse(f"“{book}”不是 .xlsx 结尾。导出的是 Excel 工作簿，请写成 {book.with_suffix('.xlsx')}。")
        tables = export(here, book)
        counted = "、".join(f"{table.title} {len(table.rows)} 行" for table in tables)
        print(f"已导出 {book}：{counted}。改好后运行 riskengine rules import {book}")


@rules.command(name="import", help="把改过的 Excel 逐格核对后写回规则文件；注释、次序和没改的地方不动。")
def import_book(
    book: Book,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会改什么，不写文件。")] = False,
    workspace: At = HERE,
) -> None:
    """Take the changes over, or name every cell that cannot be."""
    with answering(workspace) as here:
        done = take_in(here, book, write=not dry_run)
        if not done.said:
            print("工作簿与规则文件一致，没有要改的。")
            return
        print("\n".join(done.said))
        files = "、".join(done.files)
        print(f"共 {len(done.said)} 处，{'没有写入（--dry-run）' if dry_run else f'已写入 {files}'}。")
        if not dry_run:
            print("下一步：riskengine check、riskengine test、riskengine plan，看写得对不对、会改变什么。")
