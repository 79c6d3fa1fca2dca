import { clusterName } from '#domain/ids.ts';
import type { Author } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';

/** What the name of a public key says of it, behind its first dot. */
export type NameSaid = {
  /** Until when it was good. */
  readonly until?: Temporal.Instant | undefined;
  /** The clusters that it is good for; all of them when absent. */
  readonly clusters?: readonly string[] | undefined;
};

/** The key of a guard or watcher as it is called in `trusted/`. */
export const nameOf = (author: Author, key: string, cluster: string | undefined): string =>
  `${author}-${key}${cluster === undefined ? '' : `.for-${cluster}`}.pub`;

/** What looks as if it said something: to leave it out would make a key good for more than whoever named it meant. */
const isMeant = (part: string): boolean => /^(for|until)(?![a-z0-9])/i.test(part);

/**
 * Reads `guard-1.for-prod_stage.until-20261127T210000Z.pub`: in any order, each once, and nothing behind them. `err` is what is wrong
 * with it, to stand behind the name of the file.
 */
export const readName = (author: Author, name: string): Result<NameSaid, string> => {
  const parts = name.slice(0, -'.pub'.length).split('.').slice(1);
  const first = parts.findIndex(isMeant);
  let said: NameSaid = {};
  for (const part of first < 0 ? [] : parts.slice(first)) {
    const read = readPart(author, part);
    if (!read.ok) return read;
    const [which] = Object.keys(read.value);
    if (which !== undefined && which in said)
      return err(`says twice ${twice[part.startsWith('for-') ? 'for' : 'until']}.`);
    said = { ...said, ...read.value };
  }
  return ok(said);
};

const twice = {
  for: 'for which clusters it is good. Put them behind one another, like "guard-1.for-prod_stage.pub"',
  until: 'until when it was good. Leave one of them out',
} as const;

const readPart = (author: Author, part: string): Result<NameSaid, string> => {
  if (part.startsWith('until-')) return readUntil(part.slice('until-'.length));
  if (part.startsWith('for-')) return readClusters(author, part.slice('for-'.length));
  return err(
    `says ${JSON.stringify(part)}, which is neither until when it was good (".until-20261127T210000Z") nor for which clusters (".for-prod").`,
  );
};

/** A ConfigMap takes no colon in a name: ISO 8601 in its basic form, in UTC. */
const readUntil = (text: string): Result<NameSaid, string> => {
  try {
    if (/^\d{8}T\d{6}Z$/.test(text)) return ok({ until: Temporal.Instant.from(text) });
  } catch {
    // No such day or hour.
  }
  return err('says no time until which it was good. Call it like "bot-1.until-20261127T210000Z.pub", in UTC.');
};

/** No cluster has an underscore in its name, and a ConfigMap takes one. */
const readClusters = (author: Author, text: string): Result<NameSaid, string> => {
  if (author === 'bot' || author === 'worker')
    return err(
      `says for which clusters it is good, and a ${author} serves all of them. Leave ".for-${text}" out of its name.`,
    );
  const clusters = text.split('_');
  const wrong = clusters.find((one) => !clusterName.test(one));
  if (wrong === undefined) return ok({ clusters });
  return err(
    `says that it is good for ${JSON.stringify(wrong)}, which no cluster can be called. Call it like "${author}-1.for-prod.pub", or "${author}-1.for-prod_stage.pub" for two.`,
  );
};
