import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Apt } from './apt.ts';
import { type DebianProgram, installTree } from './debian-tree.ts';
import { onPath } from './files.ts';
import type { Report } from './progress.ts';
import { run } from './run.ts';

/** Fonts and their configuration come from the tree too: a bare machine has none, and pages would show boxes. */
const chromium: DebianProgram = {
  packages: ['chromium', 'fonts-dejavu-core', 'fontconfig-config'],
  program: 'usr/lib/chromium/chromium',
  prepare: `if [ ! -e /etc/fonts/fonts.conf ]; then
  cache=\${XDG_CACHE_HOME:-$HOME/.cache}/hallpass-fonts
  mkdir -p "$cache"
  printf '<?xml version="1.0"?><fontconfig><dir>%s/usr/share/fonts</dir><cachedir>%s</cachedir></fontconfig>' "$tree" "$cache" > "$cache/fonts.conf"
  export FONTCONFIG_FILE="$cache/fonts.conf"
fi`,
  // Draws a page, which needs all of its libraries; --version would need few.
  probe: ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom', 'about:blank'],
};

const install = async (): Promise<string> => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], { env }).catch(async () => {
    await run('apt-get', ['update', '-q'], { env }).catch(() => {});
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], { env });
  });
  const installed = onPath(['chromium']);
  if (installed === undefined) throw new Error('apt-get installed the package, but there is no "chromium" on PATH.');
  return installed;
};

const remedy =
  'Install a browser so that "chromium" or "google-chrome" is on PATH (on Debian: apt-get install chromium).';

/** Gets Chromium into the cache; where it does not run from there, installs it into the system if this is root. */
export const getChromium = async (folder: string, apt: Apt, report: Report): Promise<string> => {
  report.doing("fetching Debian's package chromium (about 120 MB)");
  try {
    await installTree('chromium', chromium, folder, apt);
    return join(folder, 'bin/chromium');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    await writeFile(join(folder, '..', 'chromium.log'), `${why}\n`).catch(() => {});
    if (process.getuid?.() !== 0) throw new Error(`${why}\n${remedy}`, { cause });
    report.doing('it does not run from the cache; installing the package with apt-get, as root');
    return await install().catch((fault) => {
      throw new Error(`${fault instanceof Error ? fault.message : fault}\n${remedy}`, { cause: fault });
    });
  }
};
