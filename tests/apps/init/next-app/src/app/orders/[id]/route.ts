const orders: Record<string, { total: number }> = { "1": { total: 12 } };

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return Response.json({ total: orders[id]!.total });
}
