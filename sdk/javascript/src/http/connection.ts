/**
 * T5: connections to one server, through a proxy where the environment names one. Nothing here keeps a process alive:
 * whoever waits for an answer does.
 */
import type * as http from 'node:http';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { clearTimeout, setTimeout } from '../originals.js';
import { proxyFor, type Proxy } from './proxy.js';
import { Agent, connect, request } from './wires.js';

/** No whole answer came. The text says why, in words of ours: a library's may repeat what was sent. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** The way to one server: at most one connection, which stays open. */
export class Door {
  private readonly secure: boolean;
  private readonly host: string;
  private readonly port: number;
  private readonly proxy: Proxy | null;
  private readonly agent: http.Agent;
  private closed = false;

  /** `connectTime` tells how long, in milliseconds, each step to a connection may take now. Throws Broken. */
  constructor(
    private readonly server: URL,
    private readonly connectTime: () => number,
  ) {
    this.secure = server.protocol === 'https:';
    this.host = server.hostname.replace(/^\[|\]$/g, '');
    this.port = Number(server.port) || (this.secure ? 443 : 80);
    this.proxy = proxyFor(server, process.env);
    this.agent = new Agent({ keepAlive: true, maxSockets: 1, scheduling: 'lifo' });
    type Connects = {
      createConnection: (options: unknown, done: (error: Error | null, socket?: net.Socket) => void) => void;
    };
    (this.agent as unknown as Connects).createConnection = (_options, done) => {
      this.connected().then((socket) => {
        if (this.closed) socket.destroy();
        done(this.closed ? new Broken('it took too long') : null, socket);
      }, done);
    };
  }

  /** A request that still has to be ended. `target` is a path with its query. Emits `socket` once it is connected. */
  request(method: string, target: string, headers: http.OutgoingHttpHeaders): http.ClientRequest {
    const absolute = this.proxy !== null && !this.secure;
    const sent = request({
      agent: this.agent,
      host: this.host,
      port: this.port,
      method,
      path: absolute ? this.server.origin + target : target,
      headers: { Host: this.server.host, ...headers, ...(absolute ? signIn(this.proxy) : {}) },
    });
    sent.on('socket', (socket) => socket.unref());
    return sent;
  }

  close(): void {
    this.closed = true;
    this.agent.destroy();
  }

  private async connected(): Promise<net.Socket> {
    const [host, port] = this.proxy ? [this.proxy.host, this.proxy.port] : [this.host, this.port];
    const socket = await this.step(connect({ host, port }), 'connect');
    if (!this.secure) return socket;
    if (this.proxy) await this.tunnelled(socket, this.proxy);
    const servername = net.isIP(this.host) ? '' : this.host;
    return this.step(
      tls.connect({ socket, host: this.host, servername, ALPNProtocols: ['http/1.1'] }),
      'secureConnect',
    );
  }

  /** The socket once it has emitted `event`; destroyed when it does not in time. */
  private step<Socket extends net.Socket>(socket: Socket, event: string): Promise<Socket> {
    socket.unref();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Broken('no answer in time')), this.connectTime());
      timer.unref();
      socket.once('close', () => reject(new Broken('it closed the connection')));
      socket.on('error', reject); // stays: an error that nobody hears ends the process
      socket.once(event, () => {
        clearTimeout(timer);
        resolve(socket);
      });
    });
  }

  private tunnelled(socket: net.Socket, proxy: Proxy): Promise<void> {
    const target = `${this.server.hostname}:${this.port}`;
    const headers = { Host: target, ...signIn(proxy) };
    return new Promise((resolve, reject) => {
      const asked = request({ method: 'CONNECT', path: target, headers, createConnection: () => socket });
      const timer = setTimeout(() => asked.destroy(new Broken('no answer in time')), this.connectTime());
      timer.unref();
      asked.once('connect', ({ statusCode = 0 }) => {
        clearTimeout(timer);
        if (statusCode >= 200 && statusCode < 300) resolve();
        else {
          socket.destroy();
          reject(new Broken(`the proxy answered with status ${statusCode}`));
        }
      });
      asked.on('error', reject);
      asked.once('close', () => reject(new Broken('the proxy closed the connection')));
      asked.end();
    });
  }
}

function signIn(proxy: Proxy | null): http.OutgoingHttpHeaders {
  return proxy?.authorization ? { 'Proxy-Authorization': proxy.authorization } : {};
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name does not resolve',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
};
const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_)/;

/** What went wrong on the way. */
export function named(error: unknown): string {
  if (error instanceof Broken) return error.message;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return 'the connection failed';
  if (CERTIFICATE.test(code)) return `its certificate is not trusted (${code})`;
  return REASONS[code] ?? code;
}
