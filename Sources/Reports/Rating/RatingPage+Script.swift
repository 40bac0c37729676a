extension RatingPage {
  /// The page's only script. What a rater has answered lies in `state`; where the browser lets it,
  /// it is kept for the next visit.
  package static let script = """
    "use strict";
    (() => {
      const sheet = JSON.parse(document.getElementById("sheet").textContent);
      const storeName = "lucarne-rating-" + sheet.sheet;
      const element = (id) => document.getElementById(id);
      const answers = ["yes", "no", "unclear"];
      const keys = { 1: "yes", y: "yes", 2: "no", n: "no", 3: "unclear", u: "unclear" };
      const state = { rater: "", place: 0, answers: {} };

      /// Answers by rater, as several may share a computer; and who answered last.
      const memory = () => {
        try {
          const kept = JSON.parse(localStorage.getItem(storeName));
          if (kept && typeof kept.raters === "object") return kept;
        } catch { /* nothing is kept, or what is kept is damaged */ }
        return { last: "", raters: {} };
      };
      const known = new Set(sheet.items.map((item) => item.id));
      const recall = (rater) => {
        const kept = Object.entries(memory().raters["rater " + rater] || {});
        return Object.fromEntries(
          kept.filter(([id, answer]) => known.has(id) && answers.includes(answer)));
      };
      const keep = () => {
        try {
          const kept = memory();
          kept.last = state.rater;
          kept.raters["rater " + state.rater] = state.answers;
          localStorage.setItem(storeName, JSON.stringify(kept));
          return true;
        } catch { return false; }
      };
      /// The first question without an answer from a place on; their number where none is.
      const firstOpen = (from) => {
        const found = sheet.items.findIndex(
          (item, place) => place >= from && !state.answers[item.id]);
        return found < 0 ? sheet.items.length : found;
      };
      const count = () => Object.keys(state.answers).length;
      const show = (name) => {
        for (const id of ["start", "ask", "end"]) element(id).hidden = id !== name;
      };

      const excerpt = (text) => {
        const line = document.createElement("p");
        line.className = "excerpt";
        text.split(/(⟦[^⟧]*⟧)/).forEach((part) => {
          const isMarked = part.startsWith("⟦") && part.endsWith("⟧");
          const piece = document.createElement(isMarked ? "mark" : "span");
          piece.textContent = isMarked ? part.slice(1, -1) : part;
          line.append(piece);
        });
        return line;
      };
      const picture = (bytes, place) => {
        const image = document.createElement("img");
        image.src = "data:image/png;base64," + bytes;
        image.alt = "Picture " + (place + 1) + ", dark where nothing is lit";
        return image;
      };

      const ask = () => {
        if (state.place >= sheet.items.length) return finish();
        const item = sheet.items[state.place];
        show("ask");
        element("place").textContent = (state.place + 1) + " of " + sheet.items.length;
        element("progress").value = count();
        element("examples").replaceChildren(
          ...item.pictures.map(picture), ...item.excerpts.map(excerpt));
        element("text").textContent = item.text;
        element("question").textContent = item.pictures.length
          ? "Does this text say what the lit regions share?"
          : "Does this text say what the marked words share?";
        for (const button of document.querySelectorAll("[data-answer]")) {
          button.setAttribute("aria-pressed",
            String(state.answers[item.id] === button.dataset.answer));
        }
        element("back").disabled = state.place === 0;
      };
      const answer = (value) => {
        if (element("ask").hidden || !sheet.items[state.place]) return;
        state.answers[sheet.items[state.place].id] = value;
        if (!keep()) {
          element("kept").textContent =
            "· this browser keeps nothing: save before you close the page";
        }
        state.place += 1;
        ask();
      };
      const back = () => {
        state.place = Math.max(0, Math.min(state.place, sheet.items.length) - 1);
        ask();
      };
      const later = () => {
        state.place += 1;
        ask();
      };
      const finish = () => {
        show("end");
        const open = sheet.items.length - count();
        element("done").textContent = open
          ? count() + " of " + sheet.items.length + " questions answered"
          : "All " + sheet.items.length + " questions answered";
        element("missing").textContent = open
          ? "You can save what you have, or go back to the " + open + " without an answer."
          : "Save your answers now. The file has no pictures, only your name and your answers.";
        element("save").disabled = count() === 0;
      };

      /// What is saved: the answers in the order of the sheet.
      const result = () => ({
        form: "lucarne rating answers", version: 1, sheet: sheet.sheet, rater: state.rater,
        answers: sheet.items.filter((item) => state.answers[item.id])
          .map((item) => ({ item: item.id, answer: state.answers[item.id] })),
      });
      const save = () => {
        const text = JSON.stringify(result(), null, 1) + "\\n";
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
        link.download = "answers-" + (state.rater.replace(/[^A-Za-z0-9]+/g, "-")
          .replace(/^-|-$/g, "") || "rater") + ".json";
        link.click();
        element("saved").hidden = false;
      };

      element("begin").addEventListener("submit", (event) => {
        event.preventDefault();
        const name = element("rater").value.trim().replace(/\\s+/g, " ");
        if (!name) return;
        state.rater = name;
        state.answers = recall(name);
        keep();
        state.place = firstOpen(0);
        ask();
      });
      for (const button of document.querySelectorAll("[data-answer]")) {
        button.addEventListener("click", () => answer(button.dataset.answer));
      }
      element("back").addEventListener("click", back);
      element("next").addEventListener("click", later);
      element("stop").addEventListener("click", finish);
      element("save").addEventListener("click", save);
      element("again").addEventListener("click", () => {
        const open = firstOpen(0);
        state.place = open < sheet.items.length ? open : sheet.items.length - 1;
        ask();
      });
      document.addEventListener("keydown", (event) => {
        if (element("ask").hidden || event.ctrlKey || event.altKey || event.metaKey) return;
        const given = keys[event.key.toLowerCase()];
        if (given) answer(given);
        else if (event.key === "ArrowLeft") back();
        else if (event.key === "ArrowRight") later();
        else return;
        event.preventDefault();
      });

      const last = String(memory().last || "");
      element("rater").value = last;
      const answered = last ? Object.keys(recall(last)).length : 0;
      if (answered) {
        element("resumed").hidden = false;
        element("resumed").textContent = last + " has answered " + answered + " of "
          + sheet.items.length + " questions on this computer.";
      }
    })();
    """
}
