/** The environments of this deployment, in the order in which people are shown them. */
export const ENVIRONMENTS = ['production', 'sandbox'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** From the least to the strictest. */
export const ENFORCEMENT_MODES = ['off', 'observe', 'enforce'] as const;
export type EnforcementMode = (typeof ENFORCEMENT_MODES)[number];

/**
 * The reasons a customer may give for a revocation: the names of RFC 5280, 5.3.1 that make sense for a leaf.
 */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

export function isMode(value: unknown): value is EnforcementMode {
  return ENFORCEMENT_MODES.some((mode) => mode === value);
}

export function isEnvironment(value: unknown): value is Environment {
  return ENVIRONMENTS.some((environment) => environment === value);
}
