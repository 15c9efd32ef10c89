// Passkeys: a button with data-passkey asks our server what to sign, the browser's passkey signs it, the server looks.
(() => {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function post(address, content) {
    const answer = await fetch(address, {
      method: "POST",
      headers: {"Content-Type": "application/json", Accept: "application/json"},
      body: JSON.stringify(content),
    });
    const told = await answer.json();
    if (answer.ok) return told;
    const here = encodeURIComponent(location.pathname + location.search);
    if (String(told.type).endsWith("#not_confirmed")) location.assign(`/confirm/?next=${here}`);
    else if (String(told.type).endsWith("#not_signed_in")) location.assign(`/login/?next=${here}`);
    throw new Refusal(told.detail);
  }

  class Refusal extends Error {}

  const described = list => (list || []).map(key => ({...key, id: bytes(key.id)}));

  async function make(options) {
    return navigator.credentials.create({publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: {...options.user, id: bytes(options.user.id)},
      excludeCredentials: described(options.excludeCredentials),
    }});
  }

  async function sign(options) {
    return navigator.credentials.get({publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    }});
  }

  function told(key) {
    const response = {clientDataJSON: text(key.response.clientDataJSON)};
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
      if (key.response[part]) response[part] = text(key.response[part]);
    if (key.response.getTransports) response.transports = key.response.getTransports();
    return {id: key.id, rawId: text(key.rawId), type: key.type, response};
  }

  async function use(button) {
    const address = `/api/passkeys/${button.dataset.passkey}`;
    const name = document.getElementById("passkey-name");
    const options = await post(`${address}/options`, {});
    const key = await (button.dataset.passkey === "register" ? make(options) : sign(options));
    const next = new URLSearchParams(location.search).get("next") || "";
    const answer = await post(address, {credential: told(key), next, name: name ? name.value : ""});
    location.assign(answer.next);
  }

  // The socket of a page keeps the cookie that it was opened with. When this browser has a newer one, since somebody has
  // logged in in another tab, the page that asks to log in is loaded anew and leads on by itself.
  let asked = false;
  async function look() {
    if (!document.querySelector("[data-visitor]")) asked = false;
    else if (!asked) {
      asked = true;
      const last = Number(sessionStorage.getItem("looked") || 0);
      const answer = await fetch("/api/session", {headers: {Accept: "application/json"}});
      if (!answer.ok || !(await answer.json()).signed_in || Date.now() - last < 10000) return;
      sessionStorage.setItem("looked", String(Date.now()));
      location.reload();
    }
  }
  new MutationObserver(look).observe(document.documentElement, {childList: true, subtree: true});
  look();

  document.addEventListener("click", async event => {
    const button = event.target.closest("[data-passkey]");
    if (!button) return;
    event.preventDefault();
    const problem = document.getElementById("passkey-problem");
    problem.textContent = "";
    button.disabled = true;
    try {
      if (!window.PublicKeyCredential) throw new Refusal("This browser does not know passkeys.");
      await use(button);
    } catch (error) {
      problem.textContent = error instanceof Refusal ? error.message : "No passkey was used. You can try again.";
    } finally {
      button.disabled = false;
    }
  });
})();
