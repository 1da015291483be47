/** What a CA certificate from another machine must be before it is taken. */
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { copyOf } from '@/lib/pki/bytes';
import { equalBytes } from '@/lib/pki/der';
import { ISSUING_PROFILE } from '@/lib/pki/profile';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
} from '@/lib/pki/x509';

const CA_USAGE = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;

export function spkiOf(certificateDer: Uint8Array): Uint8Array {
  return new Uint8Array(new X509Certificate(copyOf(certificateDer)).publicKey.rawData);
}

/** What is wrong with the certificate of an issuing CA, for people; null when it is the one that was asked for. */
export function issuingFault(input: {
  certificateDer: Uint8Array;
  rootDer: Uint8Array;
  spkiDer: Uint8Array;
  providerName: string;
  name: string;
}): string | null {
  const certificate = new X509Certificate(copyOf(input.certificateDer));
  if (!equalBytes(spkiOf(input.certificateDer), input.spkiDer)) return 'is for another key';
  if (!signedBy(input.certificateDer, input.rootDer)) return 'is not signed by the root';
  const { subjectName } = certificate;
  const names = [...subjectName.getField('O'), ...subjectName.getField('CN')];
  if (names.join('\n') !== [input.providerName, input.name].join('\n')) {
    return `is for "${subjectName.toString()}"`;
  }
  const constraints = certificate.getExtension(BasicConstraintsExtension);
  if (!constraints?.ca || constraints.pathLength !== ISSUING_PROFILE.pathLength) {
    return `is no CA of path length ${ISSUING_PROFILE.pathLength}`;
  }
  const usages = certificate.getExtension(ExtendedKeyUsageExtension)?.usages ?? [];
  if (usages.join() !== ExtendedKeyUsage.clientAuth)
    return 'is not for client authentication alone';
  const { usages: keyUsages } = certificate.getExtension(KeyUsagesExtension) ?? { usages: 0 };
  return keyUsages === CA_USAGE ? null : 'may not sign certificates and revocation lists';
}

/** What is wrong with a root's certificate; null when nothing is. */
export function rootFault(rootDer: Uint8Array): string | null {
  const certificate = new X509Certificate(copyOf(rootDer));
  if (!signedBy(rootDer, rootDer)) return 'is not signed by itself';
  const constraints = certificate.getExtension(BasicConstraintsExtension);
  if (!constraints?.ca || constraints.pathLength !== undefined) return 'is no root CA';
  const { usages } = certificate.getExtension(KeyUsagesExtension) ?? { usages: 0 };
  return usages === CA_USAGE ? null : 'may not sign certificates and revocation lists';
}

/** What is wrong with a new root's certificate under the old root; null when nothing is. */
export function crossFault(input: {
  crossDer: Uint8Array;
  newRootDer: Uint8Array;
  oldRootDer: Uint8Array;
}): string | null {
  if (!equalBytes(spkiOf(input.crossDer), spkiOf(input.newRootDer))) return 'is for another key';
  const subject = (der: Uint8Array) => new NodeCertificate(der).subject;
  if (subject(input.crossDer) !== subject(input.newRootDer)) return 'is for another name';
  return signedBy(input.crossDer, input.oldRootDer) ? null : 'is not signed by the root before it';
}

export function signedBy(certificateDer: Uint8Array, issuerDer: Uint8Array): boolean {
  const below = new NodeCertificate(certificateDer);
  const above = new NodeCertificate(issuerDer);
  return below.checkIssued(above) && below.verify(above.publicKey);
}
