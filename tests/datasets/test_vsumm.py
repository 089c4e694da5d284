"""Videos with user summaries: the original layout, and banks of single frames."""

import json

import pytest

from model.datasets import vsumm
from model.errors import InvalidDataset
from tests.datasets.layouts import touch


@pytest.fixture
def bank(tmp_path):
    for name, numbers in {"v9": (1, 31, 60), "v21": (10, 20)}.items():
        touch(tmp_path, *(f"frames/{name}/{n:05d}.jpg" for n in numbers))
    touch(tmp_path, "frames/v21/notes.txt")
    about = {
        "v21": {"n_frames": 100, "user_keyframes": [[20, 10], [90]]},
        "v9": {"n_frames": 50},
    }
    (tmp_path / "annotations.json").write_text(json.dumps(about))
    published = {"DT": {"v9": [60], "v21": [11], "v70": [5]}}
    (tmp_path / "published_keyframes.json").write_text(json.dumps(published))
    return tmp_path


def test_a_bank_counts_from_zero(bank):
    found = vsumm.read(bank)
    assert [video.name for video in found.videos] == ["v9", "v21"]  # by number
    ninth, twenty_first = found.videos
    assert sorted(ninth.bank) == [0, 30, 59]
    assert ninth.bank[30].name == "00031.jpg"
    assert ninth.users == ()
    assert twenty_first.users == ((9, 19), (89,))
    assert (twenty_first.frames, twenty_first.video) == (100, None)
    assert found.published == {"DT": {"v9": (59,), "v21": (10,)}}


def test_a_bank_says_that_it_is_sparse_and_where_it_contradicts_itself(bank):
    found = vsumm.read(bank)
    assert found.notices == (
        "a sparse bank: 5 single frames of 2 videos",
        "v9: 50 frames are claimed, but there is number 60",
    )
    assert found.videos[0].frames == 60


def test_the_nearest_frame_stands_for_one_that_is_not_there(bank):
    ninth = vsumm.read(bank).videos[0]
    wanted = {0: 0, 14: 0, 15: 0, 16: 30, 30: 30, 44: 30, 45: 59, 1000: 59}
    assert {index: ninth.nearest(index) for index in wanted} == wanted


def test_the_original_layout(tmp_path):
    touch(tmp_path, "database/v21.mpg", "database/v22.mpg", "database/readme.txt")
    touch(tmp_path, "UserSummary/v21/user1/Frame631.jpeg", "UserSummary/v21/user1/Frame41.jpeg")
    touch(tmp_path, "UserSummary/v21/user2/Frame1.jpeg", "UserSummary/v21/user2/Thumbs.db")
    first, second = vsumm.read(tmp_path).videos
    assert first.users == ((40, 630), (0,))
    assert first.video == tmp_path / "database" / "v21.mpg"
    assert (first.frames, second.users) == (None, ())
    with pytest.raises(InvalidDataset, match="a video without single frames"):
        first.nearest(3)


def test_what_cannot_be_read_is_explained(bank, tmp_path):
    with pytest.raises(InvalidDataset, match="nothing: no such folder"):
        vsumm.read(tmp_path / "absent")
    (bank / "annotations.json").write_text("{")
    with pytest.raises(InvalidDataset, match="wanted JSON"):
        vsumm.read(bank)
    (bank / "annotations.json").write_text('{"v21": {"user_keyframes": []}}')
    with pytest.raises(InvalidDataset, match="n_frames and user_keyframes of v21, got KeyError"):
        vsumm.read(bank)
    (bank / "annotations.json").write_text('{"v3": {"n_frames": 9}}')
    with pytest.raises(InvalidDataset, match=r"v3: wanted single frames in .*v3, got none"):
        vsumm.read(bank)
    (bank / "annotations.json").unlink()
    with pytest.raises(InvalidDataset, match="got a folder with frames/; published") as caught:
        vsumm.read(bank)
    assert "UserSummary/<video>/user<n>" in caught.value.hint


def test_a_still_numbered_from_zero_is_refused(bank):
    touch(bank, "frames/v9/00000.jpg")
    with pytest.raises(InvalidDataset, match=r"wanted numbers from 1, got 00000\.jpg"):
        vsumm.read(bank)


def test_a_keyframe_named_twice_counts_twice_and_a_user_without_any_not_at_all(bank):
    about = {
        "v21": {"n_frames": 100, "user_keyframes": [[20, 10, 20], [], [90]]},
        "v9": {"n_frames": 60},
    }
    (bank / "annotations.json").write_text(json.dumps(about))
    found = vsumm.read(bank)
    assert found.videos[1].users == ((9, 19, 19), (89,))
    assert found.notices[1:] == ("v21: keyframes of users are named more than once, and count so",)


def test_the_content_changes_with_annotations_and_with_frames_alone(bank, tmp_path):
    before = vsumm.content(bank)
    assert vsumm.content(bank) == before
    annotations = bank / "annotations.json"
    annotations.write_text(annotations.read_text().replace("1", "2", 1))
    other = vsumm.content(bank)
    (bank / "frames" / "v21" / "00099.jpg").write_bytes(b"another")
    assert len({before, other, vsumm.content(bank)}) == 3
    with pytest.raises(InvalidDataset):
        vsumm.content(tmp_path / "nowhere")
