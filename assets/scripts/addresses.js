// Addresses: a button with data-hides-addresses hides them on every page of the portal, for pictures of the screen.
(() => {
  const KEY = "hides-addresses";
  const remembered = () => { try { return localStorage.getItem(KEY) === "yes"; } catch { return false; } };
  const show = hides => document.documentElement.classList.toggle(KEY, hides);

  document.addEventListener("click", event => {
    const button = event.target.closest("[data-hides-addresses]");
    if (!button) return;
    const hides = button.dataset.hidesAddresses === "yes";
    try { localStorage.setItem(KEY, hides ? "yes" : "no"); } catch { /* then for this page alone */ }
    show(hides);
    document.querySelector(`[data-hides-addresses="${hides ? "no" : "yes"}"]`)?.focus();
  });
  addEventListener("storage", event => { if (event.key === KEY) show(remembered()); });
  show(remembered());
})();
