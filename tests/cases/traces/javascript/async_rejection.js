const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
async function loadUser(id) { await sleep(1); return JSON.parse('{"id": ' + id); }
async function handle(id) { return (await loadUser(id)).name; }
async function main() { await Promise.all([handle(7)]); }
main();
