"""The Python client: a Kairoscope server from scripts and notebooks (docs/client.md).

Needs the extra `client`: httpx for the connection, pandas for the tables.
"""

from app.client.result import Result, figure, keyframes_frame, steps_frame
from app.client.server import Kairoscope, progress_line

__all__ = ["Kairoscope", "Result", "figure", "keyframes_frame", "progress_line", "steps_frame"]
