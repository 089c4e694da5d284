"""The process that codec processes are forked from: it comes back, and leaves nothing behind."""

import gc
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from model.errors import UnreadableVideo
from model.video import nursery
from model.video.decode import open_clip
from model.video.probe import probe
from model.video.stills import read_stills
from tests.video.test_child import ROOT, gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at Linux's /proc")


def nursery_of(pid: int) -> psutil.Process:
    return psutil.Process(pid).parent()


def test_one_nursery_forks_all(long_clip):
    with open_clip(long_clip) as one, open_clip(long_clip) as other:
        next(iter(one))  # it has its name by then
        assert one.pid != other.pid
        assert nursery_of(one.pid) == nursery_of(other.pid)
        assert nursery_of(one.pid).ppid() == os.getpid()
        assert psutil.Process(one.pid).name() == "decode_child"


def test_a_dead_nursery_takes_its_decoders_along_and_comes_back(long_clip):
    with open_clip(long_clip) as stream:
        frames = iter(stream)
        next(frames)
        nursery_of(stream.pid).kill()
        with pytest.raises(UnreadableVideo, match=r"crashed \(SIGKILL\)"):
            list(frames)
        assert gone(stream.pid)
    assert probe(long_clip).width


def test_nothing_of_the_nursery_or_of_another_video_is_open_in_a_decoder(long_clip):
    with open_clip(long_clip) as one, open_clip(long_clip) as other:
        for stream in (one, other):
            next(iter(stream))
        descriptors = Path(f"/proc/{other.pid}/fd")
        found = {int(one.name): os.readlink(one) for one in descriptors.iterdir()}
        assert sorted(found)[:3] == [0, 1, 2]
        assert [target for number, target in found.items() if number > 2] == [str(long_clip)]


def test_threads_fork_side_by_side(long_clip):
    with ThreadPoolExecutor(8) as pool:
        assert len({*pool.map(lambda _: probe(long_clip), range(24))}) == 1


@pytest.mark.slow
def test_one_that_ends_as_it_is_killed_harms_no_other(long_clip):
    with open_clip(long_clip) as stream, ThreadPoolExecutor(4) as pool:
        frames = iter(stream)
        next(frames)
        its_nursery = nursery_of(stream.pid)
        assert len({*pool.map(lambda _: probe(long_clip), range(200))}) == 1
        assert nursery_of(stream.pid) == its_nursery
        assert sum(len(batch.times_N) for batch in frames) == 300 - 32


def test_an_abandoned_decoder_may_be_collected_while_another_is_forked(long_clip, monkeypatch):
    ask = nursery._Nursery._ask

    def collecting(self, *order):
        gc.collect()
        return ask(self, *order)

    abandoned = read_stills(long_clip, [0, 1, 2])
    next(abandoned)
    around = [abandoned]
    around.append(around)  # a ring, that the collector alone takes apart
    monkeypatch.setattr(nursery._Nursery, "_ask", collecting)
    del abandoned, around
    with ThreadPoolExecutor(1) as pool:  # gc.collect of the very thread that forks
        assert pool.submit(probe, long_clip).result(20).width


@pytest.mark.slow
def test_a_nursery_that_hangs_is_replaced(long_clip, monkeypatch):
    monkeypatch.setattr(nursery, "STUCK_S", 1.0)
    monkeypatch.setattr(nursery, "_nursery", nursery._Nursery())
    with open_clip(long_clip) as stream:
        next(iter(stream))
        stuck = nursery_of(stream.pid)
        stuck.suspend()
    assert gone(stuck.pid)
    assert gone(stream.pid)
    assert probe(long_clip).width
    nursery_of_next = psutil.Process(nursery._nursery._process.pid)
    nursery_of_next.suspend()
    assert probe(long_clip).width
    assert gone(nursery_of_next.pid)
    nursery._nursery.end()


def test_decoders_leave_neither_processes_nor_descriptors(long_clip):
    probe(long_clip)
    open_before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        probe(long_clip)
        with open_clip(long_clip) as stream:
            next(iter(stream))
            its_nursery = nursery_of(stream.pid)
    assert not its_nursery.children()
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_the_processor_time_of_a_decoder_counts_once_it_has_ended(long_clip):
    before = nursery.cpu_s()
    with open_clip(long_clip) as stream:
        list(stream)
        assert nursery.cpu_s() == before
    assert 0 < nursery.cpu_s() - before < 10


FULL = """
import errno, os
from model.video import nursery_main
fork, forks = os.fork, []
def refusing():
    forks.append(1)
    if len(forks) == 2:
        raise OSError(errno.EAGAIN, "no more")
    return fork()
os.fork = refusing
nursery_main.main()
"""


def test_a_machine_that_is_full_costs_the_video_that_came_last_alone(long_clip, monkeypatch):
    popen = subprocess.Popen

    def full(command, **options):
        assert command[-1] == "model.video.nursery_main"
        return popen([sys.executable, "-c", FULL], **options)

    monkeypatch.setattr(nursery, "_nursery", nursery._Nursery())
    monkeypatch.setattr("model.video.nursery.subprocess.Popen", full)
    with open_clip(long_clip) as stream:
        with pytest.raises(OSError, match="a decoder cannot be started: Resource temporarily"):
            probe(long_clip)
        assert probe(long_clip).width
        assert sum(len(batch.times_N) for batch in stream) == 300
    nursery._nursery.end()


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_the_nursery_ends_with_its_owner(long_clip, end):
    script = (
        "import sys\n"
        "import psutil\n"
        "from model.video.decode import open_clip\n"
        "with open_clip(sys.argv[1]) as stream:\n"
        "    print(psutil.Process(stream.pid).ppid(), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(long_clip)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with owner:
        pid = int(owner.stdout.readline())
        assert not gone(pid, within_s=0.1)
        if end is not None:
            owner.send_signal(end)
        owner.stdin.close()
        assert owner.wait(10) == -(end or 0)
    assert gone(pid)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_copy_of_the_owner_has_its_own(long_clip):
    with open_clip(long_clip) as before:
        frames = iter(before)
        next(frames)
        pid = os.fork()
        if pid == 0:
            try:
                before.__exit__()  # lets go of it, and does not end it
                with open_clip(long_clip) as stream:
                    os._exit(0 if nursery_of(stream.pid).ppid() == os.getpid() else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert sum(len(batch.times_N) for batch in frames) == 300 - 32
    assert probe(long_clip).width
