import { z } from 'zod';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { inLanes } from '#domain/lanes.ts';
import { sayRight } from '#domain/rbac/rules.ts';
import { few } from '#domain/text.ts';
import { createClusterReader, serverTime } from './cluster.ts';
import { failedWith } from './fault.ts';
import { checkIdentity, sayExcess } from './identity.ts';
import { type Lack, lacksOf } from './lacking.ts';
import type { Need } from './needs.ts';
import type { RawClient } from './raw-client.ts';

/** So many questions at a time: each has its deadline from when it is asked, and must not spend it in a queue. */
const atOnce = 16;

const each = async <T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> =>
  (await inLanes(items, atOnce, ask)).map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });

/** Why a call failed, in the words of whoever made it. */
export const inWords = (cause: unknown): string =>
  `${cause instanceof Error ? cause.message : cause}`.replace(/\.?$/, '.');

/** `ahead`: how far the API server's clock is ahead of this machine's, in milliseconds, where it answers. */
export type Examined = { readonly findings: readonly Finding[]; readonly ahead?: number };

/** Looks at who we are in a cluster, and at all that we need there, up to the first call that is not answered. */
export const examineCluster = async (
  client: RawClient,
  needs: readonly Need[],
  namespaces: readonly string[],
): Promise<Examined> => {
  const findings: Finding[] = [];
  let ahead: number | undefined;
  try {
    findings.push(...(await identityOf(client)));
    ahead = await serverAhead(client);
    findings.push(await versionOf(client));
    findings.push(...(await lookForNamespaces(client, namespaces)));
    findings.push(...(await lookAtNeeds(client, needs)));
  } catch (cause) {
    findings.push(wrong(`${inWords(cause)} Nothing else of this cluster could be looked at.`));
  }
  return { findings, ...(ahead === undefined ? {} : { ahead }) };
};

const identityOf = async (client: RawClient): Promise<readonly Finding[]> => {
  const { user, excess } = await checkIdentity(client);
  const whom = user ?? 'somebody it knows (older than Kubernetes 1.27, it does not say whom)';
  return [
    fine(`The API server takes it for ${whom}.`),
    ...(excess.length === 0
      ? [fine('It holds no power that would let it grant anything: escalate, bind, impersonate, wildcards.')]
      : excess.map((power) => wrong(sayExcess(client.cluster, power)))),
  ];
};

const versionInfo = z.object({ major: z.string(), minor: z.string(), gitVersion: z.string() });

/** The oldest that names the fields of a change that it does not know (docs/setup.md). */
const naming = 25;

const versionOf = async (client: RawClient): Promise<Finding> => {
  const call = { method: 'GET', path: '/version', saying: 'say its version' } as const;
  // Some clusters tell nobody.
  const said = await client.call(call, versionInfo).catch((error: unknown) => {
    if (failedWith(error, 403)) return undefined;
    throw error;
  });
  if (said === undefined)
    return caution(`It does not say its version. Look that it runs Kubernetes 1.${naming} or later.`);
  const { major, minor, gitVersion } = said;
  const isOld = Number.parseInt(major, 10) === 1 && Number.parseInt(minor, 10) < naming;
  return isOld
    ? caution(
        `It runs Kubernetes ${gitVersion}, which leaves out fields of a change that it does not know without a word. Hallpass then refuses the change; upgrade to 1.${naming} or later.`,
      )
    : fine(`It runs Kubernetes ${gitVersion}.`);
};

/** Places that are named in one line. */
const mostPlaces = 8;

/** One line for all that are there, and one for each that is not. */
const lookForNamespaces = async (client: RawClient, names: readonly string[]): Promise<readonly Finding[]> => {
  const problems = await each(names, (name) => namespaceProblem(client, name));
  const there = names.filter((_, index) => problems[index] === undefined).map((name) => `"${name}"`);
  return [
    ...(there.length === 0 ? [] : [fine(`There are the namespaces ${few(there, mostPlaces)}.`)]),
    ...problems.flatMap((problem) => (problem === undefined ? [] : [wrong(problem)])),
  ];
};

const namespaceProblem = async (client: RawClient, name: string): Promise<string | undefined> => {
  try {
    const found = await createClusterReader(client).namespace(name);
    if (found === undefined)
      return `There is no namespace "${name}". Create it, or take it off HALLPASS_MANAGED_NAMESPACES.`;
    return found.terminating
      ? `Namespace "${name}" is being deleted. Take it off HALLPASS_MANAGED_NAMESPACES.`
      : undefined;
  } catch (error) {
    return `Whether namespace "${name}" is there cannot be told: ${inWords(error)}`;
  }
};

/** Rights that are named in one line. */
const mostRights = 6;

/** A need that is not whole, with what gives it. */
export const sayLack = ({ need, rights, missing }: Lack): string =>
  `It lacks ${missing.length} of ${rights.length} rights ${whereOf(need)}: ${few(missing.map(sayRight), mostRights)}. Give them: ${need.remedy}`;

const whereOf = ({ namespace, object }: Need): string => {
  const place = namespace === undefined ? 'in the whole cluster' : `in "${namespace}"`;
  return object === undefined ? place : `on "${object}" ${place}`;
};

/** One line for all places where nothing is missing, and one for each where something is. */
const lookAtNeeds = async (client: RawClient, needs: readonly Need[]): Promise<readonly Finding[]> => {
  const whole: string[] = [];
  const lacking: Finding[] = [];
  for (const lack of await lacksOf(client, needs, atOnce)) {
    const { need, rights, missing } = lack;
    if (missing.length === 0) whole.push(`${whereOf(need)} (${rights.length})`);
    else if (need.whenMissing === 'wrong') lacking.push(wrong(sayLack(lack)));
    else lacking.push(caution(`${sayLack(lack)} (without them such requests fail)`));
  }
  return whole.length === 0
    ? lacking
    : [fine(`It holds all rights that it needs ${few(whole, mostPlaces)}.`), ...lacking];
};

/**
 * How far the API server's clock is ahead of this machine's, in milliseconds. Its `Date` has whole seconds: half a one,
 * and half of what the answer took, are the error.
 */
const serverAhead = async (client: RawClient): Promise<number> => {
  const before = Date.now();
  const date = await serverTime(client);
  const after = Date.now();
  return date.epochMilliseconds + 500 - (before + after) / 2;
};
