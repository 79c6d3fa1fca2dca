import type { KubernetesIdentity } from './plan.ts';

/** Makes Kubernetes users of e-mail addresses of one domain. */
export type IdentityTemplate = {
  /** In lower case. */
  readonly domain: string;
  /** What the API server knows people by, with `{local}` once for what stands before the "@". */
  readonly user: string;
  readonly groups: readonly string[];
  /** What stands before the "@" of addresses that are not one person's. */
  readonly never: readonly string[];
};

/** Mailboxes that several people read, or none (RFC 2142, and what is usual beside it). */
const shared: readonly string[] = [
  ...['abuse', 'hostmaster', 'info', 'marketing', 'noc', 'postmaster', 'sales', 'security', 'support', 'webmaster'],
  ...['admin', 'administrator', 'billing', 'hr', 'it', 'mailer-daemon', 'no-reply', 'noreply', 'ops', 'root', 'team'],
];

/** No quotes, no "+", no ":"; nothing that a directory may take for the same, and nothing that looks like another letter. */
const isPlain = (local: string): boolean => local.length <= 64 && /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(local);

/**
 * The Kubernetes user of an address: exactly of this domain, of plain letters, and of one person. Two addresses that differ in
 * more than the case of their letters are never the same user.
 */
export const userFor = (
  { domain, user, groups, never }: IdentityTemplate,
  address: string,
): KubernetesIdentity | undefined => {
  // Before letters are made small: that makes plain ones of some others (the sign of Kelvin becomes a "k").
  if (!/^[\x21-\x7e]+$/.test(address)) return undefined;
  const [local = '', host, ...more] = address.toLowerCase().split('@');
  if (more.length > 0 || host !== domain || !isPlain(local)) return undefined;
  if (shared.includes(local) || never.includes(local)) return undefined;
  const made = user.replace('{local}', () => local);
  return made.startsWith('system:') || made.length > 253 ? undefined : { user: made, groups: [...groups] };
};

/** Whether some address would make a name of it that belongs to Kubernetes itself. */
export const mayBeOfSystem = (user: string): boolean => {
  const [before = '', after = ''] = user.split('{local}');
  const reserved = 'system:';
  return before.startsWith(reserved) || (reserved.startsWith(before) && after.includes(':'));
};
