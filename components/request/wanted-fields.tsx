'use client';

import { OctagonX, TriangleAlert } from 'lucide-react';
import { type ComponentProps, useId } from 'react';
import type { Finding } from '@/lib/kernel/findings';
import { FindingValue } from './finding-value';
import type { Wanted } from './wanted';

type Props = {
  wanted: Wanted;
  findings: readonly Finding[];
  onChange: (wanted: Wanted) => void;
  /** The form these belong to without scripts; left out where nothing is sent at all. */
  form?: string;
};

/** Who the certificate is for. Each finding stands under its field and marks the character. */
export function WantedFields({ wanted, findings, onChange, form }: Props) {
  const field = (name: keyof Wanted, query: string, about: string) => ({
    ...(form ? { form, name: query } : {}),
    value: wanted[name],
    findings: findings.filter((one) => one.field === about && one.severity !== 'notice'),
    onValue: (value: string) => onChange({ ...wanted, [name]: value }),
  });
  return (
    <>
      <JudgedField
        {...field('commonName', 'cn', 'CN')}
        label="Common name"
        className="typed"
        placeholder="erp.example.com"
        hint="The program that will connect, as a domain name. It need not exist in DNS."
      />
      <JudgedField
        {...field('names', 'names', 'DNS')}
        label="More names"
        className="typed"
        hint="Optional: further domain names of the same program, with spaces between."
      />
      <div className="places-typed">
        <JudgedField {...field('locality', 'locality', 'L')} label="City" />
        <JudgedField {...field('state', 'state', 'ST')} label="State or province" />
        <JudgedField
          {...field('country', 'country', 'C')}
          label="Country"
          placeholder="US"
          maxLength={2}
        />
        <p className="hint">Optional. Stricter checks elsewhere may want all three.</p>
      </div>
    </>
  );
}

function JudgedField({
  label,
  hint,
  findings,
  onValue,
  className = '',
  ...input
}: {
  label: string;
  hint?: string;
  findings: readonly Finding[];
  onValue: (value: string) => void;
} & ComponentProps<'input'>) {
  const id = useId();
  const about = [hint ? `${id}-hint` : '', findings.length > 0 ? `${id}-found` : ''];
  const isRefused = findings.some((one) => one.severity === 'error');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={`input ${className}`}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={isRefused ? true : undefined}
        aria-describedby={about.filter(Boolean).join(' ') || undefined}
        onChange={(event) => onValue(event.target.value)}
      />
      {hint ? (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      <div id={`${id}-found`} aria-live="polite" className="found">
        {findings.map((one) => (
          <FoundHere key={`${one.rule} ${one.value} ${one.mark?.start}`} finding={one} />
        ))}
      </div>
    </div>
  );
}

function FoundHere({ finding }: { finding: Finding }) {
  const Icon = finding.severity === 'error' ? OctagonX : TriangleAlert;
  return (
    <div className={finding.severity === 'error' ? 'found-one refused' : 'found-one'}>
      <FindingValue finding={finding} />
      <p>
        <Icon className="icon icon-sm" aria-hidden="true" />
        <span>
          {finding.message} {finding.severity === 'error' ? '' : finding.fix}
        </span>
      </p>
    </div>
  );
}
