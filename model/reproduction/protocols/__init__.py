"""Protocols, one a file, discovered: a new file in this folder is a new protocol."""
