export async function GET(request, { params }) {
  const { id } = await params;
  throw new RangeError(`cannot crash ${id}`);
}
