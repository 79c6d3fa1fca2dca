/** What a figure should be; a figure that misses it is reported, never failed: machines are shared and noisy. */
export type Aim = { readonly of: 'ratio' | 'value'; readonly most?: number; readonly least?: number };

/** One measured number beside its baseline of the same run, in the same unit. `ratio` is value / baseline. */
export type Figure = {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number | null;
  readonly ratio: number | null;
  readonly aim?: Aim;
};

/** Three digits are what a noisy machine can say. */
const rounded = (value: number): number => Number(value.toPrecision(value >= 1_000 ? 4 : 3));

export const figure = (
  bench: string,
  metric: string,
  unit: string,
  value: number,
  more: { readonly baseline?: number; readonly aim?: Aim } = {},
): Figure => ({
  bench,
  metric,
  value: rounded(value),
  unit,
  baseline: more.baseline === undefined ? null : rounded(more.baseline),
  ratio: more.baseline === undefined ? null : rounded(value / more.baseline),
  ...(more.aim === undefined ? {} : { aim: more.aim }),
});

/** The value that this share of the samples does not exceed. */
export const percentile = (samples: readonly number[], share: number): number => {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/** p50 and p99 of samples in milliseconds, beside those of their baseline. */
export const latencies = (
  bench: string,
  what: string,
  samples: readonly number[],
  baseline: readonly number[],
  aim?: Aim,
): readonly Figure[] => [
  figure(bench, `${what} p50`, 'ms', percentile(samples, 0.5), {
    baseline: percentile(baseline, 0.5),
    ...(aim === undefined ? {} : { aim }),
  }),
  figure(bench, `${what} p99`, 'ms', percentile(samples, 0.99), { baseline: percentile(baseline, 0.99) }),
];

/** The line for machines. */
export const jsonLine = ({ aim: _, ...line }: Figure): string => JSON.stringify(line);

const isMet = ({ value, ratio, aim }: Figure): boolean => {
  const got = aim?.of === 'ratio' ? (ratio ?? Number.NaN) : value;
  return got <= (aim?.most ?? Number.POSITIVE_INFINITY) && got >= (aim?.least ?? Number.NEGATIVE_INFINITY);
};

const sayAim = (one: Figure): string => {
  const { aim, unit } = one;
  if (aim === undefined) return '';
  const bound = aim.most === undefined ? `≥ ${aim.least}` : `≤ ${aim.most}`;
  return `${aim.of} ${bound}${aim.of === 'value' ? ` ${unit}` : ''}: ${isMet(one) ? 'met' : 'MISSED'}`;
};

/** The table for people. */
export const table = (figures: readonly Figure[]): string => {
  const rows = [
    ['bench', 'metric', 'value', 'baseline', 'ratio', 'aim'],
    ...figures.map((one) => [
      one.bench,
      one.metric,
      `${one.value} ${one.unit}`,
      one.baseline === null ? '' : `${one.baseline} ${one.unit}`,
      one.ratio === null ? '' : String(one.ratio),
      sayAim(one),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
