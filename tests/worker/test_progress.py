"""Progress as a page sees it."""

import numpy as np
import pytest

from model.analyze import Progress
from model.types import FrameScores
from worker.progress import Reporter, fraction, thin


class Written(list):
    """Stands in for a lease: keeps what is written."""

    def write(self, **values):
        self.append(values)


@pytest.fixture
def ticking(monkeypatch):
    """A clock that a test advances: `ticking.now`."""

    class Clock:
        now = 0.0

    monkeypatch.setattr("worker.progress.time.monotonic", lambda: Clock.now)
    return Clock


def test_all_stages_fill_one_bar_and_the_eta_is_the_rate(ticking):
    lease = Written()
    reporter = Reporter(lease, methods=2, derivatives=True)
    for now, report in (
        (1, lambda: reporter.derivatives(50, 100)),
        (2, lambda: reporter.derivatives(100, 100)),
        (3, lambda: reporter.analysis(Progress("decode", 0, 100))),
        (4, lambda: reporter.analysis(Progress("decode", 100, 100))),
        (5, lambda: reporter.analysis(Progress("sms", 1, 1))),
        (6, lambda: reporter.analysis(Progress("uniform", 1, 1))),
    ):
        ticking.now = now
        report()
    progress = [values["progress"] for values in lease]
    assert progress == pytest.approx([0.075, 0.15, 0.15, 0.9575, 0.97875, 1.0])
    assert lease[0]["eta_s"] == pytest.approx(1 * (1 - 0.075) / 0.075)
    assert lease[-1]["eta_s"] == 0
    assert [values["stage"] for values in lease[-3:]] == ["decode", "sms", "uniform"]


def test_recognition_comes_last_and_has_its_share(ticking):
    lease = Written()
    reporter = Reporter(lease, methods=1, derivatives=False, recognition=True)
    for now, progress in enumerate(
        [
            Progress("decode", 50, 100),
            Progress("decode", 100, 100),
            Progress("sms", 1, 1),
            Progress("recognition", 0, 2),
            Progress("recognition", 1, 2),
            Progress("recognition", 2, 2),
        ],
        start=1,
    ):
        ticking.now = now
        reporter.analysis(progress)
    told = [values["progress"] for values in lease]
    assert told == pytest.approx([0.35625, 0.7125, 0.75, 0.75, 0.875, 1.0])
    assert lease[-1]["stage"] == "recognition"


def test_four_writes_a_second_and_never_backwards(ticking):
    lease = Written()
    reporter = Reporter(lease, methods=1, derivatives=False)
    for step in range(1000):
        ticking.now = step / 100
        reporter.analysis(Progress("decode", step, 1000 + 2 * step))  # the total keeps growing
    assert len(lease) == 40
    progress = [values["progress"] for values in lease]
    assert progress == sorted(progress)


def test_a_second_attempt_starts_where_the_first_got_to(ticking):
    lease = Written()
    reporter = Reporter(lease, methods=1, derivatives=False, shown=0.5)
    for second, done in enumerate((10, 50, 60), 1):
        ticking.now = second
        reporter.analysis(Progress("decode", done, 100))
    assert [values["progress"] for values in lease] == pytest.approx([0.5, 0.5, 0.57])
    rate = 0.095  # of this attempt, however far the bar stands
    assert lease[0]["eta_s"] == pytest.approx((1 - rate) / rate)


def test_unknown_total_grows_without_end():
    grown = [fraction(done, None) for done in (0, 500, 5000, 10**9)]
    assert grown == sorted(grown)
    assert grown[:2] == [0, 0.5]
    assert grown[-1] <= 1


def test_long_partial_is_thinned_evenly():
    S = 4500
    phi_S = np.arange(S) / np.arange(S).sum()
    index_S = np.arange(S)
    scores = FrameScores(index_S, index_S / 10, phi_S, np.full(S, 0.5), index_S % 9 == 0)
    thinned = thin(scores)
    assert thinned.index_S.tolist() == list(range(0, S, 3))
    assert thinned.phi_S.sum() == pytest.approx(1)
    np.testing.assert_allclose(thinned.phi_S, phi_S[::3] / phi_S[::3].sum())
    assert thinned.open_S.tolist() == (index_S[::3] % 9 == 0).tolist()
    assert thin(scores, 4500).index_S.tolist() == index_S.tolist()
