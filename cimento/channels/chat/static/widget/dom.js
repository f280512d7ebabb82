/* Elements. All text enters the page as text nodes: HTML in a message is shown, never run. */

const ICONS = {
  alarm: "M12 3 1.8 20.5h20.4L12 3zM12 9.5v5M12 17.4v.6",
  back: "M11 5l-7 7 7 7M4 12h16",
  close: "M5 5l14 14M19 5 5 19",
  menu: "M4 6h16M4 12h16M4 18h16",
  phone: "M6 3l4 1 1 5-2 1.5a12 12 0 0 0 5 5L15.5 13l5 1 .5 4-2.5 3C11 21 3 13 3 6z",
  send: "M3 11.5 21 3l-6 18-4-8z",
};

/** Return those of some children that are there: `condition && el(…)` gives one or none. */
export const present = (children) => children.filter((child) => child != null && child !== false);

/** Return an element. `on…` attributes are listeners; false and null ones are left out. */
export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...present(children));
  return node;
}

export function button(label, onclick, attributes, ...before) {
  return el("button", { type: "button", onclick, ...attributes }, ...before, label);
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export const clock = (at) =>
  new Date(at).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });

export const day = (at) => new Date(at).toLocaleDateString("fr-FR", { dateStyle: "full" });
