export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const splat = await import('@splat-heal/sdk');
    splat.init({ repo: 'owner/name' });
  }
}

export async function onRequestError(error, request, context) {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const splat = await import('@splat-heal/sdk');
    splat.next(error, request, context);
  }
}
