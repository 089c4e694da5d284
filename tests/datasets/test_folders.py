"""Folders of class folders: labels, parts, and the choice of a reader."""

from hashlib import sha256
from pathlib import Path

import pytest

from model.datasets import folders, open_dataset
from model.datasets.splits import split_by_group
from model.datasets.types import Sample
from model.errors import InvalidDataset
from tests.datasets.layouts import labels, names, touch


def test_classes_are_the_folders_that_hold_videos(tmp_path):
    touch(tmp_path, "b/1.mp4", "b/deep/2.MKV", "a/3.gif", "a/notes.txt", "empty/x", ".git/4.mp4")
    dataset = open_dataset(tmp_path)
    assert (dataset.name, dataset.classes) == ("folders", ("a", "b"))
    assert sorted(zip(names(dataset.samples), labels(dataset.samples), strict=True)) == [
        ("1.mp4", 1),
        ("2.MKV", 1),
        ("3.gif", 0),
    ]


def test_the_split_is_stated_and_a_class_of_one_clip_is_only_trained_on(tmp_path):
    touch(tmp_path, "one/x.mp4", *(f"many/{n}.mp4" for n in range(10)))
    dataset = folders.read(tmp_path)
    assert len(dataset.test) == 3
    assert dataset.notices == (
        "no split lists: 8 clips for training and 3 for testing, whole recordings by a fixed hash "
        "(split 1), not an official split",
        "classes of one recording are only trained on: one",
    )


def test_the_split_never_changes():
    """A change here would move clips between training and test of runs that were interrupted."""
    samples = [Sample(Path(f"{n}.mp4"), 0, f"g{n}") for n in range(10)]
    by_hash = sorted((s.group for s in samples), key=lambda g: sha256(g.encode()).hexdigest())
    for split, tested in ((1, by_hash[:3]), (2, by_hash[3:6]), (3, by_hash[6:9])):
        assert {s.group for s in split_by_group(samples, split)[1]} == set(tested)
    assert by_hash[:3] == ["g9", "g6", "g8"]


def test_parts_given_as_folders_decide(tmp_path):
    touch(tmp_path, "train/a/1.mp4", "train/b/2.mp4", "test/a/3.mp4", "val/c/4.mp4")
    dataset = open_dataset(tmp_path)
    assert dataset.classes == ("a", "b", "c")
    assert [names(part) for part in (dataset.train, dataset.test, dataset.validation)] == [
        ["1.mp4", "2.mp4"],
        ["3.mp4"],
        ["4.mp4"],
    ]
    assert labels(dataset.validation) == [2]
    assert dataset.notices == ()


def test_parts_with_ucf_names_are_no_classes(tmp_path):
    touch(tmp_path, "train/A/v_A_g01_c01.avi", "test/A/v_A_g02_c01.avi")
    dataset = open_dataset(tmp_path)
    assert dataset.classes == ("A",)
    assert names(dataset.test) == ["v_A_g02_c01.avi"]


def test_no_clip_for_testing_is_said(tmp_path):
    touch(tmp_path, "train/a/1.mp4")
    assert folders.read(tmp_path).notices == ("there is no clip for testing",)


@pytest.mark.parametrize("name", ["ucf101", "hmdb51", "folders", "auto"])
def test_a_folder_of_loose_videos_is_no_data_set(tmp_path, name):
    touch(tmp_path, *(f"{n}.mp4" for n in range(8)))
    with pytest.raises(InvalidDataset, match=r"got a folder with 0.mp4, .* and 3 more") as caught:
        open_dataset(tmp_path, name=name)
    assert "Expected <root>/<" in caught.value.hint


def test_unknown_names_and_splits_are_refused(tmp_path):
    with pytest.raises(InvalidDataset, match="got 'kinetics'"):
        open_dataset(tmp_path, name="kinetics")
    with pytest.raises(InvalidDataset, match="wanted split 1, 2 or 3, got 4"):
        open_dataset(tmp_path, split=4)
