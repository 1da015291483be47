'use client';

import { CopyButton } from '@/components/ui/copy';
import { counted } from '@/components/words';
import type { Finding } from '@/lib/kernel/findings';
import { fileStemOf } from '@/lib/pki/csr-command';
import { CommandText } from './command-text';
import { KeyKind } from './key-kind';
import { ToolTabs } from './tool-tabs';
import { commandOf, type Tool, type Wanted } from './wanted';
import { WantedFields } from './wanted-fields';

/** The form that is sent by GET where no scripts run; its fields stand inside the form that issues. */
export const BUILDER_FORM = 'command-builder';

const KEYS = ['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072', 'RSA 4096', 'Ed25519'] as const;

type Props = {
  wanted: Wanted;
  legalName: string;
  findings: readonly Finding[];
  onChange: (wanted: Wanted) => void;
};

/** Fields on top, the exact command below; it follows each key press, or the button where no scripts run. */
export function CommandBuilder({ wanted, legalName, findings, onChange }: Props) {
  return (
    <>
      <section className="sheet sheet-pad grid gap-4" aria-label="What the command makes">
        <WantedFields wanted={wanted} findings={findings} onChange={onChange} form={BUILDER_FORM} />
        <div className="two-typed">
          <KeyKind
            kinds={KEYS}
            kind={wanted.key}
            onChange={(key) => onChange({ ...wanted, key })}
            sent={{ form: BUILDER_FORM, name: 'key' }}
          />
          <Passphrase wanted={wanted} onChange={onChange} />
        </div>
        <button type="submit" form={BUILDER_FORM} className="btn without-scripts">
          Write the command
        </button>
      </section>
      <Command wanted={wanted} legalName={legalName} findings={findings} onChange={onChange} />
    </>
  );
}

function Passphrase({ wanted, onChange }: Pick<Props, 'wanted' | 'onChange'>) {
  const choices = [
    { value: 'asked', text: 'Asked for', note: 'The file alone opens nothing' },
    { value: 'none', text: 'None', note: 'Whoever has the file has the key' },
  ] as const;
  return (
    <fieldset className="field">
      <legend className="label">Passphrase of the key</legend>
      <div className="choices">
        {choices.map(({ value, text, note }) => (
          <label key={value}>
            <input
              className="radio"
              type="radio"
              form={BUILDER_FORM}
              name="passphrase"
              value={value}
              checked={wanted.passphrase === value}
              onChange={() => onChange({ ...wanted, passphrase: value })}
            />
            {text}
            <small>{note}</small>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Command({ wanted, legalName, findings, onChange }: Props) {
  const command = commandOf(wanted, legalName);
  const refused = findings.filter((one) => one.severity === 'error').length;
  return (
    <section className="codeblock" aria-label="Command">
      <header>
        <ToolTabs
          tool={wanted.tool}
          onChange={(tool) => onChange({ ...wanted, tool })}
          sent={{ form: BUILDER_FORM, name: 'tool' }}
        />
        <span className="end">
          <CopyButton value={command} what="command" look="button" />
        </span>
      </header>
      <CommandText command={command} />
      <footer>
        {refused > 0 ? (
          <span className="refused">
            The request of this command would be refused: mend {counted(refused, 'value')} above
            first.
          </span>
        ) : null}
        {wanted.commonName.trim() === '' ? (
          <span>client.example.com stands for the common name: type yours above.</span>
        ) : null}
        <span>{noteOf(wanted)}</span>
      </footer>
    </section>
  );
}

function noteOf(wanted: Wanted): string {
  const stem = fileStemOf(wanted.commonName || 'client');
  const notes: Record<Tool, string> = {
    openssl:
      wanted.passphrase === 'asked'
        ? `It asks for a passphrase twice, and writes ${stem}.key, which stays with you, and ${stem}.csr, which goes below.`
        : `It writes ${stem}.key without a passphrase, readable by whoever can read the file, and ${stem}.csr, which goes below.`,
    keytool: `It asks for the password of the key store ${stem}.p12, which stays with you; keytool makes none without. ${stem}.csr goes below.`,
    step: `It writes ${stem}.key, which stays with you, and ${stem}.csr, which goes below. Our tests run the openssl and keytool commands; this one is written by the documentation of step.`,
  };
  return notes[wanted.tool];
}
