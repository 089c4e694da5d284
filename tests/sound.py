"""What tests demand of the keyframes of a whole analysis."""

import numpy as np

from model.methods import registry
from model.types import Analysis


def assert_every_method_is_sound(analysis: Analysis) -> None:
    """Keyframes by each method: some, finite, in order, each once, and inside the clip."""
    times_T = analysis.clip.times_T
    assert analysis.provenance["attention"]["name"] == "attention"
    assert list(analysis.methods) == list(registry())
    for name, kept in analysis.methods.items():
        assert len(kept.index_K) >= 1, name
        assert np.isfinite(kept.score_K).all(), name
        assert (np.diff(kept.index_K) > 0).all(), name
        assert 0 <= kept.index_K[0] <= kept.index_K[-1] < len(times_T), name
        np.testing.assert_array_equal(kept.time_K, times_T[kept.index_K], name)
        assert all(np.isfinite(curve.value).all() for curve in kept.curves.values()), name
