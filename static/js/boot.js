// Runs before the page is painted: the theme, and the functions Dash calls in the browser.
// Everything else is loaded as a module when its page opens.
(() => {
  const root = document.documentElement;
  const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = localStorage.getItem("theme") ?? preferred;

  const here = new URL(".", document.currentScript.src);
  const narrow = matchMedia("(max-width: 800px)");

  // Dash's graphs take Plotly where it is there or on its way: here the part of it that the figures
  // need, a third of what Dash would fetch when the first graph comes.
  let plotly = null;
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => (plotly ??= arrival(new URL("../vendor/plotly/plotly-cartesian-4.1.1.min.js", here))),
    set: (loaded) => { plotly = loaded; },
  });

  function arrival(address) {
    const script = Object.assign(document.createElement("script"), { src: address });
    document.head.append(script);
    return new Promise((loaded, failed) => {
      script.onload = loaded;
      script.onerror = () => { plotly = null; failed(new Error(`no answer from ${address}`)); };
    });
  }

  // Fetched while Dash starts: what the first page needs soon.
  const first = location.pathname;
  if (first.startsWith("/v/")) import(new URL("video.js", here));
  if (first === "/") import(new URL("library.js", here));
  if (/^\/(v\/|compare|cases\/|models|benchmarks)/.test(first)) window.Plotly.catch(() => {}); // a graph asks again

  // At the click itself, not in a callback of Dash, which a reload may overtake; the figures follow.
  function toggleTheme() {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    window.dash_clientside.set_props("theme", { data: root.dataset.theme });
  }

  function openKeys() {
    document.getElementById("keys").showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.target.closest("input, textarea, select")) return;
    if (!document.querySelector("dialog[open]")) openKeys();
  });

  // Mark the page that is open, or whose part is open, among the links between pages; the tab bears
  // its name until the page gives a better one.
  function markPlace(pathname) {
    document.title = "Kairoscope";
    for (const link of document.querySelectorAll("#places a")) {
      const exact = link.pathname === pathname, within = pathname.startsWith(`${link.pathname}/`);
      if (exact || within) {
        link.setAttribute("aria-current", exact ? "page" : "true");
        document.title = `${link.textContent} · Kairoscope`;
      } else link.removeAttribute("aria-current");
    }
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    kairoscope: {
      route(pathname) {
        markPlace(pathname);
        return {
          pathname,
          search: location.search,
          theme: root.dataset.theme,
          gutter: narrow.matches ? 44 : 176,
        };
      },
      whileVisible: (tick) => (document.hidden ? window.dash_clientside.no_update : tick),
      searchLibrary: async (text) => (await import(new URL("library.js", here))).search(text),
      openLibrary: async () => (await import(new URL("library.js", here))).open(),
      openBenchmarks: async () => (await import(new URL("benchmarks.js", here))).open(),
      openCases: async () => (await import(new URL("imports.js", here))).open(),
      openCompare: async (states) => (await import(new URL("compare.js", here))).open(states),
      openSystem: async () => (await import(new URL("system.js", here))).open(),
      openVideo: async (state) => (await import(new URL("video.js", here))).open(state),
    },
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("#theme-button")) toggleTheme();
    if (event.target.closest("#keys-button")) openKeys();
    const close = event.target.closest("[data-close]");
    if (close || event.target.matches("dialog[open]")) event.target.closest("dialog").close();
    const copied = event.target.closest("[data-copy]");
    if (copied) import(new URL("copy.js", here)).then(({ copy }) => copy(copied.dataset.copy));
  });
})();
