// The shared part of every widget's page side. It draws what Python computed and binds native
// controls to traits; it holds no mathematics. `bundle()` puts it in front of each view file.

// Every widget class has its own copy of this module, so a count alone would repeat in a page.
const gliaCopy = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
let gliaCount = 0;
const gliaId = () => `glia-${gliaCopy}-${++gliaCount}`;

function gliaMake(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  // JupyterLab's command-mode shortcuts (arrows, a, b, …) must leave a focused control alone; they
  // are looked up from the focused element outwards, so the mark has to be on the control itself.
  if (["input", "button", "select"].includes(tag)) node.dataset.lmSuppressShortcuts = "true";
  node.append(...children);
  return node;
}

// The outer box.
function gliaBox(el, label) {
  const box = gliaMake("section", { class: "glia", "aria-label": label });
  box.append(gliaMake("div", { class: "glia-title", "aria-hidden": "true" }, label));
  el.replaceChildren(box);
  return box;
}

function gliaSave(model, name, value) {
  if (model.get(name) === value) return;
  model.set(name, value);
  model.save_changes();
}

// A drag tells its places by messages of its own, two of them under way at a time, and its release
// is saved as any other change. ipywidgets would tell the next place only after the kernel's last
// word on this one, and on a stock server that word lies still for 40 ms unless the page sends
// something meanwhile.
function gliaDrag(model) {
  let away = 0;
  let latest = null;
  const go = () => {
    if (latest === null || away >= 2) return;
    model.send({ set: latest });
    away += 1;
    latest = null;
  };
  const answered = () => {
    away = Math.max(away - 1, 0);
    go();
  };
  model.on("change:answered", answered);
  return {
    to(name, value) {
      if (model.get(name) === value) return;
      model.set(name, value);
      latest = { ...latest, [name]: value };
      go();
    },
    release() {
      away = 0; // an answer that was lost holds up no further drag
      latest = null; // it is saved now
      model.save_changes();
    },
    stop: () => model.off("change:answered", answered),
  };
}

function gliaRangeOf(model, name) {
  return model.get("controls").find((c) => c.kind === "range" && c.name === name);
}

