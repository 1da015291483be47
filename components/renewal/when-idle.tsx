'use client';

import { IdleDays } from '@/components/certificates/idle-rule-form';

// What most people take, who have looked for a few days.
const USUAL_DAYS = 3;

/** The tick that asks for the old one to be revoked by itself. */
export function WhenIdle() {
  return (
    <fieldset className="when-idle">
      <legend className="sr-only">What becomes of the old certificate</legend>
      <div className="consent">
        <input type="checkbox" name="whenIdle" value="yes" id="when-idle" />
        <div>
          <div className="idle-line">
            <label htmlFor="when-idle">Revoke the old one by itself</label>
            <IdleDays days={USUAL_DAYS}>once it has been idle for</IdleDays>
          </div>
          <small>
            Never before calls come with the new one. You are told by e-mail, and can change your
            mind until then.
          </small>
        </div>
      </div>
    </fieldset>
  );
}
