const inner = new AggregateError([new Error('a'), new TypeError('b')], 'both failed');
function run() { throw new Error('outer', { cause: inner }); }
run();
