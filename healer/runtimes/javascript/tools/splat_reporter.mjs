// A reporter for node:test that gives each test the id "file > outer > name", one JSON object a line.
import path from 'node:path';

const root = process.env.SPLAT_TREE || process.cwd();
const line = (record) => JSON.stringify(record) + '\n';

export default async function* report(events) {
  const names = [];
  for await (const { type, data } of events) {
    if (!data || typeof data.nesting !== 'number') continue;
    const file = data.file ? path.relative(root, data.file) : '';
    const id = [file, ...names.slice(0, data.nesting), data.name].filter(Boolean).join(' > ');
    // Node tells of a file that died, or that holds no test, as of a test named like the file.
    const whole = data.nesting === 0 && (data.name === data.file || path.resolve(data.name) === data.file);
    if (type === 'test:start') {
      names[data.nesting] = data.name;
      if (!whole) yield line({ start: id });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const bad = type === 'test:fail' && data.todo === undefined;
      if (data.details?.type === 'suite' || (whole && !bad)) continue;
      const error = data.details?.error;
      const skipped = data.skip !== undefined || (data.todo !== undefined && type === 'test:fail');
      const trace = bad ? String(error?.cause?.stack ?? error?.cause ?? error?.stack ?? error).slice(-20000) : '';
      yield line({ id: whole ? file : id, status: skipped ? 'skipped' : whole ? 'error' : bad ? 'failed' : 'passed', trace });
    }
  }
  yield line({ done: true });
}
