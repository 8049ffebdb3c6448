/**
 * Where code that a bundler wrote comes from, by the source maps beside it. Next alone needs this: it bundles every app,
 * and Node's own `--enable-source-maps` does not reach the stacks of its errors. For the worker: it reads files.
 */
import { dirname, resolve } from 'node:path';
import type { Frame } from '../values.js';
import * as fs from './fs.js';

const LARGEST = 8_000_000;
const MOST_MAPS = 64;
/** A minifier's name is another one in each build. */
const SHORT = 2;

interface Entry {
  readonly originalSource?: string;
  readonly originalLine?: number;
  readonly originalColumn?: number;
}

interface Found {
  readonly map: { findEntry(line: number, column: number): Entry | object };
  readonly folder: string;
  readonly sources: readonly string[];
  readonly contents: readonly (string | null)[];
}

/** Whether one of the frames that these lines print is of a bundle of Next's. */
export function isBundled(lines: string): boolean {
  return lines.includes('/.next/') || lines.includes('\\.next\\');
}

export class Maps {
  private readonly known = new Map<string, Found | undefined>();
  /** Of files that stand in a map alone. */
  private readonly texts = new Map<string, string>();

  /** The frame as the source has it; the same one where nothing tells. */
  original(frame: Frame): Frame {
    const { path, line, column } = frame;
    if (!line || !column || !isBundled(path)) return frame;
    try {
      const found = this.mapOf(path);
      const entry = found?.map.findEntry(line - 1, column - 1) as Entry | undefined;
      if (!found || !entry?.originalSource || entry.originalLine === undefined) return frame;
      return {
        ...frame,
        path: this.placeOf(found, entry.originalSource),
        line: entry.originalLine + 1,
        column: (entry.originalColumn ?? 0) + 1,
        function: (frame.function ?? '').replace(/^async /, '').length > SHORT ? (frame.function ?? '') : '',
      };
    } catch {
      return frame;
    }
  }

  /** The text of a source file, where a map holds it. */
  textOf(path: string): string | undefined {
    return this.texts.get(path);
  }

  private placeOf(found: Found, source: string): string {
    const place = placed(found.folder, source);
    const text = found.contents[found.sources.indexOf(source)];
    if (typeof text === 'string' && !this.texts.has(place)) {
      if (this.texts.size >= MOST_MAPS) this.texts.clear();
      this.texts.set(place, text);
    }
    return place;
  }

  private mapOf(path: string): Found | undefined {
    if (!this.known.has(path)) {
      if (this.known.size >= MOST_MAPS) this.known.clear();
      this.known.set(path, read(`${path}.map`));
    }
    return this.known.get(path);
  }
}

function read(path: string): Found | undefined {
  const state = fs.statSync(path, { throwIfNoEntry: false });
  if (!state?.isFile() || state.size > LARGEST) return undefined;
  const payload = JSON.parse(fs.readFileSync(path, 'utf8')) as { sources?: string[]; sourcesContent?: (string | null)[] };
  const { SourceMap } = require('node:module') as { SourceMap: new (payload: unknown) => Found['map'] };
  return {
    map: new SourceMap(payload),
    folder: dirname(path),
    sources: payload.sources ?? [],
    contents: payload.sourcesContent ?? [],
  };
}

/** A source is an address (`webpack://app/./x.ts`), or relative to its map, each segment encoded. */
function placed(folder: string, source: string): string {
  return /^[a-z][a-z0-9+.-]{1,20}:/i.test(source) ? source : resolve(folder, decoded(source));
}

function decoded(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    return source;
  }
}
