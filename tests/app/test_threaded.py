"""Callbacks of the pages run beside the event loop, with Dash's context at hand."""

import asyncio
import threading

import httpx
import pytest
from dash import Input, Output, ctx, dcc, html
from fastapi import FastAPI

from app.api.problems import log_callback_error
from app.threaded import ThreadedDash


def call(dash_app, value):
    body = {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "in", "property": "value", "value": value}],
        "changedPropIds": ["in.value"],
    }

    async def post():
        transport = httpx.ASGITransport(dash_app.server)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.post("/_dash-update-component", json=body)

    return asyncio.run(post())


@pytest.fixture
def dash_app():
    app = ThreadedDash(__name__, server=FastAPI(), on_error=log_callback_error)
    app.layout = html.Div([dcc.Input(id="in"), html.Div(id="out")])
    return app


def test_plain_functions_run_in_a_thread(dash_app):
    @dash_app.callback(Output("out", "children"), Input("in", "value"))
    def show(value):
        elsewhere = threading.current_thread() is not threading.main_thread()
        return f"{value} {ctx.triggered_id} {elsewhere}"

    response = call(dash_app, "a").json()["response"]
    assert response["out"]["children"] == "a in True"


def test_coroutines_stay_on_the_loop(dash_app):
    @dash_app.callback(Output("out", "children"), Input("in", "value"))
    async def show(value):
        return threading.current_thread() is threading.main_thread()

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
