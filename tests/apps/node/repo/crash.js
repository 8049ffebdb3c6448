import { serve } from './src/server.js';

const server = serve();
server.listen(0, '127.0.0.1', async () => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/quote/2`);
  server.close();
  process.exitCode = answer.ok ? 0 : 1;
});
