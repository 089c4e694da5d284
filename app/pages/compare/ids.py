"""Ids of the page of two videos side by side; those of one side end in `-a` or `-b`."""

STATES = "compare-states"  # what the browser needs to know of both videos
QUERY = "compare-query"
OPENED = "compare-opened"
BUDGET = "compare-budget"  # frames that every method of both may keep; 0: each its own number
SCALED = "compare-scaled"  # whether both curves of phi have their maximum at 1
VIEW = "compare-view"  # the window of time that a side shows, the width of its gutter
SCORES = "compare-scores"
