const path = require('path');

module.exports = {
  entry: { widgets: './app/javascript/widgets.js' },
  output: { path: path.resolve(__dirname, 'dist') },
};
