"""`riskengine rules schema`."""

from __future__ import annotations

import json

from riskengine.cli.answer import answering, say
from riskengine.cli.app import HERE, At
from riskengine.cli.rules import rules
from riskengine.errors import NotDelivered
from riskengine.rulebook.entries import read_entries
from riskengine.rulebook.json_schema import PATTERNS, json_schemas

__all__ = ["write_schemas"]

_FOLDER = "schema"


@rules.command(name="schema", help="把规则文件的写法连同本县的名称写成 JSON Schema，供编辑器补全和查错。")
def write_schemas(workspace: At = HERE) -> None:
    """Write ``rules/schema/*.schema.json`` and say how an editor is told of them; unchanged files are left alone."""
    with answering(workspace) as here:
        entries = read_entries(here.rules)
        folder = here.rules / _FOLDER
        changed = 0
        try:
            folder.mkdir(exist_ok=True)
            for name, text in json_schemas(entries).items():
                path = folder / f"{name}.schema.json"
                if not path.exists() or path.read_bytes() != text.encode():
                    path.write_text(text, encoding="utf-8", newline="\n")
                    changed += 1
        except OSError as error:
            raise NotDelivered(f"{folder} 写不进去（{error.strerror}）。请检查权限和磁盘空间后重新运行。") from None
        if entries.problems:
            say(
                f"规则文件有{len(entries.problems)}处读不懂，那些项里的名称没有写进去。请运行 riskengine check 查看，改好后再运行一次。"
            )
        settings = {f"rules/{_FOLDER}/{name}.schema.json": f"rules/{pattern}" for name, pattern in PATTERNS.items()}
        say(
            f"{folder} 下{len(PATTERNS)}个文件，改写了{changed}个。VS Code 请装 YAML 插件，在 .vscode/settings.json 里写："
        )
        print(json.dumps({"yaml.schemas": settings}, ensure_ascii=False, indent=2))
