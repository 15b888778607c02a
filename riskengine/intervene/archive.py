"""Word files that come out the same for the same content."""

from __future__ import annotations

import io
import zipfile

from docx.document import Document

__all__ = ["same_bytes"]

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest day that a zip archive can hold


def same_bytes(paper: Document) -> bytes:
    """The archive put together again without the clock that python-docx's parts carry."""
    first, second = io.BytesIO(), io.BytesIO()
    paper.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return second.getvalue()
