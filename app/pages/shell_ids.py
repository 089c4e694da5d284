"""Ids of what surrounds every page."""

URL = "url"
ROUTE = "route"  # where the browser is: pathname, search, theme, gutter
PAGE = "page"
THEME = "theme"
THEME_BUTTON = "theme-button"
KEYS_BUTTON = "keys-button"
KEYS = "keys"
