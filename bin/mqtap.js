#!/usr/bin/env node
require('./program.js').start()
