'use strict';
module.exports = require('./index').json;
