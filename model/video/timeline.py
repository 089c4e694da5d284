"""Frame times that can be trusted: from 0, strictly increasing, close to the file's."""

from dataclasses import dataclass

SMALLEST_STEP_S = 0.001
RESTART_S = 1.0


@dataclass
class Timeline:
    """Turns timestamps (s, or None where the file has none) into strictly increasing times from 0.

    The repair rule, counted in `repaired`: a missing time is one nominal frame after the one
    before; a time that is not after the one before is put 1 ms after it; a time more than a second
    back is a restarted clock, and from there on all times are shifted to go on one nominal frame
    later.
    """

    nominal_s: float = 0.04
    repaired: int = 0
    _offset_s: float | None = None
    _last_s: float = 0.0

    def place(self, stamp_s: float | None) -> float:
        """The time of the next frame in presentation order, in seconds."""
        if self._offset_s is None:
            self.repaired += stamp_s is None
            self._offset_s = stamp_s or 0.0
            return 0.0
        time_s = None if stamp_s is None else stamp_s - self._offset_s
        if time_s is None or stamp_s is None:
            time_s = self._last_s + self.nominal_s
            self.repaired += 1
        elif time_s < self._last_s - RESTART_S:
            time_s = self._last_s + self.nominal_s
            self._offset_s = stamp_s - time_s
            self.repaired += 1
        elif time_s < self._last_s + SMALLEST_STEP_S / 2:
            time_s = self._last_s + SMALLEST_STEP_S
            self.repaired += 1
        self._last_s = time_s
        return time_s
