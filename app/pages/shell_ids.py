"""Ids of what surrounds every page."""

URL = "url"
ROUTE = "route"  # where the browser is: pathname, search, theme, gutter
PAGE = "page"
NAVIGATION = "places"  # the links between pages; the browser marks the current one
THEME = "theme"
THEME_BUTTON = "theme-button"
KEYS_BUTTON = "keys-button"
KEYS = "keys"
