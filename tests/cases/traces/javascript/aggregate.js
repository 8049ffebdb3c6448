async function first() { throw new RangeError('no stock in\n  warehouse one'); }
async function second() { throw new TypeError('no stock in warehouse two', { cause: new Error('disk offline') }); }
async function anyStock() { return Promise.any([first(), second()]); }
anyStock();
