import type { Destination } from '#domain/outgoing/destination.ts';

/** A destination that wants everything from now on. */
export const destination = (changed: Partial<Destination> = {}): Destination => ({
  name: 'tickets',
  url: 'https://tickets.example.com/',
  events: ['*'],
  clusters: ['*'],
  namespaces: ['*'],
  kinds: ['*'],
  rules: ['*'],
  signingKeyFile: '/keys/tickets.key',
  history: false,
  skip: [],
  linkLocal: false,
  ...changed,
});
