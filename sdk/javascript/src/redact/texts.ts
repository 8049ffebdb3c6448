/** X1, X7, X8, X11, X12: all steps over one text, in their order. */
import { first, isLonger, withoutLast } from '../codepoints.js';
import { CUT } from '../cut.js';
import { hideCards } from './cards.js';
import { hideNamed } from './named.js';
import { Names } from './names.js';
import { hideShapes, MARK, searched } from './shapes.js';

/** A text is cut to so many code points before it is redacted, and then loses its last ones: a secret may begin there. */
const MAX_TEXT = 100_000;
const LOST_AT_THE_END = 512;
/** Short texts recur (program text, the log ring): so many are remembered, none longer than so many units. */
const MAX_KNOWN = 1_024;
const MAX_KNOWN_TEXT = 200;
const MAX_REDACTORS = 8;

const FLAG = /(^|[ \t-\r"'`(,=[])(--?)([A-Za-z][0-9A-Za-z_-]{1,60})([ \t]{1,4})([^ \t-\r"'`=-][^ \t-\r"'`]*)/g;
const CURL = /(?:^|[ \t-\r"'`(,=[])(?:-u|--user)[ =]["']?/g;
const USER = /[^ \t-\r:"'/]*/y;
const PASSWORD = /:[^ \t-\r"']+/y;
const ELEMENT = /<([A-Za-z][0-9A-Za-z_.:-]{0,60})>([^<>]+)<\//g;
const ONLY_WHITE = /^[\t-\r ]*$/;

/** `text` without its secrets; `extra` are names that tell too. Never throws: what fails is MARK. */
export function redactText(text: string, extra: readonly string[] = []): string {
  return redactor(extra).text(text);
}

/** The same for program text and what is named in it: types, paths, functions, source and context lines. */
export function redactSource(text: string, extra: readonly string[] = []): string {
  return redactor(extra).source(text);
}

/** Redacts texts with the names of one user. */
export class Redactor {
  readonly names: Names;
  private readonly known = { text: new Map<string, string>(), source: new Map<string, string>() };

  constructor(extra: readonly string[] = []) {
    this.names = new Names(extra);
  }

  /** In `text` mode (X1). */
  text(text: string): string {
    return this.remembered(text, 'text');
  }

  /** In `source` mode (X1). */
  source(text: string): string {
    return this.remembered(text, 'source');
  }

  private remembered(text: string, mode: 'text' | 'source'): string {
    const known = this.known[mode];
    let redacted = known.get(text);
    if (redacted !== undefined) return redacted;
    try {
      redacted = this.redacted(text, mode === 'source');
    } catch {
      return MARK;
    }
    if (text.length <= MAX_KNOWN_TEXT) {
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(text, redacted);
    }
    return redacted;
  }

  private redacted(text: string, source: boolean): string {
    if (isLonger(text, MAX_TEXT)) return withoutLast(this.steps(first(text, MAX_TEXT), source), LOST_AT_THE_END) + CUT;
    return this.steps(text, source);
  }

  private steps(text: string, source: boolean): string {
    let made = hideShapes(text, source);
    if (/[=:]/.test(made)) made = hideNamed(made, this.names, source);
    if (!source && made.includes('-')) made = hideLogins(this.hideFlags(made));
    if (made.includes('</')) made = this.hideElements(made);
    return hideCards(made);
  }

  /** X7, the first part. */
  private hideFlags(text: string): string {
    return text.replace(FLAG, (match, lead: string, dashes: string, name: string, gap: string) =>
      this.names.tells(name) ? lead + dashes + name + gap + MARK : match,
    );
  }

  /** X8. */
  private hideElements(text: string): string {
    return text.replace(ELEMENT, (match, name: string, content: string) =>
      this.names.tells(name) && !ONLY_WHITE.test(content) ? `<${name}>${MARK}</` : match,
    );
  }
}

/**
 * X7, the second part: `-u name:password`. In two steps: where a name that no colon ends is long, the flag may stand
 * in it again and again, and one pattern would read on from each.
 */
function hideLogins(text: string): string {
  let made = '';
  let done = 0;
  let nameless = 0; // before here no name ends with a colon
  for (let at = 0; ;) {
    const flag = searched(CURL, text, at);
    if (!flag) return made + text.slice(done);
    at = flag.index + 1;
    const start = CURL.lastIndex;
    if (start < nameless) continue;
    const end = start + (searched(USER, text, start)?.[0].length ?? 0);
    const password = end > start ? searched(PASSWORD, text, end) : null;
    if (!password) {
      nameless = end;
      continue;
    }
    made += text.slice(done, start) + MARK;
    at = done = PASSWORD.lastIndex;
  }
}

const redactors = new Map<string, Redactor>();

/** The one `Redactor` of these additions. */
export function redactor(extra: readonly string[] = []): Redactor {
  const key = JSON.stringify(extra);
  let known = redactors.get(key);
  if (!known) {
    if (redactors.size >= MAX_REDACTORS) redactors.clear();
    redactors.set(key, (known = new Redactor(extra)));
  }
  return known;
}
