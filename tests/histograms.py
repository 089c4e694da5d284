"""What the descriptor `histogram` holds, from rows that a test makes up."""

import numpy as np

from model.features.types import HISTOGRAM_REACH


def products(rows_TD):
    """(T, 50): inner products of each row with the rows up to 49 before it, 0 beyond the first."""
    found_TL = np.zeros((len(rows_TD), HISTOGRAM_REACH))
    for lag in range(min(HISTOGRAM_REACH, len(rows_TD))):
        found_TL[lag:, lag] = (rows_TD[lag:] * rows_TD[: len(rows_TD) - lag]).sum(axis=1)
    return found_TL
