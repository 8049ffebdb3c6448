// D7 to D9, I9: a bug without an issue.
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { markerOf } from '../../dist/cjs/block.js';
import { Claim } from '../../dist/cjs/transports/github/claim.js';
import { Notes } from '../../dist/cjs/transports/github/notes.js';
import { itemOf } from '../../dist/cjs/wire.js';
import { readFileSync } from 'node:fs';
import { count, desks, item, OTHER, SIGNATURE, turns, until } from './desk.mjs';
import { BOT } from './kit.mjs';

desks('a bug without an issue', ({ desk, publicDesk }) => {
  const ZEROS = '0'.repeat(16);
  const signatures = (count, first = 1) =>
    Array.from({ length: count }, (_, at) => (first + at).toString(16).padStart(16, '0'));
  const labelsOf = (issue) => issue.labels.map((each) => each.name).sort();

  desk('all that is known at creation is in the first body', async (desk) => {
    assert.deepEqual(
      await desk.send(count(5, { release: 'r2' }), item(), count(3), item()),
      Array(4).fill('delivered'),
    );
    assert.match((await desk.only()).body, /seen count=10 .* releases=r1,r2 /);
  });

  desk('an answer that got lost makes no second issue', async (desk) => {
    desk.proxy.faults.push({ do: 'reset', method: 'POST', path: /issues$/, times: 1, late: true });
    assert.deepEqual(await desk.send(item(), count(2)), ['delivered', 'delivered']);
    assert.ok((await desk.only()).body.includes('seen count=3 '));
    assert.equal(await desk.labelled('auto-fix'), 1);
  });

  for (const what of [500, 502, 'reset', 'cut']) {
    desk(`creation is tried again: ${what}`, async (desk) => {
      desk.proxy.faults.push({ do: what, method: 'POST', path: /issues$/, times: 1 });
      assert.deepEqual(await desk.send(item()), ['delivered']);
      assert.equal((await desk.issues()).length, 1);
      assert.equal(await desk.labelled('auto-fix'), 1);
    });
  }

  desk('a report that comes twice is counted once', async (desk) => {
    const same = item();
    await desk.send(same);
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // GitHub's times are whole seconds
    await desk.edit(1, { labels: ['splat'] });
    desk.longAfter();
    assert.deepEqual(await desk.send(same, count(4)), ['delivered', 'delivered']);
    assert.ok((await desk.only()).body.includes('seen count=5 '));
    assert.deepEqual(await desk.labels(1), ['splat'], 'whoever took the label off meant it');
  });

  desk('ten processes and an index that lags end with one issue', async (desk) => {
    desk.proxy.lag = 3_000;
    for (let number = 0; number < 10; number += 1) {
      const [outcome] = await desk.send(item());
      assert.ok(outcome === 'delivered' || outcome === 'later');
    }
    assert.equal((await desk.issues()).length, 1);
    assert.equal(await desk.labelled('auto-fix'), 1);
  });

  desk('ten processes at once end with one open issue', async (desk) => {
    // Each with a spool of its own, as on ten hosts.
    const all = signatures(10).map((_, at) => desk.process({}, join(desk.folder, `host${at}`), 300));
    const outcomes = await Promise.all(all.map((each) => each.send([item(), count(2)])));
    assert.deepEqual(
      [...new Set(outcomes.flat())].filter((each) => each === 'never'),
      [],
    );
    desk.longAfter(60_000);
    await desk.send(count(1));
    const open = (await desk.issues()).filter((each) => each.state === 'open');
    assert.deepEqual(
      open.map((each) => each.number),
      [1],
    );
    assert.deepEqual(labelsOf(open[0]), ['auto-fix', 'splat']);
    assert.equal(await desk.labelled('auto-fix'), 1);
  });

  desk('when the process ends the next one labels', async (desk) => {
    desk.proxy.lag = 3_600_000;
    const process = desk.process();
    const sent = process.send([item()]);
    await until(() => desk.proxy.requests('GET', /issues$/).length > 1); // it was created, and is looked for
    process.hurry(performance.now() + 500);
    assert.deepEqual(await sent, ['delivered']);
    await process.close(performance.now() + 1_000);
    assert.equal(await desk.labelled('auto-fix'), 0);
    desk.proxy.lag = 0;
    const [owed] = readdirSync(desk.spool).filter((name) => name.endsWith('.created'));
    const old = Date.now() / 1_000 - 60;
    utimesSync(join(desk.spool, owed), old, old);
    const later = desk.process();
    await later.tick();
    assert.equal(await desk.labelled('auto-fix'), 1);
    assert.deepEqual(
      readdirSync(desk.spool).filter((name) => name.endsWith('.created')),
      [],
    );
    const asked = desk.proxy.log.length;
    await later.tick();
    assert.equal(desk.proxy.log.length, asked, 'nothing owed, nothing asked');
  });

  desk('doubles are closed by any later process', async (desk) => {
    await desk.made();
    const { body } = await desk.only();
    for (let number = 0; number < 3; number += 1) await desk.open('double', body);
    await desk.edit(1, { labels: ['splat'] });
    desk.longAfter();
    assert.deepEqual(await desk.send(count(2)), ['delivered']);
    const [kept, ...doubles] = await desk.issues();
    assert.equal(kept.state, 'open');
    assert.deepEqual(labelsOf(kept), ['auto-fix', 'splat']);
    for (const double of doubles) {
      assert.equal(double.state, 'closed');
      assert.equal(double.body.split('\n')[2], '<!-- splat:duplicate of=1 -->');
    }
    const closing = desk.proxy.requests('PATCH', /./).filter((each) => each.data.state === 'closed');
    assert.deepEqual(
      closing.map((each) => each.data.state_reason),
      Array(3).fill('duplicate'),
    );
  });

  desk('a maker is given time to follow up', async (desk) => {
    await desk.made();
    desk.proxy.ahead = 0;
    await desk.open('double', (await desk.only()).body);
    await desk.send(item());
    assert.deepEqual(
      (await desk.issues()).map((each) => each.state),
      ['open', 'open'],
    );
  });

  // --- the claim -----------------------------------------------------------------------------------------------------

  function inFolder(name, work) {
    test(name, () => {
      const folder = mkdtempSync(join(tmpdir(), 'splat-claim-'));
      try {
        work(folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  inFolder("the claim is one process's until it lets go", (folder) => {
    const [ours, theirs] = [new Claim(folder), new Claim(folder)];
    assert.ok(ours.take() && ours.take() && !theirs.take());
    ours.release();
    assert.ok(theirs.take() && !ours.take());
  });

  inFolder('a stale claim is taken over once, and one that is kept does not grow stale', (folder) => {
    const [dead, ours] = [new Claim(folder), new Claim(folder)];
    assert.ok(dead.take());
    const lock = join(folder, 'create.lock');
    utimesSync(lock, Date.now() / 1_000 - 61, Date.now() / 1_000 - 61);
    assert.ok(ours.take());
    assert.deepEqual(
      [1, 2, 3].map(() => new Claim(folder).take()),
      [false, false, false],
    );
    utimesSync(lock, 0, 0);
    ours.keep();
    assert.ok(!new Claim(folder).take());
    assert.deepEqual(readdirSync(folder), ['create.lock']);
  });

  test('without a folder everyone may', () => {
    for (const folder of ['', '/proc/nowhere']) assert.ok(new Claim(folder).take() && new Claim(folder).take());
  });

  desk('while another process creates, ours waits, then leaves it for later', async (desk) => {
    mkdirSync(desk.spool, { mode: 0o700 });
    const other = new Claim(desk.spool);
    const process = desk.process();
    assert.ok(other.take());
    const started = performance.now();
    assert.deepEqual(await process.send([item()]), ['later']);
    assert.ok(performance.now() - started > 4_000);
    other.release();
    assert.deepEqual(await process.send([item()]), ['delivered']);
    assert.equal((await desk.issues()).length, 1);
  });

  desk('what another process created while ours waited is counted', async (desk) => {
    mkdirSync(desk.spool, { mode: 0o700 });
    const other = new Claim(desk.spool);
    assert.ok(other.take());
    assert.deepEqual(await desk.process({}, join(desk.folder, 'elsewhere')).send([item()]), ['delivered']);
    desk.longAfter();
    const [process, ours] = [desk.process(), item()];
    for (let time = Infinity; time > 4_500; ) {
      assert.ok(other.take());
      const before = { do: 200, method: 'GET', path: /issues$/, times: 1, data: [] };
      desk.proxy.faults.push(before);
      const started = performance.now();
      const waiting = process.send([ours]);
      await until(() => before.struck);
      await turns();
      other.release();
      const [outcome] = await waiting;
      time = outcome === 'later' ? performance.now() - started : 0; // nobody waits longer than five seconds
      assert.equal(outcome, time > 4_500 ? 'later' : 'delivered');
    }
    assert.ok((await desk.only()).body.includes('seen count=2 '));
  });

  desk('two sends at once are one after the other', async (desk) => {
    const process = desk.process();
    const outcomes = await Promise.all([process.send([item()]), process.send([item()]), process.tick()]);
    assert.deepEqual(outcomes.slice(0, 2), [['delivered'], ['delivered']]);
    assert.ok((await desk.only()).body.includes('seen count=2 '));
  });

  desk('a folder nobody can write in costs nothing but the claim', async (desk) => {
    writeFileSync(join(desk.folder, 'file'), '');
    assert.deepEqual(await desk.process({}, join(desk.folder, 'file', 'spool')).send([item()]), ['delivered']);
    assert.equal(await desk.labelled('auto-fix'), 1);
  });

  // --- too many ------------------------------------------------------------------------------------------------------

  desk('a process makes ten issues an hour and one about the others', async (desk) => {
    const process = desk.process();
    const batch = signatures(13).map((signature) => item({ signature }));
    assert.deepEqual(await process.send(batch), Array(13).fill('delivered'));
    const issues = await desk.issues();
    const summary = issues.pop();
    assert.deepEqual(
      issues.map((each) => markerOf(each.body)),
      signatures(10),
    );
    assert.equal(summary.title, '[Splat] More errors than issues');
    assert.equal(markerOf(summary.body), ZEROS);
    assert.ok(summary.body.includes('seen count=3 ') && !summary.body.includes('TypeError'));
    assert.deepEqual(labelsOf(summary), ['splat'], 'nothing in it can be fixed');
    const more = [item({ signature: 'a'.repeat(16) }), count(40, { signature: signatures(1, 12)[0] })];
    assert.deepEqual(await process.send(more), ['delivered', 'delivered']);
    await process.tick();
    assert.ok((await desk.issues())[10].body.includes('seen count=3 '), 'at most once an hour');
    await process.close(performance.now() + 10_000);
    const [left] = readdirSync(desk.spool).filter((name) => name.endsWith('.json'));
    const kept = itemOf(readFileSync(join(desk.spool, left), 'utf8'));
    assert.deepEqual([kept.count.signature, kept.count.seen], [ZEROS, 41]);
    desk.longAfter();
    assert.deepEqual(await desk.send(kept), ['delivered'], 'told by the next process');
    assert.ok((await desk.issues())[10].body.includes('seen count=44 '));
    assert.equal((await desk.issues()).length, 11);
  });

  desk('a repository gets twenty issues an hour', async (desk) => {
    for (const first of [1, 11]) await desk.send(...signatures(10, first).map((signature) => item({ signature })));
    const third = desk.process();
    assert.deepEqual(await third.send([item({ signature: 'a'.repeat(16) })]), ['delivered']);
    assert.deepEqual(
      (await desk.issues()).slice(20).map((each) => markerOf(each.body)),
      [ZEROS],
    );
    desk.longAfter(3_700_000);
    assert.deepEqual(await third.send([item({ signature: 'b'.repeat(16) })]), ['delivered'], 'the hour is over');
    assert.equal(markerOf((await desk.issues()).pop().body), 'b'.repeat(16));
  });

  desk('an overflow goes into the summary; closed as not planned it stays closed', async (desk) => {
    assert.deepEqual(await desk.send(count(70, { signature: ZEROS }), item()), ['delivered', 'delivered']);
    const issues = await desk.issues();
    assert.deepEqual(
      issues.map((each) => markerOf(each.body)),
      [SIGNATURE, ZEROS],
    );
    assert.ok(issues[1].body.includes('seen count=70 '));
    await desk.close(2, 'not_planned');
    assert.deepEqual(await desk.send(count(70, { signature: ZEROS })), ['delivered']);
    assert.equal((await desk.issues())[1].state, 'closed');
  });

  desk('a count without an issue waits for its report, but not for ever', async (desk) => {
    const old = count(3, { signature: OTHER, at: Date.now() - 4_000_000 });
    assert.deepEqual(await desk.send(count(3), old), ['later', 'delivered']);
    assert.deepEqual(await desk.issues(), []);
  });

  publicDesk('a token that may not label creates one issue and says so', async (desk) => {
    desk.proxy.cannotLabel.add(BOT);
    const process = desk.process();
    assert.deepEqual(await process.send([item()]), ['delivered']);
    assert.deepEqual(await process.send([item({ signature: OTHER })]), ['never']);
    assert.deepEqual(
      await desk.send(item({ signature: '3'.repeat(16) })),
      ['never'],
      'nor does a process started anew',
    );
    assert.deepEqual((await desk.only()).labels, []);
    assert.match(desk.warnings[0], /may not label/);
    assert.ok(!desk.warnings.join('').includes(BOT));
    const [note] = readdirSync(desk.spool).filter((name) => name.endsWith('.cannot-label'));
    utimesSync(join(desk.spool, note), 0, 0);
    desk.proxy.cannotLabel.clear();
    assert.deepEqual(await desk.send(item({ signature: OTHER })), ['delivered'], 'an hour later it is tried again');
  });

  // --- who can read it -----------------------------------------------------------------------------------------------

  const embedded = async (desk) => JSON.parse((await desk.only()).body.split('```json\n')[1].split('\n```')[0]);

  publicDesk('a public repository shows no logs, no request and no locals', async (desk) => {
    await desk.send(item());
    const { body } = await desk.only();
    for (const secret of ['a line of the log', 'a breadcrumb', '/carts/7', 'object(2)', 'Logs', 'Request']) {
      assert.ok(!body.includes(secret), secret);
    }
    assert.ok(body.includes('no price'));
  });

  publicDesk('what the user asked for is shown in public', async (desk) => {
    await desk.process({ publicLogs: true, publicLocals: true }).send([item()]);
    const report = await embedded(desk);
    assert.ok(report.logs && report.breadcrumbs && !report.request);
    assert.ok((await desk.only()).body.includes('object(2)'));
  });

  desk('a private repository shows all; without the flag it is taken for a public one', async (desk) => {
    await desk.send(item());
    const report = await embedded(desk);
    assert.ok(report.logs && report.breadcrumbs && report.request && report.exceptions[0].frames[0].locals);
    desk.proxy.faults.push({ do: 200, path: /shop-[0-9a-f]+$/, data: { full_name: desk.repo } });
    await desk.send(item({ signature: OTHER }));
    assert.ok(!(await desk.issues())[1].body.includes('a line of the log'));
  });

  desk('nothing to hide is nothing to ask', async (desk) => {
    const exceptions = [{ type: 'TypeError', message: 'no price', frames: [] }];
    const bare = item({ logs: undefined, breadcrumbs: undefined, request: undefined, exceptions });
    for (const name of ['logs', 'breadcrumbs', 'request']) delete bare.report[name];
    assert.deepEqual(await desk.send(bare), ['delivered']);
    assert.equal(desk.proxy.requests('GET', /shop-[0-9a-f]+$/).length, 0);
  });

  inFolder('notes survive whatever stands in their files', (folder) => {
    writeFileSync(
      join(folder, 'reporters.txt'),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(` 12\nx\n-3\n${'9'.repeat(5_000)}`)]),
    );
    writeFileSync(join(folder, '7-zz.created'), '');
    writeFileSync(join(folder, `0-${SIGNATURE}.created`), '');
    const notes = new Notes(folder);
    assert.deepEqual([notes.reporters(), notes.owed(0)], [[], []]);
    notes.addReporter(5);
    notes.addReporter(3);
    assert.deepEqual(new Notes(folder).reporters(), [3, 5]);
  });
});
