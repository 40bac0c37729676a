/** Numbers as the wire has them. */

/** A list, or a tensor `{shape, dtype: "float32", base64}`, as a list. */
export function list(numbers) {
  if (Array.isArray(numbers)) return numbers;
  const bytes = Uint8Array.from(atob(numbers.base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
}
