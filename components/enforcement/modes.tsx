import { MODE_WORDS } from '@/components/words';
import { ENFORCEMENT_MODES, type EnforcementMode } from '@/lib/kernel/environments';

/** The modes in order; what is passed, where it stands. */
export function Modes({ mode }: { mode: EnforcementMode }) {
  const at = ENFORCEMENT_MODES.indexOf(mode);
  return (
    <ol className="modes" aria-label={`Mode: ${MODE_WORDS[mode]}`}>
      {ENFORCEMENT_MODES.map((one, index) => (
        <li
          key={one}
          className={index < at ? 'past' : index === at ? 'here' : ''}
          aria-current={index === at ? 'step' : undefined}
        >
          {MODE_WORDS[one]}
        </li>
      ))}
    </ol>
  );
}
