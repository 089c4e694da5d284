// What is done to the cards that are selected, or to one: delete with a way back, analyse again, tag.
import { count } from "./format.js";
import { act, notice } from "./notice.js";
import { call } from "./rest.js";
import { TagsDialog } from "./tags.js";

const AT_ONCE = 4; // requests

const ids = (cards) => cards.map((card) => card.dataset.video);
const ended = (videos, analyses, is, are) => {
  if (!analyses) return "";
  if (videos === 1) return ` Its analysis ${is} stopped.`;
  return analyses === 1 ? ` 1 analysis ${is} stopped.` : ` ${analyses} analyses ${are} stopped.`;
};
const named = (cards) => (cards.length === 1 ? `“${cards[0].dataset.name}”` : count(cards.length, "video"));

export class Actions {
  #selection; #changed; #tags;
  #deletion = null; // the one that is still on its way

  constructor(selection, changed, signal) {
    this.#selection = selection;
    this.#changed = changed;
    this.#tags = new TagsDialog(changed, signal);
  }

  tag(cards) {
    if (cards.length) this.#tags.open(cards);
  }

  async delete(cards) {
    if (!cards.length) return;
    const gone = ids(cards), name = named(cards), verb = cards.length === 1 ? "is" : "are";
    const deletion = this.#deletion = { unwanted: false };
    this.#focusBeside(cards);
    this.#selection.hide(gone, true);
    try {
      const { stopped } = await call("POST", "/videos/delete", { ids: gone });
      const undo = () => this.#restore(gone, stopped, name);
      if (deletion.unwanted) return undo();
      notice(`${name} ${verb} deleted.${ended(cards.length, stopped.length, "is", "are")}`, { label: "Undo", act: undo });
    } catch (error) {
      this.#selection.hide(gone, false);
      notice(`${name} ${verb} not deleted. ${error.message}`, { label: "Try again", act: () => this.delete(cards) });
    } finally {
      if (this.#deletion === deletion) this.#deletion = null;
    }
    this.#changed();
  }

  // What the notice offers, or a deletion that has not been answered yet; whether there was anything.
  undo() {
    if (!this.#deletion) return act();
    return this.#deletion.unwanted = true;
  }

  async #restore(gone, stopped, name) {
    try {
      const { missing } = await call("POST", "/videos/restore", { ids: gone });
      this.#selection.hide(gone, false);
      if (missing.length) notice(`${count(missing.length, "video")} could not be brought back: the time for it is over.`);
      else if (stopped.length) {
        notice(`${name} restored.${ended(gone.length, stopped.length, "was", "were")}`, { label: "Analyse again", act: () => this.#analyse(stopped) });
      } else notice(`${name} restored.`);
    } catch (error) {
      notice(`${name} not restored. ${error.message}`, { label: "Try again", act: () => this.#restore(gone, stopped, name) });
    }
    this.#changed();
  }

  // By the default methods; what was analysed by them already is not done again.
  analyse(cards) {
    return this.#analyse(ids(cards));
  }

  async #analyse(videos) {
    const waiting = [...videos], problems = [];
    let queued = 0, known = 0;
    const work = async () => {
      while (waiting.length) {
        try {
          const job = await call("POST", "/analyses", { video_id: waiting.shift() });
          if (["queued", "running"].includes(job.state)) queued += 1;
          else known += 1;
        } catch (error) {
          problems.push(error.message);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const said = [];
    if (queued) said.push(queued === 1 ? "1 analysis is queued." : `${queued} analyses are queued.`);
    if (known) said.push(`${count(known, "video")} ${known === 1 ? "has" : "have"} this analysis already.`);
    if (problems.length) said.push(`${problems.length} could not be queued: ${problems[0]}`);
    notice(said.join(" "));
    this.#changed();
  }

  // The focus goes to the card after those that vanish.
  #focusBeside(cards) {
    const all = this.#selection.cards;
    const inside = cards.some((card) => card.contains(document.activeElement));
    const bulk = document.getElementById("bulk").contains(document.activeElement);
    if (!inside && !bulk) return;
    const last = all.indexOf(cards.at(-1));
    const left = (card) => !cards.includes(card);
    const next = all.slice(last + 1).find(left) ?? all.slice(0, last).findLast(left);
    (next?.querySelector("h2 a") ?? document.getElementById("library-query")).focus();
  }
}
