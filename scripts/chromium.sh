#!/bin/sh
# Install Chromium for the browser tests where that is allowed (root, apt). Elsewhere, and where it
# fails, the tests themselves skip with a line that names the package, or fail under
# KAIROSCOPE_REQUIRE_BROWSER=1.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
echo "kairoscope: installing Chromium for the browser tests" >&2
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null || true
