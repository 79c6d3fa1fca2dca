import type { Manifest } from '#domain/plan.ts';
import type { Webhooks } from '#use-cases/keep-webhook.ts';

type Versioned = Manifest & { readonly metadata: { readonly resourceVersion?: string | undefined } };

export type MemoryWebhooks = Webhooks & {
  readonly live: () => Manifest | undefined;
  /** As somebody else does it: replaces whatever is there, or removes it. */
  readonly put: (configuration: Manifest | undefined) => void;
  /** How often something was written through the port. */
  readonly writes: () => number;
  /** From now on calls fail, until this is called without a fault. */
  readonly failWith: (fault: Error | undefined) => void;
};

/** The webhook configuration of a cluster, in memory. */
export const createMemoryWebhooks = (): MemoryWebhooks => {
  let live: Versioned | undefined;
  let version = 0;
  let writes = 0;
  let failure: Error | undefined;
  const keep = (configuration: Manifest): void => {
    version += 1;
    const metadata = { ...configuration.metadata, resourceVersion: String(version) };
    live = { ...configuration, metadata };
  };
  const write = (configuration: Manifest): 'written' => {
    if (failure !== undefined) throw failure;
    keep(configuration);
    writes += 1;
    return 'written';
  };
  return {
    get: async () => live,
    create: async (configuration) => (live === undefined ? write(configuration) : 'moved'),
    replace: async (configuration: Versioned) =>
      live !== undefined && configuration.metadata.resourceVersion === live.metadata.resourceVersion
        ? write(configuration)
        : 'moved',
    live: () => live,
    put: (configuration) => {
      if (configuration === undefined) live = undefined;
      else keep(configuration);
    },
    writes: () => writes,
    failWith: (fault) => {
      failure = fault;
    },
  };
};
