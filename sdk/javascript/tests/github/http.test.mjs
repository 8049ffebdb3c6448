// T2, T5: the HTTP client, against servers that behave badly.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Client, Later } from '../../dist/cjs/http/client.js';
import { until } from '../frameworks/kit.mjs';
import './kit.mjs';

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const LOCAL = { NO_PROXY: '' };

/** Accepts connections and hands each request, as one text, with its socket to `talk`. */
async function serving(talk, certificate) {
  const server = { connections: 0, heard: [], sockets: new Set() };
  const accept = (socket) => {
    server.connections += 1;
    server.sockets.add(socket);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const size = Number(/^content-length: *([0-9]+)/im.exec(text.slice(0, end))?.[1] ?? 0);
        if (text.length < end + 4 + size) return;
        server.heard.push(text.slice(0, end + 4 + size));
        text = text.slice(end + 4 + size);
        talk(socket, server.heard.at(-1), server);
      }
    });
  };
  const listener = certificate
    ? tls.createServer({ key: certificate, cert: certificate }, accept)
    : net.createServer(accept);
  listener.on('tlsClientError', () => undefined);
  await new Promise((done) => listener.listen(0, 'localhost', done));
  server.port = listener.address().port;
  server.url = `${certificate ? 'https' : 'http'}://localhost:${server.port}`;
  server.stop = () => {
    for (const socket of server.sockets) socket.destroy();
    return new Promise((done) => listener.close(done));
  };
  running.push(server);
  return server;
}

const running = [];
const clients = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.drop();
  for (const server of running.splice(0)) await server.stop();
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];
});

/** Gives these answers, one a request; the last one again and again. */
function answering(...answers) {
  return serving((socket) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (String(answer).includes('close')) socket.end(answer);
    else socket.write(answer);
  });
}

function client(url, headers) {
  const made = new Client(url, headers);
  clients.push(made);
  return made;
}

const once = (url, request = {}) => client(url).request('GET', '/', { tries: 1, ...request });

test('a connection serves many requests', async () => {
  const server = await answering(GOOD);
  const asking = client(server.url);
  for (let number = 0; number < 5; number += 1) assert.equal(String((await asking.request('GET', '/x')).body), 'ok');
  await asking.request('POST', '/y', { data: { a: 1 } });
  assert.equal(server.connections, 1);
  asking.drop();
  await asking.request('GET', '/z');
  assert.equal(server.connections, 2);
});

test('a connection that was closed meanwhile is no failure', async () => {
  const server = await serving((socket) => {
    socket.write(GOOD);
    setTimeout(() => socket.destroy(), 20); // without a word about it
  });
  const asking = client(server.url);
  for (let number = 0; number < 2; number += 1) {
    assert.equal((await asking.request('POST', '/', { data: {}, tries: 1 })).status, 200);
    await sleep(100);
  }
  assert.equal(server.connections, 2);
});

test('an answer that announces the end is read to it', async () => {
  const server = await answering('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end');
  assert.equal(String((await once(server.url)).body), 'to the end');
});

