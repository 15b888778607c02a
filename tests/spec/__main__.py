"""``python -m tests.spec``: print the reference of the rule language from its examples."""

from __future__ import annotations

from tests.spec.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name}: {PAGE.stat().st_size} bytes")
