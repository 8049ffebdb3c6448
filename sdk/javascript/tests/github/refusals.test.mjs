// T2 as the transport `github` keeps it: what is tried again, what is not, and what a person is told.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Client } from '../../dist/cjs/http/client.js';
import { count, desks, item, OTHER, until } from './desk.mjs';
import { BOT } from './kit.mjs';

desks('refusals', ({ desk }) => {
  desk('a wrong token is tried once and named', async (desk) => {
    desk.proxy.badTokens.add('ghp_wrong');
    const process = desk.process({ token: 'ghp_wrong' });
    assert.deepEqual(await process.send([item(), item({ signature: OTHER })]), ['never', 'never']);
    assert.deepEqual(await process.send([item({ signature: '3'.repeat(16) })]), ['never']);
    await process.tick();
    await process.close(performance.now() + 1_000);
    assert.equal(desk.proxy.log.length, 1);
    assert.equal(desk.warnings.length, 1);
    assert.ok(
      /401/.test(desk.warnings[0]) && /SPLAT_TOKEN/.test(desk.warnings[0]) && !/ghp_wrong/.test(desk.warnings[0]),
    );
  });

  for (const [status, told] of [
    [403, /read and write access to the issues/],
    [404, /Check the option `repo`/],
    [410, /issues are turned off/],
    [422, /not accepted/],
  ]) {
    desk(`what is refused is never tried again: ${status}`, async (desk) => {
      const refused = { do: status, method: 'POST', path: /issues$/, data: { message: 'No `@octo-org/team` <!-- x' } };
      desk.proxy.faults.push(refused);
      assert.deepEqual(await desk.send(item()), ['never']);
      assert.equal(refused.struck, 1);
      assert.equal(desk.warnings.length, 1);
      assert.match(desk.warnings[0], told);
      assert.deepEqual(await desk.issues(), []);
    });
  }

  desk('what an answer repeats is told without secrets', async (desk) => {
    desk.proxy.faults.push({
      do: 403,
      data: { message: `what you sent: Authorization: Bearer ghp_${'a1B2'.repeat(9)}` },
    });
    assert.deepEqual(await desk.send(item()), ['never']);
    assert.ok(desk.warnings.length === 1 && !desk.warnings[0].includes('a1B2'));
  });

  desk('a text that is not taken stops nothing else, and is told once', async (desk) => {
    desk.proxy.faults.push({ do: 422, method: 'POST', path: /issues$/, times: 2 });
    const process = desk.process();
    const items = ['1', '2', '3'].map((each) => item({ signature: each.repeat(16) }));
    assert.deepEqual(await process.send(items), ['never', 'never', 'delivered']);
    assert.equal((await desk.issues()).length, 1);
    assert.equal(desk.warnings.length, 1);
  });

  desk('a repository that moved to another host does not get the token', async (desk) => {
    desk.proxy.faults.push({ do: 301, path: /issues$/, headers: { Location: 'http://elsewhere.invalid/issues' } });
    assert.deepEqual(await desk.send(item()), ['never']);
    assert.match(desk.warnings[0], /another address/);
  });

  desk('a repository that was renamed is followed', async (desk) => {
    const listing = `${desk.proxy.url}/repos/${desk.repo}/issues?state=all&labels=splat`;
    desk.proxy.faults.push(
      { do: 301, method: 'GET', path: /old\/name\/issues$/, headers: { Location: listing } },
      { do: 307, method: 'POST', path: /old\/name\/issues$/, headers: { Location: `/repos/${desk.repo}/issues` } },
      {
        do: 307,
        method: 'PATCH',
        path: /old\/name\/issues\/1$/,
        headers: { Location: `../../../${desk.repo}/issues/1` },
      },
      { do: 301, path: /old\/name$/, headers: { Location: `/repos/${desk.repo}` } },
    );
    assert.deepEqual(await desk.process({ repo: 'old/name' }).send([item()]), ['delivered']);
    assert.deepEqual((await desk.labels(1)).sort(), ['auto-fix', 'splat']);
  });

  // --- limits --------------------------------------------------------------------------------------------------------

  desk('a long retry-after is kept without a further request', async (desk) => {
    desk.proxy.faults.push({ do: 429, headers: { 'Retry-After': '61' } });
    const process = desk.process();
    for (let round = 0; round < 3; round += 1)
      assert.deepEqual(await process.send([item(), count(3)]), ['later', 'later']);
    await process.tick();
    await process.close(performance.now() + 1_000);
    assert.equal(desk.proxy.log.length, 1);
    assert.deepEqual(desk.warnings, []);
  });

  for (const form of ['seconds', 'date']) {
    desk(`a short retry-after is waited for: ${form}`, async (desk) => {
      const value = () => (form === 'seconds' ? '2' : new Date(Date.now() + 2_900).toUTCString());
      desk.proxy.faults.push({ do: 429, path: /issues$/, times: 1, headers: () => ({ 'Retry-After': value() }) });
      assert.deepEqual(await desk.send(item()), ['delivered']);
      const [first, second] = desk.proxy.log;
      assert.ok(second.at - first.at > 1_500, `${second.at - first.at} ms`);
      assert.equal((await desk.issues()).length, 1);
    });
  }

  desk('a secondary limit that names no time ends the try', async (desk) => {
    const data = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' };
    desk.proxy.faults.push({ do: 403, method: 'POST', path: /issues$/, data });
    const process = desk.process();
    assert.deepEqual(await process.send([item()]), ['later']);
    const asked = desk.proxy.log.length;
    assert.deepEqual(await process.send([item()]), ['later']);
    assert.equal(desk.proxy.log.length, asked);
  });

  for (const status of [403, 200]) {
    desk(`a limit that is used up is kept until its reset: ${status}`, async (desk) => {
      const headers = {
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': String(Math.floor(Date.now() / 1_000) + 900),
      };
      desk.proxy.faults.push({ do: status, path: /issues$/, headers, data: [] });
      const process = desk.process();
      assert.deepEqual(await process.send([item()]), ['later']);
      assert.deepEqual(await process.send([item()]), ['later']);
      assert.equal(desk.proxy.log.length, 1);
    });
  }

  // --- out of reach, and broken ----------------------------------------------------------------------------------------

  desk('a server that cannot be reached is told once', async (desk) => {
    const process = desk.process({ apiUrl: 'http://127.0.0.1:9' });
    assert.deepEqual(await process.send([item()]), ['later']);
    assert.equal(desk.warnings.length, 1);
    assert.ok(/connection was refused/.test(desk.warnings[0]) && /HTTPS_PROXY/.test(desk.warnings[0]));
    process.hurry(performance.now() + 1_000);
    assert.deepEqual(await process.send([item()]), ['later']);
    assert.equal(desk.warnings.length, 1);
  });

  desk('what keeps failing is left for later after four tries', async (desk) => {
    desk.proxy.faults.push({ do: 503 });
    assert.deepEqual(await desk.send(item()), ['later']);
    const times = desk.proxy.log.map((each) => each.at);
    assert.equal(times.length, 4);
    [1_000, 2_000, 4_000].forEach((pause, at) => assert.ok(times[at + 1] - times[at] >= 0.5 * pause - 20));
  });

  desk('a reading that breaks is tried again', async (desk) => {
    for (const what of [500, 'reset', 'cut'])
      desk.proxy.faults.push({ do: what, method: 'GET', path: /issues$/, times: 1 });
    assert.deepEqual(await desk.send(item()), ['delivered']);
    assert.equal((await desk.issues()).length, 1);
  });

  desk('something that is not GitHub answers', async (desk) => {
    desk.proxy.faults.push({ do: 200, path: /issues$/, data: '<html>Please sign in to the Wi-Fi</html>' });
    assert.deepEqual(await desk.send(item()), ['later']);
  });

  [
    [null, 7, 'x', {}, { number: '1' }, { number: 1, updated_at: 'x' }, { pull_request: {} }],
    { message: '?' },
    [[[]]],
  ].forEach((data, number) => {
    desk(`entries that are no issues are passed over: ${number}`, async (desk) => {
      desk.proxy.faults.push({ do: 200, method: 'GET', path: /issues$/, times: 1, data });
      assert.deepEqual(await desk.send(item()), ['delivered']);
    });
  });

  for (const method of ['GET', 'POST']) {
    desk(`a server that hangs does not keep the process from ending: ${method}`, async (desk) => {
      const hanging = { do: 'hang', method, path: /issues$/ };
      desk.proxy.faults.push(hanging);
      const process = desk.process();
      const sent = process.send([item()]);
      await until(() => hanging.struck);
      const started = performance.now();
      process.hurry(started + 500);
      assert.deepEqual(await sent, ['later']);
      await process.close(started + 500);
      // Four tries take more than 40 s, each of them ten.
      assert.ok(performance.now() - started < 20_000);
      assert.ok(hanging.struck < 4);
    });
  }

  desk('a wait ends when the process does, and goes on when it does not', async (desk) => {
    desk.proxy.faults.push({ do: 503, times: 1, headers: { 'Retry-After': '50' } });
    const process = desk.process();
    const started = performance.now();
    const sent = process.send([item()]);
    await until(() => desk.proxy.log.length === 1);
    setTimeout(() => process.hurry(performance.now() + 1_000), 300);
    assert.deepEqual(await sent, ['later']);
    assert.ok(performance.now() - started < 20_000);
    process.hurry(Infinity);
    assert.deepEqual(await process.send([item()]), ['delivered']);
  });

  desk('what is under way is not mixed with what the end asks for', async (desk) => {
    desk.proxy.faults.push({ do: 'hang', method: 'GET', path: /issues$/, times: 1 });
    const process = desk.process();
    const sent = process.send([item()]);
    await until(() => desk.proxy.log.length === 1);
    const closed = process.close(performance.now() + 800);
    assert.deepEqual(await sent, ['later']);
    await closed;
    assert.equal(desk.proxy.log.length, 1);
  });

  desk('nothing that is said holds the token', async (desk) => {
    const secret = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
    for (const status of [401, 403, 404, 410, 422, 301, 418]) {
      desk.proxy.faults = [{ do: status, data: { message: 'no' } }];
      assert.deepEqual(await desk.process({ token: secret }).send([item()]), ['never']);
    }
    assert.equal(desk.warnings.length, 7);
    assert.ok(![secret, BOT].some((each) => desk.warnings.join().includes(each)));
  });

  test('a server that drips holds nobody longer than ten seconds', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const dripping = setInterval(() => socket.write('H'), 300);
      socket.on('close', () => clearInterval(dripping));
    });
    await new Promise((resolve) => server.listen(0, 'localhost', resolve));
    const client = new Client(`http://localhost:${server.address().port}`);
    const started = performance.now();
    await assert.rejects(client.request('GET', '/', { tries: 1 }), /no answer in time/);
    const took = performance.now() - started;
    assert.ok(took > 9_000 && took < 60_000, `${took} ms`);
    await new Promise((resolve) => server.close(resolve));
  });
});