test('head and body of a request', async () => {
  const server = await answering(GOOD);
  await client(server.url, { Authorization: 'Bearer x' }).request('PATCH', '/api/v3/a?b=c', { data: { é: '\ud800' } });
  const [head, body] = server.heard[0].split('\r\n\r\n');
  assert.ok(head.startsWith('PATCH /api/v3/a?b=c HTTP/1.1\r\n'));
  for (const line of [`Host: localhost:${server.port}`, 'Authorization: Bearer x', 'Content-Type: application/json']) {
    assert.ok(head.includes(line), head);
  }
  assert.match(head, /User-Agent: splat-sdk\//);
  assert.deepEqual(JSON.parse(Buffer.from(body, 'latin1').toString()), { é: '\ud800' });
});

test('an address or a header that is none is refused, without being shown', () => {
  for (const url of ['', 'api.github.com', 'ftp://x', 'https://', 'file:///etc/passwd']) {
    assert.throws(() => new Client(url), /https:\/\//);
  }
  for (const token of ['with\nline', 'with\r\nHost: evil', 'ü', 'tab\t']) {
    assert.throws(
      () => new Client('https://x', { Authorization: token }),
      (error) => !error.message.includes(token),
    );
  }
});

test('answers are bounded, packed ones too', async () => {
  const plain = await answering(`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n${'x'.repeat(5_000)}`);
  await assert.rejects(once(plain.url, { limit: 4_999 }), Later);
  assert.equal((await once(plain.url, { limit: 5_000 })).body.length, 5_000);
  const packed = gzipSync(Buffer.alloc(50_000_000, 'x'));
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`;
  const small = await answering(Buffer.concat([Buffer.from(head), packed]));
  assert.equal((await once(small.url, { limit: 50_000_000 })).body.length, 50_000_000);
  await assert.rejects(once(small.url, { limit: 1_000_000 }), Later);
});

const HALVES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhal',
  'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nclose',
  Buffer.concat([
    Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n'),
    gzipSync('x'.repeat(99)).subarray(0, -9),
  ]),
  'nonsense close\r\n\r\n',
  'HTTP/1.1 999999 OK close\r\n\r\n',
  `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\nConnection: close\r\n\r\n`,
  'close',
  '\0\xff\r\n\r\nclose',
];

HALVES.forEach((answer, number) => {
  test(`half an answer is none: ${number}`, async () => {
    const server = await answering(answer);
    await assert.rejects(once(server.url), Later);
  });
});

test('whatever bytes come back, it is an answer or none', async () => {
  const parts = [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 307 X\r\nLocation: ',
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Content-Encoding: gzip\r\n',
    'ETag: a\r\n b\r\n',
    'Retry-After: 0\r\n',
    'Date: x\r\n',
    '\r\n',
    'zz\r\n',
    '3\r\nabc\r\n',
    '\0',
    'é',
    '\r',
  ];
  let random = 7;
  const below = (most) => (random = (random * 48_271) % 0x7fffffff) % most;
  const server = await serving((socket) => {
    socket.end(
      Array.from({ length: 1 + below(7) }, (_, at) => parts[at === 0 ? below(2) : below(parts.length)]).join(''),
    );
  });
  for (let round = 0; round < 150; round += 1) {
    await once(server.url, { limit: 1_000 }).catch((error) => assert.ok(error instanceof Later, String(error)));
  }
});

test('nobody listens, and a name that is none', async () => {
  const server = await answering(GOOD);
  await server.stop();
  running.length = 0;
  await assert.rejects(once(server.url), /localhost: the connection was refused/);
  await assert.rejects(once('http://a..b'), Later);
});

test('at the end of the process nothing outlasts the deadline, which can be taken back', async () => {
  const server = await serving((socket, request) => request.includes('/quick') && socket.write(GOOD));
  const asking = client(server.url);
  const asked = asking.request('GET', '/');
  await until(() => server.heard.length === 1);
  const started = performance.now();
  asking.hurry(started + 500);
  await assert.rejects(asked, Later);
  await assert.rejects(asking.request('GET', '/'), Later);
  assert.ok(performance.now() - started < 20_000); // four tries take more than 40 s
  asking.hurry(Infinity);
  assert.equal((await asking.request('GET', '/quick')).status, 200);
});

test('nothing keeps a process alive', () => {
  const program = `
    const { Client } = require(${JSON.stringify(fileURLToPath(new URL('../../dist/cjs/http/client.js', import.meta.url)))});
    const net = require('node:net');
    const server = net.createServer((socket) => socket.unref()).listen(0, () => {
      server.unref();
      const asking = new Client('http://localhost:' + server.address().port);
      asking.request('GET', '/').catch(() => 0);
      asking.wait(60_000, '').catch(() => 0);
    });`;
  // The request would take more than 40 s, which are its four tries.
  const { status } = spawnSync(process.execPath, ['-e', program], {
    timeout: 30_000,
    env: { ...process.env, ...LOCAL },
  });
  assert.equal(status, 0);
});

// --- other hosts ---------------------------------------------------------------------------------------------------

const redirect = (location, status = 307) =>
  `HTTP/1.1 ${status} Away\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;

for (const method of ['GET', 'POST']) {
  for (const where of [
    'http://127.0.0.1:PORT/',
    '//127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'https://localhost:OWN/',
  ]) {
    test(`no other host is asked: ${method} ${where}`, async () => {
      const other = await answering(GOOD);
      const answers = [];
      const server = await serving((socket) => socket.write(answers[0]));
      answers.push(redirect(where.replace('PORT', other.port).replace('OWN', server.port)));
      const answer = await client(server.url, { Authorization: 'Bearer secret' }).request(method, '/', { tries: 1 });
      assert.deepEqual([answer.status, server.heard.length, other.connections], [307, 1, 0]);
    });
  }
}

test('the same host is followed, but not for ever, and a POST does not become a GET', async () => {
  const moved = await answering(redirect('/b'), GOOD);
  assert.equal(String((await client(moved.url).request('POST', '/a', { data: { x: 1 } })).body), 'ok');
  assert.ok(moved.heard[1].startsWith('POST /b ') && moved.heard[1].endsWith('{"x":1}'));
  const round = await answering(redirect('/again'));
  assert.equal((await once(round.url)).status, 307);
  assert.equal(round.heard.length, 3);
  const found = await answering(redirect('/b', 302), GOOD);
  assert.equal((await client(found.url).request('POST', '/a', { data: {} })).status, 302);
  for (const nowhere of ['http://[', '', 'http://localhost:x/']) {
    const lost = await answering(redirect(nowhere));
    assert.equal((await once(lost.url)).status, 307);
    assert.equal(lost.heard.length, 1);
  }
});

// --- proxies -------------------------------------------------------------------------------------------------------

test('a proxy of the environment is used', async () => {
  const proxy = await answering(GOOD);
  process.env.http_proxy = `http://user:p%40ss@127.0.0.1:${proxy.port}`.replace('127.0.0.1', 'localhost');
  assert.equal(String((await client('http://github.invalid:8080').request('GET', '/api/x')).body), 'ok');
  assert.ok(proxy.heard[0].startsWith('GET http://github.invalid:8080/api/x HTTP/1.1\r\n'));
  assert.ok(proxy.heard[0].includes('Host: github.invalid:8080\r\n'));
  assert.ok(proxy.heard[0].includes('Proxy-Authorization: Basic dXNlcjpwQHNz\r\n'));
});

test('hosts that need no proxy get none', async () => {
  process.env.http_proxy = 'http://127.0.0.1:9';
  const server = await answering(GOOD);
  for (const list of ['localhost', '*', 'x, .localhost', `localhost:${server.port}`]) {
    process.env.no_proxy = list;
    assert.equal((await once(server.url)).status, 200, list);
  }
  process.env.no_proxy = 'host, alhost, localhost:1';
  await assert.rejects(once(server.url), Later);
});

test('a proxy sees neither token nor request of https', async () => {
  const proxy = await answering('HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  process.env.https_proxy = `localhost:${proxy.port}`;
  const asking = client('https://github.invalid', { Authorization: 'Bearer secret' });
  await assert.rejects(asking.request('GET', '/x', { tries: 1 }), /the proxy answered with status 403/);
  assert.ok(proxy.heard[0].startsWith('CONNECT github.invalid:443 HTTP/1.'));
  assert.ok(!proxy.heard[0].includes('secret'));
});

for (const [address, told] of [
  [
    'https://user:hunter2@127.0.0.1:9',
    /wants https:\/\/ itself, which is not supported; name it as http:\/\/host:port/,
  ],
  ['socks5://127.0.0.1:9', /proxy/],
  ['http://127.0.0.1:port', /proxy/],
  ['http://', /proxy/],
]) {
  test(`a proxy that cannot be used is named: ${address.split(':')[0]} ${address.length}`, async () => {
    process.env.https_proxy = address;
    await assert.rejects(
      once('https://github.invalid'),
      (error) => told.test(error.message) && !error.message.includes('hunter2'),
    );
  });
}

// --- trust ---------------------------------------------------------------------------------------------------------

let folder;
let certificate;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'splat-tls-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  );
  certificate = readFileSync(key, 'utf8') + readFileSync(cert, 'utf8');
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('a certificate that nobody vouches for is refused', async () => {
  const server = await serving((socket) => socket.write(GOOD), certificate);
  await assert.rejects(
    client(server.url, { Authorization: 'Bearer secret' }).request('GET', '/', { tries: 1 }),
    /certificate is not trusted/,
  );
  assert.deepEqual(server.heard, []);
});

/** Asks the addresses in a process of its own, which trusts the certificate; status or error of each. */
function asking(urls, environment = {}) {
  const program = `
    const { Client } = require(${JSON.stringify(fileURLToPath(new URL('../../dist/cjs/http/client.js', import.meta.url)))});
    (async () => {
      const awake = setInterval(() => 0, 1_000);
      const clients = new Map();
      for (const url of JSON.parse(process.argv[1])) {
        if (!clients.has(url)) clients.set(url, new Client(url));
        await clients.get(url).request('GET', '/x', { tries: 1 }).then((a) => console.log(a.status), (e) => console.log(e.message));
      }
      clearInterval(awake);
    })();`;
  return new Promise((done) => {
    import('node:child_process').then(({ execFile }) => {
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert'), ...environment };
      execFile(process.execPath, ['-e', program, JSON.stringify(urls)], { env, timeout: 120_000 }, (_error, text) =>
        done(text.trim().split('\n')),
      );
    });
  });
}

test("a certificate authority of the user's own is trusted, for its names", async () => {
  const server = await serving((socket) => socket.write(GOOD), certificate);
  const wrong = server.url.replace('localhost', 'localhost.localdomain');
  const [one, two, three] = await asking([server.url, server.url, wrong]);
  assert.deepEqual([one, two, server.connections >= 1 && server.heard.length], ['200', '200', 2]);
  assert.match(three, /certificate is not trusted|does not resolve/);
});

test("https goes through a proxy's tunnel", async () => {
  const server = await serving((socket) => socket.write(GOOD), certificate);
  const proxy = await serving((socket) => {
    const onward = net.connect(server.port, 'localhost', () => socket.write('HTTP/1.1 200 Connected\r\n\r\n'));
    socket.removeAllListeners('data');
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  assert.deepEqual(await asking([server.url, server.url], { https_proxy: `http://localhost:${proxy.port}` }), [
    '200',
    '200',
  ]);
  assert.deepEqual([proxy.connections, server.connections], [1, 1]);
  assert.ok(server.heard[0].startsWith('GET /x HTTP/1.1\r\n'));
});

// --- time ----------------------------------------------------------------------------------------------------------

test("the server's clock is taken from its answers", async () => {
  const server = await answering('HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2099 10:00:00 GMT\r\nContent-Length: 0\r\n\r\n');
  const asking = client(server.url);
  await asking.request('GET', '/');
  assert.ok(Math.abs(asking.now() - Date.UTC(2099, 10, 21, 10)) < 10_000);
  for (const date of ['yesterday', '', 'Sat, 99 Nov 9999999 10:00:00', '\xff']) {
    const odd = await answering(Buffer.from(`HTTP/1.1 200 OK\r\nDate: ${date}\r\nContent-Length: 0\r\n\r\n`, 'latin1'));
    const other = client(odd.url);
    await other.request('GET', '/');
    assert.ok(Math.abs(other.now() - Date.now()) < 5_000, date);
  }
});

for (const head of [
  'Retry-After: 99999999999999999999',
  'Retry-After: -5',
  'Retry-After: soon',
  'X-RateLimit-Remaining: 0',
  'X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: never',
  'Retry-After: Sat, 21 Nov 1999 10:00:00 GMT',
]) {
  test(`times that make no sense neither break nor block: ${JSON.stringify(head)}`, async () => {
    const server = await answering(`HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n${head}\r\n\r\n`);
    const asking = client(server.url);
    await assert.rejects(asking.request('GET', '/', { tries: 1 }), Later);
    assert.ok(asking.silentFor() <= 86_400_000);
  });
}
