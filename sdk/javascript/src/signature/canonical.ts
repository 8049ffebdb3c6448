import { compare } from '../codepoints.js';
import { sha256 } from '../digest.js';
import type { Exception, Frame, Runtime } from '../values.js';
import { foldMessage } from './messages.js';
import { rootRelative } from './paths.js';
import { lastPart, typeName } from './text.js';

/** S7 to S14: which frame speaks for a chain of exceptions, the canonical text, and its hash. */

/** Groups inside groups are followed this deep. */
const MAX_NESTING = 5;
/** Exceptions and frames beyond these counts are not looked at (the first exceptions and the innermost frames are). */
const MAX_EXCEPTIONS = 200;
const MAX_FRAMES = 2_000;

/** S9, S10: the last parts of types, and how messages begin. */
interface Kind {
  readonly types: readonly string[];
  readonly messages: readonly string[];
}

const KINDS: readonly (readonly [string, Kind])[] = [
  [
    'out-of-memory',
    {
      types: ['MemoryError', 'NoMemoryError', 'OutOfMemoryError'],
      messages: [
        'Allowed memory size of ',
        'JavaScript heap out of memory',
        'Array buffer allocation failed',
        'runtime: out of memory',
        'runtime: cannot allocate memory',
      ],
    },
  ],
  [
    'worker-timeout',
    {
      types: [
        'SoftTimeLimitExceeded',
        'TimeLimitExceeded',
        'WorkerLostError',
        'JobTimeoutException',
        'RequestTimeoutException',
        'RequestTimeoutError',
        'RequestExpiryError',
      ],
      messages: ['Maximum execution time of '],
    },
  ],
];
const OVERFLOW: Kind = {
  types: ['RecursionError', 'SystemStackError', 'StackOverflowError'],
  messages: [
    'Maximum call stack size ',
    'too much recursion',
    'stack overflow',
    'Maximum function nesting level of ',
    'maximum recursion depth exceeded',
  ],
};

/** How messages begin that decide which rule applies (S9, S10). */
export const SPEAKING_MESSAGES: readonly string[] = [...KINDS.flatMap(([, kind]) => kind.messages), ...OVERFLOW.messages];

export type Lines = readonly (readonly [string, string])[];
export type Place = readonly [path: string, name: string];

/** What differs between runtimes. */
export interface Language {
  readonly runtime: Runtime;
  functionName(name: string): string;
  /** S12: further lines of the frame at `at`. */
  linesOf?(frames: readonly Frame[], at: number, root: string): Lines;
}

/** See `signature` in functions.ts. */
export function signed(language: Language, root: string, exceptions: readonly Exception[]): string {
  return digest(canonicalOf(language, root, exceptions));
}

/** See `canonicalText` in functions.ts. */
export function canonicalOf(language: Language, root: string, exceptions: readonly Exception[]): string {
  return new Chains(language, root, exceptions.slice(0, MAX_EXCEPTIONS)).canonical();
}

/** The path and the function of a frame, as S4 and S5 have them. */
export function placeOf({ runtime, functionName }: Language, frame: Frame, root: string): Place {
  return [rootRelative(runtime, frame.path, root), functionName(frame.function ?? '')];
}

function digest(text: string): string {
  return sha256(text).slice(0, 16);
}

/** One error's exceptions, and which hang on which. */
class Chains {
  private readonly causes = new Map<number, number>();
  private readonly members = new Map<number, number[]>();

  constructor(
    private readonly language: Language,
    private readonly root: string,
    private readonly exceptions: readonly Exception[],
  ) {
    exceptions.forEach(({ parent, relation }, index) => {
      if (typeof parent !== 'number' || !(parent >= 0 && parent < index)) return;
      if (relation === 'member') this.members.set(parent, [...(this.members.get(parent) ?? []), index]);
      else if ((relation === 'cause' || relation === 'context') && !this.causes.has(parent)) {
        this.causes.set(parent, index);
      }
    });
  }

  canonical(): string {
    return this.exceptions.length ? this.of(0, 0) : this.text('empty', []);
  }

