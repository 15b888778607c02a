"""`riskengine brief`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from riskengine.cli.answer import answering
from riskengine.cli.app import HERE, At, Night, app
from riskengine.errors import WrongUse
from riskengine.intervene.briefs.papers import papers
from riskengine.intervene.briefs.span import span_of
from riskengine.intervene.lines import entries
from riskengine.rulebook.sealed import load_sealed
from riskengine.store.database import connect
from riskengine.workspace import Workspace

__all__ = ["brief"]


@app.command(help="周报、月报（Word 与网页）：某一夜所在的一周或一个月，与上一期比较。周日、月末的夜里自动生成。")
def brief(
    period: Annotated[Literal["week", "month"], typer.Option(help="周报还是月报。")] = "week",
    as_of: Night = None,
    out: Annotated[Path, typer.Option(help="写到哪个文件夹。", metavar="文件夹")] = HERE,
    workspace: At = HERE,
) -> None:
    """Write the brief of the week or month that a night lies in, as it was known that night."""
    with answering(workspace) as here:
        for path in _written(here, period, as_of, out):
            print(path)


def _written(here: Workspace, period: Literal["week", "month"], as_of: date | None, out: Path) -> list[Path]:
    if not here.database.is_file():
        raise WrongUse("这个工作区还没有运行过任何一夜，没有可报的内容。请先运行 riskengine run。")
    with connect(here.database, here.scratch) as con:
        nights = con.execute("SELECT as_of, rules_hash FROM intervene.night ORDER BY as_of").fetchall()
        hashes: dict[date, str] = dict(nights)
        night = as_of or max(hashes, default=None)
        if night is None or night not in hashes:
            raise WrongUse(
                f"{night or '这个工作区'}还没有运行过，没有可报的内容。请用 riskengine status 查看已运行的夜。"
            )
        rulebook = load_sealed(here, hashes[night])
        found = papers(con, rulebook, span_of(period, night), entries(con, rulebook, night))
    paths = [out / name for name, _ in found]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, (_, content) in zip(paths, found, strict=True):
            path.write_bytes(content)
    except OSError as error:
        raise WrongUse(f"{out} 写不进去（{error.strerror}）。请检查 --out 的路径与权限。") from error
    return paths
