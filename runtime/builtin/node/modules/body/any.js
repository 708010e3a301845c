'use strict';
module.exports = require('./index').any;
