module.exports = require('./layers.cjs').layers('browser');
