function readPrice(row) {
  try { return row.price.toFixed(2); }
  catch (error) { throw new Error('price of ' + row.sku + ' is unreadable', { cause: error }); }
}
function load(rows) {
  try { return rows.map(readPrice); }
  catch (error) { const e = new TypeError('catalogue failed', { cause: error }); e.code = 'E_CATALOGUE'; e.errno = -7; e.details = { rows: rows.length, at: new Date(0) }; throw e; }
}
load([{ sku: 'a-1' }]);
