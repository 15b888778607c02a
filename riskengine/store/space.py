"""A full disk, by whichever name it goes: Python's, DuckDB's, a quota's."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from riskengine.errors import NotDelivered

__all__ = ["disk_is_full", "told_when_full"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def disk_is_full(error: BaseException) -> bool:
    """Whether ``error``, or what it came from, is a disk that takes no more. DuckDB says so in words alone, and a
    rollback that fails after it hides the first error behind its own.
    """
    told: BaseException | None = error
    while told is not None:
        if isinstance(told, OSError) and told.errno in _FULL:
            return True
        if isinstance(told, (OSError, duckdb.Error)) and any(os.strerror(number) in str(told) for number in _FULL):
            return True
        told = told.__cause__ or told.__context__
    return False


@contextmanager
def told_when_full(where: str) -> Iterator[None]:
    """Turn a full disk inside into NotDelivered with one sentence that begins with ``where``; all else passes."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if not disk_is_full(error):
            raise
        raise NotDelivered(
            f"{where}：磁盘已满，没有写完。请释放空间后再次运行即可：已完成的部分都已保存，会从断点继续。"
        ) from error
