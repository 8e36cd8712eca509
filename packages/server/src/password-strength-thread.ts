import { parentPort, workerData } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import type { StrengthQuestion } from './password-strength.ts';

// Its dictionaries take tens of megabytes and its search some milliseconds: both are gone when the answer is given.
const { password, about } = workerData as StrengthQuestion;
const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
parentPort?.postMessage(estimator.check(password, [...about]).score);