// Each maker returns {node, update, stop}: `update` follows the trait, `stop` cleans up.
const gliaControls = {
  range(model, spec) {
    const id = gliaId();
    const drag = gliaDrag(model);
    const input = gliaMake("input", {
      type: "range", id, min: spec.min, max: spec.max, step: spec.step,
      oninput: () => {
        const now = Number(input.value);
        // what turns pages that the page has needs no quick answer
        if (model.get("frame_by") === spec.name) gliaSave(model, spec.name, now);
        else drag.to(spec.name, now);
      },
      onchange: drag.release,
      onpointerup: drag.release, // back where it began it has not changed
    });
    const value = gliaMake("output", { for: id, class: "glia-value" });
    const update = () => {
      const now = gliaRangeOf(model, spec.name) ?? spec;
      input.min = now.min; input.max = now.max; input.step = now.step;
      input.value = model.get(spec.name);
      const words = now.shown
        ? now.shown[Math.round((input.valueAsNumber - now.min) / now.step)]
        : String(input.valueAsNumber).replace("-", "\u2212");
      value.textContent = words;
      input.setAttribute("aria-valuetext", words);
    };
    const label = gliaMake("label", { for: id }, spec.label);
    const node = gliaMake("div", { class: "glia-range" }, label, input, value);
    return { node, update, stop: drag.stop };
  },

  choice(model, spec) {
    const id = gliaId();
    const select = gliaMake("select", {
      id, onchange: () => gliaSave(model, spec.name, spec.options[select.selectedIndex][0]),
    });
    for (const [, words] of spec.options) select.append(gliaMake("option", {}, words));
    const update = () => {
      select.selectedIndex = spec.options.findIndex(([v]) => v === model.get(spec.name));
    };
    const label = gliaMake("label", { for: id }, spec.label);
    return { node: gliaMake("div", { class: "glia-choice" }, label, select), update };
  },

  // Told at every keystroke: the picture follows while one writes.
  entry(model, spec) {
    const id = gliaId();
    const input = gliaMake("input", {
      type: "text", id, maxlength: spec.longest, size: spec.size, spellcheck: "false",
      autocomplete: "off", oninput: () => gliaSave(model, spec.name, input.value),
    });
    const update = () => {
      // The cursor stays where it is while Python answers.
      if (document.activeElement !== input) input.value = model.get(spec.name);
    };
    const label = gliaMake("label", { for: id }, spec.label);
    return { node: gliaMake("div", { class: "glia-entry" }, label, input), update };
  },

  toggle(model, spec) {
    const input = gliaMake("input", {
      type: "checkbox", onchange: () => gliaSave(model, spec.name, input.checked),
    });
    const update = () => { input.checked = model.get(spec.name); };
    return { node: gliaMake("label", { class: "glia-toggle" }, input, spec.label), update };
  },

  move(model, spec) {
    const go = () => {
      const range = gliaRangeOf(model, spec.name);
      const next = model.get(spec.name) + spec.by * range.step;
      gliaSave(model, spec.name, Math.min(Math.max(next, range.min), range.max));
    };
    const button = gliaMake("button", { type: "button", onclick: go }, spec.label);
    const update = () => {
      const range = gliaRangeOf(model, spec.name);
      const now = model.get(spec.name);
      // aria-disabled keeps the focus where it is, `disabled` would throw it away
      const spent = spec.by > 0 ? now >= range.max : now <= range.min;
      button.setAttribute("aria-disabled", String(spent));
    };
    return { node: button, update };
  },

  jump(model, spec) {
    const button = gliaMake(
      "button", { type: "button", onclick: () => gliaSave(model, spec.name, spec.to) }, spec.label,
    );
    return { node: button, update() {} };
  },

  play(model, spec, live) {
    let timer = 0;
    const button = gliaMake("button", { type: "button", "aria-pressed": "false" }, spec.label);
    const stop = () => {
      clearInterval(timer); timer = 0;
      button.textContent = spec.label;
      button.setAttribute("aria-pressed", "false");
      live.busy(false);
    };
    const tick = () => {
      const range = gliaRangeOf(model, spec.name);
      const next = model.get(spec.name) + range.step;
      if (next > range.max) return stop();
      gliaSave(model, spec.name, next);
      if (next >= range.max) stop();
    };
    button.addEventListener("click", () => {
      if (timer) return stop();
      const range = gliaRangeOf(model, spec.name);
      if (model.get(spec.name) >= range.max) gliaSave(model, spec.name, range.min);
      button.textContent = "Pause";
      button.setAttribute("aria-pressed", "true");
      live.busy(true); // a screen reader hears the end, not every frame
      timer = setInterval(tick, spec.every);
    });
    return { node: button, update() {}, stop };
  },

  // Asks for one burst of work after the other: the next when the trait `counts` tells that the last
  // is done. Between two bursts the kernel is free, so Stop is obeyed at once.
  run(model, spec, live) {
    let on = false;
    let asked = null;
    const button = gliaMake("button", { type: "button", "aria-pressed": "false" }, spec.label);
    const turn = (to) => {
      on = to;
      button.textContent = on ? spec.stop : spec.label;
      button.setAttribute("aria-pressed", String(on));
      live.busy(on);
    };
    const ask = () => {
      asked = model.get(spec.counts);
      model.send({ press: spec.name });
    };
    button.addEventListener("click", () => {
      turn(!on);
      if (on) ask();
    });
    const update = () => {
      if (!on || model.get(spec.counts) === asked) return;
      if (model.get(spec.counts) < 0) turn(false); // Python has called it off
      else ask();
    };
    return { node: button, update, stop: () => turn(false) };
  },

  press(model, spec) {
    const button = gliaMake(
      "button", { type: "button", onclick: () => model.send({ press: spec.name }) }, spec.label,
    );
    return { node: button, update() {} };
  },
};

// The row of controls; returns {node, update, stop}.
function gliaControlRow(model, live) {
  const made = model.get("controls").map((spec) => gliaControls[spec.kind](model, spec, live));
  const node = gliaMake("div", { class: "glia-controls", role: "group", "aria-label": "Controls" });
  node.append(...made.map((m) => m.node));
  return {
    node,
    update: () => made.forEach((m) => m.update()),
    stop: () => made.forEach((m) => m.stop && m.stop()),
  };
}
