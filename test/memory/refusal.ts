import type { Target } from '#domain/plan.ts';
import type { ClusterRefusal } from '#use-cases/ports.ts';

/** A no of the API server as the real adapter throws it. */
export const refusal = (status: number, call: string, message: string): ClusterRefusal =>
  Object.assign(new Error(message), { refused: { status, call } });

export const say = ({ kind, namespace, name }: Target): string => `${kind} "${name}" in "${namespace ?? ''}"`;
