"""Ids of what surrounds every page."""

URL = "url"
ROUTE = "route"  # where the browser is: pathname, search, theme, gutter
PAGE = "page"
NAVIGATION = "places"  # the links between pages; the browser marks the current one
THEME = "theme"  # light or dark; static/js/boot.js sets it when its button is clicked
THEME_BUTTON = "theme-button"
KEYS_BUTTON = "keys-button"
KEYS = "keys"
