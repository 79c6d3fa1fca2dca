import { ensureParts } from './ensure-parts.ts';
import { partNames, placesOf } from './parts.ts';

/** `npm run setup`: gets every part that the demo and the tests run on, and says where they are. */
const setUp = async (): Promise<number> => {
  try {
    const paths = await ensureParts(partNames, console.log);
    console.log(`Everything is here. Cache: ${placesOf().cache}`);
    for (const name of partNames) console.log(`  ${name.padEnd(24)} ${paths[name]}`);
    return 0;
  } catch (fault) {
    console.error(`\nSet-up is not complete. ${fault instanceof Error ? fault.message : fault}`);
    return 1;
  }
};

process.exitCode = await setUp();
