/** What HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say for a server. */
import { Broken } from './connection.js';

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** What it wants to be signed in with; "" for nothing. */
  readonly authorization: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy for `server`; null where there is none. Throws Broken when it is of a kind that cannot be used. */
export function proxyFor(server: URL, environment: Environment): Proxy | null {
  const scheme = server.protocol.slice(0, -1);
  // In a CGI program a client's header `Proxy` is HTTP_PROXY.
  const isForged = scheme === 'http' && environment['REQUEST_METHOD'] !== undefined && !environment['http_proxy'];
  const address = (isForged ? '' : setting(environment, `${scheme}_proxy`)) || setting(environment, 'all_proxy');
  if (!address || isBypassed(server, setting(environment, 'no_proxy'))) return null;
  const url = parsed(address.includes('://') ? address : `http://${address}`);
  if (url?.protocol === 'https:') {
    throw new Broken(
      'the proxy that the environment names wants https:// itself, which is not supported; name it as ' +
        'http://host:port, through which https:// is tunnelled',
    );
  }
  if (url?.protocol !== 'http:' || !url.hostname) {
    throw new Broken('the proxy that the environment names is not of the form http://host:port');
  }
  const who = `${decoded(url.username)}:${decoded(url.password)}`;
  const authorization = url.username ? `Basic ${Buffer.from(who, 'utf8').toString('base64')}` : '';
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || 80, authorization };
}

function setting(environment: Environment, name: string): string {
  return environment[name] || environment[name.toUpperCase()] || '';
}

function isBypassed(server: URL, list: string): boolean {
  const host = server.hostname.toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .map((each) => each.replace(/^\*?\./, ''))
    .some(
      (each) =>
        each === '*' ||
        (each !== '' && [host, `${host}:${port}`].some((name) => name === each || name.endsWith(`.${each}`))),
    );
}

function parsed(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
