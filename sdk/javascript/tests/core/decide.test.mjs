// D5, D7, D8: the vectors.
import assert from 'node:assert/strict';
import { afterCreate, decide } from '../../dist/cjs/decide.js';
import { vectors } from './vectors.mjs';

function listed(issue) {
  return {
    number: issue.number,
    author: issue.author,
    signature: issue.signature,
    open: issue.state === 'open',
    updatedAt: issue.updated_at,
    reason: issue.reason ?? null,
    closedAt: issue.closed_at ?? null,
    releases: issue.releases ?? [],
    labels: issue.labels,
    duplicateOf: issue.duplicate_of ?? null,
  };
}

vectors('dedup', 'decisions', async (vector) => {
  const { signature, at, release = '' } = vector.event;
  const canonical = new Map(vector.issues.map((each) => [each.number, each.canonical ?? null]));
  const issues = vector.issues.map(listed);
  const decision = await decide({ signature, at, release }, issues, {
    reporters: new Set(vector.reporters),
    now: vector.now,
    // The vectors write when, not where: it is the issue that the answer names.
    ownWrites: new Map(vector.own_write === undefined ? [] : issues.map((each) => [each.number, vector.own_write])),
    created: vector.created_last_hour,
    canonicalOf: async (issue) => canonical.get(issue.number),
  });
  assert.deepEqual(decision, vector.expected);
});

vectors('dedup', 'after_create', (vector) => {
  const { signature, created, issues, reporters, trigger, expected } = vector;
  assert.deepEqual(afterCreate(signature, created, issues.map(listed), new Set(reporters), trigger), expected);
});
