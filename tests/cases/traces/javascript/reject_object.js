async function fail() { throw { status: 500, body: 'no' }; }
fail();
