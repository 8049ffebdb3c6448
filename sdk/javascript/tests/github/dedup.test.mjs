// D2 to D6: what becomes of an error in a repository of GitHub's, above all of one that has an issue already.
import assert from 'node:assert/strict';
import { count, desks, item, OTHER, SIGNATURE } from './desk.mjs';
import { BOT, STRANGER } from './kit.mjs';

desks('an error that has an issue', ({ desk, publicDesk }) => {
  const DAY = 86_400_000;

  desk('a new bug becomes one issue with its labels, in five requests', async (desk) => {
    assert.deepEqual(await desk.process({ labels: ['team-shop', 'AUTO-FIX'] }).send([item()]), ['delivered']);
    const issue = await desk.only();
    assert.equal(issue.title, '[Splat] TypeError in shop/cart.js:42');
    assert.deepEqual((await desk.labels(1)).sort(), ['auto-fix', 'splat', 'team-shop']);
    assert.ok(issue.body.includes(`signature=${SIGNATURE}`) && issue.body.includes('seen count=1 '));
    assert.deepEqual(desk.asked(), ['GET /issues', 'GET /', 'POST /issues', 'GET /issues', 'PATCH /issues/1']);
    assert.deepEqual(desk.proxy.requests('POST', /issues$/)[0].data.labels, ['splat', 'team-shop']);
    assert.equal(await desk.labelled('auto-fix'), 1);
  });

  desk('ten seconds of identical errors take six requests', async (desk) => {
    const process = desk.process();
    assert.deepEqual(await process.send([item()]), ['delivered']);
    process.hurry(performance.now() + 20_000);
    assert.deepEqual(await process.send([count(99_999)]), ['delivered']);
    await process.close(performance.now() + 20_000);
    assert.ok((await desk.only()).body.includes('seen count=100000 '));
    assert.equal(desk.proxy.log.length, 6, String(desk.asked()));
  });

  desk('the same bug of a later process is counted, in two requests', async (desk) => {
    await desk.made();
    const process = desk.process();
    assert.deepEqual(await process.send([item({ release: 'r2' }), count(4)]), ['delivered', 'delivered']);
    assert.match((await desk.only()).body, /seen count=6 .* releases=r1,r2 /);
    desk.proxy.log = [];
    assert.deepEqual(await process.send([count(2)]), ['delivered']);
    assert.deepEqual(desk.asked(), ['GET /issues', 'PATCH /issues/1']);
  });

  publicDesk("a stranger's marked issue captures nothing", async (desk) => {
    await desk.made();
    const forged = (await desk.only()).body.replaceAll(SIGNATURE, OTHER);
    await desk.open('captured', forged, STRANGER);
    desk.longAfter();
    assert.deepEqual(await desk.send(item({ signature: OTHER })), ['delivered']);
    const [, captured, made] = await desk.issues();
    assert.equal(captured.body, forged);
    assert.deepEqual([made.number, made.user.login], [3, 'splat-bot']);
  });

  publicDesk('a reporter that is listed counts', async (desk) => {
    await desk.made();
    const { id } = await desk.emulator.call('GET', '/user', undefined, STRANGER);
    await desk.open('by another of our bots', (await desk.only()).body.replaceAll(SIGNATURE, OTHER), STRANGER);
    desk.longAfter();
    assert.deepEqual(await desk.process({ reporters: [id] }).send([item({ signature: OTHER })]), ['delivered']);
    assert.ok((await desk.issues())[1].body.includes('seen count=2 '));
  });

  desk("an installation's token learns its account from what it creates", async (desk) => {
    desk.proxy.installations.add(BOT);
    await desk.made();
    assert.deepEqual(await desk.send(count(2)), ['delivered']);
    assert.ok((await desk.only()).body.includes('seen count=3 '));
    desk.longAfter();
    assert.deepEqual(await desk.process({}, `${desk.folder}/elsewhere`).send([item()]), ['delivered']);
    assert.deepEqual(
      (await desk.issues()).map((each) => each.state),
      ['open', 'closed'],
    );
    assert.match(desk.warnings[0], /`reporters`/);
  });

  desk('who edited a moment ago is left in peace', async (desk) => {
    await desk.made();
    desk.proxy.ahead = 0;
    await desk.edit(1, { title: 'I am looking at this' });
    const process = desk.process();
    assert.deepEqual(await process.send([item()]), ['later']);
    const asked = desk.proxy.log.length;
    assert.deepEqual(await process.send([item(), count(3)]), ['later', 'later']);
    assert.equal(desk.proxy.log.length, asked, 'until the five minutes are over there is nothing to ask');
    desk.longAfter(301_000);
    assert.deepEqual(await process.send([item({ signature: OTHER })]), ['delivered'], 'any answer tells the time');
    assert.deepEqual(await process.send([item(), count(3)]), ['delivered', 'delivered']);
    assert.ok((await desk.issues())[0].body.includes('seen count=5 '));
  });

  desk('what people wrote stays byte for byte, also right after our count', async (desk) => {
    await desk.made();
    const process = desk.process();
    const body = (await desk.only()).body;
    const edited = `Ich schaue mir das an. @octo-org/security fixes #1\r\n\r\n${body}\r\n\r\n\`\`\`\nmore é 💥\t \r\n`;
    await desk.edit(1, { body: edited });
    desk.longAfter();
    assert.deepEqual(await process.send([count(7)]), ['delivered']);
    const BLOCK = /<!-- splat:seen [^]*?<!-- splat:end -->/;
    const counted = (await desk.only()).body;
    assert.deepEqual(counted.split(BLOCK), edited.split(BLOCK));
    assert.ok(counted.includes('seen count=8 '));
    await desk.edit(1, { body: `${counted}\n\nA note by a person.` });
    assert.deepEqual(await process.send([count(2)]), ['delivered'], 'on GitHub its clock that was 10 minutes ago');
    assert.ok((await desk.only()).body.endsWith('A note by a person.'));
  });

  desk('without its block an issue is left alone, and what did not change is not sent again', async (desk) => {
    await desk.made();
    const body = (await desk.only()).body.replace('<!-- splat:end -->', '');
    await desk.edit(1, { body });
    desk.longAfter();
    const process = desk.process();
    for (let round = 0; round < 4; round += 1) assert.deepEqual(await process.send([item()]), ['delivered']);
    assert.equal((await desk.only()).body, body);
    const listings = desk.proxy.log.filter(({ path }) => path !== '/user');
    assert.deepEqual(
      listings.map((each) => `${each.method} ${each.status}`),
      ['GET 200', 'GET 200', 'GET 304', 'GET 304'],
    );
    assert.deepEqual(
      listings.map((each) => each.url.includes('since=')),
      [false, true, true, true],
    );
  });

  desk('labels that people chose stay', async (desk) => {
    await desk.made();
    await desk.edit(1, { labels: ['splat', 'wip'] });
    desk.longAfter();
    assert.deepEqual(await desk.send(item(), count(7)), ['delivered', 'delivered']);
    assert.deepEqual(await desk.labels(1), ['splat', 'wip']);
  });

  desk('an issue that is gone is made again', async (desk) => {
    const process = desk.process();
    await process.send([item()]);
    desk.proxy.lag = 3_600_000;
    desk.proxy.faults.push({ do: 410, path: /issues\/1$/, data: { message: 'This issue was deleted' } });
    assert.deepEqual(await process.send([item()]), ['later']);
    desk.proxy.lag = 0;
    await desk.edit(1, { labels: [] });
    assert.deepEqual(await process.send([item()]), ['delivered']);
    assert.deepEqual(
      (await desk.issues()).map((each) => each.number),
      [1, 2],
    );
  });

  desk('a release that was not known is a regression, asked for once', async (desk) => {
    await desk.made();
    await desk.close(1, 'completed');
    const process = desk.process();
    assert.deepEqual(await process.send([item({ release: 'r2' }), count(3, { release: 'r2' })]), [
      'delivered',
      'delivered',
    ]);
    assert.deepEqual(await process.send([count(3, { release: 'r2' })]), ['delivered']);
    const issue = await desk.only();
    assert.equal(issue.state, 'open');
    assert.ok((await desk.labels(1)).includes('regression'));
    assert.deepEqual(await desk.comments(1), ['Seen again in a release that was not known when this was closed.']);
    assert.match(issue.body, /seen count=8 .* releases=r1,r2 /);
  });

  desk('a release that was known is none', async (desk) => {
    await desk.made();
    await desk.close(1, 'completed');
    assert.deepEqual(await desk.send(item(), item({ at: Date.now() + DAY * 30 })), ['delivered', 'delivered']);
    assert.equal((await desk.only()).state, 'closed');
    assert.ok(desk.proxy.log.every((each) => each.method === 'GET'));
  });

  for (const [after, state] of [
    [DAY - 60_000, 'closed'],
    [DAY + 60_000, 'open'],
  ]) {
    desk(`without releases a day decides: ${state}`, async (desk) => {
      await desk.made({ release: '' });
      await desk.close(1, 'completed');
      assert.deepEqual(await desk.send(item({ at: Date.now() + after, release: '' })), ['delivered']);
      assert.equal((await desk.only()).state, state);
      assert.deepEqual(await desk.comments(1), state === 'open' ? ['Seen again after this was closed.'] : []);
    });
  }

  desk('closed as not planned means silence', async (desk) => {
    await desk.made();
    await desk.close(1, 'not_planned');
    assert.deepEqual(await desk.send(item({ release: 'r2' }), item({ at: Date.now() + DAY * 30, release: 'r3' })), [
      'delivered',
      'delivered',
    ]);
    assert.equal((await desk.only()).state, 'closed');
  });

  desk('a duplicate is counted where our marker leads, three hops at most', async (desk) => {
    for (const number of [1, 2, 3, 4, 5]) {
      await desk.made({ signature: String(number).repeat(16) });
      if (number === 1) continue;
      const { body } = (await desk.issues())[number - 1];
      await desk.edit(number, {
        body: body.replace('-->\nSeen', `-->\n<!-- splat:duplicate of=${number - 1} -->\nSeen`),
      });
      await desk.close(number, 'duplicate');
    }
    desk.longAfter();
    assert.deepEqual(await desk.send(item({ signature: '4'.repeat(16) })), ['delivered']);
    assert.ok((await desk.issues())[0].body.includes('seen count=2 '));
    desk.longAfter();
    assert.deepEqual(await desk.send(item({ signature: '5'.repeat(16) })), ['delivered']);
    assert.ok((await desk.issues())[0].body.includes('seen count=2 '), 'four hops are too many');
  });

  for (const base of ['', '/api/v3']) {
    desk(`a duplicate without our marker is counted in its canonical issue ${base}`, async (desk) => {
      await desk.made();
      await desk.made({ signature: OTHER });
      await desk.close(2, 'duplicate');
      desk.longAfter();
      const apiUrl = desk.proxy.url + base;
      const process = desk.process({ apiUrl });
      assert.deepEqual(await process.send([item({ signature: OTHER })]), ['delivered']);
      assert.ok((await desk.issues())[0].body.includes('seen count=1 '), 'GitHub names no other issue');
      desk.proxy.canonical.set(2, 1);
      assert.deepEqual(await desk.process({ apiUrl }).send([item({ signature: OTHER })]), ['delivered']);
      assert.ok((await desk.issues())[0].body.includes('seen count=2 '));
      assert.deepEqual(await process.send([item({ signature: OTHER })]), ['delivered']);
      assert.equal(desk.proxy.requests('POST', /graphql$/).length, 2, 'one question an issue');
      const places = new Set(desk.proxy.log.map(({ path }) => path.split('/repos/')[0].replace(/^\/user$/, '')));
      if (base)
        assert.deepEqual([...places].filter((each) => !each.endsWith('/user')).sort(), ['/api/graphql', '/api/v3']);
    });
  }

  desk('a canonical issue that cannot be asked for means silence for that bug alone', async (desk) => {
    await desk.made();
    await desk.close(1, 'duplicate');
    desk.proxy.faults.push({ do: 502, path: /graphql$/ });
    assert.deepEqual(await desk.send(item(), item({ signature: OTHER })), ['delivered', 'delivered']);
    assert.deepEqual(
      (await desk.issues()).map((each) => each.state),
      ['closed', 'open'],
    );
  });

  desk('what is read last decides', async (desk) => {
    await desk.made();
    const closed = {
      ...(await desk.only()),
      state: 'closed',
      state_reason: 'completed',
      closed_at: '2026-01-01T00:00:00Z',
    };
    await desk.made({ signature: OTHER });
    const { body } = (await desk.issues())[1];
    await desk.edit(2, { body: body.replace('-->\nSeen', '-->\n<!-- splat:duplicate of=1 -->\nSeen') });
    await desk.close(2, 'duplicate');
    const double = { ...(await desk.issues())[1], state_reason: 'duplicate' };
    desk.proxy.faults.push({ do: 200, method: 'GET', path: /issues$/, times: 1, data: [double, closed] });
    assert.deepEqual(await desk.send(item({ signature: OTHER, release: 'r2' })), ['later']);
    assert.equal(desk.proxy.requests('PATCH', /./).length, 0);
  });

  desk('an index that lags does not take back what was answered', async (desk) => {
    await desk.made();
    const stale = await desk.only();
    const process = desk.process();
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // GitHub's times are whole seconds
    assert.deepEqual(await process.send([count(3)]), ['delivered']);
    desk.proxy.faults.push({ do: 200, method: 'GET', path: /issues$/, times: 1, data: [stale] });
    assert.deepEqual(await process.send([count(4)]), ['delivered']);
    assert.ok((await desk.only()).body.includes('seen count=8 '));
  });

  desk('a pull request is no issue', async (desk) => {
    await desk.made();
    const request = { ...(await desk.only()), number: 9, pull_request: {} };
    await desk.edit(1, { labels: [] });
    desk.proxy.faults.push({ do: 200, method: 'GET', path: /issues$/, times: 1, data: [request] });
    assert.deepEqual(await desk.send(item()), ['delivered']);
    assert.deepEqual(
      (await desk.issues()).map((each) => each.number),
      [1, 2],
    );
  });

  desk('a body never grows beyond what GitHub takes', async (desk) => {
    const logs = Array.from({ length: 100 }, () => ({ message: 'x'.repeat(5_000), level: 'info' }));
    const request = { method: 'POST', path: '/', body: '<>&`'.repeat(1_000) };
    await desk.send(item({ logs, request, release: 'é'.repeat(500) }));
    desk.longAfter();
    const counts = Array.from({ length: 40 }, (_, number) => count(1, { release: `${number}${'ü'.repeat(100)}` }));
    assert.deepEqual([...new Set(await desk.send(...counts))], ['delivered']);
    const { body } = await desk.only();
    assert.ok(Buffer.byteLength(body) < 65_536 && body.includes('seen count=41 '));
  });
});
