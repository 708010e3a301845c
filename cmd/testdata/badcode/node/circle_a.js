const b = require('./circle_b'); exports.handler = async () => 'fine'; exports.f = () => 1;
