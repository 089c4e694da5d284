"""Dash whose callbacks run in threads.

On FastAPI it would run them on the event loop, and one slow figure would hold up every upload and
event stream.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from anyio.to_thread import run_sync
from dash import Dash


class ThreadedDash(Dash):
    """Dash on FastAPI; callbacks that are plain functions are awaited in a thread."""

    def callback(self, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """As `Dash.callback`."""
        register = super().callback(*args, **kwargs)

        def decorate(function: Callable[..., Any]) -> Any:
            if inspect.iscoroutinefunction(function):
                return register(function)

            @functools.wraps(function)
            async def in_thread(*values: Any, **named: Any) -> Any:
                return await run_sync(functools.partial(function, *values, **named))

            return register(in_thread)

        return decorate
