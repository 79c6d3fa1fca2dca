import type { X509Certificate } from 'node:crypto';

/** Days before which somebody should have seen to a new one. */
export const soon = 14;

export const daysUntil = (end: Temporal.Instant, now: Temporal.Instant): number =>
  Math.floor(end.since(now).total('hours') / 24);

export const sayDays = (days: number): string => (days === 1 ? '1 day' : `${days} days`);

type Dates = Pick<X509Certificate, 'validFromDate' | 'validToDate'>;

/**
 * How much longer a certificate is good. One that lives for less than two fortnights is made anew by what made it: of these the
 * last quarter of their life is soon.
 */
export const lifeOf = (
  { validFromDate, validToDate }: Dates,
  now: Temporal.Instant,
): { readonly type: 'good' | 'soon' | 'over'; readonly said: string } => {
  const [from, to] = [validFromDate.toTemporalInstant(), validToDate.toTemporalInstant()];
  const hours = to.since(now).total('hours');
  if (hours <= 0) return { type: 'over', said: `expired at ${to}` };
  const whole = to.since(from).total('hours');
  const isSoon = hours < (whole < 2 * soon * 24 ? whole / 4 : soon * 24);
  const said = hours < 48 ? `${Math.floor(hours)} h` : sayDays(Math.floor(hours / 24));
  return { type: isSoon ? 'soon' : 'good', said: `good for ${said} more` };
};
