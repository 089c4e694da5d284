"""UCF101's lists, in three splits, and what copies of the data set are known to differ in."""

import json

import pytest

from model.datasets import open_dataset, ucf101
from model.errors import InvalidDataset
from tests.datasets.layouts import labels, names, touch, write

CLIPS = [
    "Archery/v_Archery_g01_c01.avi",
    "Archery/v_Archery_g08_c01.avi",
    "Archery/v_Archery_g08_c02.avi",
    "HandstandPushups/v_HandStandPushups_g01_c01.avi",
    "HandstandPushups/v_HandStandPushups_g09_c02.avi",
]


@pytest.fixture
def root(tmp_path):
    """Two classes; split 1 tests on group 1, split 2 on groups 8 and 9."""
    root = touch(tmp_path / "ucf", *CLIPS)
    lists = root / "ucfTrainTestlist"
    write(lists / "classInd.txt", "1 Archery", "2 HandstandPushups")
    first, second, third, fourth, fifth = CLIPS
    write(lists / "trainlist01.txt", f"{second} 1", f"{third} 1", f"{fifth} 2")
    write(lists / "testlist01.txt", first, fourth)
    write(lists / "trainlist02.txt", f"{first} 1", f"{fourth} 2", "")
    write(lists / "testlist02.txt", second, third, fifth)
    return root


def test_lists_decide_labels_and_parts(root):
    dataset = ucf101.read(root)
    assert dataset.classes == ("Archery", "HandstandPushups")
    assert names(dataset.train) == [
        "v_Archery_g08_c01.avi",
        "v_Archery_g08_c02.avi",
        "v_HandStandPushups_g09_c02.avi",
    ]
    assert labels(dataset.train) == [0, 0, 1]
    assert labels(dataset.test) == [0, 1]
    assert [s.group for s in dataset.train] == [
        "v_Archery_g08",
        "v_Archery_g08",
        "v_HandStandPushups_g09",
    ]
    assert (dataset.validation, dataset.missing, dataset.notices) == ((), (), ())
    assert all(sample.path.is_file() for sample in dataset.samples)


def test_the_second_split_is_another_one(root):
    dataset = ucf101.read(root, 2)
    assert names(dataset.train) == ["v_Archery_g01_c01.avi", "v_HandStandPushups_g01_c01.avi"]
    assert len(dataset.test) == 3


def test_a_validation_list_is_read_where_there_is_one(root):
    write(root / "ucfTrainTestlist" / "trainlist01.txt", f"{CLIPS[1]} 1", f"{CLIPS[4]} 2")
    write(root / "ucfTrainTestlist" / "vallist01.txt", f"{CLIPS[2]} 1")
    assert names(ucf101.read(root).validation) == ["v_Archery_g08_c02.avi"]


def test_class_folders_may_be_spelt_in_another_case(root):
    (root / "HandstandPushups").rename(root / "HandStandPushups")
    dataset = ucf101.read(root)
    assert dataset.missing == ()
    assert dataset.test[1].path.parent.name == "HandStandPushups"
    assert dataset.test[1].label == 1


def test_another_suffix_stands_for_the_listed_one(root):
    clip = root / CLIPS[0]
    clip.rename(clip.with_suffix(".mp4"))
    assert names(ucf101.read(root).test)[0] == "v_Archery_g01_c01.mp4"
    touch(root, "Archery/v_Archery_g01_c01.gif")  # .mp4 is preferred
    assert names(ucf101.read(root).test)[0] == "v_Archery_g01_c01.mp4"
    touch(root, CLIPS[0])  # and what is listed most of all
    assert names(ucf101.read(root).test)[0] == "v_Archery_g01_c01.avi"


def test_missing_clips_are_left_out_and_named(root):
    (root / CLIPS[1]).unlink()
    (root / CLIPS[3]).unlink()
    dataset = ucf101.read(root)
    assert dataset.missing == (CLIPS[1], CLIPS[3])
    assert names(dataset.test) == ["v_Archery_g01_c01.avi"]
    assert labels(dataset.train) == [0, 1]
    [notice] = dataset.notices
    assert notice.startswith("2 of 5 listed clips are missing: " + CLIPS[1])


def test_no_listed_clip_at_all_is_an_error(root):
    for path in root.glob("*/v_*.avi"):
        path.rename(path.with_name("other_" + path.name))
    with pytest.raises(InvalidDataset, match=r"none of the 5 listed clips"):
        ucf101.read(root)


@pytest.mark.parametrize("place", [".", ".."])
def test_lists_are_found_in_and_beside_the_root(root, place):
    lists = root / "ucfTrainTestlist"
    if place == "..":
        lists.rename(root.parent / lists.name)
    else:
        for path in lists.iterdir():
            path.rename(root / path.name)
    assert len(ucf101.read(root).train) == 3


