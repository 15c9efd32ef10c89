// A console: our server opens it for one click, and the panel's own socket is spoken to from here. Nothing of it is kept.
const CONSOLE = {
  stays: 120000, // milliseconds after which we say again that somebody is here
  lines: 1000,
  later: "That did not work just now. Please try again in a minute.",
  gone: "The connection ended.",
};

function ConsoleEngine() {
  useEffect(() => holdConsole(document.getElementById("console")), []);
  return null;
}

function holdConsole(root) {
  const service = new URLSearchParams(location.search).get("id");
  const part = name => root.querySelector(`[data-part="${name}"]`);
  const stop = new AbortController();
  let session = null, line = null, turn = 0;

  class Refusal extends Error {}

  async function post(path, content) {
    const answer = await fetch(`/api/consoles${path}`, {
      method: "POST",
      headers: {"Content-Type": "application/json", Accept: "application/json"},
      body: JSON.stringify(content || {}),
    });
    if (answer.status === 204) return null;
    const told = await answer.json();
    if (answer.ok) return told;
    const here = encodeURIComponent(location.pathname + location.search);
    if (String(told.type).endsWith("#not_signed_in")) location.assign(`/login/?next=${here}`);
    throw new Refusal(told.detail || CONSOLE.later);
  }

  function tell(state, words) {
    root.dataset.state = state;
    part("status").textContent = words;
  }

  function end(state, words) {
    const ended = line;
    line = null;
    turn += 1;
    if (ended) ended.end();
    tell(state, words);
  }

  async function open() {
    end("connecting", "Connecting …");
    const mine = turn;
    try {
      const way = await post("", {service_id: service, session_id: session});
      session = way.session_id;
      if (stop.signal.aborted) return leave();
      if (mine !== turn) return;
      root.dataset.kind = way.kind;
      const held = await {vnc: screen, lines: lines, page: page}[way.kind](way, {
        is: () => mine === turn,
        end: (state, words) => { if (mine === turn) end(state, words); },
      });
      if (mine === turn) line = held;
      else held.end();
    } catch (error) {
      if (mine === turn) end("refused", error instanceof Refusal ? error.message : CONSOLE.later);
    }
  }

  function leave() {
    if (session) navigator.sendBeacon(`/api/consoles/${session}/leave`);
    session = null;
  }

  async function stay() {
    if (!session || root.dataset.state !== "open") return;
    try {
      await post(`/${session}/keep`);
    } catch (error) {
      if (!(error instanceof Refusal)) return; // a moment without a network is no reason to go
      session = null;
      end("closed", error.message);
    }
  }

  async function screen(way, on) {
    const {default: RFB} = await import("@novnc/novnc");
    const place = part("screen");
    const rfb = new RFB(place, way.url, {credentials: {password: way.password}, wsProtocols: ["binary"]});
    rfb.scaleViewport = true;
    rfb.background = "transparent";
    rfb.addEventListener("connect", () => {
      tell("open", "Connected.");
      rfb.focus();
    });
    rfb.addEventListener("securityfailure", () => on.end("refused", "The console did not accept us. Please reconnect."));
    let isThere = true;
    rfb.addEventListener("disconnect", () => {
      isThere = false;
      on.end("closed", CONSOLE.gone);
    });
    return {
      end: () => { if (isThere) rfb.disconnect(); },
      ctrlAltDel: () => rfb.sendCtrlAltDel(),
      release: () => rfb.blur(),
      focus: () => rfb.focus(),
      type: text => {
        for (const letter of text.replace(/\r\n?/g, "\n")) rfb.sendKey(keysym(letter), null);
      },
    };
  }

  const keysym = letter => {
    const code = letter.codePointAt(0);
    if (letter === "\n") return 0xff0d;
    if (letter === "\t") return 0xff09;
    return code < 0x100 ? code : 0x01000000 + code;
  };

  function lines(way, on) {
    const socket = new WebSocket(way.url);
    const say = (event, ...args) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({event, args}));
    };
    let greeted = false, renewing = false, tries = 0;

    async function renew() {
      if (renewing) return;
      if ((tries += 1) > 3) return on.end("refused", "The panel does not let us in. Please reconnect.");
      renewing = true;
      try {
        say("auth", (await post("", {service_id: service, session_id: session})).token);
      } catch (error) {
        on.end("closed", error instanceof Refusal ? error.message : CONSOLE.later);
      } finally {
        renewing = false;
      }
    }

    const hears = {
      "auth success": () => {
        tries = 0;
        if (greeted) return;
        greeted = true;
        part("log").textContent = "";
        tell("open", "Connected.");
        say("send logs", null);
        say("send stats", null);
      },
      status: state => { part("power").textContent = state; },
      stats: told => { part("figures").textContent = figures(JSON.parse(told)); },
      "token expiring": renew,
      "token expired": renew,
      "jwt error": renew,
    };
    for (const spoken of ["console output", "install output", "daemon message", "daemon error"]) hears[spoken] = write;
    socket.addEventListener("open", () => say("auth", way.token));
    socket.addEventListener("message", message => {
      const {event, args} = JSON.parse(message.data);
      if (on.is() && Object.hasOwn(hears, event)) hears[event](...(args || []));
    });
    socket.addEventListener("close", () => on.end(greeted ? "closed" : "refused", greeted ? CONSOLE.gone :
      "The console cannot be reached. Please try again in a minute."));
    return {end: () => socket.close(), command: text => say("send command", text)};
  }

  function page(way) {
    part("page").href = way.url;
    tell("open", "The panel has a console of its own.");
    return {end: () => {}};
  }

  function write(text) {
    const log = part("log");
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const row = document.createElement("div");
    row.textContent = String(text).replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replace(/[\r\n]+$/, "") || "\u00a0";
    log.append(row);
    while (log.childElementCount > CONSOLE.lines) log.firstElementChild.remove();
    if (follows) log.scrollTop = log.scrollHeight;
  }

  const figures = now => [
    `CPU ${Math.round(now.cpu_absolute || 0)}%`,
    `memory ${Math.round((now.memory_bytes || 0) / 1048576)} MB`,
    `disk ${Math.round((now.disk_bytes || 0) / 1048576)} MB`,
  ].join(" · ");

  const does = {
    reconnect: open,
    disconnect: () => {
      leave();
      end("closed", "Disconnected.");
    },
    "ctrl-alt-del": () => line?.ctrlAltDel?.(),
    "full-screen": () => part("screen").requestFullscreen(),
    paste: () => {
      const text = part("text");
      line?.type?.(text.value);
      text.value = "";
      line?.focus?.();
    },
  };

  const listen = (target, event, does, more) =>
    target.addEventListener(event, does, {signal: stop.signal, ...more});
  listen(root, "click", event => does[event.target.closest("[data-does]")?.dataset.does]?.());
  listen(part("command"), "submit", event => {
    event.preventDefault();
    const input = event.target.querySelector("input");
    if (input.value && line) line.command(input.value);
    input.value = "";
  });
  // Every key goes to the server, Tab too: these three give the keyboard back to the page.
  listen(root, "keydown", event => {
    if (!(event.ctrlKey && event.altKey && event.shiftKey)) return;
    line?.release?.();
    root.querySelector("[data-does=reconnect]").focus();
  }, {capture: true});
  listen(window, "pagehide", leave);
  listen(window, "pageshow", event => { if (event.persisted) open(); });
  const timer = setInterval(stay, CONSOLE.stays);
  open();
  return () => {
    clearInterval(timer);
    stop.abort();
    leave();
    end("closed", "");
  };
}
