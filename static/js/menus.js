// Menus close on Escape, and on a click anywhere else.
export function closeMenus(signal) {
  const close = (target) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
  };
  document.addEventListener("click", ({ target }) => close(target), { signal });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && close(null), { signal });
}
