import { authoritiesIn, bundleIn } from '#domain/guard/bundle.ts';
import { editionClaimed } from '#domain/guard/edition.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Troubles } from './troubles.ts';

/** Guards offer their authorities each second: where none has come by then, none runs. */
const expected = Temporal.Duration.from({ seconds: 30 });

/**
 * Tells when the authorities of guards are gone from the configuration, or do not come: until they are there the API
 * server refuses all writes of what is protected. Guards put theirs back themselves.
 */
export const createBundleWatch = (
  cluster: string,
  troubles: Troubles,
): ((live: Manifest, now: Temporal.Instant) => void) => {
  /** The edition that last had authorities: who writes another one says so elsewhere. */
  let filledIn: string | undefined;
  let bareSince: Temporal.Instant | undefined;
  return (live, now) => {
    const bundle = bundleIn(live);
    if (bundle === undefined || authoritiesIn(bundle).length > 0) {
      filledIn = bundle === undefined ? undefined : editionClaimed(live);
      bareSince = undefined;
      troubles.over('emptied', 'unanswered');
      return;
    }
    bareSince ??= now;
    if (filledIn === editionClaimed(live))
      troubles.tell(
        'emptied',
        'The authorities of the guards were taken out of their webhook configuration; they put them back',
        { cluster },
      );
    if (Temporal.Instant.compare(now, bareSince.add(expected)) >= 0)
      troubles.tell('unanswered', 'No guard answers for what is protected: all writes of it are refused', {
        cluster,
        remedy: 'Start the guard (manifests/components/guard), or take "protect" out of rules.yaml',
      });
  };
};
