import type { Manifest } from '#domain/plan.ts';
import { boundIn, saySubject } from '#domain/rbac/bindings.ts';
import type { Sorted } from '#domain/rbac/grants.ts';
import { type HeldRight, type Holding, isOfTheSystem, isWhole, type Source } from '#domain/rbac/standing.ts';
import { few, oneLine } from '#domain/text.ts';
import { table } from './table.ts';

/** What was found in one cluster, or in one namespace of it. */
export type Found = {
  readonly cluster: string;
  readonly namespace?: string;
  readonly holdings: readonly Holding[];
  readonly grants: Sorted['grants'];
  readonly unproven: readonly Manifest[];
  readonly isTrustKnown: boolean;
};

export type StandingSettings = {
  readonly home: string;
  /** Whether what the cluster itself holds is shown line by line. */
  readonly all: boolean;
  readonly profiles: readonly string[];
  readonly now: Temporal.Instant;
};

/** Things named in one cell. */
const most = 4;

const sayRight = ({ right, in: place, names }: HeldRight): string => {
  const where = place === 'requested' ? '' : place === 'cluster' ? ' in the whole cluster' : ` in ${place}`;
  return `${right}${names === undefined ? '' : ` only of ${few(names, most)}`}${where}`;
};

const saySource = ({ binding, role, namespace }: Source): string =>
  `${binding}${namespace === undefined ? '' : ` in ${namespace}`} (${role})`;

const sayWhere = ({ namespaces }: Holding, asked: string | undefined): string =>
  asked ?? (namespaces === undefined ? 'any namespace' : few(namespaces, most));

/** What is missing, or what there is, whichever is less. */
const sayPart = (holding: Holding): string => {
  const { held, missing } = holding;
  if (isWhole(holding)) return '';
  const named = held.filter(({ names }) => names !== undefined);
  if (held.length <= missing.length) return `has only: ${few(held.map(sayRight), most)}`;
  const lacks = missing.length === 0 ? [] : [`lacks: ${few(missing.map(sayRight), most)}`];
  return [...lacks, ...(named.length === 0 ? [] : [`has ${few(named.map(sayRight), most)}`])].join('; ');
};

const share = (holding: Holding): string => {
  const { held, missing } = holding;
  return isWhole(holding) ? 'all' : `${held.length} of ${held.length + missing.length}`;
};

const rowOf = (holding: Holding, asked: string | undefined): readonly string[] =>
  [
    share(holding),
    holding.profile,
    saySubject(holding.subject),
    sayWhere(holding, asked),
    [few(holding.by.map(saySource), most), sayPart(holding)].filter((part) => part !== '').join('; '),
  ].map(oneLine);

const sayBinding = ({ kind, metadata: { name, namespace } }: Manifest): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

const sayFolded = (folded: readonly Holding[]): readonly string[] => {
  if (folded.length === 0) return [];
  const subjects = [...new Set(folded.map(({ subject }) => saySubject(subject)))];
  const said = `Beside these, of the cluster itself and of Hallpass: ${few(subjects, most)} (--all shows what they hold).`;
  return [oneLine(said)];
};

const holdersOf = (binding: Manifest): readonly string[] =>
  boundIn([binding], []).flatMap(({ subjects }) => subjects.map(saySubject));

/** One that is over is ended within seconds by a worker that runs. */
const sayGrant = ({ binding, stamp }: Sorted['grants'][number], now: Temporal.Instant): string => {
  const { request, expiresAt } = stamp;
  const isOver = Temporal.Instant.compare(expiresAt, now) < 0;
  const until = isOver ? `over since ${expiresAt}, but still there: look whether a worker runs` : `until ${expiresAt}`;
  return oneLine(`${request}: ${few(holdersOf(binding), most)} by ${sayBinding(binding)} ${until}`);
};

const sayGrants = ({ grants, unproven, isTrustKnown }: Found, now: Temporal.Instant): readonly string[] => [
  ...(grants.length === 0 ? [] : ['', 'Active grants, which Hallpass ends:']),
  ...grants.map((grant) => `  ${sayGrant(grant, now)}`),
  ...(unproven.length === 0
    ? []
    : [
        '',
        isTrustKnown
          ? 'These carry Hallpass’s label, but no stamp of a trusted worker’s key: Hallpass does not end them, and they count as standing. Find out who made them:'
          : 'These carry Hallpass’s label. Whether Hallpass made them cannot be told without its keys and the cluster’s name (HALLPASS_KEYS, --cluster), so they count as standing:',
        ...unproven.map((one) => `  ${oneLine(sayBinding(one))}`),
      ]),
];

/** The table for people: the most first, one line for what the cluster itself needs, grants apart. */
export const sayStanding = (found: Found, { home, all, profiles, now }: StandingSettings): readonly string[] => {
  const { cluster, namespace, holdings } = found;
  const shown = holdings.filter((holding) => all || !isOfTheSystem(holding, home));
  const folded = holdings.filter((holding) => !shown.includes(holding));
  const where = namespace === undefined ? `cluster "${cluster}"` : `"${namespace}" of cluster "${cluster}"`;
  const rows = shown.map((holding) => rowOf(holding, namespace));
  return [
    `Held in ${where} without asking, of ${few(profiles, 12)}:`,
    '',
    ...(rows.length === 0 ? ['Nobody holds any of it.'] : table([['HELD', 'PROFILE', 'WHO', 'WHERE', 'BY'], ...rows])),
    ...(folded.length === 0 ? [] : ['', ...sayFolded(folded)]),
    ...sayGrants(found, now),
    '',
    'What a group holds, each of its members holds. Credentials in the group system:masters may do everything.',
    '',
  ];
};

/** The same for machines, nothing folded: `system` says what would be. */
export const standingJson = (found: readonly Found[], { home }: Pick<StandingSettings, 'home'>): object => ({
  clusters: found.map(({ cluster, namespace, holdings, grants, unproven }) => ({
    cluster,
    ...(namespace === undefined ? {} : { namespace }),
    holdings: holdings.map((holding) => ({
      ...holding,
      extent: isWhole(holding) ? 'whole' : 'part',
      system: isOfTheSystem(holding, home),
    })),
    grants: grants.map(({ binding, stamp }) => ({
      binding: sayBinding(binding),
      subjects: holdersOf(binding),
      request: stamp.request,
      expiresAt: stamp.expiresAt.toString(),
    })),
    unproven: unproven.map(sayBinding),
  })),
});
