"""The only users of codecs: probing, decoding, optical flow and browser previews.

Files from strangers are opened in child processes only (`*_child.py`), which are limited in memory,
CPU and files, speak a small protocol over a pipe (`child.py`) and die with their parent.
"""
