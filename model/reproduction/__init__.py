"""The paper's evaluation as a plan of tasks whose results become one document.

A protocol trains or measures one thing (protocols/), a task is a protocol with its options and
with the tasks whose results it takes (task.py), an experiment is a table or figure of the paper:
the tasks it wants and what it makes of their results (experiments/). `plan.py` runs tasks once
each, `document.py` is what page and report are drawn from.
"""
