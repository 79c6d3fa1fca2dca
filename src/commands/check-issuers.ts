import { lookAtIssuer } from '#adapters/http/oidc-tokens.ts';
import { caution, type Finding, fine } from '#domain/finding.ts';
import type { Known } from './check-clusters.ts';
import { type Check, sayCause } from './checks.ts';

/** Looks whether the issuers by whose tokens callers and people are known say by which keys they sign. */
export const checkIssuers = ({ policy }: Pick<Known, 'policy'>): Check => ({
  about: 'API',
  look: async () => {
    const folder = await policy;
    if (folder?.ok !== true) return [];
    const { callers = [], tokenPeople = [] } = folder.value.settings;
    const issuers = new Set([
      ...callers.flatMap(({ knownBy }) => (knownBy.type === 'oidc' ? [knownBy.issuer] : [])),
      ...tokenPeople.map(({ issuer }) => issuer),
    ]);
    return Promise.all([...issuers].map(sayIssuer));
  },
});

const sayIssuer = async (issuer: string): Promise<Finding> => {
  try {
    await lookAtIssuer(issuer);
    return fine(`Issuer ${issuer} says by which keys it signs.`);
  } catch (cause) {
    return caution(
      `Issuer ${issuer} does not say by which keys it signs: whoever is known by its tokens is not let in (${sayCause(cause)}). Look whether it can be reached from here, or correct it in identities.yaml.`,
    );
  }
};
