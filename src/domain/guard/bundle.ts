import { isMap, type JsonMap } from '#domain/content/tree.ts';
import type { Manifest } from '#domain/plan.ts';
import { webhookName, webhooksIn } from './webhook.ts';

/** So many authorities at most: those of guards that are gone leave by and by. */
export const mostAuthorities = 8;

/** When a certificate (PEM) ends; undefined for one that cannot be read. */
export type EndOf = (pem: string) => Temporal.Instant | undefined;

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * The certificates (PEM) in a `caBundle` (base64, or empty), the longest there first. What is no certificate is left
 * out.
 */
export const authoritiesIn = (bundle: string): readonly string[] => {
  const text = decoded(bundle);
  return [...new Set([...text.matchAll(block)].map(([pem]) => pem.replaceAll('\r', '')))];
};

const decoded = (bundle: string): string => {
  try {
    return atob(bundle);
  } catch {
    // Not base64: the API server would not have kept it, and there is nothing in it for us.
    return '';
  }
};

const pemOf = (ca: string): string => ca.replaceAll('\r', '').trim();

/** Whether an authority (PEM) stands in a `caBundle`. */
export const stands = (bundle: string, ca: string): boolean => authoritiesIn(bundle).includes(pemOf(ca));

/**
 * A `caBundle` in which an authority (PEM) stands, and none that has ended or cannot be read; of more than
 * `mostAuthorities` those that were added last, and this one. The same text when there is nothing to do.
 */
export const bundleWith = (bundle: string, ca: string, now: Temporal.Instant, endOf: EndOf): string => {
  const own = pemOf(ca);
  const there = authoritiesIn(bundle);
  const lasting = there.filter((pem) => pem === own || isLasting(endOf(pem), now));
  const all = lasting.includes(own) ? lasting : [...lasting, own];
  const others = all.filter((pem) => pem !== own).slice(1 - mostAuthorities);
  const kept = all.filter((pem) => pem === own || others.includes(pem));
  return kept.length === there.length && kept.every((pem) => there.includes(pem))
    ? bundle
    : btoa(`${kept.join('\n')}\n`);
};

const isLasting = (end: Temporal.Instant | undefined, now: Temporal.Instant): boolean =>
  end !== undefined && Temporal.Instant.compare(end, now) > 0;

/** The `caBundle` of the guard's webhook; empty where it has none, undefined where that webhook is not there. */
export const bundleIn = (live: Manifest): string | undefined => {
  const webhook = webhooksIn(live).find(isGuards);
  if (webhook === undefined) return undefined;
  const bundle = isMap(webhook.clientConfig) ? webhook.clientConfig.caBundle : undefined;
  return typeof bundle === 'string' ? bundle : '';
};

/** The same configuration with another bundle in the guard's webhook; an empty one is left out. */
export const withBundle = (live: Manifest, bundle: string): Manifest => ({
  ...live,
  webhooks: webhooksIn(live).map((webhook) => {
    if (!isGuards(webhook)) return webhook;
    const { caBundle: _, ...client } = isMap(webhook.clientConfig) ? webhook.clientConfig : {};
    return { ...webhook, clientConfig: bundle === '' ? client : { ...client, caBundle: bundle } };
  }),
});

const isGuards = ({ name }: JsonMap): boolean => name === webhookName;
