/**
 * Texts as sequences of code points (rule S1), on a runtime whose texts are UTF-16: lengths, cuts and order are those
 * that every other language gives.
 */

const LONE = /[\ud800-\udfff]/u;
const EACH_LONE = /[\ud800-\udfff]/gu;

/** Each lone surrogate is U+FFFD; all else as it was. */
export function wellFormed(text: string): string {
  return LONE.test(text) ? text.replace(EACH_LONE, '\ufffd') : text;
}

/** How many code points; a lone surrogate is one. */
export function length(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    if (isPair(text, at)) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}

/** Whether it has more than `most` code points; looks no further than it must. */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && (text.length > most * 2 || offset(text, most) < text.length);
}

/** The first `count` code points. */
export function first(text: string, count: number): string {
  return text.length <= count ? text : text.slice(0, offset(text, count));
}

/** The last `count` code points. */
export function last(text: string, count: number): string {
  if (text.length <= count) return text;
  let at = text.length;
  for (let left = count; left > 0 && at > 0; left -= 1) {
    at -= at > 1 && isPair(text, at - 2) ? 2 : 1;
  }
  return text.slice(at);
}

/** All but the last `count` code points. */
export function withoutLast(text: string, count: number): string {
  return text.slice(0, text.length - last(text, count).length);
}

/** Where the code point number `count` begins, in code units; the end of the text where it has no more. */
export function offset(text: string, count: number, from = 0): number {
  let at = from;
  for (let left = count; left > 0 && at < text.length; left -= 1) {
    at += isPair(text, at) ? 2 : 1;
  }
  return Math.min(at, text.length);
}

/** In lower case, `A` to `Z` alone: the Kelvin sign is no `k`. */
export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

/** The text without what of `chars` stands at its end. A pattern would start anew at each of them. */
export function trimmedEnd(text: string, chars: string): string {
  let end = text.length;
  while (end > 0 && chars.includes(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}

/** For `sort`: by code points, which is the order of the texts' bytes in UTF-8. */
export function compare(one: string, other: string): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    if (one.charCodeAt(at) === other.charCodeAt(at)) continue;
    const order = rank(one, at) - rank(other, at);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

/** Bytes of the text in UTF-8; a lone surrogate counts as U+FFFD. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (isPair(text, at)) {
      bytes += 2; // two units became four bytes
      at += 1;
    } else bytes += 2;
  }
  return bytes;
}

/** The text in UTF-8; a lone surrogate is U+FFFD. */
export function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(byteLength(text));
  let end = 0;
  for (let at = 0; at < text.length; at += 1) {
    let point = text.charCodeAt(at);
    if (isPair(text, at)) {
      point = 0x10000 + ((point - 0xd800) << 10) + (text.charCodeAt(at + 1) - 0xdc00);
      at += 1;
    } else if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) bytes[end++] = point;
    else {
      if (point < 0x800) bytes[end++] = 0xc0 | (point >> 6);
      else {
        if (point < 0x10000) bytes[end++] = 0xe0 | (point >> 12);
        else {
          bytes[end++] = 0xf0 | (point >> 18);
          bytes[end++] = 0x80 | ((point >> 12) & 0x3f);
        }
        bytes[end++] = 0x80 | ((point >> 6) & 0x3f);
      }
      bytes[end++] = 0x80 | (point & 0x3f);
    }
  }
  return bytes;
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** Halves of pairs stand for code points above all that one unit can write; a lone one is U+FFFD. */
function rank(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  return isPair(text, at) || isPair(text, at - 1) ? unit + 0x10000 : 0xfffd;
}
