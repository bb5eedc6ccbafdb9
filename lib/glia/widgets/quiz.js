// The view of glia.widgets.quiz.Quiz: native radio buttons, one explanation a choice. It marks by
// itself, so an exported page needs no kernel.

function render({ model, el }) {
  const box = gliaBox(el, model.get("title"));
  const group = gliaId();
  const questions = model.get("questions");
  const score = gliaMake("p", { class: "glia-quiz-score", role: "status" });

  const rows = questions.map((question, number) => {
    const why = gliaMake("p", { class: "glia-quiz-why", role: "status" });
    const field = gliaMake("fieldset", { class: "glia-quiz" },
      gliaMake("legend", {}, `${number + 1}. ${question.text}`));
    const inputs = question.choices.map((choice, index) => {
      const id = `${group}-${number}-${index}`;
      const input = gliaMake("input", {
        type: "radio", name: `${group}-${number}`, id,
        onchange: () => {
          const chosen = [...model.get("chosen")];
          chosen[number] = index;
          model.set("chosen", chosen);
          model.save_changes();
        },
      });
      field.append(gliaMake("div", { class: "glia-quiz-choice" }, input,
        gliaMake("label", { for: id }, choice.text)));
      return input;
    });
    field.append(why);
    box.append(field);
    return { inputs, why };
  });
  box.append(score);

  const write = (node, words) => { if (node.textContent !== words) node.textContent = words; };
  const mark = () => {
    const chosen = model.get("chosen");
    let right = 0;
    let open = 0;
    questions.forEach(({ choices }, number) => {
      const { inputs, why } = rows[number];
      const choice = choices[chosen[number]];
      inputs.forEach((input, index) => {
        input.checked = index === chosen[number];
        input.parentElement.dataset.mark = !input.checked ? "" : choice.right ? "right" : "wrong";
      });
      if (!choice) { open += 1; write(why, ""); return; }
      right += choice.right ? 1 : 0;
      write(why, `${choice.right ? "✓" : "✗ Not yet."} ${choice.why}`);
    });
    const rest = open ? ` · ${open} still open` : "";
    write(score, `${right} of ${questions.length} right${rest}`);
  };

  mark();
  model.on("change:chosen", mark);
  return () => model.off("change:chosen", mark);
}

export default { render };
