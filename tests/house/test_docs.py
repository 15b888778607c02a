"""The documents say what is there: every command they show is known, the short ones run, and nothing that exists is left out."""

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from inspect import getmembers, isclass
from pathlib import Path

import pytest
from typer.main import get_command

from riskengine import __version__, errors
from riskengine.cli.every import app
from riskengine.contracts import kinds
from riskengine.store.schema import _TABLES
from riskengine.workspace import Workspace
from tests.house.contract_tables import table

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted(
    [*READMES, "CONTRIBUTING.md", "CHANGELOG.md", "rules/README.md", "data/sample/README.md"]
    + [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")]
)
VERBS = get_command(app).commands
CODES = {each.exit_code for _, each in getmembers(errors, isclass) if issubclass(each, errors.RiskEngineError)} | {0}


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


def commands(page):
    """The lines of the ``sh`` blocks, comments taken off."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text(page), re.DOTALL | re.MULTILINE)
    lines = [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


SHOWN = sorted({(page, line) for page in PAGES for line in commands(page)})


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=lambda each: each.replace("/", ":"))
def test_every_command_that_is_shown_is_known(page, line):
    match shlex.split(line):
        case ["make", target]:
            assert re.search(rf"^{target}:", text("Makefile"), re.MULTILINE)
        case ["riskengine", verb, *arguments]:
            command = VERBS[verb]
            while hasattr(command, "commands"):
                verb, *arguments = arguments
                command = command.commands[verb]
            command.make_context(verb, arguments)  # reads the arguments and raises for one that it does not know
        case ["python", "-m", module, *arguments]:
            source = Path(find_spec(module).origin).read_text(encoding="utf-8")
            unknown = [each for each in arguments if each.startswith("-") and f'"{each}"' not in source]
            assert not unknown
        case [script]:
            assert (ROOT / script).is_file()
        case _:
            pytest.fail(f"{page}: nobody knows {line}")


def test_the_readmes_are_one_text_in_two_languages():
    english, chinese = (commands(page) for page in READMES)
    assert english == chinese
    english, chinese = (re.findall(r"^#+ ", text(page), re.MULTILINE) for page in READMES)
    assert english == chinese
    english, chinese = (re.findall(r"^\| (\d+) \|", text(page), re.MULTILINE) for page in READMES)
    assert english == chinese


@pytest.mark.parametrize("page", READMES)
def test_a_readme_has_every_verb_option_and_exit_code(page):
    missing = [verb for verb in VERBS if f"| `riskengine {verb}" not in text(page)]
    missing += [code for code in sorted(CODES) if f"\n| {code} | " not in text(page)]
    every = [each for verb in VERBS.values() for each in (verb, *getattr(verb, "commands", {}).values())]
    missing += [each for verb in VERBS.values() for each in getattr(verb, "commands", ()) if f"{each}" not in text(page)]
    options = {option for verb in every for each in verb.params for option in each.opts if option[:2] == "--"}
    missing += [option for option in sorted(options - {"--help"}) if option not in text(page)]
    assert not missing


def test_the_commands_for_an_own_county_run_as_they_stand(tmp_path):
    """In their order, in an empty folder: what a newcomer copies must work."""
    lines = [line for line in commands("README.md") if line.startswith("riskengine ")]
    assert {line.split()[1] for line in lines} == set(VERBS)
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(line)],
            cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert done.stdout.strip(), f"{line} says nothing"


def test_make_help_names_the_targets_that_the_readme_shows():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = {line.split()[1] for page in PAGES for line in commands(page) if line.startswith("make ")}
    assert all(f"make {target} " in shown for target in targets)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text(page))
    broken = [link for link in links if "://" not in link and not (ROOT / page).parent.joinpath(link).exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES)
def test_modules_and_folders_that_a_page_names_exist(page):
    named = re.findall(r"`((?:riskengine|flows|tests|benchmarks|docs|rules|data/sample)/[\w/.-]*)`", text(page))
    made_by_a_run = {"benchmarks/results.json"}
    assert not [each for each in named if each not in made_by_a_run and not (ROOT / each).exists()]


@pytest.mark.parametrize("kind", kinds())
def test_the_contract_of_a_kind_is_written_down(kind):
    assert table(kind) in text("docs/data-contracts.md"), f"docs/data-contracts.md should have:\n\n{table(kind)}"


def test_the_architecture_names_every_table_class_and_layer():
    page = text("docs/architecture.md")
    tables = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)\.(\w+)", _TABLES)
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    missing = [f"{schema}.{name}" for schema, name in tables if f"`{name}`" not in rows[schema]]
    for name, each in getmembers(errors, isclass):
        if issubclass(each, errors.RiskEngineError) and each is not errors.RiskEngineError:
            row = next((row for row in page.splitlines() if row.startswith(f"| {each.exit_code} |")), "")
            missing += [] if f"`{name}`" in row else [name]
    packages = [path.parent.name for path in (ROOT / "riskengine").glob("*/__init__.py")]
    missing += [name for name in packages if f"riskengine.{name}" not in page and f".{name}" not in page]
    assert not missing


def test_this_version_is_in_the_changelog():
    assert f"\n## {__version__}\n" in text("CHANGELOG.md")


def test_the_folders_of_a_workspace_are_named(tmp_path):
    (tmp_path / "rules").mkdir()
    here = Workspace.at(tmp_path)
    page = text("README.md") + text("docs/architecture.md")
    for path in (here.inbox, here.outbox, here.sealed):
        assert f"{path.relative_to(here.root).as_posix()}/" in page
