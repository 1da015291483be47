import { authorize, type Principal } from '@/lib/access/scope';
import type { DownloadFormat } from '@/lib/contract/operations';
import { fileStemOf } from '@/lib/pki/csr-command';
import { certsOnlyPkcs7 } from '@/lib/pki/download';
import { pemOf } from '@/lib/pki/pem';
import { inScope } from '@/lib/platform/database';
import { knownId, noCertificate } from './read';

export type Download = { fileName: string; contentType: string; body: Uint8Array };

/**
 * `pem` and `der`: the certificate; `chain`: issuing CA, then root; `fullchain`: certificate, then issuing CA;
 * `pkcs7`: certificate, issuing CA and root as PEM.
 * @throws AppError `not_found`
 * @see RFC 7468 for the PEM labels, RFC 5652 for PKCS #7
 */
export async function downloadCertificate(
  principal: Principal,
  id: string,
  format: DownloadFormat,
): Promise<Download> {
  const scope = authorize(principal, 'certificates.read');
  const row = await inScope(scope, (tx) =>
    tx.certificate.findFirst({
      where: { id: knownId(id), accountId: scope.accountId },
      include: { issuer: { include: { parent: true } } },
    }),
  );
  if (!row) throw noCertificate();
  const leaf = row.der;
  const issuing = row.issuer.certificateDer;
  const root = row.issuer.parent?.certificateDer;
  const above = root ? [issuing, root] : [issuing];
  const stem = fileStemOf(row.commonName);
  const pem = (certificates: Uint8Array[]) =>
    Buffer.from(certificates.map((der) => pemOf(der, 'CERTIFICATE')).join(''));
  switch (format) {
    case 'pem':
      return { fileName: `${stem}.pem`, contentType: 'application/x-pem-file', body: pem([leaf]) };
    case 'der':
      return { fileName: `${stem}.cer`, contentType: 'application/pkix-cert', body: leaf };
    case 'chain':
      return {
        fileName: `${stem}-chain.pem`,
        contentType: 'application/x-pem-file',
        body: pem(above),
      };
    case 'fullchain':
      return {
        fileName: `${stem}-fullchain.pem`,
        contentType: 'application/x-pem-file',
        body: pem([leaf, issuing]),
      };
    case 'pkcs7':
      return {
        fileName: `${stem}.p7b`,
        contentType: 'application/x-pkcs7-certificates',
        body: Buffer.from(pemOf(certsOnlyPkcs7([leaf, ...above]), 'PKCS7')),
      };
  }
}
