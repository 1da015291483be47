import { MODE_WORDS } from '@/components/words';
import type { EnforcementView } from '@/lib/contract/views';
import { ENFORCEMENT_MODES } from '@/lib/kernel/environments';

/** The modes in order; what is passed, where it stands, and dashed what is only tried. */
export function Modes({ enforcement }: { enforcement: EnforcementView }) {
  const { mode, trial } = enforcement;
  const at = ENFORCEMENT_MODES.indexOf(mode);
  const passed = trial ? ENFORCEMENT_MODES.indexOf(trial.before) : at - 1;
  const words = trial ? `${MODE_WORDS[mode]}, on trial` : MODE_WORDS[mode];
  return (
    <ol className="modes" aria-label={`Mode: ${words}`}>
      {ENFORCEMENT_MODES.map((one, index) => (
        <li
          key={one}
          className={index <= passed ? 'past' : index === at ? (trial ? 'try' : 'here') : ''}
          aria-current={index === at ? 'step' : undefined}
        >
          {index === at ? words : MODE_WORDS[one]}
        </li>
      ))}
    </ol>
  );
}
