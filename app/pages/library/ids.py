"""Ids of the library page."""

GRID = "library-grid"
QUERY = "library-query"
MORE = "library-more"
TICK = "library-tick"
CHANGED = "library-changed"
MOUNT = "library-mount"
OPENED = "library-opened"
