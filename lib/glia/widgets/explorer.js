// The view of glia.widgets.explorer.Explorer.

function render({ model, el }) {
  const box = gliaBox(el, model.get("label"));
  const picture = gliaMake("div", { class: "glia-picture" });
  const side = gliaMake("div", { class: "glia-side" });
  const say = gliaMake("div", { class: "glia-say", role: "status", "aria-live": "polite" });
  const error = gliaMake("pre", { class: "glia-error", role: "alert" });
  const live = { busy: (on) => say.setAttribute("aria-live", on ? "off" : "polite") };
  const row = gliaControlRow(model, live);
  const body = gliaMake("div", { class: "glia-body" }, picture, side);
  body.classList.toggle("glia-wide", model.get("wide"));
  box.append(body, row.node, say, error);

  const current = () => {
    const frames = model.get("frames");
    const by = model.get("frame_by");
    if (!by || !frames.length) return model.get("picture");
    return frames[Math.min(Math.max(model.get(by), 0), frames.length - 1)];
  };
  // A mark of the picture with data-trait stands for a place of that trait; a plane with data-plane
  // asks Python what a click there means, told in shares of its width and height.
  picture.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-trait]");
    if (mark) return gliaSave(model, mark.dataset.trait, Number(mark.dataset.value));
    const plane = event.target.closest("[data-plane]");
    if (!plane) return;
    const at = plane.getBoundingClientRect();
    const x = (event.clientX - at.left) / at.width;
    const y = (event.clientY - at.top) / at.height;
    model.send({ click: plane.dataset.plane, x, y });
  });
  let drawn = null;
  let behind = null;
  const draw = () => {
    row.update();
    const now = current();
    const message = model.get("error");
    if (error.textContent !== message) error.textContent = message;
    error.hidden = !message;
    const backdrop = model.get("backdrop");
    if (!now || (now === drawn && backdrop === behind)) return;
    drawn = now;
    behind = backdrop;
    picture.innerHTML = (now.svg ?? "").replace("<!--backdrop-->", () => backdrop);
    side.innerHTML = now.side ?? "";
    side.hidden = !now.side;
    say.textContent = now.say ?? "";
  };
  model.on("change", draw);
  draw();
  // A mark with data-hover takes its data-trait to its data-value as soon as it is pointed at.
  picture.addEventListener("pointermove", (event) => {
    const mark = event.target.closest("[data-hover]");
    if (mark) gliaSave(model, mark.dataset.trait, Number(mark.dataset.value));
  });
  // What scrolls must be reachable by keyboard; what does not scroll should be no extra stop.
  const sized = new ResizeObserver((parts) => parts.forEach(({ target }) => {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }));
  sized.observe(picture);
  sized.observe(side);
  return () => {
    sized.disconnect();
    row.stop();
    model.off("change", draw);
  };
}

export default { render };
