/** X9: card numbers, told from other long numbers by Luhn's check. */
import { MARK, searched } from './shapes.js';

/** What a card needs at the least; most texts hold no such run. */
const LONG = /[0-9](?:[ -]?[0-9]){12}/;
const DIGITS = /[0-9]+/g;
const BEFORE = /[0-9A-Za-z_.]/;
const AFTER = /[0-9A-Za-z_]/;
const FEWEST = 13;
const MOST = 19;
const MOST_GROUPS = 6;

/** A run of digits; `first` and `last` where it begins or ends a match of the rule's pattern. */
interface Group {
  readonly start: number;
  readonly digits: string;
  readonly first: boolean;
  last: boolean;
}

/** X9 over one text. */
export function hideCards(text: string): string {
  if (text.length < FEWEST || !LONG.test(text)) return text;
  const groups = groupsOf(text);
  let made = '';
  let done = 0;
  for (let at = 0; at < groups.length; at += 1) {
    const end = cardEnd(text, groups, at);
    if (end === null) continue;
    made += text.slice(done, (groups[at] as Group).start) + MARK;
    at = end;
    const last = groups[end] as Group;
    done = last.start + last.digits.length;
  }
  return made + text.slice(done);
}

function groupsOf(text: string): Group[] {
  const made: Group[] = [];
  let end = -1;
  for (let run = searched(DIGITS, text, 0); run; run = DIGITS.exec(text)) {
    const first = end !== run.index - 1 || (text[end] !== ' ' && text[end] !== '-');
    const before = made[made.length - 1];
    if (before && !first) before.last = false;
    made.push({ start: run.index, digits: run[0], first, last: true });
    end = DIGITS.lastIndex;
  }
  return made;
}

/** The last group of the longest card number that begins with the group `from`; null where none does. */
function cardEnd(text: string, groups: readonly Group[], from: number): number | null {
  const { start, first } = groups[from] as Group;
  if (first && start > 0 && BEFORE.test(text[start - 1] as string)) return null;
  let found: number | null = null;
  let digits = '';
  for (let at = from; at < from + MOST_GROUPS; at += 1) {
    const group = groups[at];
    if (!group || (at > from && group.first)) break;
    const size = group.digits.length;
    const isUsual = size >= 3 && size <= 7;
    if (digits.length + size > MOST || (at > from && !isUsual)) break;
    digits += group.digits;
    const endsInWord = group.last && AFTER.test(text.charAt(group.start + size));
    if (digits.length >= FEWEST && !endsInWord && isCard(digits)) found = at;
    if (!isUsual) break;
  }
  return found;
}

function isCard(digits: string): boolean {
  if (!/^[2-6]/.test(digits) || /^(.)\1*$/.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += at % 2 ? doubled : digit;
  }
  return sum % 10 === 0;
}
