// Moves one control of one widget for so many milliseconds; returns its new pictures a second.
async ([section, place, kind, ms]) => {
  const picture = section.querySelector(".glia-picture");
  const node = section.querySelector(".glia-controls").children[place];
  const input = node.matches("button") ? node : node.querySelector("input, select");
  let count = 0;
  let tell = () => {};
  const observer = new MutationObserver((records) => { count += records.length; tell(); });
  observer.observe(picture, { childList: true });
  const frame = () => new Promise(requestAnimationFrame);
  const answered = (patience) => new Promise((done) => {
    tell = done;
    setTimeout(done, patience);
  });
  const settled = async () => {
    let last = -1;
    while (last !== count) {
      last = count;
      await new Promise((done) => setTimeout(done, 160));
    }
  };
  const say = (event) => input.dispatchEvent(new Event(event, { bubbles: true }));
  const sliding = kind === "range";
  const places = sliding ? Math.round((input.max - input.min) / input.step) + 1
    : input.options?.length ?? 2;
  let at = sliding ? Math.round((input.value - input.min) / input.step) : input.selectedIndex;
  const home = at;
  let by = 1;
  const put = (to) => {
    at = to;
    if (sliding) { input.value = Number(input.min) + to * input.step; say("input"); }
    else { input.selectedIndex = to; say("change"); }
  };
  const turn = () => {
    if (kind === "toggle" || kind === "press") return input.click();
    if (at + by < 0 || at + by >= places) by = -by;
    put(at + by);
  };
  if (places < 2) return 0;

  const asked = answered(kind === "run" ? 5000 : 400); // the first may compile something
  if (kind === "run") input.click(); else turn();
  await asked;
  const first = count;
  const start = performance.now();
  while (performance.now() - start < ms && first) {
    // a long slider is dragged; where the way to and fro is short, two values would meet in one
    // message, so the next waits for the picture of the last
    const next = kind === "run" || (sliding && places > 4) ? frame() : answered(300);
    if (kind !== "run") turn();
    await next;
  }
  const rate = (count - first) / ((performance.now() - start) / 1000 || 1);
  if (kind === "run") input.click();
  if (kind === "range" || kind === "choice") put(home);
  await settled();
  observer.disconnect();
  return first ? rate : 0;
}
