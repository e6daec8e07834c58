module.exports = require('./layers.cjs').layers('node');
