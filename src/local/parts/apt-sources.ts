/** One place that Debian packages come from, as in a deb822 stanza of sources.list(5). */
export type AptSource = { uris: string; suites: string; components: string; options: Record<string, string> };

/** The machine's own release, as in /etc/os-release: ID and VERSION_CODENAME. */
export type Release = { id: string; codename: string };

/** Reads ID and VERSION_CODENAME from the text of /etc/os-release. */
export const parseRelease = (osRelease: string): Release => {
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  return { id: value('ID'), codename: value('VERSION_CODENAME') };
};

const optionNames: Record<string, string> = {
  'signed-by': 'Signed-By',
  trusted: 'Trusted',
  arch: 'Architectures',
  'check-valid-until': 'Check-Valid-Until',
};

const parseOptions = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(/\s+/)
      .map((option) => option.split('=', 2))
      .flatMap(([key, value]) => {
        const name = optionNames[key?.toLowerCase() ?? ''];
        return name === undefined || value === undefined ? [] : [[name, value.replaceAll(',', ' ')]];
      }),
  );

/** Parses the one-line format (`deb [signed-by=…] uri suite component…`); other lines are skipped. */
export const parseList = (text: string): AptSource[] =>
  text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (match === null) return [];
    const [, options = '', uris = '', suites = '', components = ''] = match;
    return [{ uris, suites, components: components.trim(), options: parseOptions(options) }];
  });

const parseFields = (stanza: string): Record<string, string> => {
  const lines = stanza.split('\n').filter((line) => !line.startsWith('#'));
  const joined = lines.join('\n').replace(/\n[ \t]+/g, '\n ');
  const fields = joined.split(/\n(?! )/).flatMap((field) => {
    const colon = field.indexOf(':');
    return colon < 1 ? [] : [[field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]];
  });
  return Object.fromEntries(fields);
};

/** Parses the deb822 format (`.sources`); stanzas that are disabled or have no `deb` type are skipped. */
export const parseSources = (text: string): AptSource[] =>
  text.split(/\n(?:[ \t]*\n)+/).flatMap((stanza) => {
    const field = parseFields(stanza);
    const isOn = (field.enabled ?? 'yes').toLowerCase() !== 'no';
    if (!isOn || !/\bdeb(\s|$)/.test(field.types ?? '')) return [];
    const kept = Object.values(optionNames).map((name) => [name, field[name.toLowerCase()]]);
    const options = Object.fromEntries(kept.filter(([, value]) => value !== undefined));
    const single = (value = '') => value.replace(/\s+/g, ' ');
    const [uris, suites, components] = [single(field.uris), single(field.suites), single(field.components)];
    return uris === '' || suites === '' ? [] : [{ uris, suites, components, options }];
  });

/**
 * The entries of the distribution itself, reduced to `main`; third parties' are left out, because theirs may fail to update
 * and nothing here comes from them. An entry counts when its suite is the machine's release (or its updates, or its
 * security) and it is signed by the distribution's keyring, where it names a key.
 */
export const distributionsOwn = (sources: readonly AptSource[], release: Release): AptSource[] =>
  sources.flatMap((source) => {
    const isOwn = (suite: string) =>
      [release.codename, 'stable', 'oldstable'].some((name) =>
        new RegExp(`^${name}([-/](updates|security))?$`).test(suite),
      );
    const suites = source.suites.split(' ').filter(isOwn).join(' ');
    const key = source.options['Signed-By'];
    const isTrusted = key === undefined || key.includes(`${release.id}-archive`);
    const hasMain = source.components.split(' ').includes('main');
    return suites !== '' && isTrusted && hasMain ? [{ ...source, suites, components: 'main' }] : [];
  });

/** Writes entries as deb822, for binary packages (`deb`) or source packages (`deb-src`). */
export const formatSources = (sources: readonly AptSource[], type: 'deb' | 'deb-src'): string =>
  sources
    .map(({ uris, suites, components, options }) => {
      const fields = { Types: type, URIs: uris, Suites: suites, Components: components, ...options };
      return Object.entries(fields)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join('');
    })
    .join('\n');
