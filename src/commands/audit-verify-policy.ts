import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import type { InForce } from '#domain/audit/judge-removals.ts';
import type { Config } from '#src/config.ts';
import type { VerifyOptions } from './audit-verify.ts';

/** The policy that is in force now. Undefined where it is not known where the policy is. */
export const policyOf = async ({ policy }: Config) => (policy === '' ? undefined : readPolicyFolder(policy));
type ReadPolicy = Awaited<ReturnType<typeof policyOf>>;

/** How long logs had to be kept, by the policy and by what was said of one that was shorter before. */
export const retentionOf = (read: ReadPolicy, { retention }: VerifyOptions): InForce => {
  const own = read?.ok ? (read.value.settings.policy.retention ?? 'none') : undefined;
  if (retention === undefined || own === undefined || own === 'none') return retention ?? own;
  return Math.min(retention, own);
};

/** Where checkpoints are posted, by the policy and by what was said. */
export const channelsOf = (
  read: ReadPolicy,
  { channels }: VerifyOptions,
): { readonly found: readonly string[]; readonly why: string } => {
  const own = read?.ok ? read.value.settings.policy.auditChannel : undefined;
  const found = [...new Set([...channels, ...(own === undefined ? [] : [own])])];
  const why =
    read === undefined
      ? 'The audit channel is not known, for HALLPASS_POLICY is not set: set it, or name the channel with --channel.'
      : read.ok
        ? 'There is no audit channel (rules.yaml: "auditChannel"): nothing outside of Redis knows how far the logs had grown.'
        : 'The audit channel is not known, for the policy cannot be read: mend it, or name the channel with --channel.';
  return { found, why };
};
