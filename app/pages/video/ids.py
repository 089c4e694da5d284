"""Ids of the video page."""

STATE = "video-state"  # what the browser needs to know: video id, job id and state, duration
VIEW = "video-view"  # the window of time shown, the width of the gutter
OPENED = "video-opened"
SETTLED = "video-settled"  # set by the browser when the job ended
GREW = "video-grew"  # set by the browser when more scores are known
SCALED = "video-scaled"  # a button: pressed after an odd number of clicks
STATUS = "video-status"
NUMBERS = "video-numbers"
ACTION = "video-action"  # what was recognised
ROWS = "video-rows"
ATTENTION = "video-attention"
DIAGNOSTICS = "video-diagnostics"
COMPARISON = "video-comparison"
TOLERANCE = "video-tolerance"  # seconds by which a keyframe may miss a mark
MIXED = "video-mixed"  # how many of the discarded steps are mixed back in: a level
RECOGNISED = "video-recognised"
BUDGET = "video-budget"  # frames that every method may keep; 0: each its own number
