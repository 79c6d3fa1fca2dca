/** As in the reference grammar of distribution: a first part with a dot or a port, or `localhost`; else Docker Hub. */
export const registryOf = (image: string): string => {
  const [first = '', ...rest] = image.toLowerCase().split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
};

/** Registries where everybody may publish under a name of their own. */
const everybody = [
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'ghcr.io',
  'quay.io',
  'registry.gitlab.com',
  'public.ecr.aws',
  'gcr.io',
];

/** Whose an image is, in a registry where everybody may publish; Docker's own where nobody is named. */
export const ownerOf = (image: string): string | undefined => {
  const registry = registryOf(image);
  if (!everybody.includes(registry)) return undefined;
  const parts = image.toLowerCase().split('/');
  const rest = parts[0] === registry ? parts.slice(1) : parts;
  const known = registry.endsWith('docker.io') ? 'docker.io' : registry;
  return `${known}/${rest.length > 1 ? rest[0] : 'library'}`;
};
