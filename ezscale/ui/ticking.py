"""A clock in the browser: something is asked again and again while somebody looks at the page."""

from typing import Any

import reflex as rx

TICKER = """
function Ticker({ every, onTick }) {
  const latest = useRef(onTick);
  latest.current = onTick;
  useEffect(() => {
    let last = Date.now();
    const tick = () => {
      if (document.visibilityState !== "visible") return;
      last = Date.now();
      latest.current();
    };
    const shown = () => { if (Date.now() - last >= every * 1000) tick(); };
    const timer = setInterval(tick, every * 1000);
    document.addEventListener("visibilitychange", shown);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [every]);
  return null;
}
"""


class Ticker(rx.Component):
    """Shows nothing; `on_tick` happens every so many seconds while its page is seen, and at once when it is seen again."""

    tag = "Ticker"
    every: rx.Var[int]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]  # Reflex's own way

    def add_imports(self) -> dict[str, Any]:
        """What the script uses of React."""
        return {"react": ["useEffect", "useRef"]}

    def add_custom_code(self) -> list[str]:
        """The script itself."""
        return [TICKER]


ticker = Ticker.create