def test_the_archive_folder_is_found(root, tmp_path):
    (root / "UCF-101").mkdir()
    for name in ("Archery", "HandstandPushups"):
        (root / name).rename(root / "UCF-101" / name)
    assert len(ucf101.read(root).samples) == 5


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (f"{CLIPS[1]} 2", r"trainlist01.txt, line 2: wanted label 1 for Archery"),
        ("Juggling/v_Juggling_g01_c01.avi 3", r"line 2: wanted a class of classInd.txt"),
        ("v_Archery_g01_c01.avi 1", r"line 2: wanted 'Class/v_Class"),
        (f"{CLIPS[0]} one", r"line 2: wanted 'Class/v_Class"),
        (f"{CLIPS[0]} 1", r"clips are listed twice: v_Archery_g01_c01.avi"),  # in the test too
    ],
)
def test_a_list_that_contradicts_itself_is_refused(root, line, cause):
    write(root / "ucfTrainTestlist" / "trainlist01.txt", f"{CLIPS[4]} 2", line)
    with pytest.raises(InvalidDataset, match=cause):
        ucf101.read(root)


def test_a_gap_in_the_class_numbers_is_refused(root):
    write(root / "ucfTrainTestlist" / "classInd.txt", "1 Archery", "3 HandstandPushups")
    with pytest.raises(InvalidDataset, match="numbered from 1 to 2"):
        ucf101.read(root)


def test_classes_come_from_the_lists_where_classind_is_missing(root):
    (root / "ucfTrainTestlist" / "classInd.txt").unlink()
    assert ucf101.read(root).classes == ("Archery", "HandstandPushups")


def test_a_split_without_lists_says_which_there_are(root):
    with pytest.raises(InvalidDataset, match=r"wanted trainlist03.txt .*got testlist01.txt"):
        ucf101.read(root, 3)


def test_without_lists_recordings_are_split_whole(tmp_path):
    clips = [f"{c}/v_{c}_g{g:02d}_c{k:02d}.avi" for c in "AB" for g in range(1, 11) for k in (1, 2)]
    root = touch(tmp_path / "bare", *clips)
    dataset = ucf101.read(root)
    assert "not an official split" in dataset.notices[0]
    assert len(dataset.samples) == 40
    train, test = ({s.group for s in part} for part in (dataset.train, dataset.test))
    assert not train & test
    assert len(test) == 6  # three of ten in each class
    assert {s.label for s in dataset.test} == {0, 1}
    assert dataset.train == ucf101.read(root).train
    assert dataset.test != ucf101.read(root, 2).test


def test_a_wrong_root_is_explained(tmp_path):
    layout = r"Expected <root>/<Class>/v_<Class>_gNN_cNN.avi"
    touch(tmp_path, "empty/.hidden", "zipped/UCF101.rar", "file")
    causes = {
        "absent": "nothing: no such folder",
        "file": "a file",
        "empty": r"a folder with \.hidden",
        "zipped": r"a folder with UCF101\.rar",
    }
    for name, cause in causes.items():
        with pytest.raises(InvalidDataset, match=cause) as caught:
            ucf101.read(tmp_path / name)
        assert caught.value.hint.startswith(layout[:20])


def beside(root, version, clips=CLIPS, schema="kairoscope/athletics@1"):
    """Ground truth of this version of Athletics beside clips."""
    for clip in clips:
        truth = {"schema": schema, "version": version}
        (root / clip).with_suffix(".json").write_text(json.dumps(truth))


def test_athletics_is_the_same_layout_with_truth_beside_each_clip(root):
    assert open_dataset(root).name == "ucf101"
    with pytest.raises(InvalidDataset, match=r"ground truth beside each clip, got none for 5 of 5"):
        open_dataset(root, name="athletics")
    beside(root, "3")
    assert open_dataset(root).name == "athletics"
    assert open_dataset(root, name="athletics").train == ucf101.read(root).train
    assert open_dataset(root, name="ucf101").name == "ucf101"
    assert open_dataset(root).edition == "3"  # of the clips, whatever the program would render


def test_somebody_elses_json_makes_no_athletics(root):
    beside(root, "5.0", schema="labels")
    assert open_dataset(root).name == "ucf101"
    with pytest.raises(InvalidDataset, match="wanted the schema kairoscope/athletics@1"):
        open_dataset(root, name="athletics")


@pytest.mark.parametrize("name", ["auto", "athletics"])
def test_clips_of_two_versions_and_one_torn_file_are_refused(root, name):
    beside(root, "3")
    beside(root, "2", CLIPS[:1])
    with pytest.raises(InvalidDataset, match="of one version of Athletics, got 2 and 3"):
        open_dataset(root, name=name)
    (root / CLIPS[0]).with_suffix(".json").write_text("{")
    with pytest.raises(InvalidDataset, match=r"Athletics' ground truth of .*, got JSONDecodeError"):
        open_dataset(root, name=name)
