"""Mount a widget's real ES module on a bare page, with a model that only remembers."""

import json

MODEL = """
(state) => {
  const listeners = [];
  window.sent = [];
  window.saves = 0;
  window.model = {
    get: (name) => state[name],
    set: (name, value) => {
      state[name] = value;
      listeners.filter(([event]) => event === "change" || event === `change:${name}`)
        .forEach(([, f]) => f());
    },
    save_changes: () => { window.saves += 1; },
    send: (message) => window.sent.push(message),
    on: (event, f) => listeners.push([event, f]),
    off: (event, f) => {
      listeners.splice(listeners.findIndex(([e, g]) => e === event && g === f), 1);
    },
    listeners,
  };
}
"""
MOUNT = """
async ({ source, style }) => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const module = await import(url);
  window.unmount = await module.default.render({ model: window.model, el: document.body });
}
"""


def mount(page, widget):
    """Show ``widget``'s page side on ``page``; what it sends and saves ends in window variables."""
    page.goto("about:blank")
    page.evaluate("document.documentElement.lang = 'en'; document.title = 'widget'")
    state = {name: getattr(widget, name) for name in widget.keys if not name.startswith("_")}
    plain = {k: v for k, v in state.items() if _is_plain(v)}
    page.evaluate(MODEL, plain)
    page.evaluate(MOUNT, {"source": widget._esm, "style": widget._css})


def _is_plain(value):
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
