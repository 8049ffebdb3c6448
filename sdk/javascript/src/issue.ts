/** I: the title and the body of an issue, for a person and for the engine. */
import { block, encoded, marker, MAX_COUNT } from './block.js';
import { canonical } from './canonical.js';
import { byteLength, compare, isLonger, trimmedEnd } from './codepoints.js';
import { cut } from './cut.js';
import { without } from './mapping.js';
import { located, placeOf, where } from './place.js';
import { eachFrame, shrink, stepsIn } from './shrink.js';
import { typeName } from './signature/text.js';
import { clean, fence, oneLine, span, withoutLines } from './text.js';
import type { Entry, Exception, Frame, Report, RequestData } from './values.js';

/** Bytes of UTF-8; GitHub takes 65,536, and the block grows. */
const MAX_BYTES = 60_000;
const MAX_TITLE = 120;
const MAX_PATH = 200;
const MOST_ENTRIES = 50;

const RELATIONS: Readonly<Record<string, string>> = {
  cause: 'Caused by: ',
  context: 'While handling: ',
  member: 'In the group: ',
};

/** I2: type and place, at most 120 code points, without anything that GitHub links. */
export function title(report: Pick<Report, 'exceptions'>): string {
  const kind = cut(oneLine(typeName((report.exceptions[0] as Exception).type), 1_000), 80) || 'Error';
  const frame = placeOf(report.exceptions)?.frame;
  let path = frame ? oneLine(frame.path, MAX_PATH) : '';
  if (!frame || !path) return cut(unlinked(`[Splat] ${kind}`), MAX_TITLE);
  let made = unlinked(`[Splat] ${kind} in ${located(path, frame)}`);
  while (isLonger(made, MAX_TITLE) && path.includes('/')) {
    path = path.slice(path.indexOf('/') + 1);
    made = unlinked(`[Splat] ${kind} in .../${located(path, frame)}`);
  }
  return cut(made, MAX_TITLE);
}

function unlinked(text: string): string {
  return text
    .replace(/@/g, '')
    .replace(/`/g, "'")
    .replace(/#+([0-9])/g, '$1')
    .replace(/([Gg][Hh])-([0-9])/g, '$1 $2');
}

/** I3 to I9: the text of an issue, at most 60,000 bytes. `forEveryone` leaves out what only the team may see. */
export function body(report: Report, forEveryone = false): string {
  let made = '';
  const sizeOf = (each: Report): number => {
    const document = canonical(each);
    // What is too large without the rest need not be rendered.
    made = document.length <= MAX_BYTES ? rendered(each, document) : '';
    return made ? byteLength(made) : document.length;
  };
  const smallest = shrink(forEveryone ? withoutTheTeams(report) : report, sizeOf, MAX_BYTES);
  return made || rendered(smallest, canonical(smallest));
}

function withoutTheTeams(report: Report): Report {
  return eachFrame(without(report, ['logs', 'breadcrumbs', 'request']), (frame) => without(frame, ['locals']));
}

function rendered(report: Report, document: string): string {
  const parts = [`${marker(report.signature ?? '')}\n${blockFor(report)}`, ...whatHappened(report.exceptions)];
  parts.push('### Trace', fence(trace(report.exceptions), 'text', 50_000));
  const rows = facts(report).filter(([, value]) => oneLine(value, 200));
  if (rows.length) {
    const cells = rows.map(([name, value]) => `| ${name} | ${span(value, 200, true)} |`);
    parts.push('### Where it ran', ['| | |', '| --- | --- |', ...cells].join('\n'));
  }
  const request = requestData(report.request ?? {});
  if (request) parts.push(fold('Request', fence(request, 'text', 10_000)));
  parts.push(...entriesFold('Logs', report.logs ?? []), ...entriesFold('Breadcrumbs', report.breadcrumbs ?? []));
  const leftOut = stepsIn(report);
  if (leftOut.length) parts.push(`Left out to fit: ${leftOut.join(', ')}.`);
  parts.push(fold('Report for Splat', `\`\`\`json\n${document}\n\`\`\``));
  return parts.join('\n\n');
}

function blockFor(report: Report): string {
  const { occurrences, time = '' } = report;
  const release = encoded(report.release ?? '');
  const count = Math.min(occurrences?.count ?? 1, MAX_COUNT);
  return block(count, occurrences?.first_seen || time, occurrences?.last_seen || time, release ? [release] : []);
}

