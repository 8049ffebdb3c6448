import * as splat from '@splat-heal/sdk';

// Bundled apart from the instrumentation file: the same SDK all the same.
export async function GET() {
  const id = splat.captureException(new Error('caught in a route'));
  return Response.json({ captured: id !== null });
}
