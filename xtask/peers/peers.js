// Asks one published checker of Node: `peers.js FOLDER NAME`, one question a line in, one answer a line out.
// Knows how each of them is asked and what its answer means. The time is that of the judgement: no start, no import, no line.
'use strict';
const path = require('path');
const readline = require('readline');

const [, , folder, name] = process.argv;
const installed = (wanted) => require(path.join(folder, 'node_modules', wanted));

const checkers = {
  // What the old schema accepts and the new one does not, as a schema; no single value.
  'json-schema-diff': () => {
    const { diffSchemas } = installed('json-schema-diff');
    return async (old, next) => {
      const found = await diffSchemas({ sourceSchema: old, destinationSchema: next });
      return found.removalsFound ? 'breaking' : 'compatible';
    };
  },
  // A difference of two texts; it throws its verdict as an assertion.
  'json-schema-diff-validator': () => {
    const { validateSchemaCompatibility } = installed('json-schema-diff-validator');
    return async (old, next) => {
      try {
        validateSchemaCompatibility(old, next);
        return 'compatible';
      } catch (fault) {
        if (fault.code === 'ERR_ASSERTION') return 'breaking';
        throw fault;
      }
    };
  },
  // A class for every changed place.
  'api-smart-diff': () => {
    const { apiCompare } = installed('api-smart-diff');
    return async (old, next) => {
      const classes = apiCompare(old, next).diffs.map((found) => found.type);
      if (classes.includes('breaking')) return 'breaking';
      return classes.includes('unclassified') ? 'unknown' : 'compatible';
    };
  },
};

const judge = checkers[name]();
// Whatever a checker prints is no answer.
console.log = console.warn = console.error = console.info = () => {};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const pair = JSON.parse(line);
    const begun = process.hrtime.bigint();
    let answer;
    try {
      answer = { verdict: await judge(pair.old, pair.new) };
    } catch (fault) {
      answer = { verdict: 'refused', why: fault.name };
    }
    answer.us = Number(process.hrtime.bigint() - begun) / 1000;
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
})();