  /** The canonical text of the exception at `start` and all below it. */
  private of(start: number, depth: number): string {
    const indices = this.chain(start);
    const chain = indices.map((index) => this.at(index));
    const surfaced = typeName(this.at(start).type);
    for (const each of chain) {
      const kind = KINDS.find(([, known]) => isOf(known, each));
      if (kind) return this.text(kind[0], [['type', typeName(each.type)]]);
    }
    for (const each of chain) {
      const repeated = isOf(OVERFLOW, each) ? this.smallestOfCycle(each) : undefined;
      if (repeated) return this.text('overflow', [['type', surfaced], ...placeLines(repeated)]);
    }
    const group = depth < MAX_NESTING ? indices.reverse().find((index) => this.members.has(index)) : undefined;
    if (group !== undefined) return this.text('group', [['type', surfaced], ...this.memberLines(group, depth)]);
    return this.byFrame(chain.reverse(), surfaced);
  }

  private at(index: number): Exception {
    return this.exceptions[index] as Exception;
  }

  private chain(start: number): number[] {
    const chain = [start];
    for (let next = this.causes.get(start); next !== undefined; next = this.causes.get(next)) chain.push(next);
    return chain;
  }

  private memberLines(index: number, depth: number): Lines {
    const found = new Set((this.members.get(index) ?? []).map((member) => digest(this.of(member, depth + 1))));
    return [...found].sort().map((text) => ['member', text] as const);
  }

  /** S12, else S13; `upwards` is the chain from its end. */
  private byFrame(upwards: readonly Exception[], surfaced: string): string {
    for (const { frames } of upwards) {
      const counted = (frames ?? []).slice(-MAX_FRAMES);
      for (let at = counted.length - 1; at >= 0; at -= 1) {
        if (counted[at]?.in_app === true) {
          return this.text('frame', [['type', surfaced], ...this.frameLines(counted, at)]);
        }
      }
    }
    const thrown = upwards.find(({ frames }) => frames?.length) ?? (upwards[0] as Exception);
    const names = (thrown.frames ?? []).slice(-MAX_FRAMES).reverse();
    const name = names.map((frame) => this.place(frame)[1]).find((each) => each !== '') ?? '';
    return this.text('library', [
      ['type', surfaced],
      ['function', name],
      ['message', foldMessage(thrown.message ?? '')],
    ]);
  }

  /** S12: the frame at `at`. */
  private frameLines(frames: readonly Frame[], at: number): Lines {
    return [...placeLines(this.place(frames[at] as Frame)), ...(this.language.linesOf?.(frames, at, this.root) ?? [])];
  }

  /** S10: the smallest place that occurs more than once among the in-app frames. */
  private smallestOfCycle({ frames }: Exception): Place | undefined {
    const seen = new Map<string, [Place, number]>();
    for (const frame of (frames ?? []).slice(-MAX_FRAMES)) {
      if (frame.in_app !== true) continue;
      const place = this.place(frame);
      const known = seen.get(place.join('\n')); // no field holds a LF
      if (known) known[1] += 1;
      else seen.set(place.join('\n'), [place, 1]);
    }
    const repeated = [...seen.values()].filter(([, count]) => count > 1).map(([place]) => place);
    return repeated.sort((one, other) => compare(one[0], other[0]) || compare(one[1], other[1]))[0];
  }

  private place(frame: Frame): Place {
    return placeOf(this.language, frame, this.root);
  }

  private text(rule: string, lines: Lines): string {
    const head: Lines = [
      ['signature', '1'],
      ['runtime', this.language.runtime],
      ['rule', rule],
    ];
    return [...head, ...lines].map(([key, value]) => `${key}=${value}`).join('\n');
  }
}

function isOf({ types, messages }: Kind, { type, message }: Exception): boolean {
  return types.includes(lastPart(typeName(type))) || messages.some((start) => message?.startsWith(start));
}

function placeLines([path, name]: Place): Lines {
  return [
    ['path', path],
    ['function', name],
  ];
}
