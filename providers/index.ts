/** Every cloud by the name it has on the command line; nothing of it is loaded before it is asked for. */
export const providers = {
  gce: () => import('./gce/index.ts'),
  mock: () => import('./mock/index.ts'),
} as const;
