/** What a window would have asked to open a context that another client opened. */

const ROLES = new Set(["user", "assistant"]);

/**
 * Reads a context of a session as a conversation, whose parts are opened in the same order and with the same roles.
 * @param {object} context of a SavedSession
 * @param {Map<string, string>} digests what the pictures that can be shown are called here, by their SHA-256
 * @returns {{conversation?: object, reason?: string}} `reason` says in words why the context is not that of the
 *   conversation, or why there is none
 */
export function conversationOf({ parts, chat, appended }, digests) {
  if (chat.template !== "model" || chat.addGenerationPrompt !== true) {
    return { reason: "the chat template is applied in another way than windows do" };
  }
  let system;
  const turns = [];
  let isOpen = false;
  for (const [number, { role, text, picture, reading }] of parts.entries()) {
    if (role === "system" && number === 0 && text) {
      system = text;
      continue;
    }
    if (!ROLES.has(role)) return { reason: `the role ${role} stands where windows have none` };
    if (reading) return { reason: "a picture is read in a way that windows do not offer" };
    if (picture === undefined && !text) return { reason: "a text is empty" };
    if (picture !== undefined && !digests.has(picture)) return { reason: "a picture cannot be shown in this browser" };
    // Pictures stand before their turn's text, which ends it.
    if (!isOpen || turns.at(-1).role !== role) turns.push({ role, text: "", pictures: [] });
    if (picture === undefined) turns.at(-1).text = text;
    else turns.at(-1).pictures.push(digests.get(picture));
    isOpen = picture !== undefined;
  }
  if (turns.at(-1)?.role !== "user") return { reason: "it does not end with a question" };
  const conversation = { ...(system ? { system } : {}), turns };
  return { conversation, reason: appended.length ? "an answer was appended that no window asked for" : undefined };
}
