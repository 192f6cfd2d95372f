// What changes elements, and leaves alone what has not changed: else screen readers and selections lose their place.

/** Text, and the number that it stands for where the element is a `data`. */
export function put(element, text, value = '') {
  if (element.textContent !== text) element.textContent = text;
  if (element instanceof HTMLDataElement) element.value = value;
}

/** An attribute that is undefined is none. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}

/** As many children as there are items, each shown by `show(child, item)`. */
export function list(parent, tag, items, show) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  for (const [index, item] of items.entries()) {
    const child = parent.children[index] ?? parent.appendChild(document.createElementNS(parent.namespaceURI, tag));
    show(child, item);
  }
}
