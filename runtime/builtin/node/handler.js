'use strict';
// Finds the function that a handler string names.
const { existsSync, readFileSync } = require('fs');
const { dirname } = require('path');
const logs = require('./logs');

function failure(name, message, cause) {
  const error = new Error(message);
  error.name = name;
  const stack = cause && cause.stack;
  error.stack = stack || error.stack.replace(/^Error/, name);
  return error;
}

class Handlers {
  constructor(setup) {
    this.setup = setup;
    this.loaded = new Map();
  }

  // find returns the handler, or a promise of it when it lives in an ES module. A failed load is
  // tried again at the next call.
  find(handler) {
    const known = this.loaded.get(handler);
    if (known !== undefined) return known;
    if (this.setup.callbackOnly) logs.raw('load code for handler:' + handler + '\n');
    const dot = handler.lastIndexOf('.');
    if (dot <= 0 || dot === handler.length - 1) throw failure('InvalidHandlerName', `Invalid handler '${handler}'`);
    const left = handler.slice(0, dot);
    const name = handler.slice(dot + 1);
    const loaded = this.load(left);
    const pick = (module) => {
      const found = select(module, name);
      if (typeof found !== 'function') {
        throw failure('HandlerNotFound', `Handler '${name}' is missing on module '${left}'`);
      }
      this.loaded.set(handler, found);
      return found;
    };
    return loaded.promise ? loaded.promise.then(pick) : pick(loaded.module);
  }

  load(left) {
    const base = this.setup.code + '/' + left;
    const kinds = this.setup.callbackOnly ? ['.js'] : ['.js', '.mjs', '.cjs'];
    const kind = kinds.find((suffix) => existsSync(base + suffix));
    if (kind === undefined) throw failure('ImportModuleError', `Module '/code/${left}.js' is missing.`);
    if (kind === '.mjs' || (kind === '.js' && !this.setup.callbackOnly && this.isModule(dirname(base)))) {
      const { pathToFileURL } = require('url');
      return { promise: require('./import')(pathToFileURL(base + kind).href).catch((error) => { throw this.explain(error); }) };
    }
    try {
      return { module: require(base + kind) };
    } catch (error) {
      throw this.explain(error);
    }
  }

  // isModule tells whether the nearest package.json makes .js files ES modules.
  isModule(folder) {
    for (; folder.startsWith(this.setup.code); folder = dirname(folder)) {
      if (!existsSync(folder + '/package.json')) continue;
      try {
        return JSON.parse(readFileSync(folder + '/package.json', 'utf8')).type === 'module';
      } catch (error) {
        return false;
      }
    }
    return false;
  }

  explain(error) {
    if (!(error instanceof Error)) return this.setup.callbackOnly ? failure('ImportModuleError', String(error)) : error;
    const { isMissing, hint } = require('./errors');
    const missing = isMissing(error);
    hint(error);
    if (error instanceof SyntaxError) return failure('UserCodeSyntaxError', error.message, error);
    if (missing || this.setup.callbackOnly) return failure('ImportModuleError', error.message, error);
    return error;
  }
}

function select(module, name) {
  if (module === null || module === undefined) return undefined;
  if (typeof module[name] === 'function') return module[name];
  return module.default && module.default[name]; // export default { handler }
}

module.exports = Handlers;
