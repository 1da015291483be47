'use client';

import { IssueForm, type IssueProps } from '@/components/request/issue-form';
import type { IssuePlace } from '@/components/request/what-you-get';
import { CodeBlock } from '@/components/ui/code-block';
import type { CertificateView, CsrCheckView } from '@/lib/contract/views';
import { isCommandKey, opensslCommand } from '@/lib/pki/csr-command';
import { WhenIdle } from './when-idle';

const VERB = { act: 'Renew certificate', doing: 'Renewing certificate' };

/** The door of a new key: the command that makes one with the same names, and the field for its request. */
export function CsrRenewal({
  certificate,
  place,
  check,
  attempt,
  actions,
}: {
  certificate: CertificateView;
  place: IssuePlace;
  /** Of the old one's names. */
  check: CsrCheckView;
  attempt: string;
  actions: IssueProps['actions'];
}) {
  const { environment, label } = certificate;
  const command = commandOf(check, place.account.legalName);
  return (
    <IssueForm
      place={place}
      initial={{ values: { csr: '', environment, label } }}
      attempt={attempt}
      maxLabel={label.length}
      actions={actions}
      choices="made"
      verb={VERB}
      lead={
        command ? (
          <CodeBlock
            name="Make a new key and its request"
            what="command"
            text={command}
            footer="For your terminal, with the names of this certificate. It asks for a passphrase of the key."
          />
        ) : null
      }
      tail={<WhenIdle />}
    />
  );
}

function commandOf({ facts }: CsrCheckView, legalName: string): string | null {
  if (!facts?.commonName) return null;
  const value = (type: string) => facts.subject.find((one) => one.type === type)?.value ?? null;
  return opensslCommand({
    commonName: facts.commonName,
    // X.520's upper bound (RFC 5280, A.1): openssl refuses longer ones.
    organization: [...legalName].length <= 64 ? legalName : null,
    country: value('C'),
    state: value('ST'),
    locality: value('L'),
    dnsNames: facts.dnsNames,
    key: isCommandKey(facts.key.label) ? facts.key.label : 'EC P-256',
    // Beside the files of the old one, not over them.
    fileStem: `${facts.commonName.split('.')[0] ?? ''}-renewed`,
  });
}
