import { prove } from '../prove';

/** For the form that opens over a page, which stays as it is: nothing typed there is lost. */
export async function POST(request: Request): Promise<Response> {
  const message = await prove(await request.formData());
  return Response.json({ message }, { headers: { 'Cache-Control': 'no-store' } });
}
