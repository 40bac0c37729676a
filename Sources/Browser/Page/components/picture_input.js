import { fill, h, unique } from "./element.js";
import { notice } from "./notice.js";

/**
 * Pictures that are dropped, pasted or chosen, with small images of those that are there.
 * @param {{label: string, digests: string[], pictures: PictureStore, onChange: function(string[])}} options
 * @returns {{element: Element, paste: function(ClipboardEvent), show: function(string[])}}
 */
export function pictureInput({ label, digests, pictures, onChange }) {
  const input = h("input.unseen", {
    type: "file", accept: "image/png,image/jpeg,image/webp,image/gif,image/bmp", multiple: true, id: unique("pictures"),
    on: { change: async () => { await add([...input.files]); input.value = ""; } },
  });
  const row = h("ul.thumbs", { "aria-label": "Pictures of this turn" });
  const words = h("div");
  const zone = h("div.drop", null,
    row,
    h("label.button", { for: input.id }, label), input,
    h("span.soft", null, "or drop or paste them here"), words);
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    add([...event.dataTransfer.files]);
  });
  let current = [...digests];
  show(current);

  async function add(files) {
    fill(words);
    const found = [];
    for (const file of files) {
      try {
        found.push(await pictures.add(file));
      } catch (error) {
        fill(words, notice(error));
      }
    }
    if (!found.length) return;
    current = [...current, ...found];
    show(current);
    onChange(current);
  }

  async function show(wanted) {
    current = [...wanted];
    const urls = await Promise.all(wanted.map((each) => pictures.url(each)));
    if (wanted.join() !== current.join()) return;
    fill(row, wanted.map((digest, number) => h("li", null,
      urls[number] ? h("img", { src: urls[number], alt: `Picture ${number + 1}`, data: { digest } })
        : h("span.missing", null, "not kept in this browser"),
      h("button.remove", {
        type: "button", "aria-label": `Take out picture ${number + 1}`,
        on: {
          click: () => {
            current = current.filter((_, each) => each !== number);
            show(current);
            onChange(current);
          },
        },
      }, "×"))));
  }

  return {
    element: zone,
    show,
    add,
    paste(event) {
      const files = [...event.clipboardData?.files ?? []].filter(({ type }) => type.startsWith("image/"));
      if (!files.length) return;
      event.preventDefault();
      add(files);
    },
  };
}
