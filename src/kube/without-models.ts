import { registerHooks } from 'node:module';

const unused = 'data:text/javascript,export const createConfiguration = undefined, ServerConfiguration = undefined;';

/**
 * Has the library for kubeconfigs loaded without the 800 modules of models that only its API clients need: they take
 * 46 MB and half a second. To be called before anything loads it, and only in a program that is Portico alone: other
 * code in the process would find no API clients.
 */
export function leaveModelsOut(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === './gen/index.js' && context.parentURL?.endsWith('/@kubernetes/client-node/dist/config.js') === true
        ? { url: unused, format: 'module', shortCircuit: true }
        : next(specifier, context),
  });
}
