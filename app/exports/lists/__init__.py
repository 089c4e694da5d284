"""The lists of pages as files: each a kind of record, written and read back."""
