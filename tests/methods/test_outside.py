"""Methods from outside the repository: what is taken, what is refused and why, what may fail."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from model import methods
from model.errors import InvalidParameter, PluginFailed
from model.features import descriptors
from model.features.types import Features
from model.methods import outside
from model.methods.uniform import Uniform
from tests.plugged import HEAD, example, method, unplugged


@pytest.fixture(autouse=True)
def nothing_plugged_in() -> Iterator[None]:
    with unplugged():
        yield


@pytest.fixture
def write(tmp_path: Path):
    """Write a file of this content; gives its path."""

    def write(content: str, name: str = "mine.py") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + content)
        return path

    return write


def plugged(*paths: Path) -> list[outside.Plugin]:
    methods.plug_in(paths)
    return list(methods.plugins())


def features(T: int = 10) -> Features:
    rows = np.linspace(0, 1, T * 3).reshape(T, 3)
    return Features(np.arange(T) / 25, {"quality": rows})


def test_the_example_finds_the_sharpest_frame_of_each_part(tmp_path: Path) -> None:
    [plugin] = plugged(example(tmp_path))
    assert plugin.to_json() == {
        "source": str(tmp_path / "sharpest.py"), "methods": ["sharpest"], "fault": None,
    }  # fmt: skip
    sharpness_T = np.array([1, 5, 2, 9, 3, 3, 3, 0, 7, 7])
    described = Features(np.arange(10) / 25, {"quality": np.stack([sharpness_T] * 3, axis=1)})
    sharpest = methods.get("sharpest")
    # thirds of ten frames: 0 to 2, 3 to 5, 6 to 9
    assert sharpest().run(described, 3).index_K.tolist() == [1, 3, 8]
    assert sharpest(parts=1).run(described).index_K.tolist() == [3]
    assert sharpest(parts=99).run(described).index_K.tolist() == list(range(10))


def test_methods_from_outside_come_last_in_the_order_of_their_files(write) -> None:
    paths = [write(method(name), f"{name}.py") for name in ("zebra", "aardvark")]
    plugged(*paths)
    assert list(methods.registry())[len(methods.ORDER) :] == ["zebra", "aardvark"]
    assert methods.get("uniform") is Uniform


def test_nothing_from_outside_is_known_before_it_is_plugged_in(write) -> None:
    plugged(write(method()))
    assert "mine" in methods.registry()
    methods.plug_in(())
    assert "mine" not in methods.registry()


def test_an_edited_file_is_another_plugin(write) -> None:
    [before] = plugged(write(method()))
    methods.plug_in(())
    [after] = plugged(write(method() + "# edited\n"))
    assert before.sha256 != after.sha256
    assert methods.origins(["uniform", "mine"]) == {"mine": after}


FIELD = "count: int = parameter(1, 'Help.', low=1, high=9)"
REFUSED = {
    "syntax": ("def", "SyntaxError: invalid syntax (mine.py, line 9)"),
    "missing package": ("import no_such", "ModuleNotFoundError: No module named 'no_such' (mine"),
    "bug": ("1 / 0", "ZeroDivisionError: division by zero (mine.py, line 9)"),
    "exit": ("import sys; sys.exit('bye')", "SystemExit: bye"),
    "empty": ("", "It has no class that derives from Method."),
    "abstract": (
        "class Half(Method):\n    name = 'half'\n    title = 'Half'",
        "Half: it does not define select.",
    ),
    "built-in": (method("sms"), "the name 'sms' is taken by a built-in method"),
    "name": (method("MyMethod"), "wanted a name of small letters"),
    "all": (method("all"), "the name 'all' means something else"),
    "no name": (method().replace('name = "mine"', ""), "wanted a name of small letters"),
    "no title": (method().replace('title = "Mine"', ""), "wanted a title, got None"),
    "plain default": (method(body="count: int = 3"), "count was not made with parameter("),
    "plain field": (method(body="count: int = field(default=3)"), "count was not made with"),
    "list": (method(body="of: list = field(default_factory=list)"), "of was not made with"),
    "no help": (method(body="count: int = parameter(1, '', low=1, high=9)"), "count has no help"),
    "no range": (method(body="count: int = parameter(1, 'Help.', low=1)"), "count has no range"),
    "no choices": (method(body="how: str = parameter('a', 'Help.')"), "how has no choices"),
    "odd type": (method(body="how: tuple = parameter((1, 2), 'Help.')"), "wanted a default of"),
    "outside": (
        method(body="count: int = parameter(0, 'Help.', low=1, high=9)"),
        "InvalidParameter: mine.count: wanted a number from 1 to 9, got 0",
    ),
    "reserved": (method(body=FIELD.replace("count", "keyframes")), "name the parameter otherwise"),
    "bare": (method(body=FIELD).replace("@dataclass(frozen=True)", ""), "@dataclass(frozen=True)"),
    "no descriptor": (method(body="needs = frozenset({'taste'})"), "no descriptor 'taste'; known"),
    "one text": (method(body="needs = 'quality'"), "needs: wanted a frozenset of descriptors"),
    "run": (method(body="run = None"), "it overrides run: override select"),
    "set": (
        method(body="describe = classmethod(lambda cls: {1})"),
        "TypeError: Object of type set is",
    ),
    "nan": (
        method(body="describe = classmethod(lambda cls: {'x': float('nan')})"),
        "ValueError: Out of range float values are not JSON compliant",
    ),
    "another form": (
        method(body="describe = classmethod(lambda cls: {'name': 'mine'})"),
        "describe() says something else",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_faulty_is_left_out_with_a_sentence(write, case: str) -> None:
    content, cause = REFUSED[case]
    good = write(method("good"), "good.py")
    bad, other = plugged(write(content), good)
    assert cause in str(bad.fault)
    assert bad.fault.endswith(".")  # type: ignore[union-attr]
    assert (dict(bad.methods), other.fault) == ({}, None)
    assert list(methods.registry()) == [*methods.ORDER, "good"]
    assert methods.get("sms").__module__ == "model.methods.sms"


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, lambda p: p.write_bytes(b"\0")])
def test_what_is_no_file_of_code_is_a_fault(tmp_path: Path, make) -> None:
    make(tmp_path / "mine.py")
    [plugin] = plugged(tmp_path / "mine.py")
    assert plugin.fault


def test_the_good_methods_of_a_faulty_file_stay(write) -> None:
    [plugin] = plugged(write(method("good") + method("sms") + method("also-good")))
    assert list(plugin.methods) == ["good", "also-good"]
    assert plugin.fault == "Sms: the name 'sms' is taken by a built-in method."


def test_of_two_plugins_with_one_name_the_earlier_stays(write) -> None:
    first, second = plugged(write(method(), "a.py"), write(method(), "b.py"))
    assert list(first.methods) == ["mine"]
    assert second.fault == f"Mine: the name 'mine' is taken by {first.source}."


def test_a_base_of_several_is_no_method_and_no_fault(write) -> None:
    base = "class Base(Method):\n    title = 'Base'\n"
    [plugin] = plugged(write(base + method().replace("(Method)", "(Base)")))
    assert (list(plugin.methods), plugin.fault) == (["mine"], None)


def test_every_kind_of_parameter_is_taken_and_annotations_may_be_texts(write) -> None:
    body = """
    count: int = parameter(1, 'Help.', low=1, high=9)
    share: float = parameter(0.5, 'Help.', low=0.0, high=1.0)
    how: str = parameter('a', 'Help.', choices=('a', 'b'))
    fast: bool = parameter(False, 'Help.')
    """
    path = write(method(body=body))
    path.write_text(f"from __future__ import annotations\n{path.read_text()}")
    assert plugged(path)[0].fault is None
    mine = methods.get("mine").from_parameters({"how": "b", "fast": True})
    assert (mine.how, mine.fast) == ("b", True)
    with pytest.raises(InvalidParameter, match=r"mine\.fast"):
        methods.get("mine").from_parameters({"fast": 1})


def test_an_edit_within_one_second_is_seen_and_leaves_no_cache(write, tmp_path: Path) -> None:
    """As bytecode beside the file, keyed by its time in seconds and its size, would not."""
    for title in ("Ours", "Mine"):
        plugged(write(method().replace('"Mine"', f'"{title}"')))
        assert methods.get("mine").title == title
        methods.plug_in(())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


def test_descriptors_are_named_after_their_files() -> None:
    assert descriptors.names() == set(descriptors.registry())


FAILING = {
    "bug": ("1 / 0", "ZeroDivisionError: division by zero (mine.py, line 17)."),
    "exit": ("import sys; sys.exit()", "SystemExit (mine.py, line 17)."),
    "nothing": ("return None", "mine: wanted a Selection from select, got NoneType."),
    "none": ("return Selection([], [])", "mine: wanted 3 keyframes, got 0."),
    "too few": ("return Selection([1], [1.0])", "mine: wanted 3 keyframes, got 1."),
    "twice": ("return Selection([1, 1, 2], np.ones(3))", "strictly increasing, got [1 1 2]"),
    "beyond": ("return Selection([1, 2, 10], np.ones(3))", "index 10 is out of bounds"),
    "below": ("return Selection([-1, 2, 3], np.ones(3))", "wanted indices from 0, got -1."),
    "fractions": ("return Selection([0.5, 2, 3], np.ones(3))", "wanted whole indices, got float64"),
    "flags": ("return Selection([True, False, True], np.ones(3))", "whole indices, got bool"),
    "scores": ("return Selection([1, 2, 3], np.ones(4))", "mine: wanted 3 scores, got 4."),
    "nan": ("return Selection([1, 2, 3], [1, float('nan'), 1])", "mine: finite scores, got"),
    "curve": (
        "return Selection([1, 2, 3], np.ones(3), {'a': features.times_T})",
        "AttributeError: 'numpy.ndarray' object has no attribute 'label'.",
    ),
    "label": (
        "return Selection([1, 2, 3], np.ones(3), {'a': Curve(np.ones(2), np.ones(2), 7)})",
        "wanted texts for notices, names, labels and units",
    ),
    "table": (
        "x = np.ones((2, 2)); return Selection([1, 2, 3], np.ones(3), {'a': Curve(x, x, 'x')})",
        "wanted curves of one dimension",
    ),
    "notice": ("return Selection([1, 2, 3], np.ones(3), {}, ({},))", "wanted texts for notices"),
    "writing": ("features.descriptors['quality'][:] = 0", "ValueError: assignment destination is"),
    "sorting": ("features.times_T.sort()", "ValueError: sort array is read-only"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILING)
def test_what_fails_at_work_says_what_it_did(write, case: str) -> None:
    select, cause = FAILING[case]
    assert plugged(write(method(select=select)))[0].fault is None
    with pytest.raises(PluginFailed) as caught:
        outside.run(methods.get("mine")(), features(), 3)
    sentence = caught.value.skipped["mine"]
    assert sentence.startswith("mine.py: ")
    assert cause in sentence
    assert sentence in f"{caught.value.message}."


def test_what_is_sound_is_answered_sorted_in_plain_types(write) -> None:
    select = "return Selection(np.array([5, 1, 3], np.int32), [0.5, 0.1, 0.3])"
    plugged(write(method(select=select)))
    found = outside.run(methods.get("mine")(), features(), 3)
    assert found.index_K.tolist() == [1, 3, 5]
    assert found.score_K.tolist() == [0.1, 0.3, 0.5]
    assert found.index_K.dtype == np.int64


def test_asking_for_nothing_is_the_askers_fault(write) -> None:
    plugged(write(method()))
    with pytest.raises(InvalidParameter, match="at least 1"):
        outside.run(methods.get("mine")(), features(), 0)


def test_a_bug_in_a_built_in_method_does_not_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Uniform, "select", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        outside.run(Uniform(), features(), 3)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package `plugged_in` of these files, with an entry point of this value."""

    def install(value: str, **files: str) -> None:
        folder = tmp_path / "plugged_in"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / f"{name}.py").write_text(content)
        about = tmp_path / "kairoscope_mine-1.0.dist-info"
        about.mkdir(exist_ok=True)
        (about / "METADATA").write_text("Name: kairoscope-mine\nVersion: 1.0")
        (about / "entry_points.txt").write_text(f"[kairoscope.methods]\nmine = {value}\n")

    monkeypatch.syspath_prepend(tmp_path)
    yield install
    for name in [name for name in sys.modules if name.partition(".")[0] == "plugged_in"]:
        del sys.modules[name]


