// Reads {name: {card, fill, press}} from standard input, renders each card with Microsoft's own renderer and writes
// {name: {events, text, links, pressed, invalid}} to standard output.
//   fill:    values by input id, typed before anything is pressed
//   press:   titles of buttons to press, one after the other
//   events:  what parsing and validation complained about
//   text:    all that can be read in the end, complaints of inputs included
//   links:   addresses of everything that opens one, inside the text
//   markup:  elements that could run something
//   pictures: how many there are
//   pressed: the actions that were executed, with their data
"use strict";

const fs = require("node:fs");
const { JSDOM } = require("jsdom");

const { window } = new JSDOM("<!doctype html><body></body>");
for (const name of Object.getOwnPropertyNames(window)) {
  if (/^(HTML\w*Element|Element|Node|Event|KeyboardEvent|MouseEvent)$/.test(name)) global[name] = window[name];
}
global.window = window;
global.document = window.document;

// jsdom lays nothing out and so knows no innerText, by which the library sets every text.
Object.defineProperty(window.HTMLElement.prototype, "innerText", {
  get() {
    return this.textContent;
  },
  set(text) {
    this.textContent = text;
  },
});

const adaptive = require("adaptivecards/dist/adaptivecards.js"); // the one file of it that Node loads without a bundler

// The library leaves Markdown to its host. This is what Microsoft's own hosts do with it.
const markdown = require("markdown-it")();
adaptive.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text).trim();
  result.didProcess = true;
};

function check({ card, fill = {}, press = [] }) {
  const shown = new adaptive.AdaptiveCard();
  const context = new adaptive.SerializationContext(adaptive.Versions.v1_6);
  const pressed = [];
  shown.onExecuteAction = (action) => {
    pressed.push({ type: action.getJsonTypeName(), title: action.title, data: action.data, verb: action.verb, url: action.url });
  };
  adaptive.AdaptiveCard.langProperty.regEx.lastIndex = 0; // it remembers where the last card's language matched
  shown.parse(card, context);
  const events = [];
  for (let number = 0; number < context.eventCount; number++) events.push(context.getEventAt(number).message);
  for (const event of shown.validateProperties().validationEvents) events.push(event.message);
  const element = shown.render();
  window.document.body.replaceChildren(element);
  for (const [id, value] of Object.entries(fill)) type(find(shown, id), value);
  for (const title of press) {
    const buttons = [...element.querySelectorAll("button")].filter((each) => each.textContent === title && isShown(each));
    if (buttons.length !== 1) throw new Error(`${buttons.length} buttons called ${title}`);
    buttons[0].click();
  }
  return {
    events,
    text: element.textContent,
    links: [...element.querySelectorAll("a")].map((each) => each.href),
    markup: [...element.querySelectorAll("script, iframe, object, embed")].map((each) => each.outerHTML),
    pictures: element.querySelectorAll("img").length,
    pressed,
  };
}

function isShown(element) {
  for (let each = element; each; each = each.parentElement) if (each.style.display === "none") return false;
  return true;
}

function find(card, id) {
  const found = card.getAllInputs().find((input) => input.id === id);
  if (!found) throw new Error(`no input called ${id}`);
  return found;
}

function type(input, value) {
  const control = input.renderedInputControlElement;
  control.value = value;
  control.dispatchEvent(new window.Event("input"));
  control.dispatchEvent(new window.Event("change"));
}

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const answers = Object.fromEntries(Object.entries(asked).map(([name, each]) => [name, check(each)]));
process.stdout.write(JSON.stringify(answers));
