export async function register() {
  console.log('started');
}
