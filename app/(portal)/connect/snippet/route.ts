import { LANGUAGES } from '@/components/connect/snippets/snippets';
import { attachment } from '@/lib/certificates/attachment';
import { listCertificates } from '@/lib/certificates/list';
import { getCertificate } from '@/lib/certificates/read';
import { enforcementConsequences } from '@/lib/enforcement/read';
import { requireSignedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';
import { languageOf, snippetFacts } from '../asked';

/** The very text that the page shows, as a file. */
export async function GET(request: Request): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const asked = Object.fromEntries(new URL(request.url).searchParams);
    const certificate = asked.certificate
      ? await getCertificate(principal, asked.certificate)
      : null;
    const environment = certificate?.environment ?? asked.environment;
    const places = await enforcementConsequences(principal);
    const place = places.find((one) => one.environment === environment);
    if (!place?.mtlsUrl) {
      throw new AppError('not_found', {
        detail: 'There is no address to call in this environment.',
      });
    }
    const query = { environment: place.environment, status: 'live', limit: 1 } as const;
    const newest = (await listCertificates(principal, query)).items[0] ?? null;
    const facts = await snippetFacts({
      principal,
      place,
      certificate: certificate ?? newest,
      asked,
    });
    const { fileName, write } = LANGUAGES[await languageOf(asked)];
    return attachment({
      fileName,
      contentType: 'text/plain; charset=utf-8',
      body: new TextEncoder().encode(write(facts)),
    });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}
