/** Where writes are held, and where the API server asks the bare webhook, or nobody. */
export const places = { guard: 'shop-front', none: 'bench-none', yes: 'bench-yes', no: 'bench-no' } as const;

/** People who write, and whom the policy knows: those of the shop, and as many as a company has. */
export const authors = Array.from({ length: 600 }, (_, index) => ({
  slack: `U0BENCH${String(index).padStart(4, '0')}`,
  user: `author-${index}@acme.test`,
}));

/** The Ingresses that are there in each place: some by name, and as many as are wanted. */
export const others = ['same', 'refused', 'refused-busy', 'asked'] as const;
export const nth = (index: number): string => `ingress-${index}`;
