import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { TAG } from './der';
import { oid, sequence, setOf, text, tlv } from './der-write';
import { OID } from './oids';
import { isCountry } from './places';
import {
  composed,
  dnsNames,
  extension,
  extensionRequest,
  GOOD_PARTS,
  LEGAL_NAME,
  type SubjectPart,
  withPart,
} from './testing';

const context = { legalName: LEGAL_NAME };
type Options = Parameters<typeof composed>[0];
const check = (options: Options) => checkCsr(composed(options), context);
const rulesOf = async (options: Options) => (await check(options)).findings.map((one) => one.rule);
const bytes = (...octets: number[]) => Uint8Array.from(octets);

describe('the common name', () => {
  const label63 = 'a'.repeat(63);
  it.each([
    ['erp.meridian.example'],
    ['a.b'],
    ['ERP.Meridian.Example'],
    ['1.2.3.4.example'],
    ['xn--bcher-kva.example'],
    ['a--b.example'],
    [`${label63}.a`.slice(-64)],
  ])('RFC 1123, 2.1: %s is taken', async (name) => {
    expect(await rulesOf({ subject: withPart('CN', name) })).toEqual([]);
  });

  it.each([
    ['wildcard-name', '*.example.com', [0, 1]],
    ['wildcard-name', 'a*.example.com', [1, 2]],
    ['wildcard-name', '*', [0, 1]],
    ['ip-address', '192.0.2.1', [0, 9]],
    ['ip-address', '2001:db8::1', [0, 11]],
    ['ip-address', '[::1]', [0, 5]],
    ['name-not-qualified', 'localhost', [0, 9]],
    ['name-not-qualified', '1.2.3', [4, 5]],
    ['name-syntax', 'Meridian Freight', [8, 9]],
    ['name-syntax', 'under_score.example.com', [5, 6]],
    ['name-syntax', 'a@example.com', [1, 2]],
    ['name-syntax', 'https://example.com', [5, 6]],
    ['name-syntax', 'bücher.example', [1, 2]],
    ['name-syntax', '-a.example', [0, 1]],
    ['name-syntax', 'a-.example', [1, 2]],
    ['name-syntax', 'a..example', [2, 3]],
    ['name-syntax', '.example.com', [0, 1]],
    ['name-syntax', 'example.com.', [12, 13]],
    ['name-length', `${label63}a.b`, [63, 64]],
  ])('%s: %s', async (rule, name, [start, end]) => {
    const { findings, csr } = await check({ subject: withPart('CN', name) });
    expect(csr).toBeNull();
    const found = findings.filter((one) => one.field === 'CN' && one.rule === rule);
    expect(found).toMatchObject([{ severity: 'error', value: name, mark: { start, end } }]);
  });

  it('RFC 5280, A.1: at most 64 characters, however right the name is', async () => {
    const { findings } = await check({ subject: withPart('CN', `${'a.'.repeat(32)}b`) });
    expect(findings).toMatchObject([{ rule: 'text-length', field: 'CN' }]);
    expect(findings[0]?.message).toContain('65 characters; at most 64');
  });

  it('is required, and stands there once', async () => {
    expect(await rulesOf({ subject: withPart('CN', null) })).toEqual(['common-name-missing']);
    const twice: SubjectPart[] = [...GOOD_PARTS, ['CN', 'other.example.com']];
    expect(await rulesOf({ subject: twice })).toEqual(['duplicate-attribute']);
    expect(await rulesOf({ subject: [] })).toContain('common-name-missing');
  });
});

describe('alternative names', () => {
  const asked = (...names: Uint8Array[]) => ({
    attributes: [extensionRequest(extension(OID.subjectAltName, sequence(...names)))],
  });

  it.each(['*.example.com', '10.0.0.1', 'localhost', '', 'a_b.example.com', 'b\u0000.example.com'])(
    'a DNS name is under the rule of the common name: %j',
    async (name) => {
      const { findings, csr } = await check({ attributes: [extensionRequest(dnsNames(name))] });
      expect(csr).toBeNull();
      expect(findings).toMatchObject([{ severity: 'error', field: 'DNS', value: name }]);
    },
  );

  it.each([
    ['an IP address', tlv(0x87, bytes(10, 0, 0, 1))],
    ['an e-mail address', text(0x81, 'a@b.example')],
    ['a URI', text(0x86, 'urn:countersign:account:acc_other:production')],
    ['a directory name', tlv(0xa4, sequence())],
    ['another name', tlv(0xa0, oid('1.2.3'), tlv(0xa0, text(TAG.utf8String, 'upn')))],
    ['a registered ID', tlv(0x88, bytes(42, 3))],
  ])('%s is refused', async (kind, name) => {
    const { findings } = await check(asked(name));
    expect(findings).toMatchObject([{ rule: 'name-kind', severity: 'error' }]);
    expect(findings[0]?.message).toContain(kind);
  });

  it('RFC 5280, 4.2.1.6: an empty or damaged list is refused', async () => {
    expect(await rulesOf(asked())).toEqual(['names-unreadable']);
    const damaged = extension(OID.subjectAltName, bytes(0x30, 5, 0));
    expect(await rulesOf({ attributes: [extensionRequest(damaged)] })).toEqual([
      'names-unreadable',
    ]);
  });
});

