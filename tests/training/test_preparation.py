"""What a labelled stage refuses before it works, and which clips it holds out."""

from dataclasses import replace

import pytest

from model.datasets.types import Dataset, Fault, Sample
from model.errors import CannotWrite, InvalidParameter, UnreadableVideo
from model.networks.frontend import FrontEnd
from model.training.distributed import World
from model.training.preparation import Parts, Run, check, sources, split, usable, verified
from model.training.presets import PRESETS, changed, tiny
from tests.clips import moving_square, write_clip


def samples(root, classes=2, groups=10):
    return tuple(
        Sample(root / f"{label}-{group}.mp4", label, f"g{group:02d}")
        for label in range(classes)
        for group in range(groups)
    )


@pytest.fixture
def run(tmp_path):
    train = samples(tmp_path)
    dataset = Dataset("made", tmp_path, ("a", "b"), train, test=())
    return Run(dataset, tiny(), tmp_path / "x.safetensors", tmp_path / "cache")


def with_data(run, **changes):
    return replace(run, dataset=replace(run.dataset, **changes))


def test_a_sound_run_passes(run):
    check(run)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"classes": ("a",)}, "at least 2 classes"),
        ({"train": ()}, "wanted clips to train on"),
    ],
)
def test_data_that_teaches_nothing_is_refused(run, changes, cause):
    with pytest.raises(InvalidParameter, match=cause):
        check(with_data(run, **changes))


def test_a_label_out_of_range_names_the_clip(run):
    wrong = Sample(run.dataset.root / "odd.mp4", 2, "g")
    with pytest.raises(InvalidParameter, match=r"odd\.mp4: wanted a label from 0 to 1, got 2"):
        check(with_data(run, train=(*run.dataset.train, wrong)))


def test_clips_of_one_class_are_refused(run):
    only = tuple(sample for sample in run.dataset.train if sample.label == 0)
    with pytest.raises(InvalidParameter, match="of one class"):
        check(with_data(run, train=only))


def test_missing_checkpoints_other_devices_and_names_are_refused(run, tmp_path):
    for changes in (
        {"backbone": tmp_path / "absent.safetensors"},
        {"start": tmp_path / "absent.safetensors"},
        {"device": "cuda:99"},
        {"device": "toaster"},
        {"out": tmp_path / "x.pt"},
        {"validation_share": 1.0},
    ):
        with pytest.raises(InvalidParameter):
            check(replace(run, **changes))


def test_the_folders_are_there_before_any_work_or_it_is_refused(run, tmp_path):
    check(replace(run, out=tmp_path / "new" / "x.safetensors", cache=tmp_path / "kept" / "cache"))
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "kept",
        "kept/cache",
        "new",
    ]
    file = tmp_path / "file"
    file.write_text("")
    for changes in ({"out": file / "x.safetensors"}, {"cache": file / "cache"}):
        with pytest.raises(CannotWrite, match=f"{file}.* cannot be written"):
            check(replace(run, **changes))


def test_whole_groups_are_held_out_whatever_the_seed(run):
    train, held = split(replace(run, validation_share=0.2))
    groups = {sample.group for sample in held}
    assert len(groups) == 2
    assert not groups & {sample.group for sample in train}
    assert {sample.label for sample in held} == {0, 1}
    other = changed(run.preset, dscnn=changed(run.preset.dscnn, seed=5))
    assert split(replace(run, validation_share=0.2, preset=other)) == (train, held)


def test_a_list_of_validation_is_taken_as_it_is(run):
    own = (Sample(run.dataset.root / "v.mp4", 1, "v"),)
    assert split(with_data(run, validation=own)) == (run.dataset.train, own)


def test_bad_clips_are_named_and_left_out_but_no_class_may_vanish(run, tmp_path):
    said = []
    run = replace(run, on_notice=said.append)
    parts = Parts(*split(run))
    bad = parts.train[0].path
    kept = usable(run, parts, [Fault(bad, "unreadable-video", "empty")])
    assert len(kept.train) == len(parts.train) - 1
    assert kept.refused == (f"{bad.name}: empty",)
    assert said == [f"refused: {bad}: empty"]
    all_of_b = [Fault(s.path, "unreadable-video", "empty") for s in parts.train if s.label == 1]
    with pytest.raises(UnreadableVideo, match="read of b"):
        usable(run, parts, all_of_b)


@pytest.mark.slow
def test_files_are_verified_once(tmp_path):
    train = samples(tmp_path, groups=2)
    for sample in train[:3]:
        write_clip(sample.path, moving_square(4, size=32))
    train[3].path.write_bytes(b"no video")
    dataset = Dataset("made", tmp_path, ("a", "b"), train, test=())
    looked = []
    run = Run(
        dataset,
        tiny(),
        tmp_path / "x.safetensors",
        tmp_path / "cache",
        validation_share=0.0,
        on_clip=lambda what, done, total, name: looked.append(total),
    )
    first, second = verified(run), verified(run)
    assert len(first.train) == len(second.train) == 3
    assert looked == [4] * 4 + [1]  # only what failed is looked at again


class Unheard(World):
    """A rank whose fellows are always there."""

    def wait(self):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1])
def test_ranks_share_the_unpacking_of_images(run, rank):
    said = []
    clips = samples(run.dataset.root, groups=2)
    for sample in clips:
        write_clip(sample.path, moving_square(4))
    run = replace(
        run,
        preset=replace(run.preset, frozen=False),
        world=Unheard(rank, 2),
        on_clip=lambda what, done, total, name: said.append((what, name, done, total)),
    )
    front = FrontEnd(run.preset.recipe)
    _, train, held = sources(run, Parts(clips[1:], clips[:1]), front, "float32")
    assert [len(train.length_N), len(held.length_N)] == [3, 1]
    listed = [sample.path.name for sample in (*clips[1:], clips[0])][rank::2]
    images = [row[1:] for row in said if row[0] == "images"]
    assert {name for name, _, _ in images} == set(listed)
    assert [row[1:] for row in images] == [(1, 2), (2, 2)]


def test_presets_are_what_the_paper_states():
    paper = PRESETS["paper"]()
    one, three = paper.dscnn.schedule, paper.joint.schedule
    assert (one.batch, one.momentum, one.learning_rate, one.iterations) == (32, 0.9, 1e-2, 25_000)
    assert one.rate(16_000 / 25_000) == pytest.approx(1e-3)
    assert (three.batch, three.learning_rate, three.iterations) == (16, 1e-3, 35_000)
    assert (three.rate(0.99), three.optimiser) == (1e-3, "sgd")
    assert (paper.recipe.position, paper.recipe.size, paper.recipe.flow) == (2, 224, "tvl1")
    network = paper.network(tuple("abc"))
    assert (network.cam, network.fusion, network.widths[0]) == (1024, 1024, (256, 256, 256))


def test_changes_reach_the_schedule_and_leave_the_rest():
    before = tiny().joint
    after = changed(before, learning_rate=0.5, phi=2.0, gate=None)
    assert (after.schedule.learning_rate, after.phi, after.gate) == (0.5, 2.0, before.gate)
    assert replace(after.schedule, learning_rate=before.schedule.learning_rate) == before.schedule