@pytest.mark.parametrize("value", ["plugged_in.deep:Mine", "plugged_in.deep", "plugged_in"])
def test_an_entry_point_names_a_class_or_what_has_classes(installed, value: str) -> None:
    installed(value, __init__="from plugged_in.deep import Mine", deep=HEAD + method())
    [plugin] = plugged()
    assert plugin.source == f"kairoscope-mine 1.0: mine = {value}"
    assert (list(plugin.methods), plugin.fault) == (["mine"], None)


def test_an_edit_anywhere_in_a_package_is_another_plugin(installed) -> None:
    installed("plugged_in.deep", __init__="", deep=HEAD + method(), helper="x = 1")
    [before] = plugged()
    installed("plugged_in.deep", helper="x = 2")
    [after] = plugged(Path("none.py"))[:1]
    assert before.sha256 != after.sha256


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("plugged_in:Nothing", "AttributeError"),
        ("nowhere:Mine", "ModuleNotFoundError: No module named 'nowhere'"),
        ("plugged_in", "It has no class that derives from Method."),
        ("plugged_in:number", "It has no class that derives from Method."),
        ("plugged_in.deep:Method", "It has no class that derives from Method."),
        ("plugged_in.bad", "It cannot be imported: ZeroDivisionError: division by zero."),
    ],
)
def test_a_faulty_entry_point_is_left_out(installed, value: str, cause: str) -> None:
    installed(value, __init__="number = 1", deep=HEAD, bad="1 / 0")
    [plugin] = plugged()
    assert cause in str(plugin.fault)
    assert list(methods.registry()) == list(methods.ORDER)
