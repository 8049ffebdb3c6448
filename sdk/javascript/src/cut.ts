import { first, isLonger } from './codepoints.js';

/** Stands at the end of what was cut, and in the place of what was dropped. */
export const CUT = '... [truncated]';

/** L1: `text`, or of one of more than `limit` code points its beginning and the mark, `limit` long together. */
export function cut(text: string, limit: number): string {
  return isLonger(text, limit) ? first(text, limit - CUT.length) + CUT : text;
}
