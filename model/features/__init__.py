"""The one pass over a clip: per-frame descriptors, each computed once, shared by all methods."""
