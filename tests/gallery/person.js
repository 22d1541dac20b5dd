// Somebody in front of one element: presses, chooses and types as people do, and waits for what comes of it. Nothing
// here knows a word of any language.

const PATIENCE = 20_000;

/** What somebody may write, too long for some fields. */
export const LONG = "Bussen kom ikke, og så kom den likevel, men da hadde jeg gått hjem. ";

// Promises what `look` finds, as soon as it finds something below this node.
export function until(below, what, look) {
  return new Promise((resolve, reject) => {
    let observer;
    const end = (settle, value) => {
      clearTimeout(tired);
      observer.disconnect();
      settle(value);
    };
    const tired = setTimeout(() => end(reject, new Error(`waited in vain for ${what}`)), PATIENCE);
    const see = () => {
      const found = look();
      if (found) end(resolve, found);
    };
    observer = new MutationObserver(see);
    observer.observe(below, { childList: true, subtree: true, attributes: true, characterData: true });
    see();
  });
}

// What is put off until the next picture has happened once this comes.
export const settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

const fire = (target, name) => target.dispatchEvent(new Event(name, { bubbles: true, composed: true }));

export class Person {
  constructor(element) {
    this.element = element;
  }

  get root() {
    return this.element.shadowRoot;
  }

  all(selector) {
    return [...this.root.querySelectorAll(selector)];
  }

  sees(selector, place = 0) {
    return until(this.root, selector, () => this.all(selector)[place]);
  }

  seesNo(selector) {
    return until(this.root, `no ${selector}`, () => this.all(selector).length === 0);
  }

  async presses(selector, place = 0) {
    (await this.sees(selector, place)).click();
  }

  /** Past the welcome. */
  async starts() {
    await this.presses(".svar-page > .svar-actions .svar-button--primary");
    await this.sees("#device-own");
  }

  /** Past the question about the device, to the first page of questions. */
  async begins(device = "shared") {
    await this.starts();
    await this.presses(`#device-${device}`);
    await this.presses("[type=submit]");
    await this.seesNo("#device-own");
    await this.sees(".svar-form");
  }

  // Every question of the page, the rows of a scale one by one.
  question(place) {
    const each = (question) => !question.querySelector(".svar-scale");
    const found = this.all(".svar-form .svar-question, .svar-form .svar-scale-row").filter(each)[place];
    if (!found) throw new Error(`expected a question ${place + 1}, found none`);
    return found;
  }

  chooses(place, option) {
    this.question(place).querySelectorAll(".svar-option-input")[option].click();
  }

  selects(place, option) {
    const list = this.question(place).querySelector("select");
    list.selectedIndex = option + 1;
    fire(list, "change");
  }

  types(place, text) {
    const field = this.question(place).querySelector("input[type=text], textarea");
    field.value = text;
    fire(field, "input");
  }

  slides(place, value) {
    const range = this.question(place).querySelector("input[type=range]");
    range.value = value;
    fire(range, "input");
  }

  /** Ranks what stands at these places among what is left. */
  async ranks(...places) {
    for (const [done, place] of places.entries()) {
      await this.presses(".svar-ranking-add", place);
      await this.sees(".svar-ranking-row", done);
    }
  }

  focuses(place) {
    this.question(place).querySelector("input, select, textarea, button").focus({ focusVisible: true });
  }

  /** Tries to leave the page. */
  async goesOn() {
    await this.presses("[type=submit]");
  }

  /** To the overview, whatever is open. */
  async comesToTheReview() {
    while (!this.root.querySelector(".svar-review")) {
      const heading = this.root.querySelector("h1");
      await this.goesOn();
      // The overview has its heading before the rest of it, which is in the part that comes later.
      const led = () =>
        this.root.querySelector(".svar-review, .svar-summary") ||
        (this.root.querySelector("h1") !== heading && this.root.querySelector("[type=submit]"));
      await until(this.root, "the next page", led);
    }
  }

  async sends() {
    await this.comesToTheReview();
    await this.presses(".svar-button--primary");
    await this.seesNo(".svar-review");
  }
}
