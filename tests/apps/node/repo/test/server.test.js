import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../src/server.js';

test('answers with a quote', async (t) => {
  const server = serve();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/quote/1`);
  assert.deepEqual(await answer.json(), { label: 'ADA, London', cents: 550 });
});
