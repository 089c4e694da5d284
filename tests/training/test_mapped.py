"""A capped folder of arrays: what others take away meanwhile, and what a full one costs."""

import numpy as np

from model.training.mapped import MappedFolder

ARRAY = np.arange(100, dtype=np.uint8)


def clip(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(name.encode())
    return path


def folder(tmp_path, cap_bytes=1 << 20, key="one"):
    return MappedFolder(tmp_path / "kept", key, cap_bytes, "arrays")


def test_a_file_that_another_process_took_away_is_not_counted(tmp_path):
    """A link to nothing stands for what went between the listing and the look at it."""
    kept = folder(tmp_path)
    (kept.folder / "gone-steps-other.npy").symlink_to(tmp_path / "nothing")
    assert kept.keep(clip(tmp_path, "a.mp4"), {"steps": ARRAY})
    np.testing.assert_array_equal(kept.open(tmp_path / "a.mp4", "steps"), ARRAY)


def test_files_of_other_keys_make_room(tmp_path):
    assert folder(tmp_path, key="old").keep(clip(tmp_path, "a.mp4"), {"steps": ARRAY})
    new = folder(tmp_path, cap_bytes=250)
    assert new.keep(clip(tmp_path, "b.mp4"), {"steps": ARRAY})
    assert folder(tmp_path, key="old").open(tmp_path / "a.mp4", "steps") is None
    assert not new.notice


def test_a_full_folder_is_not_searched_for_each_clip(tmp_path):
    kept = folder(tmp_path, cap_bytes=300)
    assert kept.keep(clip(tmp_path, "a.mp4"), {"steps": ARRAY})
    assert not kept.keep(clip(tmp_path, "b.mp4"), {"steps": ARRAY})
    assert "--cache-gb" in kept.notice
    kept.folder.rename(tmp_path / "elsewhere")
    assert not kept.keep(clip(tmp_path, "c.mp4"), {"steps": ARRAY})
