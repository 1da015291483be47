/** Drafts with one thing wrong, every length around it put right, for the tests of lint. */
import { type DerNode, equalBytes, readDer, TAG } from '@/lib/pki/der';
import { octetString, oid, sequence, setOf, text, tlv } from '@/lib/pki/der-write';
import { lint } from '@/lib/pki/lint';

export type DraftBytes = Parameters<typeof lint>[0];

/** The rules that lint finds broken, in the order of its table. */
export function brokenBy(draft: DraftBytes): string[] {
  const result = lint(draft);
  return 'findings' in result ? result.findings.map((one) => one.rule) : [];
}

/** The draft with part `index` of its TBSCertificate replaced. */
export function withPart<Draft extends { tbsDer: Uint8Array }>(
  good: Draft,
  index: number,
  part: (before: DerNode) => Uint8Array,
): Draft {
  const { children } = readDer(good.tbsDer);
  const parts = children.map((node, at) => (at === index ? part(node) : node.der));
  return { ...good, tbsDer: sequence(...parts) };
}

/** The draft with one extension replaced by those that `change` makes of its value. */
export function withExtension<Draft extends { tbsDer: Uint8Array }>(
  good: Draft,
  id: string,
  change: (value: Uint8Array, critical: boolean) => Uint8Array[],
): Draft {
  return withPart(good, 7, (node) => {
    const list = node.children[0]?.children ?? [];
    const changed = list.flatMap((one) => {
      if (!equalBytes(one.children[0]?.der ?? one.der, oid(id))) return [one.der];
      return change(one.children.at(-1)?.content ?? one.content, one.children.length === 3);
    });
    return tlv(0xa3, sequence(...changed));
  });
}

export function plain(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), octetString(value));
}

export function critical(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), tlv(TAG.boolean, Uint8Array.of(0xff)), octetString(value));
}

export type NamePart = readonly [id: string, tag: number, value: string];

export function subjectDer(...parts: readonly NamePart[]): Uint8Array {
  return sequence(...parts.map(([id, tag, value]) => setOf(sequence(oid(id), text(tag, value)))));
}

/** GeneralNames of a context tag and IA5 text each. */
export function namesDer(...parts: readonly (readonly [tag: number, value: string])[]): Uint8Array {
  return sequence(...parts.map(([tag, value]) => text(tag, value)));
}
