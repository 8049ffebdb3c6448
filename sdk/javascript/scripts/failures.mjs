// A reporter for thousands of tests: those that failed, in full and once more at the end, what was skipped, what was
// printed, and how many there were. Node's own `dot` hides what a file prints that cannot even be loaded.
import { Readable } from 'node:stream';
import { spec } from 'node:test/reporters';

const TOLD = ['test:fail', 'test:stdout', 'test:stderr', 'test:diagnostic', 'test:summary'];

async function* news(source) {
  for await (const event of source) {
    if (TOLD.includes(event.type) || (event.type === 'test:pass' && event.data.skip)) yield event;
  }
}

export default async function* failures(source) {
  yield* Readable.from(news(source)).compose(new spec());
}
