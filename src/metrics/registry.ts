import { Counter, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import type { Author } from '#domain/request/events.ts';

/** One for the process: a bot and a worker in it each have their own label, or tell of different things. */
const registry = new Registry();
export const metricsRegistry = registry;

/** What can be read of Hallpass, as docs/metrics.md tells it. */
export type Definition = {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Which processes tell it; the others have no such series. */
  readonly toldBy: readonly Author[];
  readonly type: 'counter' | 'gauge' | 'histogram';
};
const known: Definition[] = [];
/** Those of the modules that were loaded. */
export const definitions = (): readonly Definition[] => known;

type Labels<L extends string> = Readonly<Record<L, string>>;
type Words<L extends string> = Omit<Definition, 'type' | 'labels'> & { readonly labels: readonly L[] };

/** Whoever counts has something else to do, which a mistake in counting must not keep from being done. */
const harmless = (work: () => void, value = 0): void => {
  try {
    // What is no number would spoil all that comes after it.
    if (Number.isFinite(value)) work();
  } catch {
    // A figure is missing.
  }
};

const define = <M extends Metric>(type: Definition['type'], words: Omit<Definition, 'type'>, metric: M): M => {
  known.push({ ...words, type });
  return metric;
};

export type Count<L extends string> = {
  /** Never throws. */
  readonly add: (labels: Labels<L>, by?: number) => void;
};

/** `from`: those that are there from the start, as 0. A series that begins with 1 has never grown, and nobody is alarmed. */
export const defineCounter = <L extends string>(words: Words<L>, from: readonly Labels<L>[] = []): Count<L> => {
  const { name, help, labels: labelNames } = words;
  const counter = define('counter', words, new Counter({ name, help, labelNames, registers: [registry] }));
  const add: Count<L>['add'] = (labels, by = 1) => harmless(() => counter.inc(labels as object, by), by);
  for (const one of from) add(one, 0);
  return { add };
};

export type Figure<L extends string> = {
  /** Never throws. */
  readonly set: (labels: Labels<L>, value: number) => void;
  /** What is not known is not told: neither as it was, nor as 0. */
  readonly forget: (labels: Labels<L>) => void;
  readonly forgetAll: () => void;
};

export const defineGauge = <L extends string>(words: Words<L>): Figure<L> => {
  const { name, help, labels: labelNames } = words;
  const gauge = define('gauge', words, new Gauge({ name, help, labelNames, registers: [registry] }));
  const forget: Figure<L>['forget'] = (labels) => harmless(() => gauge.remove(labels as object));
  const forgetAll = (): void =>
    harmless(() => {
      gauge.reset();
      if (labelNames.length === 0) gauge.remove({});
    });
  // The library begins one without labels with 0.
  forgetAll();
  return { set: (labels, value) => harmless(() => gauge.set(labels as object, value), value), forget, forgetAll };
};

export type Spread<L extends string> = {
  /** Never throws. */
  readonly observe: (labels: Labels<L>, value: number) => void;
};

export const defineHistogram = <L extends string>(
  words: Words<L>,
  buckets: readonly number[],
  from: readonly Labels<L>[] = [],
): Spread<L> & { readonly begin: (labels: Labels<L>) => void } => {
  const { name, help, labels: labelNames } = words;
  const settings = { name, help, labelNames, buckets: [...buckets], registers: [registry] };
  const histogram = define('histogram', words, new Histogram(settings));
  const begin = (labels: Labels<L>): void => harmless(() => histogram.zero(labels as object));
  for (const one of from) begin(one);
  return {
    begin,
    observe: (labels, value) => harmless(() => histogram.observe(labels as object, Math.max(0, value)), value),
  };
};

type Collect = () => Promise<void> | void;
const collects = new Set<Collect>();

/** Looks something up each time that the metrics are read. It bounds its own time; what it throws is nobody's matter. */
export const onScrape = (collect: Collect): { readonly stop: () => Promise<void> } => {
  collects.add(collect);
  return { stop: async () => void collects.delete(collect) };
};

/** What Prometheus reads: text of its exposition format. */
export const metricsText = async (): Promise<string> => {
  await Promise.allSettled([...collects].map(async (collect) => collect()));
  return registry.metrics();
};
