#!/usr/bin/env node
import { runCommand } from '#src/commands/run-command.ts';
import { runProcess } from '#src/commands/run-process.ts';

await runProcess(runCommand);
