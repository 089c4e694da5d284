"""HMDB51's split files: 1 train, 2 test, 0 unused."""

import pytest

from model.datasets import hmdb51, open_dataset
from model.errors import InvalidDataset
from tests.datasets.layouts import labels, names, touch, write

WAVE = ["Film_A_wave_u_nm_np1_fr_goo_0.avi", "Film_A_wave_u_nm_np1_fr_goo_1.avi", "wave_own.avi"]
CLAP = ["#20_x_clap_f_cm_np2_le_med_3.avi", "(HQ)_y!_clap_h_nm_np1_ba_bad_12.avi"]
FOLDER = "testTrainMulti_7030_splits"


@pytest.fixture
def root(tmp_path):
    root = touch(tmp_path, *(f"wave/{n}" for n in WAVE), *(f"clap/{n}" for n in CLAP))
    write(root / FOLDER / "wave_test_split1.txt", f"{WAVE[0]} 1 ", f"{WAVE[1]} 0 ", f"{WAVE[2]} 2")
    write(root / FOLDER / "clap_test_split1.txt", f"{CLAP[0]} 2 ", f"{CLAP[1]} 1 ")
    write(root / FOLDER / "wave_test_split2.txt", f"{WAVE[1]} 1 ", f"{WAVE[2]} 2 ")
    return root


def test_split_files_decide(root):
    dataset = hmdb51.read(root)
    assert dataset.classes == ("clap", "wave")  # alphabetical
    assert names(dataset.train) == [CLAP[1], WAVE[0]]
    assert names(dataset.test) == [CLAP[0], WAVE[2]]
    assert labels(dataset.train) == labels(dataset.test) == [0, 1]
    assert (dataset.missing, dataset.notices) == ((), ())
    assert names(hmdb51.read(root, 2).train) == [WAVE[1]]


def test_recordings_are_read_off_the_names(root):
    groups = {s.path.name: s.group for s in hmdb51.read(root).samples}
    assert groups[WAVE[0]] == "Film_A"
    assert groups[WAVE[2]] == "wave_own"
    assert groups[CLAP[0]] == "#20_x"
    assert groups[CLAP[1]] == "(HQ)_y!"


@pytest.mark.parametrize("place", [".", "splits", f"../{FOLDER}"])
def test_split_files_are_found_in_all_usual_places(root, place):
    target = root / place
    (root / FOLDER).rename(root / "elsewhere")
    if place == ".":
        for path in (root / "elsewhere").iterdir():
            path.rename(root / path.name)
    else:
        (root / "elsewhere").rename(target)
    try:
        assert len(open_dataset(root).samples) == 4
        assert open_dataset(root).name == "hmdb51"
    finally:  # beside the root lies what other tests share
        for path in (root.parent / FOLDER).glob("*.txt"):
            path.unlink()


def test_the_archive_folder_and_other_suffixes_are_found(root):
    (root / "hmdb51_org").mkdir()
    for name in ("wave", "clap"):
        (root / name).rename(root / "hmdb51_org" / name)
    clip = root / "hmdb51_org" / "wave" / WAVE[0]
    clip.rename(clip.with_suffix(".mp4"))
    assert names(hmdb51.read(root).train) == [CLAP[1], WAVE[0].replace(".avi", ".mp4")]


def test_missing_clips_are_named_but_for_the_unused(root):
    (root / "wave" / WAVE[0]).unlink()
    (root / "wave" / WAVE[1]).unlink()
    dataset = hmdb51.read(root)
    assert dataset.missing == (f"wave/{WAVE[0]}",)
    assert "1 of 4 listed clips are missing" in dataset.notices[0]


def test_a_bad_line_is_named(root):
    write(root / FOLDER / "clap_test_split1.txt", f"{CLAP[0]} 1", f"{CLAP[1]} 3")
    with pytest.raises(InvalidDataset, match=r"clap_test_split1.txt, line 2: .* 0, 1 or 2"):
        hmdb51.read(root)


def test_a_split_without_files_says_which_there_are(root):
    with pytest.raises(InvalidDataset, match=r"_test_split3.txt in .*clap_test_split1.txt"):
        hmdb51.read(root, 3)


def test_without_split_files_a_recording_in_two_classes_stays_on_one_side(tmp_path):
    films = [f"Film{n}" for n in range(20)]
    for film in films:
        touch(tmp_path, f"clap/{film}_clap_u_nm_np1_fr_goo_0.avi")
        touch(tmp_path, f"wave/{film}_wave_u_nm_np1_fr_goo_1.avi")
    dataset = open_dataset(tmp_path, name="hmdb51")
    train, test = ({s.group for s in part} for part in (dataset.train, dataset.test))
    assert train | test == set(films)
    assert not train & test
    assert len(test) == 6
    assert "not an official split" in dataset.notices[0]


def test_a_wrong_root_is_explained(tmp_path):
    touch(tmp_path, "brush_hair.rar", "cartwheel.rar")
    with pytest.raises(InvalidDataset, match=r"got a folder with brush_hair\.rar, cartwheel") as e:
        hmdb51.read(tmp_path)
    assert "testTrainMulti_7030_splits" in e.value.hint
