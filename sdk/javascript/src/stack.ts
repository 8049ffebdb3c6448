/**
 * The lines of a printed stack, as V8 (Node, Chrome), Firefox and Safari write them.
 *
 * The printed text is read, and not V8's structured call sites: those are only to be had by a change of
 * `Error.prepareStackTrace`, which would also become what the app then finds in `error.stack`. It holds the same, and
 * with `--enable-source-maps` it names the original files.
 */
import type { Frame } from './values.js';

const LONGEST_LINE = 2_000;
const MOST_LINES = 2_000;
/** Of the type in front of a message, and of the message that is looked for. */
const MOST_HEADER = 1_000;
const NO_PLACE = new Set(['<anonymous>', 'native', 'native code', 'unknown location']);
const EVAL_ORIGIN = /\(([^()]{1,1000}):([0-9]{1,9}):([0-9]{1,9})\)/;
const GECKO_NAME = /^[0-9A-Za-z_$.<>/*[\]#() -]{0,200}$/;
const GECKO_EVAL = /^(.{1,1000}?) line ([0-9]{1,9}) > /;
const AT = /^[ \t]{0,40}at /;

/** A frame as it is printed; whose code it is (F4) is told by somebody else. */
export type Printed = Frame & { path: string; function: string };

/** Where the frames of a printed stack begin: behind the type and the message, which may look like frames. */
export function framesOf(stack: string, message: string): string {
  const from = endOfMessage(stack, message);
  for (let at = from; at < stack.length; ) {
    const end = stack.indexOf('\n', at);
    if (AT.test(stack.slice(at, at + 50)) && (at === 0 || stack[at - 1] === '\n')) return stack.slice(at);
    if (end < 0) break;
    at = end + 1;
  }
  // Firefox and Safari print no header.
  return from === 0 || stack.indexOf('\n', from) < 0 ? (from === 0 ? stack : '') : stack.slice(stack.indexOf('\n', from) + 1);
}

/** 0 where the message is not in the header: what stands far from the beginning is another's. */
function endOfMessage(stack: string, message: string): number {
  // Not the whole message: to look for that may take the square of its length.
  const head = message.slice(0, MOST_HEADER);
  const told = head === '' ? -1 : stack.slice(0, MOST_HEADER * 2).indexOf(head);
  if (told < 0 || told > MOST_HEADER) return 0;
  return told + (stack.startsWith(message, told) ? message.length : head.length);
}

/** The frames that the lines print, from the outermost call to the crash; what is no frame is passed over. */
export function readFrames(lines: string): Printed[] {
  const found: Printed[] = [];
  let at = 0;
  for (let count = 0; count < MOST_LINES && at <= lines.length; count += 1) {
    const next = lines.indexOf('\n', at);
    const end = next < 0 ? lines.length : next;
    const frame = end - at > LONGEST_LINE ? undefined : readFrame(lines.slice(at, end));
    if (frame) found.push(frame);
    at = end + 1;
  }
  return found.reverse();
}

/** Whether the lines print a frame at all. */
export function hasFrames(lines: string): boolean {
  let at = 0;
  for (let count = 0; count < MOST_LINES && at < lines.length; count += 1) {
    const next = lines.indexOf('\n', at);
    const end = next < 0 ? lines.length : next;
    if (end - at <= LONGEST_LINE && readFrame(lines.slice(at, end))) return true;
    at = end + 1;
  }
  return false;
}

/** The frame that one line prints. */
export function readFrame(line: string): Printed | undefined {
  const text = line.trim();
  if (text.startsWith('at ')) return readCall(text.slice(3).trim());
  return text.includes('@') ? readGecko(text) : undefined;
}

/** What V8 prints behind `at `. */
function readCall(body: string): Printed | undefined {
  const opened = body.indexOf(' (');
  if (opened >= 0 && body.endsWith(')')) {
    const [name, place] = [body.slice(0, opened), body.slice(opened + 2, -1)];
    if (NO_PLACE.has(place) || place.startsWith('index ')) return frame('<anonymous>', null, null, name);
    if (place.startsWith('eval at ')) return readEvaluated(place, name);
    const found = readPlace(place.startsWith('address at ') ? place.slice(11) : place);
    if (found) return frame(...found, name);
    return place.includes('://') && !place.includes(' ') ? frame(place, null, null, name) : undefined;
  }
  const found = readPlace(body.startsWith('async ') ? body.slice(6) : body);
  return found && found[2] !== null ? frame(...found, '') : undefined;
}

/** Code made by `eval` lies where the `eval` was called. */
function readEvaluated(place: string, name: string): Printed {
  const origin = EVAL_ORIGIN.exec(place);
  if (!origin) return frame('<anonymous>', null, null, name);
  return frame(origin[1] as string, number(origin[2]), number(origin[3]), name);
}

/** `name@place`, of Firefox and Safari. */
function readGecko(text: string): Printed | undefined {
  const split = text.indexOf('@');
  const name = text.slice(0, split);
  if (!GECKO_NAME.test(name)) return undefined;
  let place = text.slice(split + 1);
  if (place === '[native code]') return frame(place, null, null, name);
  const evaluated = GECKO_EVAL.exec(place);
  if (evaluated) place = `${evaluated[1]}:${evaluated[2]}:1`;
  const found = readPlace(place);
  return found && found[1] !== null && isPlace(found[0]) ? frame(...found, name) : undefined;
}

function isPlace(path: string): boolean {
  return !path.includes(' ') && (path.includes('://') || path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path));
}

/** `path:line:column` or `path:line`. */
function readPlace(text: string): [string, number | null, number | null] | undefined {
  const last = text.lastIndexOf(':');
  const end = number(text.slice(last + 1));
  if (last <= 0 || end === null) return undefined;
  const before = text.slice(0, last);
  const middle = before.lastIndexOf(':');
  const line = middle > 0 ? number(before.slice(middle + 1)) : null;
  return line === null ? [before, end, null] : [before.slice(0, middle), line, end];
}

function number(text: string | undefined): number | null {
  const found = text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  return found > 0 ? found : null;
}

function frame(path: string, line: number | null, column: number | null, name: string): Printed {
  return { path: path.replace(/\0/g, '\ufffd'), line, column, function: name.trim() };
}

/** Of an array of V8's call sites, which `Error.prepareStackTrace` of an app may have left in `error.stack`. */
export function printedSites(sites: readonly unknown[]): string {
  const lines: string[] = [];
  for (const site of sites.slice(0, MOST_LINES)) {
    try {
      lines.push(`    at ${String(site)}`);
    } catch {
      // The app's own object.
    }
  }
  return lines.join('\n');
}
