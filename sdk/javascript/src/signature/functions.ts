import type { Runtime } from '../values.js';
import { after, before, field } from './text.js';

/** S5: what a printed trace calls a function, without what it is defined in. */
export function functionName(runtime: Runtime, name: string): string {
  return NAMES[runtime](field(name));
}

const NAMES: Record<Runtime, (name: string) => string> = {
  python: (name) => after(name, '.'),
  javascript: ofJavaScript,
  go: ofGo,
  ruby: ofRuby,
  php: ofPhp,
};

const NO_FUNCTION = new Set(['global code', 'module code', 'eval code']);
const JAVASCRIPT_PREFIX = /^(?:async |new |bound |get |set )+/;

function ofJavaScript(text: string): string {
  let name = after(before(text, ' [as '), '*');
  if (NO_FUNCTION.has(name)) return '';
  name = after(name.replace(JAVASCRIPT_PREFIX, ''), '/');
  name = after(name.endsWith('<') ? name.slice(0, -1) : name, '.').replace(JAVASCRIPT_PREFIX, '');
  return name.startsWith('<') ? '' : name;
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
