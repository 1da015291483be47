/** The command that makes the request again without any of its findings, as far as what is right can be known. */
import type { CsrFacts } from './csr-check';
import { type CommandInput, isCommandKey, opensslCommand } from './csr-command';
import { domainNameFault, mendedName } from './domain-name';
import { countryMeant, spelledOutState } from './places';

/** Stands for a common name that nobody can guess; whoever copies the command sees that it is not theirs. */
export const PLACEHOLDER_NAME = 'client.example.com';

const MAX_DNS_NAMES = 100;
// X.520 upper bounds (RFC 5280, A.1): openssl refuses longer values.
const MAX_COMMON_NAME = 64;
const MAX_ORGANIZATION = 64;
const MAX_PLACE = 128;

type Limits = { legalName: string; forbiddenCharacters: string };
type Known = Pick<CsrFacts, 'subject' | 'commonName' | 'dnsNames'> & { key: { label: string } };

/**
 * Values that are right are kept, those that can be mended are, and those that cannot are left out.
 * @see csr-command.ts for quoting
 */
export function correctedCommand(facts: Known, limits: Limits): string {
  return opensslCommand(correctedInput(facts, limits));
}

/** What the corrected command is made of, for whichever tool. */
export function correctedInput(facts: Known, limits: Limits): CommandInput {
  const textOf = (type: string) => facts.subject.find((one) => one.type === type)?.value ?? '';
  const country = countryMeant(textOf('C'));
  const state = textOf('ST');
  const dnsNames = mendedNames(facts.dnsNames);
  const commonName = [mended(facts.commonName ?? ''), ...dnsNames].find(
    (name) => name !== null && name.length <= MAX_COMMON_NAME,
  );
  return {
    commonName: commonName ?? PLACEHOLDER_NAME,
    organization: [...limits.legalName].length <= MAX_ORGANIZATION ? limits.legalName : null,
    country,
    state: plainText(spelledOutState(state, country ?? undefined) ?? state, limits),
    locality: plainText(textOf('L'), limits),
    dnsNames,
    key: isCommandKey(facts.key.label) ? facts.key.label : 'EC P-256',
  };
}

function mended(name: string): string | null {
  return domainNameFault(name) === null ? name : mendedName(name);
}

/** A wildcard whose own domain is in the list as well is left out: that name is the one meant. */
function mendedNames(names: readonly string[]): string[] {
  const known = new Set(names);
  const wanted = names.filter((name) => !(name.startsWith('*.') && known.has(name.slice(2))));
  return [...new Set(wanted.flatMap((name) => mended(name) ?? []))].slice(0, MAX_DNS_NAMES);
}

function plainText(value: string, limits: { forbiddenCharacters: string }): string | null {
  const kept = [...value].filter(
    (one) => !limits.forbiddenCharacters.includes(one) && !/[\p{C}\p{Zl}\p{Zp}\ufffd]/u.test(one),
  );
  const text = kept.join('').replace(/\s+/g, ' ').trim();
  return [...text].slice(0, MAX_PLACE).join('').trim() || null;
}
