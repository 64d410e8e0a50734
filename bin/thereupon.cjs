#!/usr/bin/env node
// Old JavaScript on purpose: an older Node must come far enough to say what is wrong.
var version = process.versions.node.split('.').map(Number);
if (version[0] > 22 || (version[0] === 22 && version[1] >= 18)) {
  import('../dist/cli/main.js').catch(function (error) {
    var isUnbuilt = error && String(error.url).endsWith('/dist/cli/main.js');
    console.error(isUnbuilt ? 'thereupon is not built: run "npm run build" first.' : error);
    process.exitCode = 1;
  });
} else {
  console.error('thereupon needs Node 22.18 or newer; this is Node ' + version.join('.') + '.');
  process.exitCode = 1;
}
