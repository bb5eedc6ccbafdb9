// A picture whose parts can be clicked: `data-pick="row=2;column=3"` sets these traits.
// Further additions push functions ({ model, box, picture }) => stop onto gliaAdditions.

const gliaAdditions = [];

gliaAdditions.push(({ model, picture }) => {
  const pick = (event) => {
    const wish = event.target.closest?.("[data-pick]")?.dataset.pick;
    if (!wish) return;
    for (const pair of wish.split(";")) {
      const [name, value] = pair.split("=");
      model.set(name, Number(value));
    }
    model.save_changes();
  };
  // `data-pick-area="row,96,column,128,1"`: where the pointer is in an area of 96 rows and 128
  // columns that count from 1
  const drag = (event) => {
    const area = event.target.closest?.("[data-pick-area]");
    if (!area || (event.buttons & 1) === 0) return;
    const box = area.getBoundingClientRect();
    const [row, rows, column, columns, first] = area.dataset.pickArea.split(",");
    const place = (part, count) => (
      Math.min(Math.max(Math.floor(part * count), 0), count - 1) + Number(first)
    );
    model.set(row, place((event.clientY - box.top) / box.height, Number(rows)));
    model.set(column, place((event.clientX - box.left) / box.width, Number(columns)));
    model.save_changes();
    event.preventDefault();
  };
  const listeners = { click: pick, pointerdown: drag, pointermove: drag };
  for (const [name, listener] of Object.entries(listeners)) {
    picture.addEventListener(name, listener);
  }
  return () => {
    for (const [name, listener] of Object.entries(listeners)) {
      picture.removeEventListener(name, listener);
    }
  };
});

// A field of numbers, one input for each weight; the trait is a list, row by row.
gliaControls.matrix = (model, spec) => {
  const id = gliaId();
  const inputs = [];
  const save = () => {
    const now = inputs.map((input) => input.valueAsNumber);
    if (now.every(Number.isFinite)) {
      model.set(spec.name, now);
      model.save_changes();
    }
  };
  const field = gliaMake("div", { class: "glia-matrix", role: "group", "aria-labelledby": id });
  field.style.gridTemplateColumns = `repeat(${spec.columns}, 4.4em)`;
  for (let place = 0; place < spec.rows * spec.columns; place += 1) {
    const row = Math.floor(place / spec.columns) + 1;
    const input = gliaMake("input", {
      type: "number", step: spec.step, oninput: save,
      "aria-label": `row ${row}, column ${(place % spec.columns) + 1}`,
    });
    inputs.push(input);
    field.append(input);
  }
  const update = () => model.get(spec.name).forEach((value, place) => {
    // what is being typed stays as it is typed
    if (inputs[place].valueAsNumber !== value) inputs[place].value = String(value);
  });
  const label = gliaMake("div", { id }, spec.label);
  return { node: gliaMake("div", { class: "glia-matrix-box" }, label, field), update };
};

function gliaRenderPointed({ model, el }) {
  const stop = render({ model, el });
  const box = el.querySelector(".glia");
  const picture = el.querySelector(".glia-picture");
  const stops = gliaAdditions.map((add) => add({ model, box, picture }));
  return () => { stop(); stops.forEach((f) => f && f()); };
}