describe('subject text', () => {
  it.each([...'<>~!@#$%^*/\\()?,&'])('%s is not allowed in a locality', async (character) => {
    const { findings } = await check({ subject: withPart('L', `Oak${character}land`) });
    expect(findings).toMatchObject([
      { rule: 'forbidden-character', field: 'L', mark: { start: 3, end: 4 } },
    ]);
  });

  it.each(["L'Aquila", 'Saint-Étienne', 'São Paulo', 'St. Pölten', '東京', 'A+B=C; "D"', '🚢'])(
    'nothing is wrong with %s',
    async (locality) => {
      expect(await rulesOf({ subject: withPart('L', locality) })).toEqual([]);
    },
  );

  it("the account's own legal name is exempt in O, and only there and only as a whole", async () => {
    const legalName = 'Smith & Sons (Holding)';
    const of = async (type: string, value: string) =>
      (await checkCsr(composed({ subject: withPart(type, value) }), { legalName })).findings
        .filter((one) => one.severity === 'error')
        .map((one) => one.rule);
    expect(await of('O', legalName)).toEqual([]);
    expect(await of('O', `${legalName} & Co`)).toEqual(['forbidden-character']);
    expect(await of('L', legalName)).toEqual(['forbidden-character']);
  });

  it('the list of characters is a setting', async () => {
    const der = composed({ subject: withPart('L', 'Oak;land & more') });
    const { findings } = await checkCsr(der, { ...context, forbiddenCharacters: ';' });
    expect(findings).toMatchObject([{ rule: 'forbidden-character', mark: { start: 3, end: 4 } }]);
    expect(findings[0]?.command).toContain('/L=Oakland & more/');
  });

  it.each([
    ['NUL', '\u0000'],
    ['a line break', '\n'],
    ['delete', '\u007f'],
    ['right-to-left override', '\u202e'],
    ['a zero-width space', '\u200b'],
    ['a byte order mark', '\ufeff'],
    ['a line separator', '\u2028'],
    ['a private-use character', '\ue000'],
    ['an unassigned character', '\u0378'],
  ])('T23: %s is refused and shown as a replacement', async (_what, character) => {
    const { findings } = await check({ subject: withPart('L', `Oak${character}land`) });
    expect(findings).toMatchObject([
      { rule: 'invisible-character', value: 'Oak\ufffdland', mark: { start: 3, end: 4 } },
    ]);
  });

  it.each([
    ['L', 128],
    ['ST', 128],
    ['O', 64],
    ['OU', 64],
    ['title', 64],
    ['serialNumber', 64],
  ])('RFC 5280, A.1: %s has at most %i characters, counted as people do', async (type, limit) => {
    const of = async (length: number) =>
      (await rulesOf({ subject: withPart(type, '🚢'.repeat(length)) })).filter(
        (rule) => rule === 'text-length',
      );
    expect(await of(limit)).toEqual([]);
    expect(await of(limit + 1)).toEqual(['text-length']);
  });

  it.each([
    ['UTF-8 that is none', bytes(0x4f, 0xff, 0xfe), TAG.utf8String],
    ['an overlong NUL', bytes(0x4f, 0xc0, 0x80), TAG.utf8String],
    ['an ampersand in a PrintableString', 'A & B', TAG.printableString],
    ['a TeletexString', 'Oakland', TAG.teletexString],
    ['a BMPString', bytes(0, 0x4f, 0, 0x61), TAG.bmpString],
    ['a UniversalString', bytes(0, 0, 0, 0x4f), TAG.universalString],
    ['an OCTET STRING', 'Oakland', TAG.octetString],
    ['an 8-bit IA5String', bytes(0x4f, 0xe9), TAG.ia5String],
  ] as const)('RFC 5280, 4.1.2.4: %s is refused', async (_what, value, tag) => {
    const { findings, csr } = await check({ subject: withPart('L', value, tag) });
    expect(csr).toBeNull();
    expect(findings.map((one) => one.rule)).toContain('text-encoding');
  });

  it.each([TAG.utf8String, TAG.printableString, TAG.ia5String, TAG.visibleString])(
    'tag %i is read',
    async (tag) => {
      expect(await rulesOf({ subject: withPart('L', 'Oakland', tag) })).toEqual([]);
    },
  );

  it('an empty value is refused', async () => {
    expect(await rulesOf({ subject: withPart('L', '') })).toContain('empty-text');
    expect(await rulesOf({ subject: withPart('L', '  ') })).toContain('empty-text');
  });
});

