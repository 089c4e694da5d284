"""How quick the pages are: a server and a library of its own, measured in Chromium."""
