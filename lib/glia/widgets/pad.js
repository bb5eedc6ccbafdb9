// A pad of pixels to draw on, by pointer or by keyboard. The trait `ink` holds two hexadecimal
// digits a pixel, row by row; `rubber` turns the pen into a rubber. Python does all the rest.

gliaAdditions.push(({ model, box, picture }) => {
  const side = model.get("side");
  const size = 252;
  const cell = size / side;
  const canvas = gliaMake("canvas", {
    width: size, height: size, tabindex: "0", role: "application", class: "glia-pad",
    "aria-label": `drawing pad of ${side} by ${side} pixels: arrow keys move, space lowers and `
      + "lifts the pen, Delete wipes the pad",
  });
  canvas.dataset.lmSuppressShortcuts = "true";
  const where = gliaMake("output", { class: "glia-pad-where" });
  const hint = gliaMake("div", {}, "Draw with the mouse or a finger. Keyboard: arrows, space, Delete.");
  const column = gliaMake("div", { class: "glia-pad-box" }, canvas, hint, where);
  picture.parentElement.prepend(column);
  const brush = canvas.getContext("2d");

  let pixels = new Uint8Array(side * side);
  let sent = null; // what this page said last; anything else came from Python
  let cursor = { row: Math.floor(side / 2), column: Math.floor(side / 2) };
  let penDown = false;
  let focused = false;

  const read = () => {
    const text = model.get("ink");
    if (text === sent) return;
    sent = text;
    pixels = Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  };
  // One message at a time: the next one leaves when the picture for the last has come, so that a
  // slow kernel draws late strokes together instead of falling behind.
  let waiting = 0;
  let timer = 0;
  let dirty = false;
  let before = null;
  const flush = () => {
    waiting = 0;
    dirty = false;
    before = model.get("picture");
    sent = Array.from(pixels, (value) => value.toString(16).padStart(2, "0")).join("");
    timer = setTimeout(landed, 500);
    model.set("ink", sent);
    model.save_changes();
  };
  const send = () => {
    dirty = true;
    if (!waiting && !timer) waiting = requestAnimationFrame(flush);
  };
  const landed = () => {
    clearTimeout(timer);
    timer = 0;
    if (dirty) send();
  };
  const paint = () => {
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, size, size);
    pixels.forEach((value, place) => {
      if (!value) return;
      const grey = 255 - value;
      brush.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      brush.fillRect((place % side) * cell, Math.floor(place / side) * cell, cell, cell);
    });
    if (!focused) return;
    brush.lineWidth = 3;
    brush.setLineDash(penDown ? [] : [4, 3]);
    brush.strokeStyle = "#0072b2";
    brush.strokeRect(cursor.column * cell, cursor.row * cell, cell, cell);
    brush.setLineDash([]);
  };
  // A soft round pen, about two pixels wide: (x, y) in pixels of the pad.
  const dot = (x, y) => {
    const rubber = model.get("rubber");
    for (let row = Math.floor(y - 2); row <= y + 2; row += 1) {
      for (let column = Math.floor(x - 2); column <= x + 2; column += 1) {
        if (row < 0 || column < 0 || row >= side || column >= side) continue;
        const far = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const ink = Math.round(255 * Math.min(Math.max(1.75 - far, 0), 1));
        const place = row * side + column;
        pixels[place] = rubber ? Math.min(pixels[place], 255 - ink) : Math.max(pixels[place], ink);
      }
    }
  };
  const stroke = (from, to) => {
    const steps = Math.max(Math.ceil(2 * Math.hypot(to.x - from.x, to.y - from.y)), 1);
    for (let step = 1; step <= steps; step += 1) {
      const part = step / steps;
      dot(from.x + part * (to.x - from.x), from.y + part * (to.y - from.y));
    }
    paint();
    send();
  };

  let last = null;
  const at = (event) => {
    const area = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - area.left) / area.width) * side,
      y: ((event.clientY - area.top) / area.height) * side,
    };
  };
  const press = (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    stroke(last, last);
  };
  const drag = (event) => {
    if (!last) return;
    const moves = event.getCoalescedEvents?.() ?? []; // all points since the last painted frame
    for (const moved of moves.length ? moves : [event]) {
      const next = at(moved);
      stroke(last, next);
      last = next;
    }
  };
  const lift = () => { last = null; };

  const centre = () => ({ x: cursor.column + 0.5, y: cursor.row + 0.5 });
  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const key = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const before = centre();
    if (event.key in arrows) {
      const [down, right] = arrows[event.key];
      cursor = {
        row: Math.min(Math.max(cursor.row + down, 0), side - 1),
        column: Math.min(Math.max(cursor.column + right, 0), side - 1),
      };
      if (penDown) stroke(before, centre());
    } else if (event.key === " ") {
      penDown = !penDown;
      if (penDown) stroke(before, before);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      pixels = new Uint8Array(side * side);
      send();
    } else return;
    event.preventDefault();
    where.textContent = `row ${cursor.row + 1}, column ${cursor.column + 1}, `
      + `pen ${penDown ? "down" : "up"}`;
    paint();
  };
  const focus = () => { focused = canvas.matches(":focus-visible"); paint(); };
  const blur = () => { focused = false; penDown = false; paint(); };

  const listeners = {
    pointerdown: press, pointermove: drag, pointerup: lift, pointercancel: lift,
    keydown: key, focus, blur,
  };
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener);
  const changed = () => {
    if (timer && model.get("picture") !== before) landed();
    if (!dirty) read();
    paint();
  };
  model.on("change", changed);
  changed();
  return () => {
    cancelAnimationFrame(waiting);
    clearTimeout(timer);
    model.off("change", changed);
  };
});
