import type { Chain } from '#domain/request/chain.ts';
import type { Case } from './judge.ts';
import type { Deed, Strike } from './plan.ts';

const filed: readonly (number | undefined)[] = [200, 201];

/** What a pipeline was told over the API, beside what is there. */
export const judgeFiling = (
  { ask, ids, answers, done }: Pick<Case, 'ask' | 'ids' | 'answers' | 'done'>,
  strikes: readonly Strike[],
): readonly string[] => {
  const problems: string[] = [];
  const said = `#${ask.nth}`;
  if (ids.length > 1) problems.push(`${said} was filed more than once: ${ids.join(', ')}`);
  // All that is asked in a round may be asked.
  for (const { status, problem } of answers)
    if (status !== undefined && status >= 400 && status < 500 && status !== 429)
      problems.push(`${said} was refused over the API, with ${status} ${problem}`);
  if (strikes.some(({ kind }) => kind === 'redis-emptied')) return problems;
  const promised = answers.filter(({ status }) => filed.includes(status));
  const named = new Set(promised.map(({ id }) => id ?? 'without an id'));
  if (named.size > 1) problems.push(`${said} was acknowledged as several: ${[...named].join(', ')}`);
  if (answers.filter(({ status }) => status === 201).length > 1)
    problems.push(`${said} was said to be filed anew more than once`);
  for (const id of named)
    if (!ids.some((one) => one === id)) problems.push(`${said} was acknowledged as ${id}, which is not in the log`);
  for (const { deed, answer } of done)
    if (answer?.status === 404)
      problems.push(`${said}: its pipeline was told that there is no such request (${deed.does})`);
  return problems;
};

/** What of the log says that it was done. What is approved and not begun is taken back as what is in force is given back. */
const says: Readonly<Partial<Record<Deed['does'], readonly string[]>>> = {
  withdraw: ['withdrawn', 'end-requested'],
  done: ['end-requested'],
};

/** What was done over the API and acknowledged is in the log. */
export const judgeAnswered = ({ ask, done }: Pick<Case, 'ask' | 'done'>, { entries }: Chain): readonly string[] =>
  done.flatMap(({ deed: { does }, answer }) => {
    const wanted = answer?.status === 200 ? says[does] : undefined;
    return wanted === undefined || entries.some(({ event }) => wanted.includes(event.type))
      ? []
      : [`#${ask.nth}: ${does} was acknowledged over the API, and is not in the log`];
  });
