"""Loaders and verification on real files, where the folder KAIROSCOPE_REAL_DATA has them."""

import pytest

from model.datasets import hmdb51, open_dataset, ucf101, vsumm
from model.datasets.types import Sample
from model.datasets.verify import verify
from tests.datasets.layouts import write


def part(real_data, name):
    path = real_data / name
    if not path.is_dir():
        pytest.skip(f"needs {name}/ in KAIROSCOPE_REAL_DATA")
    return path


def test_ucf101_with_official_style_lists_and_other_suffixes(real_data, tmp_path):
    """The lists name .avi, as the official ones do; some clips are there as MP4 or GIF only."""
    clips = part(real_data, "ucf101")
    (tmp_path / "UCF-101").symlink_to(clips, target_is_directory=True)
    lists = tmp_path / "ucfTrainTestlist"
    write(lists / "classInd.txt", "1 Basketball", "2 Biking", "3 TaiChi")
    write(
        lists / "trainlist01.txt",
        "Basketball/v_Basketball_g02_c03.avi 1",
        "Basketball/v_Basketball_g07_c04.avi 1",
        "Biking/v_Biking_g02_c05.avi 2",
        "Biking/v_Biking_g25_c07.avi 2",
        "TaiChi/v_TaiChi_g01_c01.avi 3",
    )
    write(
        lists / "testlist01.txt",
        "Basketball/v_Basketball_g01_c01.avi",
        "Biking/v_Biking_g01_c01.avi",
    )
    dataset = open_dataset(tmp_path)
    assert dataset.name == "ucf101"
    assert [(s.path.suffix, s.label) for s in dataset.train] == [
        (".avi", 0), (".mp4", 0), (".avi", 1), (".gif", 2),
    ]  # fmt: skip
    assert [s.path.suffix for s in dataset.test] == [".avi", ".mp4"]
    assert dataset.missing == ("Biking/v_Biking_g25_c07.avi",)
    assert verify(dataset.samples) == []


def test_ucf101_without_lists_parts_no_recording(real_data):
    dataset = ucf101.read(part(real_data, "ucf101"))
    assert len(dataset.classes) == 19
    stems = [sample.path.stem for sample in dataset.samples]
    assert len(stems) == len(set(stems))  # one file a clip
    assert not {s.group for s in dataset.train} & {s.group for s in dataset.test}
    assert dataset.notices


def test_hmdb51_with_official_style_split_files(real_data, tmp_path):
    clips = part(real_data, "hmdb51")
    (tmp_path / "hmdb51_org").symlink_to(clips, target_is_directory=True)
    lists = tmp_path / "testTrainMulti_7030_splits"
    first, second = "April_09_brush_hair_u_nm_np1_ba_goo_0.avi", "brush_hair_seominseok.avi"
    write(lists / "brush_hair_test_split1.txt", f"{first} 1 ", f"{second} 2 ", "Brush_1.avi 0 ")
    write(lists / "sword_test_split1.txt", "sword_seominseok.avi 1 ", "Sword_9.avi 2 ")
    dataset = hmdb51.read(tmp_path)
    assert dataset.classes == ("brush_hair", "sword")
    assert [(s.path.name, s.label, s.group) for s in dataset.train] == [
        (first, 0, "April_09"),
        ("sword_seominseok.avi", 1, "sword_seominseok"),
    ]
    assert [s.path.name for s in dataset.test] == [second]
    assert dataset.missing == ("sword/Sword_9.avi",)
    assert verify(dataset.samples) == []


def test_verification_names_the_bad_ones(real_data):
    paths = sorted(part(real_data, "badmedia").iterdir())
    faults = verify([Sample(path, 0, path.stem) for path in paths])
    reasons = {fault.path.name: (fault.code, fault.message) for fault in faults}
    assert reasons.keys() == {"mp4parse_amr_nb_1f.3gp", "mp4parse_invalid_userdata.mp4"}
    assert {code for code, _ in reasons.values()} == {"unreadable-video"}
    assert "no video stream" in reasons["mp4parse_amr_nb_1f.3gp"][1]
    assert "no decodable frames" in reasons["mp4parse_invalid_userdata.mp4"][1]


def test_the_bank_of_single_frames(real_data):
    found = vsumm.read(part(real_data, "ovp"))
    assert len(found.videos) == 50
    judged = [video for video in found.videos if video.users]
    assert len(judged) == 25
    assert {len(video.users) for video in judged} == {5}
    assert set(found.published) == {"DT", "OV", "STIMO", "VSUMM1", "VSUMM2"}
    for video in found.videos:
        for by_video in found.published.values():
            assert all(video.nearest(i) in video.bank for i in by_video.get(video.name, ()))
