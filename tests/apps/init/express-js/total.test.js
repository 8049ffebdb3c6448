const test = require('node:test');
const assert = require('node:assert');
const { total } = require('./total');

test('total', () => assert.equal(total(1), 3));
