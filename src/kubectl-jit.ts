#!/usr/bin/env node
import { runPlugin } from '#src/commands/run-command.ts';
import { runProcess } from '#src/commands/run-process.ts';

// On the PATH as `kubectl-jit` it is `kubectl jit`.
await runProcess(runPlugin);
