// The function of the walks, as index.py: it answers what it was given and what it knows.
exports.initialize = (context, callback) => {
  globalThis.initialized = true;
  callback(null, '');
};

exports.handler = (event, context, callback) => {
  const text = event.toString();
  console.log(`got ${text}`);
  if (text === 'fail') throw new Error('it was asked to fail');
  if (text === 'sleep') return setTimeout(() => callback(null, 'slept'), 60000);
  callback(null, JSON.stringify({
    event: text,
    stage: process.env.STAGE || '',
    initialized: globalThis.initialized === true,
    requestId: context.requestId,
  }));
};
