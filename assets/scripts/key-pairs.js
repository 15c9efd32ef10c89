// SSH key pairs: a button with data-key-pair makes an Ed25519 pair in the browser. The private half is handed to the person
// as a file and goes nowhere else; the public half is written into the form beside the button, whose person sends it.
(() => {
  const words = text => new TextEncoder().encode(text);
  const number = value => new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
  const joined = parts => {
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
  };
  const string = part => joined([number(part.length), part]);
  const base64 = part => btoa(String.fromCharCode(...part));
  const unbase64 = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));

  function padded(part) {
    const missing = (8 - part.length % 8) % 8;
    return joined([part, Uint8Array.from({length: missing}, (_, place) => place + 1)]);
  }

  // The format of openssh-key-v1, without a passphrase: see PROTOCOL.key of OpenSSH.
  function privateFile(seed, open, blob, comment) {
    const check = crypto.getRandomValues(new Uint8Array(4));
    const secret = joined([
      check, check, string(words("ssh-ed25519")), string(open), string(joined([seed, open])), string(words(comment)),
    ]);
    const none = string(words("none"));
    const whole = joined([
      words("openssh-key-v1\0"), none, none, string(words("")), number(1), string(blob), string(padded(secret)),
    ]);
    const lines = base64(whole).match(/.{1,70}/g).join("\n");
    return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
  }

  function hand(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], {type: "application/octet-stream"}));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function make(form) {
    const pair = await crypto.subtle.generateKey({name: "Ed25519"}, true, ["sign", "verify"]);
    const seed = unbase64((await crypto.subtle.exportKey("jwk", pair.privateKey)).d);
    const open = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const blob = joined([string(words("ssh-ed25519")), string(open)]);
    const name = form.elements.namedItem("name").value.trim();
    const comment = name.replace(/[^\w.@ -]+/g, "").trim() || "ssh key";
    const file = `id_ed25519_${comment.replace(/[^\w.-]+/g, "_").toLowerCase()}`;
    const line = form.elements.namedItem("line");
    hand(file, privateFile(seed, open, blob, comment));
    line.value = `ssh-ed25519 ${base64(blob)} ${comment}`;
    line.dispatchEvent(new Event("input", {bubbles: true}));
    return `The private key is in the file ${file}, which your browser has just saved. Keep it safe: it was not sent to us, ` +
      "and cannot be had again. Now add its public half.";
  }

  document.addEventListener("click", async event => {
    const button = event.target.closest("[data-key-pair]");
    if (!button) return;
    const told = button.parentElement.querySelector("[data-key-pair-told]");
    button.disabled = true;
    try {
      told.textContent = await make(button.form);
    } catch {
      told.textContent = "This browser cannot make Ed25519 keys. Run ssh-keygen -t ed25519 on your computer, and paste the line " +
        "from the file that ends in .pub.";
    } finally {
      button.disabled = false;
    }
  });
})();
