'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type SsoValues = {
  issuer: string;
  clientId: string;
  domain: string;
  roleClaim: string;
  adminValue: string;
  manageValue: string;
};
export type SsoState = { values: SsoValues; problem?: Problem; done?: string };
export type SsoAction = (state: SsoState, data: FormData) => Promise<SsoState>;

/** Describes the account's own identity provider. */
export function SsoForm({
  values,
  kept,
  redirectUri,
  action,
}: {
  values: SsoValues;
  /** Whether one is described already. */
  kept: 'yes' | 'no';
  redirectUri: string;
  action: SsoAction;
}) {
  const { state, pending, form } = useKeptForm<SsoState>(action, { values });
  return (
    <form {...form} className="mt-4 grid gap-4">
      <ProblemNotice problem={state.problem} />
      {state.done ? <p role="status">{state.done}</p> : null}
      <Field
        label="Issuer"
        name="issuer"
        form="typed"
        required
        maxLength={500}
        defaultValue={values.issuer}
        hint="The address of your provider, such as https://login.example.com. It has to allow OpenID Connect discovery."
      />
      <Field
        label="Client id"
        name="clientId"
        form="typed"
        required
        maxLength={255}
        defaultValue={values.clientId}
        hint={
          <>
            Register this redirect address with it: <code className="hex">{redirectUri}</code>
          </>
        }
      />
      <Field
        label="Client secret"
        name="clientSecret"
        type="password"
        autoComplete="off"
        maxLength={500}
        required={kept === 'no'}
        hint={kept === 'yes' ? 'Leave it empty to keep the one that is set.' : 'Kept sealed.'}
      />
      <Field
        label="E-mail domain"
        name="domain"
        form="typed"
        maxLength={253}
        defaultValue={values.domain}
        hint="Your provider verifies that it is yours. New people of it become members when they first sign in; until then only those who linked themselves can."
      />
      <Field
        label="Claim that names roles"
        name="roleClaim"
        form="typed"
        maxLength={100}
        defaultValue={values.roleClaim}
        hint="Such as groups. Without one, and for values not named here, new people are Viewers."
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Value for Admin"
          name="adminValue"
          form="typed"
          maxLength={100}
          defaultValue={values.adminValue}
        />
        <Field
          label="Value for Manage mTLS"
          name="manageValue"
          form="typed"
          maxLength={100}
          defaultValue={values.manageValue}
        />
      </div>
      <div className="acts">
        <button className="btn btn-primary" type="submit" disabled={pending}>
          {pending ? 'Saving' : 'Save'}
        </button>
        {kept === 'yes' ? (
          <button
            className="btn btn-danger"
            type="submit"
            name="act"
            value="remove"
            formNoValidate
            disabled={pending}
          >
            Remove it
          </button>
        ) : null}
      </div>
    </form>
  );
}
