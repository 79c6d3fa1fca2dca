import { access } from '#kinds/access/access.ts';
import { change } from '#kinds/change/change.ts';
import { debug } from '#kinds/debug/debug.ts';
import { deletePod } from '#kinds/delete-pod/delete-pod.ts';
import { open } from '#kinds/open/open.ts';
import { restart } from '#kinds/restart/restart.ts';
import { rollback } from '#kinds/rollback/rollback.ts';
import { scale } from '#kinds/scale/scale.ts';
import type { KindModule } from './kind.ts';

/** Every request kind: a new one is a folder beside these and a line here. */
export const kindModules: readonly KindModule[] = [access, change, open, deletePod, debug, restart, scale, rollback];
