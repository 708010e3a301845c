'use strict';
// What a function is told about itself and about the call.
const { fieldsOf } = require('./line');
const { Logger } = require('./logs');

// Setup holds the facts of the instance's life, in the order of the setup frame.
class Setup {
  constructor(frame) {
    const fields = fieldsOf(frame);
    [this.runtime, this.code, this.realCode] = fields;
    this.handlers = fields.slice(3, 7); // handler, initializer, preStop, preFreeze
    [this.name, this.memory, this.timeout, this.version, this.service, this.logProject, this.logStore,
      this.region, this.account, this.key, this.secret, this.token] = fields.slice(7, 19);
    this.concurrency = Number(fields[19]) || 1; // how many calls the instance takes at a time
    this.memory = Number(this.memory);
    this.timeout = Number(this.timeout);
    this.generation = parseInt(this.runtime.slice('nodejs'.length), 10) || 20;
    this.callbackOnly = this.generation < 18;
    this.logger = new Logger(this);
  }

  // renew takes the credentials that the role has from now on.
  renew(frame) {
    [this.key, this.secret, this.token] = fieldsOf(frame);
  }

  // shown gives a text with paths as the cloud would show them.
  shown(text) {
    for (const [here, there] of [[this.realCode, '/code'], [this.code, '/code'],
      [__dirname, '/var/fc/runtime/' + this.runtime]]) {
      text = text.split(here + '/').join(there + '/');
    }
    return text;
  }
}

class Context {
  constructor(setup, handler, requestId, qualifier, retryCount) {
    this.requestId = requestId;
    this.credentials = { accessKeyId: setup.key, accessKeySecret: setup.secret, securityToken: setup.token };
    this.function = { name: setup.name, handler, memory: setup.memory, timeout: setup.timeout };
    this.service = {
      name: setup.service,
      logProject: setup.logProject,
      logStore: setup.logStore,
      qualifier,
      versionId: setup.version,
    };
    this.region = setup.region;
    this.accountId = setup.account;
    this.logger = setup.logger;
    this.retryCount = retryCount;
    this.tracing = new Tracing();
    this.waitsForEmptyEventLoopBeforeCallback = false;
  }
}

// Tracing is not recorded here: the members exist, in both spellings, and are empty.
class Tracing {
  constructor() {
    this.openTracingSpanContext = this.spanContext = '';
    this.openTracingSpanBaggages = this.spanBaggages = {};
    this.jaegerEndpoint = '';
  }

  parseOpenTracingBaggages() {
    return this.openTracingSpanBaggages;
  }
}

module.exports = { Setup, Context };
