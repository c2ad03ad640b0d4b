/** Every cloud by the name it has on the command line; nothing of it is loaded before it is asked for. */
export const providers = {
  mock: () => import('./mock/index.ts'),
} as const;
