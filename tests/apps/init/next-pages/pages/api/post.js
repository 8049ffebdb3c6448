export default function handler(request, response) {
  response.json({ title: request.query.id.trim() });
}
