import { Chips } from '@/components/ui/chips';
import { ENVIRONMENT_WORDS } from '@/components/words';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { type CertificateFilter, listPath } from './query';

const STATUSES = [
  { status: undefined, name: 'All states' },
  { status: 'live', name: 'Live' },
  { status: 'expired', name: 'Expired' },
  { status: 'revoked', name: 'Revoked' },
] as const;

export function CertificateFilters({ filter }: { filter: CertificateFilter }) {
  const { environment, status } = filter;
  const environments = [
    { environment: undefined, name: 'All environments' },
    ...ENVIRONMENTS.map((one) => ({ environment: one, name: ENVIRONMENT_WORDS[one] })),
  ];
  return (
    <div className="filters">
      <Chips
        label="State"
        choices={STATUSES.map((one) => ({
          name: one.name,
          href: listPath({ environment, status: one.status }),
          picked: one.status === status,
        }))}
      />
      <Chips
        label="Environment"
        choices={environments.map((one) => ({
          name: one.name,
          href: listPath({ environment: one.environment, status }),
          picked: one.environment === environment,
        }))}
      />
    </div>
  );
}
