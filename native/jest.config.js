'use strict';
/* global module, __dirname */

/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/test/**/*.test.mjs'],
  testEnvironment: 'node',
  transform: {},
  moduleFileExtensions: ['mjs', 'js', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/build', '<rootDir>/prebuilds'],
  // Children are started, keys are made, memory is scanned; the machine may be busy.
  testTimeout: 120_000,
  maxWorkers: 2,
};
