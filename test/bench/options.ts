/** What can be said behind `npm run bench --`. */
export type Options = {
  /** Only the bench of this name. */
  readonly only?: string;
  /** A smoke test of the benches themselves: its figures say nothing. */
  readonly small: boolean;
  /** The long form of those benches that have one. */
  readonly long: boolean;
  /** Grants that are active at each look of `grow`, instead of the usual numbers. */
  readonly grants?: readonly number[];
  /** A folder for CPU profiles of the worker, of the guard and of the process with bot, Slack and benches. */
  readonly profile?: string;
};

export const readOptions = (words: readonly string[]): Options => {
  const options = new Map(words.map((word) => [word.split('=')[0] ?? '', word.split('=').slice(1).join('=')]));
  for (const name of options.keys()) {
    if (!['--only', '--small', '--long', '--grants', '--profile'].includes(name))
      throw new Error(
        `${name} is not an option. There are: --only=<bench>, --small, --long, --grants=<number,…>, --profile=<folder>.`,
      );
  }
  const [only, profile] = [options.get('--only'), options.get('--profile')];
  const grants = options.get('--grants')?.split(',').map(Number);
  if (grants?.some((one, index) => !Number.isInteger(one) || one <= (grants[index - 1] ?? 0)))
    throw new Error('--grants wants whole numbers, each larger than the one before, with commas between.');
  return {
    small: options.has('--small'),
    long: options.has('--long'),
    ...(only === undefined ? {} : { only }),
    ...(grants === undefined ? {} : { grants }),
    ...(profile === undefined ? {} : { profile }),
  };
};
