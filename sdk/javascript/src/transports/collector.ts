/** T4, `http`: batches to a collector's URL. */
import { Client, Later, Unreachable } from '../http/client.js';
import type { Item, Outcome, Transport } from '../values.js';
import type { Warn } from '../warn.js';
import { written } from '../wire.js';

const MOST_ITEMS = 50;
const MOST_BYTES = 1_000_000;
const MOST_ANSWER = 1 << 20;
const TOO_LARGE = 413;
const HINTS: { readonly [status: number]: string } = {
  401: 'check the user and password in the URL',
  403: 'check what the user in the URL may do',
  404: 'check the path in the URL',
  410: 'check the path in the URL',
  422: "check that the URL is a collector for Splat's reports",
};

/** Posts `{"counts": [...], "reports": [...]}`. User and password in the URL go as Basic authorization. */
export class Collector implements Transport {
  private readonly host: string;
  private readonly path: string;
  private readonly client: Client;

  constructor(
    url: string,
    private readonly warn: Warn,
  ) {
    const { protocol, host, pathname, search, username, password } = new URL(url);
    const who = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const headers = username ? { Authorization: `Basic ${Buffer.from(who).toString('base64')}` } : {};
    this.host = host;
    this.path = pathname + search;
    this.client = new Client(`${protocol}//${host}`, headers as { [name: string]: string });
  }

  async send(batch: readonly Item[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    while (outcomes.length < batch.length) {
      outcomes.push(...(await this.posted(firstOf(batch.slice(outcomes.length)))));
    }
    return outcomes;
  }

  hurry(deadline: number): void {
    this.client.hurry(deadline);
  }

  close(): Promise<void> {
    this.client.drop();
    return Promise.resolve();
  }

  private async posted(part: readonly Item[]): Promise<Outcome[]> {
    let status: number;
    try {
      ({ status } = await this.client.request('POST', this.path, { data: bodyOf(part), limit: MOST_ANSWER }));
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      this.tell(error);
      return part.map(() => 'later');
    }
    if (status >= 200 && status < 300) return part.map(() => 'delivered');
    if (status === TOO_LARGE && part.length > 1) {
      const half = Math.floor(part.length / 2);
      return [...(await this.posted(part.slice(0, half))), ...(await this.posted(part.slice(half)))];
    }
    this.refused(status);
    return part.map(() => 'never');
  }

  /** Once, that nobody answers; at the end of a process the collector is only slow. */
  private tell(later: Later): void {
    if (!(later instanceof Unreachable) || this.client.hurried) return;
    this.warn(
      `the collector cannot be reached (${later.message}). Errors are kept, and sent when it can. Check the option ` +
        "`url`, and the network: the environment's HTTPS_PROXY and NODE_EXTRA_CA_CERTS are used.",
      'collector unreachable',
    );
  }

  /** One warning a status (T2). The URL is not in it: it may hold a password. */
  private refused(status: number): void {
    const text =
      status === TOO_LARGE
        ? `the collector ${this.host} takes no report of this size; it was dropped`
        : `the collector ${this.host} answered with status ${status}: ${HINTS[status] ?? 'check the URL'}; errors are dropped`;
    this.warn(text, `collector ${status}`);
  }
}

/** As many from the front as one request may hold, at least one. */
function firstOf(items: readonly Item[]): readonly Item[] {
  let size = '{"counts":[],"reports":[]}'.length;
  for (const [index, item] of items.slice(0, MOST_ITEMS).entries()) {
    size += written(item).length + 1;
    if (size > MOST_BYTES && index > 0) return items.slice(0, index);
  }
  return items.slice(0, MOST_ITEMS);
}

/** Canonical JSON, as each item is. */
function bodyOf(items: readonly Item[]): string {
  const texts = (isCount: boolean): string =>
    items.filter((item) => 'count' in item === isCount).map(written).join(',');
  return `{"counts":[${texts(true)}],"reports":[${texts(false)}]}`;
}
