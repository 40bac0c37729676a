/** How large a picture says it is, read from its first bytes: a small file may unpack to gigabytes. */

/** Bytes in which a size is looked for; a JPEG's stands behind its colour profile and its own small picture. */
const HEAD = 1 << 18;
const [SOI, DHT, JPG, DAC, RST0, RST7] = [0xd8, 0xc4, 0xc8, 0xcc, 0xd0, 0xd7];

/**
 * @param {Blob} blob PNG, JPEG, WebP, GIF or BMP
 * @returns {Promise<{width: number, height: number}|null>} null where it is none of them, or does not say so early
 */
export async function declaredSize(blob) {
  const view = new DataView(await blob.slice(0, HEAD).arrayBuffer());
  const letters = (start, count) => {
    const bytes = new Uint8Array(view.buffer).subarray(start, start + count);
    return String.fromCharCode(...bytes);
  };
  try {
    if (letters(1, 3) === "PNG") return { width: view.getUint32(16), height: view.getUint32(20) };
    if (letters(0, 3) === "GIF") return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (letters(0, 2) === "BM") {
      return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
    }
    if (letters(0, 4) === "RIFF" && letters(8, 4) === "WEBP") return ofWebP(view, letters(12, 4));
    return view.getUint16(0) === 0xff00 + SOI ? ofJPEG(view) : null;
  } catch {
    // The file is shorter than its header.
    return null;
  }
}

function ofWebP(view, kind) {
  if (kind === "VP8X") {
    const three = (at) => view.getUint16(at, true) + view.getUint8(at + 2) * 65536 + 1;
    return { width: three(24), height: three(27) };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: (bits >>> 14 & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** From the first frame's header, SOFn. */
function ofJPEG(view) {
  let at = 2;
  for (;;) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at += 1;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![DHT, JPG, DAC].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += marker >= RST0 && marker <= RST7 ? 2 : 2 + view.getUint16(at + 2);
  }
}
