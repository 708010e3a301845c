'use strict';
exports.handler = async (event, context) => event;
