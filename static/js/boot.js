// Runs before the page is painted: the theme, and the functions Dash calls in the browser.
// Everything else is loaded as a module when its page opens.
(() => {
  const root = document.documentElement;
  const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = localStorage.getItem("theme") ?? preferred;

  const here = new URL(".", document.currentScript.src);
  const narrow = matchMedia("(max-width: 800px)");

  function openKeys() {
    document.getElementById("keys").showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.target.closest("input, textarea, select")) return;
    if (!document.querySelector("dialog[open]")) openKeys();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    kairoscope: {
      route: (pathname) => ({
        pathname,
        search: location.search,
        theme: root.dataset.theme,
        gutter: narrow.matches ? 44 : 176,
      }),
      toggleTheme() {
        root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
        localStorage.setItem("theme", root.dataset.theme);
        return root.dataset.theme;
      },
      openKeys,
      openLibrary: async () => (await import(new URL("library.js", here))).open(),
      openVideo: async (state) => (await import(new URL("video.js", here))).open(state),
    },
  });

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close || event.target.matches("dialog[open]")) event.target.closest("dialog").close();
  });
})();
