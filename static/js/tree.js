// Builds content that the page has as data (app/pages/benchmarks/plain.py).

const built = new WeakMap(); // by element, the data that its content was built from

// Of every element below `root` that has such content and not yet, or has other content now.
export function build(root) {
  for (const element of root.querySelectorAll("[data-tree]")) {
    const { tree } = element.dataset;
    if (built.get(element) === tree) continue;
    built.set(element, tree);
    element.replaceChildren(...JSON.parse(tree).map(node));
  }
}

function node(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, attributes, ...children] = tree, element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map(node));
  return element;
}
