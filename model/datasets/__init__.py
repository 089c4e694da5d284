"""Data sets: readers of published ones and the rendered Athletics benchmark."""
