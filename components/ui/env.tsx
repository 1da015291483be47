import { ENVIRONMENT_WORDS } from '@/components/words';
import type { Environment } from '@/lib/kernel/environments';

/** A filled square for production, a hollow one for every other. */
export function Env({
  environment,
  size = 'label',
  children,
}: {
  environment: Environment;
  size?: 'label' | 'text';
  children?: React.ReactNode;
}) {
  return (
    <span className={`env ${environment} ${size === 'text' ? 'as-text' : ''}`}>
      {ENVIRONMENT_WORDS[environment]}
      {children}
    </span>
  );
}
