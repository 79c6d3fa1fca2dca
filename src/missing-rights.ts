import { sayLack } from '#adapters/kubernetes/examine.ts';
import { type Lack, lacksOf } from '#adapters/kubernetes/lacking.ts';
import { type Need, needsOfBot, needsOfGuard, needsOfWorker } from '#adapters/kubernetes/needs.ts';
import type { RawClient } from '#adapters/kubernetes/raw-client.ts';
import { appliesTo } from '#domain/policy/policy.ts';
import type { Author } from '#domain/request/events.ts';
import { few } from '#domain/text.ts';
import type { Alarm, Settings } from '#use-cases/ports.ts';
import type { Config } from './config.ts';

/** What a process needs in a cluster, by the policy as it is. */
export const needsOf = (author: Author, cluster: string, config: Config, settings: Settings): readonly Need[] => {
  const { kinds, policy } = settings;
  if (author === 'bot') return needsOfBot(kinds);
  if (author === 'guard') return needsOfGuard(config.home);
  /** What reaches further than the namespace asked for has rights of its own where it reaches. */
  const isAskedIn = (namespace: string): boolean =>
    kinds.some((kind) =>
      kind.profiles.some(({ profile, reachesFurther }) =>
        policy.rules.some(
          (rule) =>
            !reachesFurther && appliesTo(rule, { cluster, namespace, kind: kind.name, profile, reachesFurther }),
        ),
      ),
    );
  const hasGuard = config.guardAt !== undefined;
  return needsOfWorker(kinds, { home: config.home, managed: config.managedNamespaces, isAskedIn, hasGuard });
};

/** Questions at a time, so that nobody who asks for something waits behind them; and places that are named in one alarm. */
const atOnce = 2;
const mostPlaces = 5;

/**
 * Tells what a process lacks of the rights that it needs in its clusters. Behind its start: grants have to end, whatever else it cannot do. A
 * cluster that does not answer is told of by who asks it next.
 */
export const tellMissingRights = async (
  author: Author,
  clients: readonly RawClient[],
  config: Config,
  { settings, alarm }: { readonly settings: () => Settings; readonly alarm: Alarm },
): Promise<void> => {
  await Promise.allSettled(
    clients.map(async (client) => {
      const needs = needsOf(author, client.cluster, config, settings()).filter(
        ({ whenMissing }) => whenMissing === 'wrong',
      );
      const lacks: Lack[] = [];
      // One that is not answered hides no other.
      for (const need of needs) lacks.push(...(await lacksOf(client, [need], atOnce).catch(() => [])));
      const lacking = lacks.filter(({ missing }) => missing.length > 0);
      if (lacking.length === 0) return;
      alarm('Rights in a cluster are missing: what needs them fails', {
        who: author,
        cluster: client.cluster,
        lacks: few(lacking.map(sayLack), mostPlaces),
      });
    }),
  );
};
