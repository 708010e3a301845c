'use strict';
// Apart from the rest, because Node.js before 13 does not parse it.
module.exports = (url) => import(url);
