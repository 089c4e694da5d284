"""A capped folder: the least used goes first, and nobody ever reads half a file."""

import os
import signal
import subprocess
import sys
import time

import pytest

from model.training.capped import DIGEST, CappedFolder

KB = 1000 - DIGEST  # content of a file of 1000 bytes


def age(folder, name, seconds):
    """Pretend that `name` was used so long ago."""
    then = time.time() - seconds
    os.utime(folder.folder / f"{name}.x", (then, then))


def names(folder):
    return sorted(path.name for path in folder.folder.iterdir())


def test_what_is_written_is_read(tmp_path):
    folder = CappedFolder(tmp_path / "new" / "cache", ".x", 10_000)
    assert folder.read("a") is None
    assert not folder.touch("a")
    folder.write("a", b"content")
    assert folder.read("a") == b"content"
    assert folder.touch("a")
    assert CappedFolder(folder.folder, ".x", 10_000).read("a") == b"content"


def test_the_least_used_are_dropped_above_the_cap(tmp_path):
    folder = CappedFolder(tmp_path, ".x", 4500)
    for n, name in enumerate("abcd"):
        folder.write(name, bytes(KB))
        age(folder, name, 100 - n)
    folder.read("a")  # now b is the oldest
    folder.touch("b")  # now c
    folder.write("e", bytes(KB))  # 5000 bytes: down to 4050 at most
    assert names(folder) == ["a.x", "b.x", "d.x", "e.x"]
    assert folder.dropped == 1


def test_the_cap_counts_what_earlier_runs_left(tmp_path):
    first = CappedFolder(tmp_path, ".x", 1_000_000)
    for name in "abcdef":
        first.write(name, bytes(KB))
        age(first, name, 1000)
    second = CappedFolder(tmp_path, ".x", 3000)
    second.write("g", bytes(KB))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3000
    assert "g.x" in names(second)


def test_a_thing_larger_than_the_cap_is_not_kept(tmp_path):
    folder = CappedFolder(tmp_path, ".x", 500)
    folder.write("a", bytes(KB))
    assert names(folder) == []


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "foreign"])
def test_a_damaged_file_counts_as_absent_and_is_removed(tmp_path, damage):
    folder = CappedFolder(tmp_path, ".x", 10_000)
    folder.write("a", bytes(range(200)))
    path = tmp_path / "a.x"
    whole = path.read_bytes()
    flipped = whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]
    damaged = {"cut": whole[:-1], "flip": flipped, "empty": b"", "foreign": b"something else"}
    path.write_bytes(damaged[damage])
    assert folder.read("a") is None
    assert not path.exists()


def test_a_failed_write_leaves_nothing(tmp_path):
    folder = CappedFolder(tmp_path, ".x", 10_000)
    with pytest.raises(TypeError):
        folder.write("a", "text")
    assert names(folder) == []


def test_abandoned_partial_files_are_removed_and_young_ones_left_alone(tmp_path):
    folder = CappedFolder(tmp_path, ".x", 10_000)
    for name, hours in {"old": 2, "young": 0.1}.items():
        partial = tmp_path / f"{name}.partial"
        partial.write_bytes(b"half")
        then = time.time() - 3600 * hours
        os.utime(partial, (then, then))
    folder.write("a", b"content")
    assert names(folder) == ["a.x", "young.partial"]
    assert folder.read("young") is None


WRITER = """
import itertools, sys
from pathlib import Path
from model.training.capped import CappedFolder
folder = CappedFolder(Path(sys.argv[1]), ".x", 10**9)
print("ready", flush=True)
for n in itertools.count():
    folder.write(str(n % 4), bytes([n % 251]) * 3_000_000)
"""


@pytest.mark.slow
def test_no_reader_meets_half_a_file_not_even_of_a_killed_writer(tmp_path):
    sizes = set()
    for polls in (1, 300, 3000):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout.readline() == b"ready\n"
            while not (tmp_path / "3.x").exists():
                time.sleep(0.001)
            for _ in range(polls):
                sizes.update((tmp_path / f"{n}.x").stat().st_size for n in range(4))
            writer.send_signal(signal.SIGKILL)
        folder = CappedFolder(tmp_path, ".x", 10**9)
        contents = [folder.read(str(n)) for n in range(4)]
        assert all(c and len(c) == 3_000_000 and len(set(c[::9999])) == 1 for c in contents)
    assert sizes == {3_000_000 + DIGEST}
