"""Callbacks of the pages run beside the event loop, with Dash's context at hand."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from dash import Input, Output, ctx, dcc, html
from fastapi import FastAPI

from app.api.problems import log_callback_error
from app.threaded import ThreadedDash


def loop():
    """The event loop that runs in this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def call(dash_app, value):
    body = {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "in", "property": "value", "value": value}],
        "changedPropIds": ["in.value"],
    }

    async def post():
        dash_app.loop = loop()
        transport = httpx.ASGITransport(dash_app.server)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.post("/_dash-update-component", json=body)

    with ThreadPoolExecutor(1) as apart:  # Playwright leaves this thread with a loop that runs
        return apart.submit(asyncio.run, post()).result()


@pytest.fixture
def dash_app():
    app = ThreadedDash(__name__, server=FastAPI(), on_error=log_callback_error)
    app.layout = html.Div([dcc.Input(id="in"), html.Div(id="out")])
    return app


def test_plain_functions_run_in_a_thread(dash_app):
    @dash_app.callback(Output("out", "children"), Input("in", "value"))
    def show(value):
        return f"{value} {ctx.triggered_id} {loop()}"

    response = call(dash_app, "a").json()["response"]
    assert response["out"]["children"] == "a in None"


def test_coroutines_stay_on_the_loop(dash_app):
    @dash_app.callback(Output("out", "children"), Input("in", "value"))
    async def show(value):
        return loop() is dash_app.loop

    assert call(dash_app, "a").json()["response"]["out"]["children"] is True


def test_a_failing_callback_says_nothing_and_is_logged(dash_app, caplog):
    @dash_app.callback(Output("out", "children"), Input("in", "value"))
    def show(value):
        raise ZeroDivisionError("a secret of the server")

    response = call(dash_app, "a")
    assert response.status_code == 500
    assert "secret" not in response.text
    [record] = [record for record in caplog.records if record.name == "app.api.problems"]
    assert record.exc_info[0] is ZeroDivisionError
