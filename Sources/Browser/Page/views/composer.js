/** Where a question is put together: system prompt, earlier turns, pictures and words. */

import { fill, h, unique } from "../components/element.js";
import { pictureInput } from "../components/picture_input.js";
import { samples } from "./samples.js";

/**
 * @param {{app: object, chat: object, onChange: function(object), onAsk?: function(), title?: string}} options
 * @returns {{element: Element, paste: function(ClipboardEvent), focus: function()}}
 */
export function composer({ app, chat, onChange, onAsk, title = "Question" }) {
  let current = chat;
  const last = () => current.turns.at(-1);
  const element = h("section.composer.panel", { "aria-label": title });
  let input;
  let words;
  build();
  return { element, paste: (event) => input.paste(event), focus: () => words.focus() };

  function change(turn) {
    current = { ...current, turns: [...current.turns.slice(0, -1), { ...last(), ...turn }] };
    onChange(current);
  }

  function build() {
    input = pictureInput({
      label: "Add pictures", digests: last().pictures, pictures: app.pictures,
      onChange: (pictures) => change({ pictures }),
    });
    const id = unique("words");
    words = h("textarea", {
      id, rows: 2, placeholder: "What do you want to know?", value: last().text,
      on: {
        input: () => change({ text: words.value }), paste: (event) => input.paste(event),
        keydown: (event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            onAsk?.();
          }
        },
      },
    });
    const system = h("textarea", {
      rows: 2, value: current.system ?? "", "aria-label": "System prompt",
      on: {
        input: () => {
          const { system: _, ...rest } = current;
          current = system.value ? { ...rest, system: system.value } : rest;
          onChange(current);
        },
      },
    });
    fill(element,
      current.turns.length > 1 && h("ol.turns", { "aria-label": "Earlier turns" },
        current.turns.slice(0, -1).map((turn) => h(`li.${turn.role}`, null,
          h("span.role", null, turn.role === "user" ? "You" : "Model"),
          turn.pictures.length > 0 && h("span.thumbs", null, turn.pictures.map((digest) => thumb(app, digest))),
          h("bdi", null, turn.text)))),
      input.element,
      h("label.unseen", { for: id }, title), words,
      h("div.row", null,
        h("details", { open: Boolean(current.system) }, h("summary", null, "System prompt"), system),
        h("details.samples", {
          open: !current.turns.some(({ pictures }) => pictures.length),
          on: { toggle: ({ target }) => { if (target.open) show(target); } },
        },
          h("summary", null, "Pictures of the index"), h("div"))));
  }

  function show(details) {
    if (details.dataset.filled) return;
    details.dataset.filled = "yes";
    fill(details.lastElementChild, samples(app, async (blob) => {
      await input.add([blob]);
    }));
  }
}

/** A small image of a kept picture. */
export function thumb(app, digest) {
  const image = h("img.thumb", { alt: "picture", data: { digest } });
  app.pictures.url(digest).then((url) => { if (url) image.src = url; else image.alt = "not kept in this browser"; });
  return image;
}
