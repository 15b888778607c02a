"""What is missing fails: a verb without a line in the README, a record kind without a test, a phase that a night forgets."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from riskengine import cli
from riskengine.cli.every import app
from riskengine.contracts import kinds
from riskengine.night import PHASES

ROOT = Path(__file__).parents[2]
VERBS = sorted(get_command(app).commands)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_stands_in_the_readme(verb):
    assert f"riskengine {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_in_chinese(verb):
    command = get_command(app).commands[verb]
    assert any("\u4e00" <= character <= "\u9fff" for character in command.help or "")
    for option in command.params:
        if option.name != "help":
            assert getattr(option, "help", None), f"{verb} {option.name} has no help"


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_record_kind_has_a_test_that_names_it(kind):
    tests = [*(ROOT / "tests/contracts").rglob("*.py"), *(ROOT / "tests/sense").rglob("*.py")]
    assert any(f'"{kind}"' in path.read_text(encoding="utf-8") for path in tests)


def test_a_night_has_four_phases_in_the_order_of_the_loop():
    assert [phase.__name__ for phase in PHASES.values()] == ["sense", "assess", "intervene", "review"]


@pytest.mark.parametrize("target", ["run", "test", "lint", "real", "quarter", "bench", "clean", "help"])
def test_make_knows(target):
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_loaded_from_the_module_that_has_it(verb):
    command = get_command(app).commands[verb]
    if hasattr(command, "commands"):
        assert verb not in cli.VERBS, "a group needs all of its modules"
    else:
        assert command.callback.__module__ == f"riskengine.cli.{cli.VERBS[verb]}"


def test_a_night_does_not_wait_for_what_only_a_review_imports():
    said = "import sys; sys.argv[1:] = ['run', '--help']; import riskengine.cli as cli\n"
    said += "try: cli.main()\nfinally: print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("False\n"), done.stdout + done.stderr
