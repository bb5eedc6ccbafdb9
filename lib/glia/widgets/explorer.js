// The view of glia.widgets.explorer.Explorer.

function render({ model, el }) {
  const box = gliaBox(el, model.get("label"));
  const picture = gliaMake("div", { class: "glia-picture" });
  const side = gliaMake("div", { class: "glia-side" });
  const say = gliaMake("div", { class: "glia-say", role: "status", "aria-live": "polite" });
  const error = gliaMake("pre", { class: "glia-error", role: "alert" });
  const live = { busy: (on) => say.setAttribute("aria-live", on ? "off" : "polite") };
  const row = gliaControlRow(model, live);
  box.append(gliaMake("div", { class: "glia-body" }, picture, side), row.node, say, error);

  const current = () => {
    const frames = model.get("frames");
    const by = model.get("frame_by");
    if (!by || !frames.length) return model.get("picture");
    return frames[Math.min(Math.max(model.get(by), 0), frames.length - 1)];
  };
  let drawn = null;
  const draw = () => {
    row.update();
    const now = current();
    const message = model.get("error");
    if (error.textContent !== message) error.textContent = message;
    error.hidden = !message;
    if (!now || now === drawn) return;
    drawn = now;
    picture.innerHTML = now.svg ?? "";
    side.innerHTML = now.side ?? "";
    side.hidden = !now.side;
    say.textContent = now.say ?? "";
  };
  model.on("change", draw);
  draw();
  return () => {
    row.stop();
    model.off("change", draw);
  };
}

export default { render };
