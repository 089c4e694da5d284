"""The rules that keep the project simple, checked on its own files."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import model
from scripts import readme

ROOT = Path(__file__).resolve().parents[1]
CODE = ("app", "worker", "model", "scripts")
LONGEST_MODULE, LONGEST_FUNCTION = 400, 50
GENERATED = {"build", "dist", "test-artifacts", "__pycache__"}
README = (ROOT / "README.md").read_text()

# What belongs to the place where somebody works and not to the project. Written with a bracket
# each, so that this file does not find itself.
FOREIGN = re.compile(r"(?<![\w.])/wor[k]/|\.\./share[d]|\bsubagen[t]|\bCE[O]\b|\bissue #?[\d]+")


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def lengths(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file and its lines, those of functions inside it included."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


def public(node: ast.AST, within: str) -> Iterator[tuple[str, Definition]]:
    """Public classes and functions below `node`, with dotted names; not those inside functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Definition) or child.name.startswith("_"):
            continue
        yield f"{within}.{child.name}", child
        if isinstance(child, ast.ClassDef):
            yield from public(child, f"{within}.{child.name}")


def is_plain_property(node: Definition) -> bool:
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    return "property" in decorators and len(node.body) == 1


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_modules_are_short() -> None:
    files = python_files(*CODE, "tests")
    long = {str(f): n for f in files if (n := len(f.read_text().splitlines())) > LONGEST_MODULE}
    assert long == {}


@pytest.mark.slow
def test_functions_are_short() -> None:
    files = [path for path in python_files(*CODE, "tests") if "versions" not in path.parts]
    long = {
        name: count for path in files for name, count in lengths(path) if count > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.slow
def test_what_is_public_says_what_it_is() -> None:
    """A method may leave it to the class it overrides, a property of one line to its name."""
    silent, documented = [], set()
    for path in python_files(*CODE):
        module = parsed(path)
        if module.body and not ast.get_docstring(module):
            silent.append((str(path.relative_to(ROOT)), ""))
        for dotted, node in public(module, str(path.relative_to(ROOT))):
            if ast.get_docstring(node):
                documented.add(node.name)
            elif not is_plain_property(node):
                silent.append((dotted, node.name))
    missing = [dotted for dotted, name in silent if name not in documented]
    assert not missing, "\n".join(missing)


@pytest.mark.slow
def test_importing_the_web_application_loads_no_torch() -> None:
    done = run(sys.executable, "-c", "import sys, app.main; sys.exit('torch' in sys.modules)")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_import_contracts_hold() -> None:
    done = run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("document", readme.SECTIONS)
def test_documents_say_what_the_code_says(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert readme.filled(document) == text, "run `make format`: it writes the generated parts"


def test_readme_names_every_top_level_folder() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    folders = {name for name in folders - GENERATED if not name.endswith(".egg-info")}
    assert {name for name in folders if f"\n{name}/" not in README} == set()


@pytest.mark.slow
def test_no_file_speaks_of_the_place_where_it_was_made() -> None:
    suffixes = {".py", ".md", ".toml", ".yml", ".js", ".css", ".sh", ".json", ".html", ".txt"}
    skipped = {"node_modules", "vendor", *GENERATED}
    found = []
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."]
    inside = [path for folder in folders for path in folder.rglob("*.*")]
    for path in [ROOT / "Makefile", ROOT / "NOTICE", *ROOT.glob("*.*"), *inside]:
        parts = path.relative_to(ROOT).parts
        if path.suffix not in suffixes or any(p[0] == "." or p in skipped for p in parts):
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines() if FOREIGN.search(text) else []
        found += [f"{path}:{n}" for n, line in enumerate(lines, 1) if FOREIGN.search(line)]
    assert found == []


def test_changelog_tells_of_this_version() -> None:
    assert f"## {model.__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    "document", [*sorted(path.name for path in ROOT.glob("*.md")), *sorted(
        f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)  # fmt: skip
def test_links_lead_to_files_that_are_there(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (path.parent / link).exists()] == []
