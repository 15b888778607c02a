"""The pages of a night in a real browser: on a phone, on a laptop, and on paper; with the keyboard and without colours."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from riskengine.intervene.leader.look import PAGES
from tests.leader.county import run

PHONE, LAPTOP, PAPER = (390, 844), (1366, 768), (1040, 720)
REACHED = """() => {
  window.reached = [];
  document.addEventListener("focusin", (event) => {
    const style = getComputedStyle(event.target);
    window.reached.push([event.target.href, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2]);
  });
}"""
LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")


@dataclass
class Seen:
    """One page as the browser showed it. ``widths``: size → how wide the page had to be; ``facts``: what ``look.js`` tells."""

    facts: dict[str, Any] = field(default_factory=dict)
    widths: dict[tuple[int, int], int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return run(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        missing = "没有 Chromium（chromium、chromium-browser、google-chrome 都找不到），页面没有在浏览器里看过"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def seen(browser: Browser, folder: Path) -> dict[str, Seen]:
    """Every page opened once, at all sizes."""
    found: dict[str, Seen] = {}
    for name in PAGES:
        seen = found[name] = Seen()
        page = browser.new_page(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
        page.on("console", lambda message, seen=seen: seen.said.append(_said(message)))
        page.on("pageerror", lambda error, seen=seen: seen.said.append(str(error)))
        page.on("request", lambda request, seen=seen: seen.asked.append(unquote(request.url)))
        page.goto((folder / name).as_uri())
        seen.facts = page.evaluate(LOOK)
        for size in (LAPTOP, PHONE, PAPER):
            page.emulate_media(media="print" if size == PAPER else "screen")
            page.set_viewport_size({"width": size[0], "height": size[1]})
            seen.widths[size] = page.evaluate("document.documentElement.scrollWidth")
        page.close()
    return found


@pytest.fixture(scope="module")
def laptop(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
    yield page
    page.close()


def test_no_page_says_anything_to_the_console(seen):
    assert {name: each.said for name, each in seen.items() if each.said} == {}


def test_no_page_asks_for_anything_but_itself(seen, folder):
    for name, each in seen.items():
        assert each.asked == [unquote((folder / name).as_uri())]


def test_nothing_on_a_page_is_active(seen):
    assert {name: each.facts["active"] for name, each in seen.items() if each.facts["active"]} == {}


@pytest.mark.parametrize("size", [PHONE, LAPTOP, PAPER], ids=["phone", "laptop", "paper"])
def test_no_page_is_wider_than_the_window(seen, size):
    assert {name: each.widths[size] for name, each in seen.items() if each.widths[size] > size[0]} == {}


def test_no_text_is_cut_off(seen):
    assert {name: each.facts["cut"] for name, each in seen.items() if each.facts["cut"]} == {}


def test_every_link_leads_to_a_file_of_the_night_and_to_a_place_that_is_there(seen, folder):
    dead = []
    for name, each in seen.items():
        for link in each.facts["links"]:
            target = urlsplit(link["target"])
            path, anchor = Path(unquote(target.path)), unquote(target.fragment)
            there = target.scheme == "file" and path.is_file() and path.is_relative_to(folder)
            if not there or (anchor and anchor not in seen[path.name].facts["rows"]):
                dead.append((name, unquote(link["href"])))
    assert dead == []


def test_every_link_has_words(seen):
    assert all(link["label"] for each in seen.values() for link in each.facts["links"])


def test_every_number_that_is_a_link_is_the_number_of_rows_in_its_list(seen):
    wrong, counted = [], 0
    for name, each in seen.items():
        for link in each.facts["links"]:
            if link["counts"]:
                target = urlsplit(link["target"])
                rows = seen[Path(unquote(target.path)).name].facts["rows"].get(unquote(target.fragment))
                counted += 1
                if rows != int(link["text"].replace(",", "")):
                    wrong.append((name, unquote(link["href"]), link["text"], rows))
    assert wrong == []
    assert counted > 40


def test_no_two_places_of_a_page_have_one_name(seen):
    assert {name: each.facts["repeated"] for name, each in seen.items() if each.facts["repeated"]} == {}


def test_text_stands_out_from_what_is_behind_it(seen):
    assert {name: each.facts["faint"] for name, each in seen.items() if each.facts["faint"]} == {}


def test_every_chart_says_what_it_shows(seen):
    charts = [chart for each in seen.values() for chart in each.facts["charts"]]
    assert len(seen["index.html"].facts["charts"]) >= 2 and len(seen["指标.html"].facts["charts"]) >= 5
    assert all(chart["role"] == "img" and chart["label"] for chart in charts)


def test_headings_go_down_one_step_at_a_time(seen):
    for name, each in seen.items():
        levels = each.facts["headings"]
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(below - above <= 1 for above, below in zip(levels, levels[1:], strict=False)), name


def test_pages_can_be_heard(seen):
    """Language, landmarks, and tables that are named and whose heads are."""
    for name, each in seen.items():
        assert each.facts["language"] == "zh-CN", name
        assert each.facts["landmarks"] == ["header", "nav", "main", "footer"], name
        assert (each.facts["unnamed"], each.facts["unscoped"]) == (0, 0), name


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_every_link_in_order_and_shows_where_it_is(laptop, folder, name):
    laptop.goto((folder / name).as_uri())
    laptop.evaluate(REACHED)
    links = laptop.evaluate("[...document.querySelectorAll('a')].map((each) => each.href)")
    for _ in range(len(links)):
        laptop.keyboard.press("Tab")
    reached = laptop.evaluate("window.reached")
    assert [href for href, _ in reached] == links
    assert all(shown for _, shown in reached)


def test_the_front_page_prints_on_at_most_three_sheets_of_a4_landscape(laptop, folder):
    laptop.goto((folder / "index.html").as_uri())
    paper = laptop.pdf(prefer_css_page_size=True, print_background=True)
    sheets = re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)[.\d]*\]", paper)
    assert set(sheets) <= {(b"841", b"594"), (b"842", b"595"), (b"841", b"595"), (b"842", b"594")}
    assert 1 <= len(re.findall(rb"/Type /Page\b", paper)) <= 3


def _said(message: ConsoleMessage) -> str:
    return f"{message.type}: {message.text}"
