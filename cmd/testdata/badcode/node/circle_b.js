const a = require('./circle_a'); exports.one = a.f();
