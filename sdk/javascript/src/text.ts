/** C: text from outside, made so that it does nothing where GitHub shows it. */
import { trimmedEnd, wellFormed } from './codepoints.js';
import { cut } from './cut.js';

/** C2. */
const HIDDEN = new RegExp(
  '[\\0-\\x08\\v-\\x1f\\x7f-\\x9f\\xad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890-\\u0891\\u08e2\\u115f-\\u1160' +
    '\\u17b4-\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ue000-\\uf8ff' +
    '\\ufdd0-\\ufdef\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe-\\uffff\\u{110bd}\\u{110cd}\\u{13430}-\\u{1345f}' +
    '\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{10ffff}]+',
  'gu',
);
const MOST_TICKS = '`'.repeat(16);

/** C1: without hidden characters, and without what opens a comment or names a report. */
export function clean(text: string): string {
  return wellFormed(text.replace(/\r\n?/g, '\n'))
    .replace(HIDDEN, '')
    .replace(/`{16,}/g, MOST_TICKS)
    .replace(/<!--/g, '<! --')
    .replace(/splat-report\//g, 'splat-report ');
}

/** C3: clean, on one line, at most `limit` code points. */
export function oneLine(text: string, limit: number): string {
  return cut(
    clean(text)
      .replace(/[\t\n ]+/g, ' ')
      .replace(/^ | $/g, ''),
    limit,
  );
}

/** C4: a code span of `text`; in a table its pipes part no cells. */
export function span(text: string, limit = 300, table = false): string {
  const line = oneLine(text, limit) || ' ';
  const ticks = '`'.repeat(longestRun(line) + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  const whole = ticks + space + line + space + ticks;
  return table ? whole.replace(/\|/g, '\\|') : whole;
}

/** C5: a fenced block of `text`, cut to `limit` code points. */
export function fence(text: string, language: string, limit: number): string {
  const content = withoutLines(cut(clean(text), limit));
  const ticks = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${ticks}${language}\n${content}\n${ticks}`;
}

/** Without LF at its ends. */
export function withoutLines(text: string): string {
  return trimmedEnd(text.replace(/^\n+/, ''), '\n');
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
