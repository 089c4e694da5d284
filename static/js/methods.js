// The choice of methods and their parameters: a form made from what each method says of itself.
import { call } from "./rest.js";

export class Methods {
  #dialog; #form; #onChosen; #known = [];

  // `onChosen(methods, attention)` hears {name: {parameter: value}} when the form is sent, and the
  // attention checkpoint, null for the one in use.
  constructor(dialog, onChosen, signal) {
    this.#dialog = dialog;
    this.#form = dialog.querySelector("form");
    this.#onChosen = onChosen;
    const on = (name, handler, options) => this.#form.addEventListener(name, handler, { signal, ...options });
    on("submit", (event) => this.#send(event));
    on("input", () => this.#changed());
    on("click", (event) => this.#click(event));
    on("invalid", (event) => event.target.closest("details").setAttribute("open", ""), { capture: true });
  }

  // Show the form as `current`, the methods and parameters of the analysis on the page, and
  // `attention`, its checkpoint.
  async open(current, attention) {
    const [methods, plugins, models] =
      await Promise.all(["/methods", "/plugins", "/models"].map((path) => call("GET", path)));
    this.#known = methods;
    const faults = plugins.filter(({ fault }) => fault).map(({ source, fault }) =>
      made("li", {}, [made("strong", { textContent: source }), ` was skipped: ${fault}`]));
    this.#dialog.querySelector(".faults").replaceChildren(...faults);
    this.#dialog.querySelector(".choices").replaceChildren(...methods.map((method) => entry(method, current[method.name])));
    this.#offer(models.filter(({ task, fault }) => task === "attention" && !fault), attention);
    this.#changed();
    this.#dialog.showModal();
  }

  // The attention checkpoints, where there is a choice.
  #offer(checkpoints, current) {
    const select = this.#form.elements.namedItem("@checkpoint");
    select.closest("label").hidden = checkpoints.length < 2;
    select.replaceChildren(...checkpoints.map(({ name, in_use: usual }) =>
      new Option(usual ? `${name} (in use)` : name, usual ? "" : name)));
    select.value = current ?? "";
    if (select.selectedIndex < 0) select.value = ""; // it is there no more
  }

  #click({ target }) {
    const wanted = target.dataset.choose;
    if (wanted) {
      for (const { name, default: usual } of this.#known) this.#box(name).checked = wanted === "all" || usual;
      this.#changed();
    }
    if (target.dataset.reset) {
      const { name, parameters } = this.#known.find((method) => method.name === target.dataset.reset);
      for (const parameter of parameters) set(this.#field(name, parameter), parameter.default);
      this.#changed();
    }
  }

  #send(event) {
    event.preventDefault();
    this.#dialog.close();
    const chosen = this.#known.filter(({ name }) => this.#box(name).checked);
    this.#onChosen(Object.fromEntries(chosen.map(({ name, parameters }) =>
      [name, Object.fromEntries(parameters.map((parameter) => [parameter.name, value(this.#field(name, parameter))]))])),
    this.#form.elements.namedItem("@checkpoint").value || null);
  }

  // Count the choice, and say which methods have other parameters than their own.
  #changed() {
    let chosen = 0;
    for (const { name, parameters } of this.#known) {
      chosen += this.#box(name).checked;
      const other = parameters.filter((parameter) => value(this.#field(name, parameter)) !== parameter.default).length;
      const entry = this.#form.querySelector(`[data-entry="${name}"]`);
      entry.classList.toggle("chosen", this.#box(name).checked);
      const summary = entry.querySelector("summary");
      if (summary) summary.textContent = `Parameters${other ? `, ${other} changed` : ""}`;
    }
    const send = this.#form.querySelector("[type=submit]");
    send.textContent = chosen ? `Analyse with ${chosen} ${chosen === 1 ? "method" : "methods"}` : "Choose a method";
    send.disabled = chosen === 0;
  }

  #box(name) { return this.#form.elements.namedItem(name); }
  #field(name, parameter) { return this.#form.elements.namedItem(`${name}.${parameter.name}`); }
}

function entry({ name, title, description, parameters }, current) {
  const box = made("input", { type: "checkbox", name, checked: current !== undefined });
  const summary = description.split("\n\n")[0].replaceAll("\n", " ");
  return made("li", {}, [
    made("label", { className: "method-choice" }, [box, made("strong", { textContent: title })]),
    made("p", { textContent: summary }),
    parameters.length ? details(name, parameters, current ?? {}) : "",
  ], { entry: name });
}

function details(name, parameters, current) {
  const fields = parameters.map((parameter) => field(name, parameter, current[parameter.name] ?? parameter.default));
  const reset = made("button", { type: "button", className: "button", textContent: "Defaults" }, [], { reset: name });
  return made("details", {}, [made("summary"), ...fields, reset]);
}

function field(method, parameter, current) {
  const { name, help, low, high, choices } = parameter;
  const id = `parameter-${method}-${name}`;
  const range = low === null && high === null ? "" : ` From ${low ?? "−∞"} to ${high ?? "∞"}.`;
  const input = control(parameter);
  Object.assign(input, { id, name: `${method}.${name}`, required: input.type === "number" });
  input.setAttribute("aria-describedby", `${id}-help`);
  set(input, current);
  return made("div", { className: "parameter" }, [
    made("label", { htmlFor: id, textContent: name.replaceAll("_", " ") }),
    input,
    made("p", { id: `${id}-help`, textContent: `${help}${choices.length ? "" : range}` }),
  ]);
}

function control({ type, low, high, choices }) {
  if (choices.length) return made("select", {}, choices.map((choice) => new Option(choice, choice)));
  if (type === "bool") return made("input", { type: "checkbox" });
  return made("input", { type: "number", step: type === "int" ? 1 : "any", min: low ?? "", max: high ?? "" });
}

function set(input, value) {
  if (input.type === "checkbox") input.checked = value;
  else input.value = value;
}

function value(input) {
  if (input.type === "checkbox") return input.checked;
  return input.type === "number" ? input.valueAsNumber : input.value;
}

function made(tag, properties = {}, children = [], data = {}) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}
