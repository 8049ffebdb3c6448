/** The requests to GitHub, and what its refusals mean for whoever set this up (T2). */
import { Client, json, type Answer, type Request } from '../../http/client.js';
import { isMapping, own } from '../../mapping.js';
import { redactText } from '../../redact/index.js';
import { oneLine } from '../../text.js';
import type { Warn } from '../../warn.js';

const CANONICAL =
  'query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){issue(number:$number)' +
  '{duplicateOf{number repository{nameWithOwner}}}}}';
const ENTERPRISE = '/api/v3';

/** GitHub refused for good. The user was told. */
export class Never extends Error {
  override readonly name = 'Never';

  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

/** The issue is not there any more. */
export class Gone extends Error {
  override readonly name = 'Gone';
}

/** A page of issues as GitHub wrote them, and the tag to ask for it again with. */
export interface Listing {
  readonly entries: readonly unknown[];
  readonly tag: string;
}

/** What of an issue is written; what is left out stays. */
export interface Change {
  body?: string;
  state?: 'open' | 'closed';
  state_reason?: 'duplicate';
  labels?: readonly string[];
}

/** One repository, seen with one token. Every method may throw `Later` and `Never`. */
export class Api {
  readonly client: Client;
  private readonly prefix: string;
  private readonly at: string;
  private readonly told = new Set<number>();

  /**
   * @param url of the API: `https://api.github.com` or `https://HOST/api/v3`
   * @param repo `owner/name`
   * @throws Error when the address or the token cannot be used
   */
  constructor(
    url: string,
    private readonly repo: string,
    token: string,
    private readonly warn: Warn,
  ) {
    const { origin, pathname } = new URL(url);
    this.client = new Client(origin, {
      Accept: 'application/vnd.github+json',
      'X-GitHub-Api-Version': '2022-11-28',
      Authorization: `Bearer ${token}`,
    });
    this.prefix = pathname.replace(/\/$/, '');
    this.at = `${this.prefix}/repos/${repo.split('/').map(encodeURIComponent).join('/')}`;
  }

  // --- reading -------------------------------------------------------------------------------------------------------

  /** A page of the repository's issues; null when it is what `tag` was given for. */
  async listing(path: string, tag: string): Promise<Listing | null> {
    const answer = await this.ask('GET', this.at + path, { headers: tag ? { 'If-None-Match': tag } : {} });
    if (answer.status === 304) return null;
    const entries = json(this.good(answer));
    const given = answer.headers['etag'] ?? '';
    return { entries: Array.isArray(entries) ? (entries as unknown[]) : [], tag: /^[ -~]*$/.test(given) ? given : '' };
  }

  /** One issue. Throws Gone when it was deleted or moved away. */
  async issue(number: number): Promise<unknown> {
    return json(this.ofIssue(await this.ask('GET', `${this.at}/issues/${number}`)));
  }

  /** I9. True unless the API says that the repository is private. */
  async isPublic(): Promise<boolean> {
    const data = json(this.good(await this.ask('GET', this.at)));
    return !(isMapping(data) && own(data, 'private') === true);
  }

  /** The numeric id of the token's account; null for a token of an installation, which may not ask. */
  async ownId(): Promise<number | null> {
    const answer = await this.ask('GET', `${this.prefix}/user`);
    const data = answer.status === 200 ? json(answer) : null;
    const id = isMapping(data) ? own(data, 'id') : null;
    return Number.isSafeInteger(id) ? (id as number) : null;
  }

  /** The issue of this repository that GitHub has on record for a closed duplicate; null when there is none. */
  async canonicalOf(number: number): Promise<number | null> {
    const [owner, name] = this.repo.split('/');
    const { prefix } = this;
    const root = prefix.endsWith(ENTERPRISE) ? `${prefix.slice(0, -ENTERPRISE.length)}/api` : prefix;
    const data = { query: CANONICAL, variables: { owner, name, number } };
    const answer = await this.ask('POST', `${root}/graphql`, { data, tries: 1 });
    const at = (value: unknown, key: string): unknown => (isMapping(value) ? own(value, key) : undefined);
    const keys = ['data', 'repository', 'issue', 'duplicateOf'];
    const found = keys.reduce(at, answer.status === 200 ? json(answer) : undefined);
    const place = at(at(found, 'repository'), 'nameWithOwner');
    const target = at(found, 'number');
    const isHere = typeof place === 'string' && place.toLowerCase() === this.repo.toLowerCase();
    return isHere && Number.isSafeInteger(target) ? (target as number) : null;
  }

  // --- writing -------------------------------------------------------------------------------------------------------

  /** The issue as GitHub made it. Tried once: when no answer came, only the next listing tells what happened. */
  async create(title: string, body: string, labels: readonly string[]): Promise<unknown> {
    return json(this.good(await this.ask('POST', `${this.at}/issues`, { data: { title, body, labels }, tries: 1 })));
  }

  /** The issue after the change. Throws Gone as `issue` does. */
  async change(number: number, data: Change): Promise<unknown> {
    return json(this.ofIssue(await this.ask('PATCH', `${this.at}/issues/${number}`, { data })));
  }

  /** Tried once: a comment too few is better than the same one four times. */
  async comment(number: number, body: string): Promise<void> {
    this.good(await this.ask('POST', `${this.at}/issues/${number}/comments`, { data: { body }, tries: 1 }));
  }

  // --- answers -------------------------------------------------------------------------------------------------------

  private ask(method: string, path: string, request: Request = {}): Promise<Answer> {
    return this.client.request(method, path, request);
  }

  private ofIssue(answer: Answer): Answer {
    if (answer.status === 404 || answer.status === 410) throw new Gone();
    return this.good(answer);
  }

  private good(answer: Answer): Answer {
    const { status } = answer;
    if (status >= 200 && status < 300) return answer;
    if (!this.told.has(status)) {
      this.told.add(status);
      this.warn(`GitHub refused (${status}${reasonIn(answer)}): ${this.advice(status)}`);
    }
    throw new Never(status);
  }

  private advice(status: number): string {
    const { repo } = this;
    if (status >= 300 && status < 400) {
      return 'it answers from another address, where the token is not sent. Check the options `apiUrl` and `repo`.';
    }
    switch (status) {
      case 401:
        return (
          'the token is wrong, expired or revoked. Give the option `token` (or SPLAT_TOKEN) one that is valid. ' +
          'Errors are not reported until then.'
        );
      case 403:
        return (
          `the token may not do this in ${repo}. Give it read and write access to the issues of ${repo} ` +
          '(classic tokens: the scope `repo`; organisations with single sign-on: authorize it there).'
        );
      case 404:
        return (
          `there is no repository ${repo}, or the token may not see it. Check the option \`repo\` (owner/name), ` +
          `and that the token has access to ${repo}.`
        );
      case 410:
        return `issues are turned off in ${repo}. Turn them on in the repository's settings.`;
      case 422:
        return `what was sent to ${repo} is not accepted. That report is dropped. Please tell the makers of splat.`;
      default:
        return 'the request is not accepted. Check the options `apiUrl`, `repo` and `token`.';
    }
  }
}

/** What GitHub says, as one short line of text. */
function reasonIn(answer: Answer): string {
  try {
    const data = json(answer);
    const message = isMapping(data) ? own(data, 'message') : null;
    // What stands between may answer with what it was sent.
    return typeof message === 'string' && message ? `, ${oneLine(redactText(message), 200)}` : '';
  } catch {
    return '';
  }
}