/** I4. */
function whatHappened(exceptions: readonly Exception[]): string[] {
  const surfaced = exceptions[0] as Exception;
  const lines = [named(surfaced, withoutLines(clean(surfaced.message ?? '')))];
  const place = placeOf(exceptions);
  if (place && place.index > 0) lines.push(firstLine(exceptions[place.index] as Exception));
  const parts = ['### What happened', fence(lines.join('\n'), 'text', 5_000)];
  if (!place) return parts;
  const { frame } = place;
  const inside = oneLine(frame.function ?? '', 200) ? ` in ${span(frame.function ?? '', 200)}` : '';
  parts.push(`At ${span(where(frame))}${inside}.`);
  const [before, behind] = [frame.pre_context ?? [], frame.post_context ?? []];
  if (before.length || behind.length) {
    const code = [
      ...before.map((line) => codeLine('  ', line)),
      codeLine('> ', frame.source ?? ''),
      ...behind.map((line) => codeLine('  ', line)),
    ];
    parts.push(fence(code.join('\n'), 'text', 5_000));
  }
  return parts;
}

/** A line of code with its indentation. */
function codeLine(mark: string, line: string): string {
  return trimmedEnd(mark + cut(clean(line).replace(/\n/g, ' '), 200), '\t ');
}

function named(exception: Exception, message: string): string {
  const kind = oneLine(exception.type, 200) || 'Error';
  return message ? `${kind}: ${message}` : kind;
}

function firstLine(exception: Exception): string {
  return (RELATIONS[exception.relation ?? ''] ?? '') + named(exception, oneLine(exception.message ?? '', 200));
}

/** I5. */
function trace(exceptions: readonly Exception[]): string {
  const traces = exceptions.map((each, index) => {
    const head = firstLine(index === 0 ? { ...each, relation: 'surfaced' } : each);
    return [head, ...[...(each.frames ?? [])].reverse().flatMap(frameLines)].join('\n');
  });
  return traces.join('\n\n');
}

function frameLines(frame: Frame): string[] {
  const name = oneLine(frame.function ?? '', 200);
  const source = oneLine(frame.source ?? '', 200);
  const line = `${frame.in_app ? '> ' : '  '}${where(frame)}${name ? ` in ${name}` : ''}`;
  return source ? [line, `      ${source}`] : [line];
}

/** I6: name and value; a value that is empty has no row. */
function facts(report: Report): [string, string][] {
  const { sdk, deploy, tags = {} } = report;
  const { method, route, path } = report.request ?? {};
  const keys = Object.keys(tags).sort(compare);
  return [
    ['Service', joined(report.service)],
    ['Environment', joined(report.environment)],
    ['Release', joined(report.release)],
    ['Runtime', joined(report.runtime, report.runtime_version)],
    ['Platform', joined(report.platform)],
    ['SDK', joined(sdk?.name, sdk?.version)],
    ['Request', joined(method, route || path)],
    ['Path', joined(route ? path : '')],
    ['Trace id', joined(report.trace_id)],
    ['Deploy', joined(deploy?.id, deploy?.time)],
    ['Tags', keys.map((key) => `${key}=${tags[key] ?? ''}`).join(', ')],
  ];
}

function joined(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part).join(' ');
}

/** I7: the request's query, headers and body; "" when there are none. */
function requestData({ query, headers, body: content }: RequestData): string {
  const lines = [...pairs(query ?? {}, '?', '='), ...pairs(headers ?? {}, '', ': ')];
  if (content) {
    if (lines.length) lines.push('');
    lines.push(withoutLines(clean(content)));
  }
  return lines.join('\n');
}

function pairs(texts: Record<string, string | null>, start: string, between: string): string[] {
  const keys = Object.keys(texts).sort(compare);
  return keys.map((key) => start + oneLine(key, 200) + between + oneLine(texts[key] ?? '', 300));
}

function entriesFold(name: string, entries: readonly Entry[]): string[] {
  if (!entries.length) return [];
  const lines = entries.slice(-MOST_ENTRIES).map(entryLine);
  return [fold(`${name} (${entries.length})`, fence(lines.join('\n'), 'text', 16_000))];
}

/** One log record or breadcrumb on a line. */
function entryLine(entry: Entry): string {
  const time = (entry.time ?? '').slice(11, 23).replace(/Z+$/, '');
  const head = [time, entry.level, entry.logger || entry.category]
    .filter((each) => each)
    .map((each) => oneLine(each as string, 100))
    .join(' ');
  const message = oneLine(entry.message ?? '', 300);
  return head && message ? `${head}: ${message}` : head + message;
}

function fold(name: string, content: string): string {
  return `<details><summary>${name}</summary>\n\n${content}\n\n</details>`;
}
