/** What is JavaScript's own about signatures. */
import type { Exception } from '../values.js';
import { signed, type Language } from './canonical.js';
import { after, before, field } from './text.js';

const NO_FUNCTION = new Set(['global code', 'module code', 'eval code']);
const JAVASCRIPT_PREFIX = /^(?:async |new |bound |get |set )+/;

export const JAVASCRIPT: Language = { runtime: 'javascript', functionName: (name) => ofJavaScript(field(name)) };

/** The signature of an error in JavaScript: see `signature`. */
export function signatureOf(root: string, exceptions: readonly Exception[]): string {
  return signed(JAVASCRIPT, root, exceptions);
}

function ofJavaScript(text: string): string {
  let name = after(before(text, ' [as '), '*');
  if (NO_FUNCTION.has(name)) return '';
  name = after(name.replace(JAVASCRIPT_PREFIX, ''), '/');
  name = after(name.endsWith('<') ? name.slice(0, -1) : name, '.').replace(JAVASCRIPT_PREFIX, '');
  return name.startsWith('<') ? '' : name;
}
