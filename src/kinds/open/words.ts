import { bitsOf, parseAddress } from '#domain/networkpolicy/cidr.ts';
import type { Labels } from '#domain/networkpolicy/selector.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { isLabel } from './ask.ts';
import type { Opening } from './openings.ts';
import { quoted } from './say.ts';

/** `on`, `to` and `for` belong to every request's own options: the kind has no such words. */
export const usage =
  '<label>=<value>[@<namespace>]|all@<namespace>|<address>[/<length>] into <label>=<value> <port>[/<protocol>] <namespace>';
const example = 'app=web@shop-front into app=ledger 8080,5432/TCP shop-payments';
const likeThis = `Write it like ${example}`;

/** An ask that is read from text but not held against the settings yet. */
export type Spoken = {
  readonly profile: string;
  readonly to: { readonly labels: Labels };
  readonly from: { readonly namespace?: string; readonly labels: Labels } | { readonly cidrs: readonly string[] };
  readonly ports: readonly { readonly protocol: string; readonly port: number | string; readonly endPort?: number }[];
};

/** Reads `[<opening>] app=web@shop-front into app=ledger 8080,5432/TCP`. */
export const readWords = (words: readonly string[], openings: readonly Opening[]): Result<Spoken, string> => {
  const named = openings.find(({ name }) => name === words[0])?.name;
  const [source, into, target, through, ...rest] = named === undefined ? words : words.slice(1);
  if (source === undefined || into?.toLowerCase() !== 'into' || target === undefined || through === undefined)
    return err(`Say from where, into which pods, and on which ports. ${likeThis}.`);
  if (rest.length > 0)
    return err(`${quoted(rest.join(' '))} is too much: behind the ports stands the namespace alone. ${likeThis}.`);
  const [labels, ...place] = source.split('@');
  if (place.length > 1) return err(`There is more than one "@" in ${quoted(source)}. ${likeThis}.`);
  if (labels === 'all' && place.length === 0)
    return err('Every pod of the namespace itself cannot be asked for: name a label, as in app=web.');
  const sort = place.length > 0 ? 'another-namespace' : source.includes('=') ? 'same-namespace' : 'addresses';
  const profile = named === undefined ? only(openings, sort) : ok(named);
  if (!profile.ok) return profile;
  return spoken(profile.value, {
    ...(sort === 'addresses'
      ? { cidrs: source }
      : { from: labels === 'all' ? '' : (labels ?? ''), ...(place[0] === undefined ? {} : { place: place[0] }) }),
    to: target,
    ports: through,
  });
};

/** The one opening for such a source; where there are several, the person says which. */
const only = (openings: readonly Opening[], sort: Opening['from']): Result<string, string> => {
  const fitting = openings.filter(({ from }) => from === sort).map(({ name }) => name);
  const [name] = fitting;
  if (name === undefined) return err(`Nothing can be opened to ${said[sort]} here.`);
  return fitting.length === 1
    ? ok(name)
    : err(`Say which opening, first of all: ${fitting.join(' or ')}. Write it like ${name} ${example}.`);
};

const said: Readonly<Record<Opening['from'], string>> = {
  'same-namespace': 'pods of the same namespace',
  'another-namespace': 'pods of another namespace',
  addresses: 'addresses',
};

type Texts = {
  readonly from?: string;
  readonly place?: string;
  readonly cidrs?: string;
  readonly to: string;
  readonly ports: string;
};

/** Reads the single texts, as typed or from the fields of a form. */
export const spoken = (profile: string, texts: Texts): Result<Spoken, string> => {
  const to = readLabels(texts.to);
  if (!to.ok) return to;
  const ports = readPorts(texts.ports);
  if (!ports.ok) return ports;
  if (texts.cidrs !== undefined) {
    const cidrs = [...new Set(items(texts.cidrs).map(asBlock))].sort();
    return ok({ profile, to: { labels: to.value }, from: { cidrs }, ports: ports.value });
  }
  const from = readLabels(texts.from ?? '');
  if (!from.ok) return from;
  const place = texts.place?.trim() ?? '';
  return ok({
    profile,
    to: { labels: to.value },
    from: { ...(place === '' ? {} : { namespace: place }), labels: from.value },
    ports: ports.value,
  });
};

const items = (text: string): readonly string[] => text.split(/[\s,]+/).filter((item) => item !== '');

const readLabels = (text: string): Result<Labels, string> => {
  const labels = new Map<string, string>();
  for (const item of items(text)) {
    const [key = '', value, ...more] = item.split('=');
    if (value === undefined || more.length > 0 || !isLabel(key, value))
      return err(`${quoted(item)} is not a label. Labels look like app=ledger, with commas between.`);
    if (labels.has(key) && labels.get(key) !== value)
      return err(`No pod has two values of the label ${quoted(key)}. Name one.`);
    labels.set(key, value);
  }
  return ok(Object.fromEntries([...labels].sort(([one], [other]) => (one < other ? -1 : 1))));
};

/** One address alone is a block of one. */
const asBlock = (text: string): string => {
  const address = parseAddress(text);
  return (address === undefined ? text : `${text}/${bitsOf[address.family]}`).toLowerCase();
};

const readPorts = (text: string): Result<Spoken['ports'], string> => {
  const ports = new Map<string, Spoken['ports'][number]>();
  for (const item of items(text)) {
    const [which = '', protocol = 'TCP', ...more] = item.split('/');
    const spokenProtocol = protocol.toUpperCase();
    if (which === '' || more.length > 0 || !['TCP', 'UDP', 'SCTP'].includes(spokenProtocol))
      return err(
        `${quoted(item)} is not a port. Ports look like 8080, 53/UDP, 8000-8010 or http, with commas between.`,
      );
    const range = /^(\d+)-(\d+)$/.exec(which);
    const port = /^\d+$/.test(which) ? Number(which) : range === null ? which : Number(range[1]);
    const entry = { protocol: spokenProtocol, port, ...(range === null ? {} : { endPort: Number(range[2]) }) };
    ports.set(JSON.stringify(entry), entry);
  }
  return ok([...ports.values()]);
};
