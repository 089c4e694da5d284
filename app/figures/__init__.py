"""Figures: one a file, each a pure function from values of `model.types` to a `go.Figure`."""
