export const dynamic = 'force-dynamic';

export default async function ItemPage({ params }) {
  const { id } = await params;
  throw new TypeError(`no item ${id}`);
}
