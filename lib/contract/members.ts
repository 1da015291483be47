/** People of an account, as pages show them, and what is asked of them. */
import { z } from 'zod';
import { MEMBER_ROLES, type MemberRole, type Role } from '@/lib/access/permissions';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { PASSWORD_MAX_CHARACTERS } from '@/lib/kernel/password-length';

export const ROLE_WORDS: Record<Role, string> = {
  owner: 'Owner',
  admin: 'Admin',
  manage_mtls: 'Manage mTLS',
  viewer: 'Viewer',
  support: 'Support',
  support_lead: 'Support lead',
  operator: 'Operator',
};

export type MemberView = {
  personId: string;
  name: string;
  email: string;
  role: MemberRole;
  /** Of Manage mTLS: the only one it is for; null: both. */
  environment: Environment | null;
  /** ISO 8601, UTC. */
  since: string;
  lastSignIn: string | null;
  secondFactor: 'yes' | 'no';
  /** The account above by which they may act here; null: a member of this one. */
  through: string | null;
};

export type InvitationView = {
  id: string;
  email: string;
  role: MemberRole;
  environment: Environment | null;
  invitedBy: string;
  sentAt: string;
  expiresAt: string;
  state: 'open' | 'expired';
};

const roleShape = {
  role: z.enum(MEMBER_ROLES, 'Pick a role.'),
  /** Counts for Manage mTLS alone. */
  environment: z.enum(ENVIRONMENTS).nullable(),
};
export const roleBody = z.strictObject(roleShape);
export const invitationBody = z.strictObject({
  email: z
    .string()
    .trim()
    .toLowerCase()
    .max(254)
    .pipe(z.email('This is no e-mail address. It looks like name@company.example.')),
  ...roleShape,
});

export const PERSON_NAME_MAX_CHARACTERS = 80;
/** What a person who accepts an invitation brings along. */
export const newPersonBody = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'Say what people call you.')
    .max(PERSON_NAME_MAX_CHARACTERS)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'A name has no control or invisible characters.'),
  /** What is good enough is the same for every password, and judged where it is set. */
  password: z.string().max(PASSWORD_MAX_CHARACTERS),
});
export type NewPerson = z.infer<typeof newPersonBody>;
