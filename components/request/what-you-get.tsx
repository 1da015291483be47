import { Env } from '@/components/ui/env';
import { Fact } from '@/components/ui/fact';
import { Pips } from '@/components/ui/pips';
import type { Environment } from '@/lib/kernel/environments';
import { accountUri } from '@/lib/pki/profile';
import type { Coming } from './facts';
import { visible } from './finding-value';

export type IssuePlace = {
  account: { id: string; legalName: string };
  /** Where whoever is here may issue. */
  environments: readonly Environment[];
  slots: { held: number; limit: number };
  /** Formatted where the reader's locale is known. */
  validity: { text: string; note: string };
};

const SHOWN_NAMES = 6;

/** The certificate to come, after our rules. */
export function WhatYouGet({
  place,
  choice,
  coming,
  heading = 'What you will get',
}: {
  place: IssuePlace;
  choice: { environment: Environment; label: string };
  coming: Coming | null;
  heading?: string;
}) {
  const names = coming?.names ?? [];
  const commonName = coming?.commonName ?? null;
  const wait = <span className="quiet">from your request</span>;
  const { account, slots, validity } = place;
  const where = coming?.place ?? '';
  return (
    <>
      <div className="sheet-pad">
        <h2 className="h2">{heading}</h2>
        <p className="small quiet mt-0.5">After our rules</p>
        <dl className="facts tight mt-3">
          <Fact name="Label">{choice.label || commonName || wait}</Fact>
          <Fact name="Environment">
            <Env environment={choice.environment} size="text" />
          </Fact>
          <Fact name="Common name" form={commonName ? 'mono' : 'plain'}>
            {commonName ? visible(commonName) : wait}
          </Fact>
          <Fact name="Organization" note="Always your account's name">
            {account.legalName}
          </Fact>
          <Fact name="Place">{where ? visible(where) : coming ? 'Not in your request' : wait}</Fact>
          <Fact name="Names" form="mono" note="The last says whose it is">
            {names.slice(0, SHOWN_NAMES).map((name) => (
              <span className="block" key={name}>
                {visible(name)}
              </span>
            ))}
            {names.length > SHOWN_NAMES ? (
              <span className="block">and {names.length - SHOWN_NAMES} more</span>
            ) : null}
            <span className="block">
              {accountUri(account.id, choice.environment)
                .split(/(?<=:)/)
                .map((part) => (
                  <span key={part}>
                    {part}
                    <wbr />
                  </span>
                ))}
            </span>
          </Fact>
          <Fact name="Key">{coming ? coming.key : wait}</Fact>
          <Fact name="Use">Client authentication only</Fact>
        </dl>
      </div>
      <div className="sheet-row">
        <dl className="facts tight">
          <Fact name="Valid" note={validity.note}>
            {validity.text}
          </Fact>
          <Fact name="Slot" note={slotNote(slots)}>
            <Pips held={slots.held} fresh={slots.held < slots.limit ? 1 : 0} limit={slots.limit} />
          </Fact>
        </dl>
      </div>
    </>
  );
}

function slotNote({ held, limit }: IssuePlace['slots']): string {
  const free = limit - held - 1;
  if (free < 0) return `All ${limit} are used.`;
  const rest =
    free === 0 ? 'None stays free.' : `${free === 1 ? 'One stays' : `${free} stay`} free.`;
  return `${held + 1} of ${limit}. ${rest}`;
}
