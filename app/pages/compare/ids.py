"""Ids of the page of two videos side by side."""

STATES = "compare-states"  # what the browser needs to know of both videos
QUERY = "compare-query"
OPENED = "compare-opened"
