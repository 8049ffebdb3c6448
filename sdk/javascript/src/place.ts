/** I1: the frame where it went wrong. */
import { oneLine } from './text.js';
import type { Exception, Frame } from './values.js';

const MAX_EXCEPTIONS = 200;
const MAX_PATH = 200;

/** The frame, and the index of the exception it belongs to; null when no exception that counts has frames. */
export function placeOf(exceptions: readonly Exception[]): { index: number; frame: Frame } | null {
  const inwards = chainOf(exceptions).reverse();
  const others = exceptions.map((_, index) => index).filter((index) => !inwards.includes(index));
  for (const index of [...inwards, ...others]) {
    const frame = [...(exceptions[index]?.frames ?? [])].reverse().find((each) => each.in_app);
    if (frame) return { index, frame };
  }
  for (const index of inwards) {
    const frame = exceptions[index]?.frames?.slice(-1)[0];
    if (frame) return { index, frame };
  }
  return null;
}

/** S7: the exception that surfaced, its cause, the cause of that, and so on, as indices. */
function chainOf(exceptions: readonly Exception[]): number[] {
  const causes = new Map<number, number>();
  exceptions.slice(0, MAX_EXCEPTIONS).forEach(({ parent, relation }, index) => {
    if (relation !== 'cause' && relation !== 'context') return;
    if (typeof parent === 'number' && parent >= 0 && parent < index && !causes.has(parent)) causes.set(parent, index);
  });
  const chain = [0];
  for (let next = causes.get(0); next !== undefined; next = causes.get(next)) chain.push(next);
  return chain;
}

/** The path and, when the line is known, `:` and the line. */
export function located(path: string, frame: Frame): string {
  return frame.line ? `${path}:${frame.line}` : path;
}

/** How a frame's place is written; `?` where it has none. */
export function where(frame: Frame): string {
  return located(oneLine(frame.path, MAX_PATH), frame) || '?';
}
