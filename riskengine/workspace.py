"""A workspace: the folder that one engine works in. Nothing else on disk is read or written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from riskengine.errors import WrongUse

__all__ = ["Workspace"]


@dataclass(frozen=True)
class Workspace:
    """Where things lie. ``root`` holds ``rules/`` and ``data/``; paths are derived, never configured."""

    root: Path

    @classmethod
    def at(cls, root: Path | str) -> Workspace:
        """The workspace at ``root``. Raises WrongUse where there is no ``rules/`` folder."""
        path = Path(root).resolve()
        if not (path / "rules").is_dir():
            raise WrongUse(f"{path} 不是工作区：没有 rules/ 文件夹。请用 --workspace 指明工作区，或用 riskengine init 新建一个。")
        return cls(path)

    @property
    def rules(self) -> Path:
        """The analysts' ground."""
        return self.root / "rules"

    @property
    def inbox(self) -> Path:
        """Where offices drop files. Read, never written."""
        return self.root / "data" / "inbox"

    @property
    def outbox(self) -> Path:
        """Where each night leaves its lists, one folder a night."""
        return self.root / "data" / "outbox"

    @property
    def sealed(self) -> Path:
        """Inputs as they were read, one Parquet file under the SHA-256 of the original, personal columns left out."""
        return self.root / "data" / "sealed"

    @property
    def audit(self) -> Path:
        """The log of what changed, one file a year; appended to, never rewritten."""
        return self.root / "data" / "audit"

    @property
    def database(self) -> Path:
        """The one DuckDB file in which the phases meet."""
        return self.root / "data" / "riskengine.duckdb"

    @property
    def scratch(self) -> Path:
        """Temporary files of a running night; emptied when the next one starts."""
        return self.root / "data" / ".scratch"

    def night(self, as_of: date) -> Path:
        """The outbox folder of one night."""
        return self.outbox / as_of.isoformat()