describe('places', () => {
  it.each(['UK', 'XX', 'us', 'USA', 'EU', 'ZZ', 'AN'])(
    'ISO 3166-1: %s is not assigned',
    async (code) => {
      const { findings } = await check({ subject: withPart('C', code) });
      expect(findings).toMatchObject([{ rule: 'country-code', severity: 'error', value: code }]);
    },
  );

  it('ISO 3166-1: 249 codes are assigned', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((first) => letters.map((second) => first + second));
    expect(codes.filter(isCountry)).toHaveLength(249);
  });

  it('each missing place is a warning, and the request passes', async () => {
    const { findings, csr } = await check({ subject: GOOD_PARTS.slice(3) });
    expect(findings.map(({ rule, severity, field }) => [rule, severity, field])).toEqual([
      ['place-missing', 'warning', 'C'],
      ['place-missing', 'warning', 'ST'],
      ['place-missing', 'warning', 'L'],
    ]);
    expect(csr).toMatchObject({ country: null, state: null, locality: null });
  });

  it.each([
    ['ST', 'CA', 'Write California.'],
    ['ST', 'ny', 'Write New York.'],
    ['ST', 'Calif.', 'Spell it out.'],
    ['ST', 'NSW', 'Spell it out.'],
    ['L', 'SF', 'Spell it out.'],
  ])('an abbreviated %s=%s is a warning', async (type, value, fix) => {
    const { findings, csr } = await check({ subject: withPart(type, value) });
    expect(findings).toMatchObject([{ rule: 'place-abbreviated', severity: 'warning', fix }]);
    expect(csr).not.toBeNull();
  });
});

describe('what does not cross over', () => {
  it('a missing or different organization is a notice, and the request passes', async () => {
    for (const organization of [null, 'Another Company']) {
      const { findings, csr } = await check({ subject: withPart('O', organization) });
      expect(findings).toMatchObject([{ rule: 'organization', severity: 'notice' }]);
      expect(csr).not.toBeNull();
    }
  });

  it.each([
    ['OU', 'Logistics', TAG.utf8String],
    ['emailAddress', 'ops@meridian.example', TAG.ia5String],
    ['1.2.3.4', 'anything', TAG.utf8String],
  ])('the subject attribute %s is dropped with a notice', async (type, value, tag) => {
    const { findings, csr } = await check({ subject: withPart(type, value, tag) });
    expect(findings).toMatchObject([
      { rule: 'attribute-dropped', severity: 'notice', field: type },
    ]);
    expect(csr).not.toBeNull();
    expect(JSON.stringify(csr)).not.toContain(value);
  });

  it.each([
    ['basic constraints', OID.basicConstraints, sequence(tlv(TAG.boolean, bytes(0xff)))],
    ['key usage', OID.keyUsage, tlv(TAG.bitString, bytes(1, 6))],
    ['extended key usage', OID.extendedKeyUsage, sequence(oid('2.5.29.37.0'))],
    ['TLS feature (must-staple)', '1.3.6.1.5.5.7.1.24', sequence(tlv(TAG.integer, bytes(5)))],
    ['Certificate Transparency poison', '1.3.6.1.4.1.11129.2.4.3', tlv(TAG.null)],
    ['name constraints', '2.5.29.30', sequence()],
    ['1.2.3.4', '1.2.3.4', bytes()],
  ])('T8: a request for %s is dropped with a notice', async (name, id, value) => {
    const { findings, csr } = await check({ attributes: [extensionRequest(extension(id, value))] });
    expect(findings).toMatchObject([
      { rule: 'extension-dropped', severity: 'notice', value: name },
    ]);
    expect(csr).not.toBeNull();
  });

  it('a challenge password is dropped with a notice that does not repeat it', async () => {
    const challenge = sequence(
      oid('1.2.840.113549.1.9.7'),
      setOf(text(TAG.utf8String, 'correct horse')),
    );
    const check = await checkCsr(composed({ attributes: [challenge] }), context);
    expect(check.findings).toMatchObject([{ rule: 'attribute-dropped', severity: 'notice' }]);
    expect(JSON.stringify(check)).not.toContain('correct horse');
  });

  it('RFC 5280, 4.2: an extension given twice is refused, in one request or over two', async () => {
    const names = dnsNames('a.example.com');
    expect(await rulesOf({ attributes: [extensionRequest(names, names)] })).toContain(
      'duplicate-extension',
    );
    const microsoft = sequence(oid(OID.microsoftExtensionRequest), setOf(sequence(names)));
    expect(await rulesOf({ attributes: [microsoft, extensionRequest(names)] })).toContain(
      'duplicate-extension',
    );
  });

  it('RFC 2986, 4.1: a request attribute given twice is refused', async () => {
    const names = extensionRequest(dnsNames('a.example.com'));
    const other = extensionRequest(dnsNames('b.example.com'));
    expect(await rulesOf({ attributes: [names, other] })).toContain('duplicate-attribute');
  });
});
