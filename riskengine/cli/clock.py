"""The only place, beside flows/, that asks what day it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["SHANGHAI", "last_whole_day"]

SHANGHAI = ZoneInfo("Asia/Shanghai")


def last_whole_day() -> date:
    """Yesterday in Asia/Shanghai: the newest day of which all records can have arrived.

    A job that starts at 02:30 on the 2nd runs the night of the 1st.
    """
    return datetime.now(SHANGHAI).date() - timedelta(days=1)
