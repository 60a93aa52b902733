// Small parts of the page: elements, dialogs.
export function el(tag, { text, on, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name === "cls" ? "class" : name, value === true ? "" : value);
  }
  if (text !== undefined) made.textContent = text;
  for (const [name, heard] of Object.entries(on ?? {})) made.addEventListener(name, heard);
  made.append(...children.filter(Boolean));
  return made;
}

// A dialog of the browser's own: the focus stays within, Escape closes it; resolves with the button's value, "" if closed.
export function dialog(title, content, buttons) {
  return new Promise((resolve) => {
    const id = "d" + Math.random().toString(36).slice(2);
    const box = el("dialog", { "aria-labelledby": id },
      el("form", { method: "dialog" },
        el("h2", { id, text: title }), ...content,
        el("div", { cls: "row-of" }, ...buttons.map(([value, text, cls]) => el("button", { value, cls: cls ?? "plain", text })))));
    box.addEventListener("close", () => { resolve(box.returnValue); box.remove(); });
    document.body.append(box);
    box.showModal();
    (box.querySelector("input, select") ?? box.querySelector("button"))?.focus();
  });
}

export function field(label, input, hint) {
  const id = input.id || "f" + Math.random().toString(36).slice(2);
  input.id = id;
  return el("label", { for: id, cls: "label-field" }, el("span", { text: label }), input, hint && el("small", { text: hint }));
}
