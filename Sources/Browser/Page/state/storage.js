/** What is kept in this browser from one visit to the next. A browser may forbid it, or have no room. */

/** @returns {string|null} null where nothing is kept, or the browser keeps it to itself */
export function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @returns {boolean} whether it will be there after a reload */
export function keep(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
