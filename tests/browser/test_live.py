"""Following an analysis where the server will not stream it, and where news comes fast."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

FOLLOW = """async () => {
  const {watch} = await import("/static/js/live.js");
  const seen = [];
  const end = await new Promise(onEnd => watch(
    "j", {onProgress: job => seen.push(job.progress), onEnd}, new AbortController().signal));
  return [seen, end];
}"""


def job(progress: float, state: str = "running") -> dict[str, Any]:
    return {"progress": progress, "state": state}


def event(name: str, state: dict[str, Any]) -> str:
    return f"retry: 1000\nevent: {name}\ndata: {json.dumps(state)}\n\n"


@pytest.fixture
def follow(page: Page, site: str) -> Any:
    """What a page sees of a job whose event stream and state are answered as given, in turn."""

    def run(streams: list[dict[str, Any]], states: list[dict[str, Any]]) -> Any:
        def answer(answers: list[dict[str, Any]]) -> Any:
            rest = iter(answers)
            return lambda route: _fulfil(route, next(rest))

        page.route("**/analyses/j/events", answer(streams))
        page.route("**/analyses/j", answer(states))
        return page.evaluate(FOLLOW)

    page.goto("/")
    yield run
    page.unroute_all()


def _fulfil(route: Route, answer: dict[str, Any]) -> None:
    route.fulfill(**answer)


def test_a_refused_stream_becomes_questions(follow: Any, errors: list[str]) -> None:
    done = job(1, "done")
    states = [{"json": job(0.1)}, {"status": 503}, {"json": job(0.4)}, {"json": done}]
    assert follow([{"status": 429}], states) == [[0.1, 0.4], done]
    assert all("429" in error or "503" in error for error in errors)
    errors.clear()


def test_a_job_that_is_gone_ends(follow: Any, errors: list[str]) -> None:
    assert follow([{"status": 404}], [{"status": 404, "json": {}}]) == [[], None]
    errors.clear()


def test_the_newest_of_many_states_is_shown(follow: Any) -> None:
    burst = "".join(event("progress", job(tenths / 10)) for tenths in range(1, 6))
    streams = [
        {"body": burst, "content_type": "text/event-stream"},
        {"body": event("end", job(1, "done")), "content_type": "text/event-stream"},
    ]
    seen, end = follow(streams, [])
    assert seen[-1] == 0.5
    assert len(seen) <= 2
    assert end == job(1, "done")
