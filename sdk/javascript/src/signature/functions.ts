/** What is each runtime's own about signatures: names of functions (S5), and Python's lines of source (S12). */
import type { Exception, Frame, Runtime } from '../values.js';
import { canonicalOf, placeOf, signed, type Language, type Lines } from './canonical.js';
import { JAVASCRIPT } from './javascript.js';
import { after, field } from './text.js';

const python: Language = { runtime: 'python', functionName: (name) => after(field(name), '.'), linesOf: linesOfPython };

const LANGUAGES: Readonly<Record<Runtime, Language>> = {
  python,
  javascript: JAVASCRIPT,
  go: { runtime: 'go', functionName: (name) => ofGo(field(name)) },
  ruby: { runtime: 'ruby', functionName: (name) => ofRuby(field(name)) },
  php: { runtime: 'php', functionName: (name) => ofPhp(field(name)) },
};

/** S5: what a printed trace calls a function, without what it is defined in. */
export function functionName(runtime: Runtime, name: string): string {
  return LANGUAGES[runtime].functionName(name);
}

/** 16 lower-case hexadecimal digits; `exceptions` as in a report, `root` as in F1, "" where unknown. */
export function signature(runtime: Runtime, root: string, exceptions: readonly Exception[]): string {
  return signed(LANGUAGES[runtime], root, exceptions);
}

/** What is hashed: lines of `key=value`, joined by one LF, none at the end. */
export function canonicalText(runtime: Runtime, root: string, exceptions: readonly Exception[]): string {
  return canonicalOf(LANGUAGES[runtime], root, exceptions);
}

/** S12: the crash line, and the in-app caller when it raises on purpose. */
function linesOfPython(frames: readonly Frame[], at: number, root: string): Lines {
  const frame = frames[at] as Frame;
  const place = placeOf(python, frame, root);
  const source = field(frame.source ?? '');
  const lines: Lines = [['source', source]];
  if (!/^raise([ (]|$)/.test(source)) return lines;
  for (const caller of frames.slice(0, at).reverse()) {
    if (caller.in_app !== true) continue;
    const [path, name] = placeOf(python, caller, root);
    if (path === place[0] && name === place[1]) continue;
    return [
      ...lines,
      ['caller.path', path],
      ['caller.function', name],
      ['caller.source', field(caller.source ?? '')],
    ];
  }
  return lines;
}

const GO_CLOSURE = /^(?:func|gowrap|deferwrap)?[0-9]+$/;

function ofGo(text: string): string {
  let name = after(withoutTypeArguments(text), '/');
  name = (name.endsWith('-fm') ? name.slice(0, -3) : name).replace(/-range[0-9]+/g, '');
  const isMethod = name.startsWith('(');
  const parts = name.replace(/\(\*/g, '').replace(/[()]/g, '').split('.');
  const all = parts.length;
  while (parts.length > 1 && GO_CLOSURE.test(parts[parts.length - 1] as string)) parts.pop();
  const isClosure = parts.length < all;
  if (parts.length > 1 && !isMethod) parts.shift();
  return parts.join('.') + (isClosure ? '.func' : '');
}

/** Without every `[` and all up to the `]` that closes it. */
function withoutTypeArguments(name: string): string {
  let kept = '';
  let depth = 0;
  for (const char of name) {
    if (char === '[') depth += 1;
    else if (char === ']' && depth > 0) depth -= 1;
    else if (depth === 0) kept += char;
  }
  return kept;
}

function ofRuby(text: string): string {
  const name = text.replace(/^(?:(?:block|rescue|ensure)(?: \([0-9]+ levels\))? in )+/, '');
  return after(name, name.includes('#') ? '#' : '.').replace(/_{2,4}[0-9]+_[0-9]+$/, '');
}

function ofPhp(text: string): string {
  return text.includes('{closure') ? '{closure}' : after(after(after(text, '->'), '::'), '\\');
}
