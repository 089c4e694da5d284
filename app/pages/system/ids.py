"""Ids of the system page."""

MOUNT = "system-mount"
OPENED = "system-opened"
BODY = "system-live"  # what changes while one looks
TICK = "system-tick"
LOOK = "system-look"  # set by the browser every two seconds while the page is visible
SHOWN = "system-shown"  # a digest of what each live section shows

QUEUE = "system-queue"
WORKERS = "system-workers"
FAILURES = "system-failures"
DISK = "system-disk"
PLATFORM = "system-platform"
LIVE = (QUEUE, WORKERS, FAILURES, DISK, PLATFORM)
