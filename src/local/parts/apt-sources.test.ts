import { describe, expect, test } from 'vitest';
import { distributionsOwn, formatSources, parseList, parseRelease, parseSources } from './apt-sources.ts';

const bookworm = { id: 'debian', codename: 'bookworm' };

describe("the machine's package sources", () => {
  test('are read from one-line lists, with options, several components and comments', () => {
    const text = [
      '# deb http://mirror.test/debian bookworm main',
      'deb [arch=amd64,arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.test/debian bookworm main contrib # us',
      'deb-src http://mirror.test/debian bookworm main',
      'deb http://mirror.test/debian-security bookworm-security main',
    ].join('\n');
    expect(parseList(text)).toEqual([
      {
        uris: 'http://mirror.test/debian',
        suites: 'bookworm',
        components: 'main contrib',
        options: { Architectures: 'amd64 arm64', 'Signed-By': '/usr/share/keyrings/debian-archive-keyring.gpg' },
      },
      { uris: 'http://mirror.test/debian-security', suites: 'bookworm-security', components: 'main', options: {} },
    ]);
  });

  test('are read from deb822 stanzas, with folded fields and comments between them', () => {
    const text = `Types: deb
# http://snapshot.test/debian
URIs: http://mirror.test/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb-src
URIs: http://mirror.test/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
`;
    expect(parseSources(text)).toEqual([
      {
        uris: 'http://mirror.test/debian',
        suites: 'bookworm bookworm-updates',
        components: 'main',
        options: { 'Signed-By': '/usr/share/keyrings/debian-archive-keyring.gpg' },
      },
    ]);
  });

  test("count only when they are the distribution's own", () => {
    const entry = (suites: string, components: string, signedBy?: string) => ({
      uris: 'http://mirror.test/debian',
      suites,
      components,
      options: signedBy === undefined ? {} : { 'Signed-By': signedBy },
    });
    const own = distributionsOwn(
      [
        entry('bookworm bookworm-updates bookworm-backports', 'main contrib', '/k/debian-archive-keyring.gpg'),
        entry('bookworm-security', 'main'),
        entry('bookworm', 'stable'),
        entry('bookworm', 'main', '/k/somebody.gpg'),
        entry('nodistro', 'main'),
        entry('cloud-sdk-bookworm', 'main'),
        entry('trixie', 'main'),
      ],
      bookworm,
    );
    expect(own.map(({ suites, components }) => `${suites} ${components}`)).toEqual([
      'bookworm bookworm-updates main',
      'bookworm-security main',
    ]);
  });

  test('are written as source entries with the same address and key', () => {
    const [source] = parseList('deb [signed-by=/k/debian-archive-keyring.gpg] http://mirror.test/debian bookworm main');
    expect(formatSources(source === undefined ? [] : [source], 'deb-src')).toBe(
      'Types: deb-src\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main\nSigned-By: /k/debian-archive-keyring.gpg\n',
    );
  });

  test('belong to the release that /etc/os-release names', () => {
    expect(parseRelease('PRETTY_NAME="Debian 12"\nVERSION_CODENAME=bookworm\nID=debian\n')).toEqual(bookworm);
  });
});
