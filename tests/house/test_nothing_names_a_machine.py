"""The project can be cloned anywhere: no file names a machine's folders or a package registry."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Written in pieces, so that this file does not find itself.
FORBIDDEN = [
    "/" + "work/", "/" + "root/", "/" + "home/", "py" + "thonhosted", "py" + "pi" + r"\.org", "files\\." + "py" + "thon",
    "--extra-" + "index-url", "--find-" + "links",
]  # fmt: skip

# The real records lie beside the project; pytest's marker and the pages about them say so.
ALLOWED = ("tests/real/", "docs/", "pyproject.toml")


def files():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 5_000_000:
            yield name, path.read_bytes()


def test_no_file_names_a_machine_path_or_a_registry_host():
    pattern = re.compile("|".join(FORBIDDEN).encode())
    guilty = [f"{name}: {found.group().decode()}" for name, content in files() if (found := pattern.search(content))]
    assert not guilty


def test_only_the_real_records_look_outside_the_project():
    outside = ("../" + "shared").encode()
    guilty = [name for name, content in files() if outside in content and not name.startswith(ALLOWED)]
    assert not guilty


def test_what_git_keeps_is_small():
    sizes = {name: len(content) for name, content in files()}
    assert sum(size for name, size in sizes.items() if name.startswith("data/")) <= 5_000_000
