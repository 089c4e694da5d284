"""Ids of the library page."""

GRID = "library-grid"
QUERY = "library-query"
MORE = "library-more"
TICK = "library-tick"
REST = "library-rest"  # ticks once, for the cards below the first screen
CHANGED = "library-changed"  # the browser changed something: look again
MOUNT = "library-mount"
OPENED = "library-opened"
VIEW = "library-view"  # the address's query: what to show, and in which order
SHOWN = "library-shown"  # what the cards show now
EXPORT = "library-export"
COUNT = "library-count"
STORAGE = "library-storage"
TAGS = "library-tags"
KNOWN_TAGS = "library-known-tags"
