/** Lists of features that are kept in this browser: choose, take away, export, import. */

import { download, fill, h } from "../components/element.js";
import { notice } from "../components/notice.js";

/** @param {{onChoose: function(string)}} options */
export function listPanel(app, { onChoose }) {
  const { lists, address } = app;
  const words = h("div");
  const element = h("section.panel.lists", { "aria-label": "Lists" });
  const file = h("input.unseen", {
    type: "file", accept: "application/json", id: "list-file",
    on: {
      change: async () => {
        fill(words);
        try {
          lists.imported(await file.files[0].text());
          show();
        } catch (error) {
          fill(words, notice(error));
        }
        file.value = "";
      },
    },
  });
  show();
  return element;

  function show() {
    const chosen = address.get("list", lists.names[0]);
    fill(element,
      lists.names.length ? h("ul.chips", null, lists.names.map((name) => h("li", null,
        h("button.chip", {
          type: "button", "aria-pressed": String(name === chosen),
          on: { click: () => { onChoose(name); show(); } },
        }, h("bdi", null, name), h("small", null, ` ${lists.features(name).length}`)),
        h("button.remove", {
          type: "button", "aria-label": `Delete the list ${name}`,
          on: { click: () => { lists.remove(name); show(); onChoose(undefined); } },
        }, "×")))) : h("p.soft", null, "There are no lists yet. A feature's page puts it into one."),
      h("div.row", null,
        h("button", {
          type: "button", disabled: !lists.names.length,
          on: { click: () => download("feature-lists.json", lists.exported(), "application/json") },
        }, "Export"), h("label.button", { for: "list-file" }, "Import"), file), words);
  }
}
