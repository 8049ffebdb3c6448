// X12: time grows with the text and no faster, whatever the text is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactSource, redactText } from '../../dist/cjs/redact/index.js';

const SIZE = 100_000;
/** Seconds, in the best of three tries; each takes some hundredths. What is quadratic takes several. */
const MOST = 0.7;

function seconds(work) {
  let best = Infinity;
  for (let tries = 0; tries < 3 && best >= MOST; tries += 1) {
    const started = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(started);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

const HOSTILE = {
  letters: 'a',
  digits: '4',
  'digit groups': '4242 ',
  'single digits': '4 ',
  'name characters': 'a.b-',
  separators: '=',
  colons: ':',
  slashes: '\\',
  quotes: '"',
  'names and quotes': 'password="',
  'escaped quotes': "password=\\'",
  'thrice escaped': "password=\\\\\\'",
  'open strings': "password='a\\",
  'open brackets': 'password=[',
  brackets: 'password=[(',
  'spaces behind': 'password=   ',
  headers: 'cookie:a\n',
  'quoted headers': "'cookie:a\n",
  'headers in a line': '"cookie:a ',
  bare: 'password=\\a',
  schemes: 'password: bearer ',
  flags: ' --password',
  'flags and values': ' -pass word',
  curl: ' -u a',
  'curl in curl': '-u=',
  'curl with a colon': '=-u=a: ',
  'curl, long': ' --user="',
  elements: '<password>',
  'elements closed': '<password>a</',
  userinfo: '://',
  'userinfo open': '://a:b',
  'at signs': '@a:',
  bearer: 'Bearer ',
  begin: '-----BEGIN PRIVATE KEY-----',
  'almost begin': '-----BEGIN ',
  jwt: 'eyJaaaaaaaa',
  jwts: 'eyJaaaaaaaa.',
  sendgrid: 'SG.aaaaaaaaaaaaaaaa',
  bot: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.',
  sk: 'sk-',
  slack: 'xoxb-',
  gitlab: 'glpat-',
  telegram: '12345678:AA',
  webhooks: 'discord.com/api/webhooks/1',
  query: '?a=b&key=',
  templates: "password='{a",
  names: 'passwordpassword',
  camel: 'aA',
  'new lines': '\n',
  marks: '[REDACTED]',
  'marks behind': 'password=[REDACTED]',
  halves: '\ud83d',
  pairs: '😀',
  'password=': 'password=',
  '"password"': '"password":',
  'string(1) "': 'password=string(1) "',
};

for (const [name, unit] of Object.entries(HOSTILE)) {
  test(`time is linear: ${name}`, () => {
    const repeated = unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
    const once = `password=${unit[0].repeat(SIZE - 20)}`;
    for (const redact of [redactText, redactSource]) {
      for (const text of [repeated, once, `"${repeated}`, `password=${repeated}`]) {
        const took = seconds(() => redact(text));
        assert.ok(took < MOST, `${took} s for ${JSON.stringify(text.slice(0, 40))}`);
      }
    }
  });
}

test('a huge text is cut before anything looks at it', () => {
  const text = "password='".repeat(2_000_000);
  assert.ok(seconds(() => redactText(text)) < MOST);
});
