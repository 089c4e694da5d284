"""Frame times: kept where they are good, repaired by the stated rule where they are not."""

import pytest

from model.video.timeline import Timeline


def place(stamps):
    timeline = Timeline(nominal_s=0.04)
    return [timeline.place(stamp) for stamp in stamps], timeline.repaired


def test_good_times_start_at_zero_and_stay():
    assert place([5.0, 5.1, 5.5]) == (pytest.approx([0.0, 0.1, 0.5]), 0)


def test_a_missing_time_is_one_nominal_frame_later():
    assert place([0.0, None, 0.1]) == (pytest.approx([0.0, 0.04, 0.1]), 1)


def test_no_times_at_all_give_the_nominal_rate():
    assert place([None, None, None]) == (pytest.approx([0.0, 0.04, 0.08]), 3)


def test_a_repeated_time_is_put_one_millisecond_later_and_shifts_nothing():
    assert place([0.0, 0.1, 0.1, 0.2]) == (pytest.approx([0.0, 0.1, 0.101, 0.2]), 1)


def test_a_restarted_clock_goes_on():
    times, repaired = place([0.0, 5.0, 0.0, 0.5, 1.0])
    assert times == pytest.approx([0.0, 5.0, 5.04, 5.54, 6.04])
    assert repaired == 1
